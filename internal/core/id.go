package core

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// ErrSyntax is wrapped by every parser of this package.
var ErrSyntax = errors.New("not well formed")

// ID names one row inside a village. It is 63 bits: 42 bits of milliseconds since 2020-01-01 UTC, then 21 bits that
// start at random and count up within a millisecond, so keys grow with time and pages fill in order (random keys cost
// twice the writes). It is written as 13 characters of Crockford's base 32.
type ID int64

const (
	idEpochMs  = 1_577_836_800_000 // 2020-01-01T00:00:00Z
	idTailBits = 21
	idAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	idLen      = 13
)

// String writes the 13 characters; "" for 0, which is no id.
func (id ID) String() string {
	if id == 0 {
		return ""
	}
	var b [idLen]byte
	v := uint64(id)
	for i := idLen - 1; i >= 0; i-- {
		b[i] = idAlphabet[v&31]
		v >>= 5
	}
	return string(b[:])
}

// MarshalText writes String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what String wrote; nothing is 0.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = 0
		return nil
	}
	v, err := ParseID(string(b))
	if err != nil {
		return err
	}
	*id = v
	return nil
}

// ParseID reads 13 base-32 characters in either case, with O, I and L taken for the digits they look like.
func ParseID(s string) (ID, error) {
	if len(s) != idLen {
		return 0, fmt.Errorf("%w: id", ErrSyntax)
	}
	var v uint64
	for _, c := range s {
		d := strings.IndexRune(idAlphabet, idLetter(c))
		if d < 0 || v>>58 != 0 {
			return 0, fmt.Errorf("%w: id", ErrSyntax)
		}
		v = v<<5 | uint64(d)
	}
	return ID(v), nil
}

// idLetter is the letter of the alphabet that c stands for. Only ASCII is made capital: some letters of other alphabets
// have a capital that is one of ours.
func idLetter(c rune) rune {
	if c >= 'a' && c <= 'z' {
		c -= 'a' - 'A'
	}
	switch c {
	case 'O':
		return '0'
	case 'I', 'L':
		return '1'
	}
	return c
}

// CodeOf writes 40 bits as eight characters of the ids' alphabet: short enough to be printed and typed.
func CodeOf(b [5]byte) string {
	v := uint64(b[0])<<32 | uint64(binary.BigEndian.Uint32(b[1:]))
	var out [8]byte
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = idAlphabet[v&31]
		v >>= 5
	}
	return string(out[:])
}

// ReadCode is a typed code as CodeOf writes it: capitals, look-alikes as digits, without blanks and dashes.
func ReadCode(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return idLetter(r)
	}, s)
}

// IDAt is a number no id made before the moment exceeds, and no id made after it falls below.
func IDAt(ms int64) ID { return ID(max(ms-idEpochMs, 0) << idTailBits) }

// IDs makes ids that grow: strictly within one process, and by the clock between processes. A clock that jumps back
// does not make them shrink. Make one with NewIDs; it is safe for concurrent use.
type IDs struct {
	clock Clock
	mu    sync.Mutex
	last  ID
}

// NewIDs makes ids from a clock.
func NewIDs(clock Clock) *IDs { return &IDs{clock: clock} }

// Next is a new id, greater than every one before it from the same IDs.
func (g *IDs) Next() ID {
	ms := g.clock.Now() - idEpochMs
	if ms < 1 {
		ms = 1
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if ms > int64(g.last)>>idTailBits {
		// The upper half of the tail stays free, so that a busy millisecond can count on without running over.
		g.last = ID(ms<<idTailBits | int64(randomTail()>>1))
	} else {
		g.last++
	}
	return g.last
}

func randomTail() uint32 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails: the runtime ends the process if the system has no randomness
	return binary.LittleEndian.Uint32(b[:]) & (1<<idTailBits - 1)
}
