package households

import (
	"context"
	"errors"
	"unicode/utf8"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Service runs the commands and queries of changes of households. It is safe for concurrent use.
type Service struct {
	st        *store.Store
	clock     core.Clock
	ids       *core.IDs
	directory *directory.Service
	cards     *access.Service
}

// New makes the service.
func New(st *store.Store, clock core.Clock, ids *core.IDs, directory *directory.Service, cards *access.Service) *Service {
	return &Service{st: st, clock: clock, ids: ids, directory: directory, cards: cards}
}

// command is one running command of a village.
type command struct {
	*Service
	tx      *store.Tx
	by      core.Actor
	village core.Area
	now     int64
}

// run runs fn as one command, once for the actor's intent, and reads the change it was about.
func (s *Service) run(ctx context.Context, by core.Actor, village core.Area, fn func(ctx context.Context, c *command) (core.ID, error)) (Change, error) {
	var out Change
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := s.clock.Now()
		id, err := store.Once(ctx, tx, by, village, now, func() (core.ID, error) {
			return fn(ctx, &command{Service: s, tx: tx, by: by, village: village, now: now})
		})
		if err != nil {
			return err
		}
		out, err = scan(tx.Row(ctx, sqlOne, village, id))
		return err
	})
	return out, err
}

func (c *command) log(ctx context.Context, action string, id core.ID, before, after any) error {
	return audit.Write(ctx, c.tx, c.by, c.ids.Next(), c.now, audit.Entry{
		Area: c.village, Action: action, Subject: "household_change", SubjectID: id.String(), Before: before, After: after,
	})
}

// Input is a change as somebody proposes it.
type Input struct {
	Kind      Kind
	Household core.ID   // splits, is merged into another, or is closed
	Into      core.ID   // of a merge
	To        core.Area // of a move: the village
	ToNumber  int64     // and the household's number there
	Undoes    core.ID   // of an undo; the other fields but the reason are then of no account
	Residents []core.ID
	Head      core.ID
	Remaining core.ID
	Number    int64
	Group     core.Area
	Cadre     bool
	Opening   bool
	Base      *core.Points // other than by heads
	Spendable *core.Points
	Cause     string
	Points    string
	Reason    string // 2 to 100 characters
}

// Preview works out what a change would do, without doing anything: shares by heads where none are given, and the lines.
// Errors: as for Propose.
func (s *Service) Preview(ctx context.Context, by core.Actor, village core.Area, in Input) (d Detail, err error) {
	if err := access.Require(by, access.OpProposeChange, village); err != nil {
		return d, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		c := &command{Service: s, tx: tx, by: by, village: village, now: s.clock.Now()}
		f, err := c.proposed(ctx, in)
		if err != nil {
			return err
		}
		d, err = c.detail(ctx, f)
		return err
	})
	return d, err
}

// Propose puts a change on the list of those that wait for a second person. Errors: households.* for what stands in its
// way, those of directory.Split.Check, directory.household_closed, directory.no_household.
func (s *Service) Propose(ctx context.Context, by core.Actor, village core.Area, in Input) (Change, error) {
	if err := access.Require(by, access.OpProposeChange, village); err != nil {
		return Change{}, err
	}
	var err error
	if in.Reason, err = claims.NeedText(in.Reason, "reason", maxReason); err != nil {
		return Change{}, err
	}
	if utf8.RuneCountInString(in.Reason) < minReason {
		return Change{}, errs.New(errs.Invalid, "claims.text_missing").At("reason")
	}
	return s.run(ctx, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		// Locked, so that of two proposals for one household the second sees the first.
		if in.Kind != Undo {
			if _, err := directory.LockHouseholds(ctx, c.tx, village, in.Household); err != nil {
				return 0, err
			}
		}
		f, err := c.proposed(ctx, in)
		if err != nil {
			return 0, err
		}
		x := f.change
		for _, id := range []core.ID{x.First.ID, x.Other.ID} {
			if err := c.noneWaits(ctx, id); err != nil {
				return 0, err
			}
		}
		plan, err := x.Plan.stored()
		if err != nil {
			return 0, err
		}
		x.ID = c.ids.Next()
		x.Reason = in.Reason
		if err := c.insert(ctx, village, x, plan); err != nil {
			return 0, err
		}
		return x.ID, c.log(ctx, "households.propose", x.ID, nil, map[string]any{"kind": x.Kind, "household": x.First.Number,
			"other": x.Other.Number, "moved": x.Moved, "plan": x.Plan, "undoes": x.Undoes, "reason": in.Reason})
	})
}

// insert writes a proposal into a village's list.
func (c *command) insert(ctx context.Context, village core.Area, x Change, plan string) error {
	_, err := c.tx.Exec(ctx, sqlInsert, village, x.ID, string(x.Kind), x.First.ID, x.Other.ID, x.Undoes, plan, x.Moved.Base, x.Moved.Spendable,
		x.Reason, c.by.ID, c.by.Name, c.now, x.Far.Village, x.Far.Household, x.Far.Number, x.Far.Name, x.Far.Head, x.Far.Voucher)
	return err
}

func (c *command) noneWaits(ctx context.Context, household core.ID) error {
	var n int64
	if household == 0 {
		return nil
	}
	err := c.tx.Row(ctx, sqlWaiting, c.village, household).Scan(&n)
	if err == nil && n > 0 {
		err = errs.New(errs.Conflict, "households.already_proposed")
	}
	return err
}

// Confirmation is what the second person types in from the signed paper.
type Confirmation struct {
	Version     int64  // of the change as it was seen; 0 does not ask
	Paper       string // where it is kept, or its number
	Signed      string // who signed for the household
	SignedOther string // and for the other, where there is one
}

func (in Confirmation) clean(other bool) (_ Confirmation, err error) {
	var faults [3]error
	in.Paper, faults[0] = claims.NeedText(in.Paper, "paper", maxPaper)
	in.Signed, faults[1] = claims.NeedText(in.Signed, "signed", maxSigned)
	if other {
		in.SignedOther, faults[2] = claims.NeedText(in.SignedOther, "signed_other", maxSigned)
	} else {
		in.SignedOther = ""
	}
	for _, err := range faults {
		if err != nil {
			return in, err
		}
	}
	return in, nil
}

// Confirm carries a change out: people, points, cards and the paper's name, all or nothing. Errors:
// households.own_proposal, households.own_household, households.wrong_state, households.changed_meanwhile,
// households.points_changed when the points of a split were spent since, claims.text_missing for paper and signatures, and
// what stood in the way of proposing it.
func (s *Service) Confirm(ctx context.Context, by core.Actor, village core.Area, id core.ID, in Confirmation) (Change, error) {
	if err := access.Require(by, access.OpConfirmChange, village); err != nil {
		return Change{}, err
	}
	return s.run(ctx, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		x, err := c.take(ctx, id, in.Version)
		if err != nil {
			return 0, err
		}
		if err := x.barred(by, village); err != nil {
			return 0, err
		}
		signed, err := in.clean(x.NeedsOther())
		if err != nil {
			return 0, err
		}
		done, err := c.carryOut(ctx, x)
		if err != nil {
			return 0, err
		}
		plan, err := done.Plan.stored()
		if err != nil {
			return 0, err
		}
		if _, err := c.tx.Exec(ctx, sqlDone, done.Other.ID, plan, done.Moved.Base, done.Moved.Spendable, done.Voucher, signed.Paper, signed.Signed,
			signed.SignedOther, by.ID, by.Name, c.now, village, id); err != nil {
			return 0, err
		}
		return id, c.log(ctx, "households.confirm", id, map[string]any{"state": x.State}, map[string]any{"state": Done, "moved": done.Moved,
			"voucher": done.Voucher, "other": done.Other.ID, "paper": signed.Paper, "signed": signed.Signed, "signed_other": signed.SignedOther})
	})
}

// Withdraw ends a proposal without carrying it out. Whoever may propose or confirm may. Errors: households.wrong_state,
// households.changed_meanwhile.
func (s *Service) Withdraw(ctx context.Context, by core.Actor, village core.Area, id core.ID, version int64) (Change, error) {
	if err := access.Require(by, access.OpConfirmChange, village); err != nil {
		return Change{}, err
	}
	return s.run(ctx, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		x, err := c.take(ctx, id, version)
		if err != nil {
			return 0, err
		}
		if _, err := c.tx.Exec(ctx, sqlWithdraw, by.ID, by.Name, c.now, village, id); err != nil {
			return 0, err
		}
		return id, c.log(ctx, "households.withdraw", id, map[string]any{"state": x.State}, map[string]any{"state": Withdrawn})
	})
}

// take reads a proposal that is going to be ended, after whoever is ending it.
func (c *command) take(ctx context.Context, id core.ID, version int64) (Change, error) {
	if _, err := c.tx.Exec(ctx, sqlTake, c.village, id); err != nil {
		return Change{}, err
	}
	x, err := scan(c.tx.Row(ctx, sqlOne, c.village, id))
	switch {
	case err != nil:
		return x, err
	case x.State != Proposed:
		return x, errs.New(errs.Conflict, "households.wrong_state")
	case version != 0 && version != x.Version:
		return x, errs.New(errs.Conflict, "households.changed_meanwhile")
	}
	return x, nil
}

// short says that points were refused because there are fewer than there were when they were proposed.
func short(err error) bool {
	var e *errs.Error
	return errors.As(err, &e) && e.Code == "ledger.insufficient"
}
