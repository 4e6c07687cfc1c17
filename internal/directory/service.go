package directory

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// OnOpen is called in the transaction that makes households, with the new ones of one village: the ledger's opening
// lines, for example.
type OnOpen func(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, households []core.ID) error

// Service keeps the directory. It is safe for concurrent use.
type Service struct {
	st     *store.Store
	clock  core.Clock
	ids    *core.IDs
	idKey  []byte
	onOpen OnOpen
	jobs   *jobs
}

// New makes the service. idKey is the installation's key for hashing identity numbers: whoever changes it makes
// numbers known so far unrecognisable. onOpen may be nil.
func New(st *store.Store, clock core.Clock, ids *core.IDs, idKey []byte, onOpen OnOpen) *Service {
	if onOpen == nil {
		onOpen = func(context.Context, *store.Tx, core.Actor, core.Area, []core.ID) error { return nil }
	}
	return &Service{st: st, clock: clock, ids: ids, idKey: idKey, onOpen: onOpen, jobs: newJobs()}
}

func (s *Service) today() core.Day { return core.DayOf(s.clock.Now()) }
