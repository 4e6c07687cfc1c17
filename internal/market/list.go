package market

import (
	"cmp"
	"context"
	"slices"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Filter narrows a list of redemptions: 0 takes every day, every household.
type Filter struct {
	Village   core.Area
	Day       core.Day
	Household core.ID
}

// Redemptions lists redemptions, newest first, and the cursor of the next page ("" after the last). A household's card
// sees its own.
func (s *Service) Redemptions(ctx context.Context, by core.Actor, f Filter, page core.Page) (list []Redemption, next string, err error) {
	if err := mayRead(by, f.Village, f.Household); err != nil {
		return nil, "", err
	}
	before, err := cursorID(page.Cursor)
	if err != nil {
		return nil, "", err
	}
	size := page.Size()
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err = redemptionsOf(ctx, tx, f, before, size+1)
		return err
	})
	if len(list) > size {
		list = list[:size]
		next = list[size-1].ID.String()
	}
	return list, next, err
}

// Redemption reads one redemption, for its slip.
func (s *Service) Redemption(ctx context.Context, by core.Actor, village core.Area, id core.ID) (r Redemption, err error) {
	if err := mayRead(by, village, by.Household); err != nil {
		return r, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err = redemptionOf(ctx, tx, village, id)
		return err
	})
	if err == nil {
		err = mayRead(by, village, r.Household)
	}
	return r, err
}

// mayRead lets staff read their village and a card its own household.
func mayRead(by core.Actor, village core.Area, household core.ID) error {
	if by.Kind == core.CardActor && household == by.Household {
		return access.Require(by, access.OpReadCard, village)
	}
	return access.Require(by, access.OpReadVillage, village)
}

// Summary is a shop's day: what was handed out and what it came to. Voided redemptions count in Voided alone.
type Summary struct {
	Day         core.Day
	Redemptions int64
	Points      core.Points
	Voided      int64
	Items       []ItemSum
}

// ItemSum is how much of one kind went out on a day.
type ItemSum struct {
	Item   core.ID
	Name   string
	Unit   string
	Qty    int64
	Points core.Points
}

// DaySummary adds up a day's redemptions; its goods come in the order of their names.
func (s *Service) DaySummary(ctx context.Context, by core.Actor, village core.Area, day core.Day) (Summary, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return Summary{}, err
	}
	sum := Summary{Day: day, Items: []ItemSum{}}
	at := map[core.ID]int{}
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return eachOfDay(ctx, tx, village, day, func(r Redemption) { sum.add(r, at) })
	})
	slices.SortStableFunc(sum.Items, func(a, b ItemSum) int {
		return cmp.Or(cmp.Compare(sortKey(a.Name), sortKey(b.Name)), cmp.Compare(a.Item, b.Item))
	})
	return sum, err
}

// add counts a redemption; at says where a kind stands in Items.
func (s *Summary) add(r Redemption, at map[core.ID]int) {
	if r.State == Voided {
		s.Voided++
		return
	}
	s.Redemptions++
	s.Points += r.Points
	for _, l := range r.Items {
		i, known := at[l.Item]
		if !known {
			i = len(s.Items)
			at[l.Item] = i
			s.Items = append(s.Items, ItemSum{Item: l.Item, Name: l.Name, Unit: l.Unit})
		}
		s.Items[i].Qty += l.Qty
		s.Items[i].Points += l.Price * core.Points(l.Qty)
	}
}
