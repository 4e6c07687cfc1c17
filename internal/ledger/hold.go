package ledger

import (
	"context"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// HoldState is where a hold stands.
type HoldState string

// The states of a hold. Only a pending one that has not run out lowers what its household can spend.
const (
	HoldPending HoldState = "pending"
	HoldSettled HoldState = "settled"
	HoldVoided  HoldState = "voided"
	HoldExpired HoldState = "expired"
)

// Hold sets points of a household aside for something that is being done: nothing else can spend them until it is
// settled, voided or runs out.
type Hold struct {
	ID        core.ID
	Owner     core.ID // household
	Points    core.Points
	State     HoldState
	Ref       core.ID // what the points are kept for
	ExpiresMs int64
	CreatedMs int64
	EndedMs   int64 // 0 while pending
	Line      int64 // first line of the settlement
}

// PlaceHold sets points aside. h brings ID, Owner, Points, Ref and ExpiresMs; the rest is filled in.
//
// Errors: ledger.insufficient (have, need) when less is free; ledger.bad_amount; ledger.hold_ended when it would have
// run out already.
func PlaceHold(ctx context.Context, tx *store.Tx, at Stamp, h Hold) error {
	if h.Points < 1 || h.Points > core.MaxPoints {
		return errs.New(errs.Invalid, "ledger.bad_amount", "most", core.MaxPoints)
	}
	b, err := Lock(ctx, tx, at.Village)
	if err != nil {
		return err
	}
	nowMs := max(b.LastMs, at.NowMs)
	if h.ExpiresMs <= nowMs {
		return errs.New(errs.Conflict, "ledger.hold_ended")
	}
	have, err := BalancesOf(ctx, tx, at.Village, h.Owner, nowMs)
	if err != nil {
		return err
	}
	if have.Free() < h.Points {
		return insufficient(int64(have.Free()), int64(h.Points))
	}
	_, err = tx.Exec(ctx, sqlInsertHold, at.Village, h.ID, h.Owner, h.Points, h.Ref, h.ExpiresMs, nowMs)
	return err
}

// SettleHold ends a hold and posts what it was kept for as one voucher. The lines may redeem fewer points than were
// held; the rest is free again. Lines of another household are refused.
//
// Errors: ledger.no_hold; ledger.hold_ended when it was ended before or has run out; those of Post.
func SettleHold(ctx context.Context, tx *store.Tx, at Stamp, id core.ID, entries ...Entry) (first int64, lines []Line, err error) {
	h, nowMs, err := pendingHold(ctx, tx, at, id)
	if err != nil {
		return 0, nil, err
	}
	var redeemed int64
	for _, e := range entries {
		if e.Owner != 0 && e.Owner != h.Owner {
			return 0, nil, errs.New(errs.Conflict, "ledger.hold_other")
		}
		if e.Kind == Redeemed {
			redeemed += e.Amount
		}
	}
	if redeemed > int64(h.Points) {
		return 0, nil, insufficient(int64(h.Points), redeemed)
	}
	// Ended before the lines are posted: from here on the points are free for them.
	if err := endHold(ctx, tx, at, id, HoldSettled, nowMs); err != nil {
		return 0, nil, err
	}
	if first, lines, err = Post(ctx, tx, at, entries...); err != nil {
		return 0, nil, err
	}
	_, err = tx.Exec(ctx, sqlHoldLine, first, at.Village, id)
	return first, lines, err
}

// VoidHold ends a hold without posting anything. Errors: ledger.no_hold, ledger.hold_ended.
func VoidHold(ctx context.Context, tx *store.Tx, at Stamp, id core.ID) error {
	_, nowMs, err := pendingHold(ctx, tx, at, id)
	if err != nil {
		return err
	}
	return endHold(ctx, tx, at, id, HoldVoided, nowMs)
}

// ExpireHolds marks the holds of a village that have run out and says how many. They stopped counting when their time
// came; this only tidies.
func ExpireHolds(ctx context.Context, tx *store.Tx, at Stamp) (int64, error) {
	b, err := Lock(ctx, tx, at.Village)
	if err != nil {
		return 0, err
	}
	return tx.Exec(ctx, sqlExpireHolds, at.Village, max(b.LastMs, at.NowMs))
}

// HoldByID reads a hold. Error: ledger.no_hold.
func HoldByID(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Hold, error) {
	var h Hold
	err := tx.Row(ctx, sqlHold, village, id).Scan(&h.ID, &h.Owner, &h.Points, &h.State, &h.Ref, &h.ExpiresMs, &h.CreatedMs, &h.EndedMs, &h.Line)
	if errors.Is(err, store.ErrNone) {
		return h, errs.New(errs.NotFound, "ledger.no_hold")
	}
	return h, err
}

// pendingHold locks the book and reads a hold that still counts, with the book's time.
func pendingHold(ctx context.Context, tx *store.Tx, at Stamp, id core.ID) (Hold, int64, error) {
	b, err := Lock(ctx, tx, at.Village)
	if err != nil {
		return Hold{}, 0, err
	}
	h, err := HoldByID(ctx, tx, at.Village, id)
	nowMs := max(b.LastMs, at.NowMs)
	if err == nil && (h.State != HoldPending || h.ExpiresMs <= nowMs) {
		err = errs.New(errs.Conflict, "ledger.hold_ended")
	}
	return h, nowMs, err
}

func endHold(ctx context.Context, tx *store.Tx, at Stamp, id core.ID, state HoldState, nowMs int64) error {
	n, err := tx.Exec(ctx, sqlEndHold, state, nowMs, at.Village, id)
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "ledger.hold_ended")
	}
	return err
}
