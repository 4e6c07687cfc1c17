package market

import (
	"cmp"
	"context"
	"slices"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

// soonDays is how long before its date a lot is worth a warning: time enough to offer it.
const soonDays = 30

// StockItem is one kind of goods with the lots it lies in, in the order they are handed out.
type StockItem struct {
	Item Item
	Lots []Lot
}

// Stock is what lies on the shelves now.
type Stock struct {
	Items     []StockItem // with anything in stock or shown on the shelf, in the order of their names
	Low       int         // kinds that are few enough to buy again
	Soon      int         // lots that pass their date within 30 days
	Expired   int         // lots that have passed it
	LastCount core.Day    // of two people; 0 never
	Today     core.Day
	SoonDay   core.Day
}

// Stock lists the goods with their lots: what runs low, what has to be offered first, what has passed its date, and when
// two people last counted.
func (s *Service) Stock(ctx context.Context, by core.Actor, village core.Area) (Stock, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return Stock{}, err
	}
	today := core.DayOf(s.clock.Now())
	stock := Stock{Items: []StockItem{}, Today: today, SoonDay: today.Add(soonDays)}
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		items, err := itemsOf(ctx, tx, village, true)
		if err != nil {
			return err
		}
		lots, err := lotsLeft(ctx, tx, village)
		if err != nil {
			return err
		}
		for _, it := range items {
			if it.Qty > 0 || it.State == ItemActive {
				stock.add(it, lots)
			}
		}
		return tx.Row(ctx, sqlLastCount, village).Scan(&stock.LastCount)
	})
	return stock, err
}

func (s *Stock) add(it Item, all []Lot) {
	lots := slices.DeleteFunc(slices.Clone(all), func(l Lot) bool { return l.Item != it.ID })
	if over := settleLots(lots, it.Qty); over > 0 {
		lots = append(lots, Lot{Item: it.ID, Kind: LotOld, Received: over, Qty: over, Name: it.Name, Unit: it.Unit})
	}
	lots = slices.DeleteFunc(lots, func(l Lot) bool { return l.Qty == 0 })
	slices.SortFunc(lots, func(a, b Lot) int { return cmp.Or(handedOut(a, b), cmp.Compare(a.ID, b.ID)) })
	for _, l := range lots {
		switch {
		case l.BestBefore == 0:
		case l.BestBefore < s.Today:
			s.Expired++
		case l.BestBefore <= s.SoonDay:
			s.Soon++
		}
	}
	if it.State == ItemActive && it.Qty <= it.Low {
		s.Low++
	}
	s.Items = append(s.Items, StockItem{Item: it, Lots: lots})
}
