package market

import (
	"cmp"
	"context"
	"slices"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// LotKind says how goods came into stock.
type LotKind string

// The kinds of lot.
const (
	LotBought LotKind = "bought"
	LotGiven  LotKind = "given"
	LotFound  LotKind = "found" // by a count
	LotOld    LotKind = "old"   // from before lots were kept
)

// Lot is a delivery and what is left of it.
type Lot struct {
	ID         core.ID
	Item       core.ID
	Name, Unit string // of the goods, as they are called now
	Kind       LotKind
	Received   int64 // pieces
	Qty        int64 // pieces left
	Cost       core.Fen
	Fund       core.ID // restricted fund that paid; 0 for free money
	Supplier   string  // or the giver; "" for somebody who is not named
	Invoice    string
	Photo      core.ID
	Batch      string
	BestBefore core.Day // 0 none
	Note       string
	Line       int64
	Reversed   bool
	By         core.ID
	ByName     string
	CreatedMs  int64
}

// handedOut is the order in which lots leave the shelf: first expired, first out; what bears no date goes last, older
// deliveries first.
func handedOut(a, b Lot) int {
	date := func(l Lot) core.Day {
		if l.BestBefore == 0 {
			return 1 << 30
		}
		return l.BestBefore
	}
	return cmp.Or(cmp.Compare(date(a), date(b)), cmp.Compare(a.ID, b.ID))
}

// settleLots brings the lots of one kind of goods, kept since the last delivery, up to what lies on the shelf now. No
// delivery came in between, so it does not matter how the pieces that left were spread over redemptions: they left in the
// order of handedOut. over is what the shelf has beyond all lots.
func settleLots(lots []Lot, shelf int64) (over int64) {
	slices.SortFunc(lots, handedOut)
	var kept int64
	for _, l := range lots {
		kept += l.Qty
	}
	out := kept - shelf
	for i := range lots {
		if out <= 0 {
			break
		}
		n := min(out, lots[i].Qty)
		lots[i].Qty -= n
		out -= n
	}
	return max(shelf-kept, 0)
}

// putBackLots returns pieces to the lots that were handed out last. over is what fits into none of them.
func putBackLots(lots []Lot, back int64) (over int64) {
	slices.SortFunc(lots, handedOut)
	for i := len(lots) - 1; i >= 0 && back > 0; i-- {
		if lots[i].Reversed {
			continue
		}
		n := min(back, lots[i].Received-lots[i].Qty)
		lots[i].Qty += n
		back -= n
	}
	return back
}

// settle writes the lots of goods as they stand when shelf pieces are there. The goods' row is locked already. Pieces
// that no lot knows become one of their own.
func (s *Service) settle(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, item core.ID, shelf, now int64) ([]Lot, error) {
	lots, err := lotsOfItem(ctx, tx, village, item)
	if err != nil {
		return nil, err
	}
	was := kept(lots)
	if over := settleLots(lots, shelf); over > 0 {
		old := Lot{ID: s.ids.Next(), Item: item, Kind: LotOld, Received: over, Qty: over, By: by.ID, ByName: by.Name, CreatedMs: now}
		if err := insertLot(ctx, tx, village, old); err != nil {
			return nil, err
		}
		lots = append(lots, old)
	}
	return lots, writeLots(ctx, tx, village, lots, was)
}

// kept notes how many pieces of each lot are left.
func kept(lots []Lot) map[core.ID]int64 {
	qty := make(map[core.ID]int64, len(lots))
	for _, l := range lots {
		qty[l.ID] = l.Qty
	}
	return qty
}

// writeLots writes what is left of the lots that changed.
func writeLots(ctx context.Context, tx *store.Tx, village core.Area, lots []Lot, was map[core.ID]int64) error {
	for _, l := range lots {
		if before, old := was[l.ID]; !old || before == l.Qty {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE lot SET qty = $1 WHERE village = $2 AND id = $3`, l.Qty, village, l.ID); err != nil {
			return err
		}
	}
	return nil
}

// restock returns pieces of a voided redemption to the lots they came from; after is what the shelf has now.
func (s *Service) restock(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, item core.ID, after, back, now int64) error {
	lots, err := s.settle(ctx, tx, by, village, item, after-back, now)
	if err != nil {
		return err
	}
	was := kept(lots)
	over := putBackLots(lots, back)
	if err := writeLots(ctx, tx, village, lots, was); err != nil || over == 0 {
		return err
	}
	return insertLot(ctx, tx, village, Lot{ID: s.ids.Next(), Item: item, Kind: LotOld, Received: over, Qty: over, By: by.ID, ByName: by.Name, CreatedMs: now})
}
