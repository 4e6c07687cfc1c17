package access

import (
	"strconv"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// A card's token is what its QR carries: ten characters of the village's code and 26 random ones (130 bits), in
// Crockford's base 32, which has no letters that look like digits. The village's code leads to the right rows; the rest
// cannot be guessed. A card's code is eight such characters for typing; it is worth something only to signed-in staff.
const (
	crockford     = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	tokenVillage  = 10
	tokenRandom   = 26
	cardTokenSize = tokenVillage + tokenRandom
	cardCodeSize  = 8
)

func encodeVillage(village core.Area) string {
	var b [tokenVillage]byte
	v := uint64(village)
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = crockford[v&31]
		v >>= 5
	}
	return string(b[:])
}

func letters(raw []byte) string {
	b := make([]byte, len(raw))
	for i, c := range raw {
		b[i] = crockford[c&31]
	}
	return string(b)
}

func (s secrets) cardToken(village core.Area, card core.ID) string {
	return encodeVillage(village) + letters(s.bytes("card token "+card.String(), tokenRandom))
}

// cardCode is one of 2^40; try numbers the attempts to find one the village has not given out yet.
func (s secrets) cardCode(card core.ID, try int) string {
	return letters(s.bytes("card code "+card.String()+strconv.Itoa(try), cardCodeSize))
}

// readable undoes what typing and reading aloud do to base 32: case, blanks, hyphens, and O, I and L for digits.
func readable(s string, size int) (string, bool) {
	var b strings.Builder
	for _, r := range strings.ToUpper(s) {
		switch r {
		case ' ', '-':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if strings.IndexRune(crockford, r) < 0 {
			return "", false
		}
		b.WriteRune(r)
	}
	return b.String(), b.Len() == size
}

// parseCardToken gives the village a token names and the token as it was issued.
func parseCardToken(token string) (core.Area, string, error) {
	unknown := errs.New(errs.Unauthenticated, "access.card_unknown")
	if len(token) > 2*cardTokenSize {
		return 0, "", unknown
	}
	token, ok := readable(token, cardTokenSize)
	if !ok {
		return 0, "", unknown
	}
	var v uint64
	for _, c := range token[:tokenVillage] {
		v = v<<5 | uint64(strings.IndexRune(crockford, c))
	}
	if village := core.Area(v); village.Level() == core.Village {
		return village, token, nil
	}
	return 0, "", unknown
}

// FormatCode writes a card's code as it is printed: XXXX-XXXX.
func FormatCode(code string) string {
	if len(code) != cardCodeSize {
		return code
	}
	return code[:4] + "-" + code[4:]
}
