package offline

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"unicode/utf8"

	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/market"
	"qunyan/internal/store"
)

// Service runs the tills of all villages. It is safe for concurrent use.
type Service struct {
	st     *store.Store
	clock  core.Clock
	ids    *core.IDs
	market *market.Service
	secret []byte
	sign   ed25519.PrivateKey
}

// New makes the service. secret is this installation's; every process of one database needs the same.
func New(st *store.Store, clock core.Clock, ids *core.IDs, shops *market.Service, secret []byte) *Service {
	return &Service{st: st, clock: clock, ids: ids, market: shops, secret: secret,
		sign: ed25519.NewKeyFromSeed(derive(secret, "allowance", ed25519.SeedSize))}
}

// PublicKey checks the signature under every allowance (RFC 8032).
func (s *Service) PublicKey() []byte { return s.sign.Public().(ed25519.PublicKey) }

// derive makes a key for one purpose. It cannot fail: the lengths are ours.
func derive(secret []byte, purpose string, size int) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, "qunyan offline "+purpose, size)
	if err != nil {
		panic(err)
	}
	return key
}

const tillKeySize = 32

// tillKey seals what a till writes down: the till has it behind the keeper's PIN, and here it is made anew each time.
func (s *Service) tillKey(village core.Area, till core.ID) []byte {
	return derive(s.secret, "till "+village.String()+" "+till.String(), tillKeySize)
}

func (s *Service) tillCipher(village core.Area, till core.ID) (cipher.AEAD, error) {
	block, err := aes.NewCipher(s.tillKey(village, till))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// runes is the length of a text as people count it.
func runes(s string) int { return utf8.RuneCountInString(s) }

// log writes the audit line of a command.
func (s *Service) log(ctx context.Context, tx *store.Tx, by core.Actor, now int64, e audit.Entry) error {
	return audit.Write(ctx, tx, by, s.ids.Next(), now, e)
}
