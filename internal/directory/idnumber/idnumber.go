// Package idnumber reads citizens' identity numbers (GB 11643-1999: 18 characters, the last a check character). A Number
// exists only between being read and being hashed: it prints as its last four characters, so that neither a log nor an
// error message can carry the rest (PIPL; domain.md §5, personal data).
package idnumber

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"strings"

	"qunyan/internal/core"
)

// The ways a number can be wrong.
var (
	ErrLength   = errors.New("an identity number has 18 characters")
	ErrOld      = errors.New("15 digits: the first generation ended in 2013")
	ErrCharsets = errors.New("an identity number has digits and, at its end, perhaps an X")
	ErrRegion   = errors.New("no province has these first two digits")
	ErrBirthday = errors.New("the birthday inside the number is not a day, or is yet to come")
	ErrCheck    = errors.New("the last character does not fit the others")
)

const (
	length = 18
	// weights and check are the tables of GB 11643-1999, clause 3.4, with Σ aᵢ·Wᵢ mod 11.
	check = "10X98765432"
)

var weights = [length - 1]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// Number is a well-formed identity number.
type Number struct{ text string }

// Parse reads a number as people type it: full-width characters, blanks and a small x are accepted. today bounds the
// birthday.
func Parse(typed string, today core.Day) (Number, error) {
	text, err := clean(typed)
	if err != nil {
		return Number{}, err
	}
	n := Number{text}
	switch {
	case !region(text[:2]):
		return Number{}, ErrRegion
	case !n.birthday().Valid() || n.birthday() > today || n.BirthYear() < 1900:
		return Number{}, ErrBirthday
	case text[length-1] != checkCharacter(text):
		return Number{}, ErrCheck
	}
	return n, nil
}

func clean(typed string) (string, error) {
	var b strings.Builder
	for _, r := range typed {
		if r >= '！' && r <= '～' { // full-width forms stand 0xFEE0 above their ASCII twins
			r -= 0xFEE0
		}
		switch {
		case r == ' ' || r == '\u3000' || r == '\u00a0' || r == '-':
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == 'x' || r == 'X':
			b.WriteByte('X')
		default:
			return "", ErrCharsets
		}
	}
	text := b.String()
	switch {
	case len(text) == 15 && !strings.Contains(text, "X"):
		return "", ErrOld
	case len(text) != length:
		return "", ErrLength
	case strings.Contains(text[:length-1], "X"):
		return "", ErrCharsets
	}
	return text, nil
}

// region knows the first two digits: the provinces of GB/T 2260, 81–83 for residents from Hong Kong, Macao and Taiwan,
// 9x for foreigners with permanent residence.
func region(two string) bool {
	const known = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "
	return two[0] == '9' || strings.Contains(known, two+" ")
}

func checkCharacter(text string) byte {
	sum := 0
	for i, w := range weights {
		sum += int(text[i]-'0') * w
	}
	return check[sum%len(check)]
}

func (n Number) digits(from, to int) int {
	if n.text == "" {
		return 0
	}
	v := 0
	for _, c := range n.text[from:to] {
		v = v*10 + int(c-'0')
	}
	return v
}

func (n Number) birthday() core.Day { return core.Day(n.digits(6, 14)) }

// BirthYear is the year of birth.
func (n Number) BirthYear() int { return n.digits(6, 10) }

// Sex is "m" or "f"; "" of no number.
func (n Number) Sex() string {
	switch {
	case n.text == "":
		return ""
	case n.digits(16, 17)%2 == 1:
		return "m"
	}
	return "f"
}

// Last4 is the four characters that may be kept and shown.
func (n Number) Last4() string {
	if n.text == "" {
		return ""
	}
	return n.text[length-4:]
}

// Hash is HMAC-SHA256 under the installation's key: enough to recognise the same person again, useless without the key.
func (n Number) Hash(key []byte) []byte {
	if n.text == "" {
		return nil
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(n.text))
	return mac.Sum(nil)
}

// String hides all but the last four characters.
func (n Number) String() string {
	if n.text == "" {
		return ""
	}
	return strings.Repeat("*", length-4) + n.Last4()
}

// GoString hides the same under %#v.
func (n Number) GoString() string { return n.String() }
