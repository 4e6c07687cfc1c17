package access

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// MinPassword is the least number of characters of a password.
const MinPassword = 10

// hasher computes argon2id hashes, a few at a time: each takes 19 MiB and tens of milliseconds, so a crowd that signs
// in at once must wait in line instead of taking the machine's memory.
type hasher struct {
	params *argon2id.Params
	slots  chan struct{}
	line   chan struct{}
	dummy  string // compared with when there is no such account, so that the answer takes as long
}

// lineLength is how many may wait for a slot; whoever comes after is told to try again.
const lineLength = 64

func newHasher(memoryKiB uint32, atOnce int) *hasher {
	h := &hasher{
		params: &argon2id.Params{Memory: memoryKiB, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32},
		slots:  make(chan struct{}, atOnce),
		line:   make(chan struct{}, lineLength+atOnce),
	}
	dummy, err := argon2id.CreateHash(rand.Text(), h.params)
	if err != nil {
		panic(err) // only without randomness, and then the runtime has ended the process before
	}
	h.dummy = dummy
	return h
}

func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	select {
	case h.line <- struct{}{}:
	default:
		return nil, errs.New(errs.RateLimited, "access.busy")
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots; <-h.line }, nil
	case <-ctx.Done():
		<-h.line
		return nil, ctx.Err()
	}
}

func (h *hasher) hash(ctx context.Context, secret string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return argon2id.CreateHash(secret, h.params)
}

// matches compares in constant time. An empty hash matches nothing and costs as much as any other.
func (h *hasher) matches(ctx context.Context, secret, hash string) (bool, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	if hash == "" {
		_, err = argon2id.ComparePasswordAndHash(secret, h.dummy)
		return false, err
	}
	return argon2id.ComparePasswordAndHash(secret, hash)
}

// checkPassword refuses what the first guesses of an attacker would be. Length does more than character classes
// (NIST SP 800-63B §5.1.1.2), so there are no rules about those.
func checkPassword(password string, about ...string) error {
	if utf8.RuneCountInString(password) < MinPassword {
		return errs.New(errs.Invalid, "access.password_short", "min", MinPassword).At("new")
	}
	lower := strings.ToLower(password)
	seen := map[rune]bool{}
	for _, r := range lower {
		seen[r] = true
	}
	guessable := len(seen) < 4 || inSequence(lower)
	for _, weak := range guesses {
		guessable = guessable || strings.Contains(lower, weak) && utf8.RuneCountInString(lower)-len(weak) < 5
	}
	for _, word := range about {
		guessable = guessable || len(word) >= 3 && strings.Contains(lower, strings.ToLower(word)) && len(lower)-len(word) < 6
	}
	if guessable {
		return errs.New(errs.Invalid, "access.password_guessable").At("new")
	}
	return nil
}

// guesses are what stands at the top of the lists of leaked passwords, and what a village office would think of.
var guesses = []string{
	"password", "passw0rd", "qwerty", "asdfgh", "zxcvbn", "1q2w3e", "qazwsx", "iloveyou", "admin", "letmein", "welcome",
	"123456", "654321", "111111", "000000", "888888", "666666", "123123", "112233", "5201314", "woaini", "a123456",
	"abc123", "aa123456", "qunyan", "zhijin", "cunwei", "jifen", "dangjian",
}

// inSequence finds 1234567890 and its kind: every character one above, or one below, the one before it.
func inSequence(s string) bool {
	up, down := true, true
	var last rune
	for i, r := range s {
		if i > 0 {
			up = up && r == last+1
			down = down && r == last-1
		}
		last = r
	}
	return up || down
}

// spellable has no character that is read as another one.
const spellable = "abcdefghjkmnpqrstuvwxyz23456789"

// secrets makes the random values of one command, the same ones if the command is run again. Without an intent they
// grow from a random seed. With one they are computed from the installation's key and the intent, so that the same
// request, sent again because its answer was lost on the way, gets the same password or card again, although neither is
// stored anywhere.
type secrets struct {
	key  []byte
	seed string
}

func (s *Service) secretsFor(by core.Actor) secrets {
	if by.Intent.Key == "" {
		return secrets{s.key, rand.Text()}
	}
	return secrets{s.key, by.Intent.Key + string(by.Intent.Hash[:])}
}

func (s secrets) bytes(label string, n int) []byte { return derive(s.key, s.seed, label, n) }

func derive(key []byte, salt, info string, n int) []byte {
	b, err := hkdf.Key(sha256.New, key, []byte(salt), info, n)
	if err != nil {
		panic(err) // only for more than 8160 bytes
	}
	return b
}

// password is twelve characters in three groups: 59 bits, to be read out over the telephone and changed at once.
func (s secrets) password(about string) string {
	raw := s.bytes("password "+about, 8*12)
	var b strings.Builder
	for i := range 12 {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(spellable[binary.LittleEndian.Uint64(raw[i*8:])%uint64(len(spellable))])
	}
	return b.String()
}

func keyed(key []byte, parts ...string) string {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	return string(mac.Sum(nil))
}
