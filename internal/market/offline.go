package market

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// Late is a redemption that was made while the counter had no network.
type Late struct {
	RedeemInput
	Code   string // on the slip that was printed then; the passbook's line bears it
	Agreed bool   // the prices of that slip hold, whatever the goods cost now
}

// RedeemLate is the step of a command that books what a till handed out offline. by is the keeper who stood there. It
// refuses what Redeem refuses; whether the card was good, the caller knows.
func (s *Service) RedeemLate(ctx context.Context, tx *store.Tx, by core.Actor, in Late, now int64) (Redemption, error) {
	basket, err := fill(in.Items, in.Points)
	if err != nil {
		return Redemption{}, err
	}
	if ownHousehold(by, in.Village, in.Household) {
		return Redemption{}, errOwnHousehold
	}
	basket.mark = in.Code
	if in.Agreed {
		basket.agreed = make([]core.Points, len(basket.lines))
		for i, l := range basket.lines {
			item, err := itemOf(ctx, tx, in.Village, l.Item)
			if err != nil {
				return Redemption{}, orField(err, i)
			}
			basket.agreed[i], basket.lines[i].Price = l.Price, item.Price
		}
	}
	return s.redeem(ctx, tx, by, in.RedeemInput, basket, now)
}

// Gone is goods that left the shelf and that nobody pays for.
type Gone struct {
	Village core.Area
	Items   []CartLine // prices do not matter
	Ref     core.ID    // of the record that says why
	Note    string
}

// WriteOff is the step of a command that takes goods off the shelf and out of the book at cost, without points. It gives
// what they cost.
func (s *Service) WriteOff(ctx context.Context, tx *store.Tx, by core.Actor, in Gone, now int64) (cost core.Fen, err error) {
	basket := cart{lines: in.Items}
	moves := make([]movement, 0, len(in.Items))
	for _, i := range basket.byItem() {
		l := in.Items[i]
		item, err := itemOf(ctx, tx, in.Village, l.Item)
		if err != nil {
			return 0, orField(err, i)
		}
		l.Price = item.Price
		left, out, err := takeOff(ctx, tx, in.Village, l)
		if err != nil {
			return 0, orField(err, i)
		}
		cost += out
		moves = append(moves, movement{id: s.ids.Next(), item: l.Item, kind: movedGone, qty: -l.Qty, cost: -out, after: left.Qty, ref: in.Ref, note: in.Note})
	}
	if cost > 0 {
		_, _, err = ledger.Post(ctx, tx, ledger.Stamp{Village: in.Village, NowMs: now, Actor: by.ID},
			ledger.Entry{Kind: ledger.GoodsLost, Amount: int64(cost), Ref: in.Ref, MemoZh: in.Note})
		if err != nil {
			return 0, err
		}
	}
	return cost, insertMovements(ctx, tx, in.Village, by, now, moves...)
}

// CheckPieces holds the pieces of a list that came from outside to the bounds of a basket.
func CheckPieces(lines []CartLine) error {
	for i, l := range lines {
		if l.Item <= 0 || l.Qty < 1 || l.Qty > MaxPieces || i >= MaxKinds {
			return orField(errs.New(errs.Invalid, "market.bad_quantity", "most", MaxPieces), i)
		}
	}
	return nil
}
