package market

import (
	"unicode/utf8"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Service runs the shops of all villages. It is safe for concurrent use.
type Service struct {
	st    *store.Store
	clock core.Clock
	ids   *core.IDs
	cards *access.Service
}

// New makes the service; cards resolves what a till scans or a keeper types.
func New(st *store.Store, clock core.Clock, ids *core.IDs, cards *access.Service) *Service {
	return &Service{st: st, clock: clock, ids: ids, cards: cards}
}

// runes is the length of a text as people count it.
func runes(s string) int { return utf8.RuneCountInString(s) }

// orElse is err, or otherwise if there is none: a write that changed nothing has a reason of its own.
func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
