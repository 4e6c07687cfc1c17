package branch

import (
	"context"
	"strconv"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// Service runs the commands and queries of Party branches. It is safe for concurrent use.
type Service struct {
	st    *store.Store
	clock core.Clock
	ids   *core.IDs
}

// New makes the service.
func New(st *store.Store, clock core.Clock, ids *core.IDs) *Service {
	return &Service{st: st, clock: clock, ids: ids}
}

// command is one running command of a village's branch.
type command struct {
	*Service
	tx      *store.Tx
	by      core.Actor
	village core.Area
	now     int64
}

func (c *command) today() core.Day { return core.DayOf(c.now) }

func (c *command) stamp() ledger.Stamp {
	return ledger.Stamp{Village: c.village, NowMs: c.now, Actor: c.by.ID}
}

// run runs fn as one command, once for the actor's intent, after whoever writes for the branch: the village's book is its
// lock, for most commands post in it. fn gives the id of what it was about.
func (s *Service) run(ctx context.Context, by core.Actor, op access.Op, village core.Area, fn func(ctx context.Context, c *command) (core.ID, error),
	read func(ctx context.Context, tx *store.Tx, id core.ID) error) error {
	if err := access.Require(by, op, village); err != nil {
		return err
	}
	return s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := s.clock.Now()
		id, err := store.Once(ctx, tx, by, village, now, func() (core.ID, error) {
			if _, err := ledger.Lock(ctx, tx, village); err != nil {
				return 0, err
			}
			return fn(ctx, &command{Service: s, tx: tx, by: by, village: village, now: now})
		})
		if err != nil {
			return err
		}
		return read(ctx, tx, id)
	})
}

// view runs a query for whoever may see what the branch keeps.
func (s *Service) view(ctx context.Context, by core.Actor, village core.Area, fn func(ctx context.Context, tx *store.Tx) error) error {
	if err := access.Require(by, access.OpReadBranch, village); err != nil {
		return err
	}
	return s.st.View(ctx, fn)
}

// log says who did what to which. The audit trail is read outside the branch, so it never says about whom, how many points
// or why: that stands in the branch's own rows, which nobody edits.
func (c *command) log(ctx context.Context, action, subject string, id core.ID, state string) error {
	return audit.Write(ctx, c.tx, c.by, c.ids.Next(), c.now, audit.Entry{Area: c.village, Action: "branch." + action, Subject: subject,
		SubjectID: id.String(), After: map[string]any{"state": state}})
}

func (c *command) logYear(ctx context.Context, action string, year int64, state State) error {
	return audit.Write(ctx, c.tx, c.by, c.ids.Next(), c.now, audit.Entry{Area: c.village, Action: "branch." + action, Subject: "branch_scheme",
		SubjectID: strconv.FormatInt(year, 10), After: map[string]any{"state": state}})
}
