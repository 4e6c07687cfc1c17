package market

import (
	"context"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// Bounds on a reason, in characters; those of the line in the book that bears it.
const (
	minReason = 2
	maxReason = 100
)

// VoidInput names a redemption and says why it is taken back.
type VoidInput struct {
	Village core.Area
	ID      core.ID
	Reason  string
}

// Void takes a redemption back on the day it was made: the points return to the household, the goods to the shelf at
// the cost they left it with, by reversing lines in the book. It takes a second person: whoever handed the goods out
// cannot void it, and nobody voids their own household's. A redemption is voided once.
func (s *Service) Void(ctx context.Context, by core.Actor, in VoidInput) (Redemption, error) {
	if err := access.Require(by, access.OpVoidRedemption, in.Village); err != nil {
		return Redemption{}, err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if n := runes(in.Reason); n < minReason || n > maxReason {
		return Redemption{}, errs.New(errs.Invalid, "market.bad_reason", "least", minReason, "most", maxReason).At("reason")
	}
	now := s.clock.Now()
	var done Redemption
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		answer, err := store.Once(ctx, tx, by, in.Village, now, func() (answered, error) {
			return answered{in.ID}, s.void(ctx, tx, by, in, now)
		})
		if err == nil {
			done, err = redemptionOf(ctx, tx, in.Village, answer.ID)
		}
		return err
	})
	return done, err
}

func (s *Service) void(ctx context.Context, tx *store.Tx, by core.Actor, in VoidInput, now int64) error {
	r, err := redemptionOf(ctx, tx, in.Village, in.ID)
	if err != nil {
		return err
	}
	if err := r.mayVoid(by, in.Village, core.DayOf(now)); err != nil {
		return err
	}
	if first, err := markVoided(ctx, tx, in, by, now); err != nil || !first {
		return orElse(err, errs.New(errs.Conflict, "market.already_voided"))
	}
	if err := s.putBack(ctx, tx, by, in.Village, r, now); err != nil {
		return err
	}
	at := ledger.Stamp{Village: in.Village, NowMs: now, Actor: by.ID}
	if _, _, err := ledger.VoidVoucher(ctx, tx, at, r.No, in.Reason); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{
		Area: in.Village, Action: "market.void", Subject: "redemption", SubjectID: r.ID.String(),
		Before: map[string]any{"no": r.No, "household": r.Number, "points": r.Points, "state": Settled},
		After:  map[string]any{"state": Voided, "reason": in.Reason},
	})
}

func (r Redemption) mayVoid(by core.Actor, village core.Area, today core.Day) error {
	switch {
	case r.State == Voided:
		return errs.New(errs.Conflict, "market.already_voided")
	case r.By == by.ID:
		return errs.New(errs.Forbidden, "market.void_by_same")
	case ownHousehold(by, village, r.Household):
		return errOwnHousehold
	case r.Day < today:
		return errs.New(errs.Conflict, "market.void_too_late", "day", r.Day.String())
	}
	return nil
}

// putBack returns the goods to the shelf at the cost they left it with.
func (s *Service) putBack(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, r Redemption, now int64) error {
	basket := cart{lines: make([]CartLine, len(r.Items))}
	for i, l := range r.Items {
		basket.lines[i].Item = l.Item
	}
	moves := make([]movement, 0, len(r.Items))
	for _, i := range basket.byItem() {
		l := r.Items[i]
		item, err := putIn(ctx, tx, village, l.Item, l.Qty, l.Cost)
		if err != nil {
			return err
		}
		if err := s.restock(ctx, tx, by, village, l.Item, item.Qty, l.Qty, now); err != nil {
			return err
		}
		moves = append(moves, movement{id: s.ids.Next(), item: l.Item, kind: movedBack, qty: l.Qty, cost: l.Cost, after: item.Qty, ref: r.ID})
	}
	return insertMovements(ctx, tx, village, by, now, moves...)
}
