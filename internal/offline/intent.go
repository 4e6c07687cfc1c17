package offline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/market"
)

// Bounds on what a till sends.
const (
	MaxBatch  = 500
	maxSealed = 8 << 10
	nonceSize = 12
	codeBytes = 5
)

// Envelope is one redemption as the till wrote it down: sealed with the till's key (AES-256-GCM, nonce first), so that
// neither a thief of the phone's storage nor the chat an export goes through can read or change it.
type Envelope struct {
	Key    string // UUID, made by the till
	Sealed []byte
}

// intent is what an envelope holds.
type intent struct {
	Allowance core.ID     `json:"a"`
	Household core.ID     `json:"h"`
	Card      core.ID     `json:"c"` // 0 where the household was found by its name
	MadeMs    int64       `json:"m"` // by the server's clock, as far as the till knew it
	Points    core.Points `json:"p"`
	Lines     []wireLine  `json:"l"`

	hash []byte
}

// wireLine is goods on the slip.
type wireLine struct {
	Item  core.ID     `json:"i"`
	Qty   int64       `json:"q"`
	Price core.Points `json:"p"`
}

func (in intent) items() []market.CartLine {
	lines := make([]market.CartLine, len(in.Lines))
	for i, l := range in.Lines {
		lines[i] = market.CartLine{Item: l.Item, Qty: l.Qty, Price: l.Price}
	}
	return lines
}

var keyForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// open reads an envelope. It answers offline.unreadable for whatever the till's key did not seal for this village and
// this key.
func (s *Service) open(village core.Area, till core.ID, env Envelope) (in intent, err error) {
	unreadable := errs.New(errs.Invalid, "offline.unreadable")
	if !keyForm.MatchString(env.Key) || len(env.Sealed) <= nonceSize || len(env.Sealed) > maxSealed {
		return in, unreadable
	}
	aead, err := s.tillCipher(village, till)
	if err != nil {
		return in, err
	}
	text, err := aead.Open(nil, env.Sealed[:nonceSize], env.Sealed[nonceSize:], aad(village, till, env.Key))
	if err != nil {
		return in, unreadable.Because(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return in, unreadable.Because(err)
	}
	hash := sha256.Sum256(text)
	in.hash = hash[:]
	return in, nil
}

// aad ties an envelope to its place: moved to another village, till or key it does not open.
func aad(village core.Area, till core.ID, key string) []byte {
	return []byte("qunyan offline intent 1\n" + village.String() + "\n" + till.String() + "\n" + key)
}

// Code is what a slip printed offline bears: eight characters out of the key's hash.
func Code(key string) string {
	sum := sha256.Sum256([]byte(key))
	return core.CodeOf([codeBytes]byte(sum[:codeBytes]))
}

// otherKey is where a second body under a used key is kept.
func otherKey(key string, hash []byte) string { return key + "~" + hex.EncodeToString(hash[:4]) }

// fits says whether an error is about the redemption: those wait for review. What the server could not do now, the till
// sends again.
func fits(ctx context.Context, err error) (*errs.Error, bool) {
	e := errs.From(err)
	switch e.Kind {
	case errs.Invalid, errs.Forbidden, errs.NotFound, errs.Conflict, errs.Gone, errs.TooLarge:
		return e, ctx.Err() == nil
	}
	return e, false
}
