package report

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
	"qunyan/internal/tally"
)

// Row is the figures of one area.
type Row struct {
	Area             core.Area              `json:"area"`
	Name             string                 `json:"name"`
	Villages         int64                  `json:"villages"`          // villages and communities
	Households       int64                  `json:"households"`        // on the lists now, without those that moved away
	ActiveHouseholds int64                  `json:"active_households"` // got points from the last month of the span that is over
	Residents        int64                  `json:"residents"`
	Claims           map[string]int64       `json:"claims"` // by state, of the lists of the months
	Earned           core.Points            `json:"earned"`
	Deducted         core.Points            `json:"deducted"`
	ByCategory       map[string]core.Points `json:"by_category"` // of Earned
	Redemptions      int64                  `json:"redemptions"`
	Redeemed         core.Points            `json:"redeemed"`
	ShopsOpen        int64                  `json:"shops_open"`
	Granted          core.Fen               `json:"granted_fen"`
	Fund             core.Fen               `json:"fund_fen"`
	Stock            core.Fen               `json:"stock_fen"` // at cost
	LiabilityPoints  core.Points            `json:"liability_points"`
	Liability        core.Fen               `json:"liability_fen"`   // those points at each shop's own rate
	ClosedVillages   int64                  `json:"closed_villages"` // that closed the last month of the span that is over
}

// Overview is an area with its parts, in the order of the county's list.
type Overview struct {
	Area     core.Area  `json:"area"`
	From     core.Month `json:"from"`
	To       core.Month `json:"to"`
	AsOfMs   int64      `json:"as_of_ms"`
	Totals   Row        `json:"totals"`
	Children []Row      `json:"children"` // townships of a county, villages of a township; none of a village
}

// Overview adds up an area and each of its parts.
func (s *Service) Overview(ctx context.Context, by core.Actor, area core.Area, span Span) (Overview, error) {
	now := s.clock.Now()
	today := core.DayOf(now)
	if err := span.fill(today); err != nil {
		return Overview{}, err
	}
	var v overview
	err := s.view(ctx, by, area, func(ctx context.Context, tx *store.Tx) error {
		v = overview{area: area, span: span, lastOver: min(span.To, today.Month().Prev())}
		return v.read(ctx, tx)
	})
	if err != nil {
		return Overview{}, err
	}
	return Overview{Area: area, From: span.From, To: span.To, AsOfMs: now, Totals: v.total(), Children: v.children()}, nil
}

// overview gathers figures by part: the area's children, or the village itself.
type overview struct {
	area     core.Area
	span     Span
	lastOver core.Month // last month of the span that has ended
	name     string
	rows     []Row
	at       map[core.Area]int
}

func newRow(area core.Area, name string) Row {
	return Row{Area: area, Name: name, Claims: map[string]int64{}, ByCategory: map[string]core.Points{}}
}

func (v *overview) read(ctx context.Context, tx *store.Tx) error {
	var err error
	if v.name, err = areaName(ctx, tx, v.area); err != nil {
		return err
	}
	if err := v.readParts(ctx, tx); err != nil {
		return err
	}
	if err := eachVillage(ctx, tx, v.area, v.addVillage); err != nil {
		return err
	}
	if err := eachCount(ctx, tx, v.area, Span{v.lastOver, v.lastOver}, v.addActive); err != nil {
		return err
	}
	if err := eachCount(ctx, tx, v.area, Span{}, v.addCount); err != nil {
		return err
	}
	return eachCount(ctx, tx, v.area, v.span, v.addCount)
}

// readParts makes an empty row for every part, so that a township that has done nothing yet is there too.
func (v *overview) readParts(ctx context.Context, tx *store.Tx) error {
	v.at = map[core.Area]int{}
	if v.area.Level() == core.Village {
		v.rows = []Row{newRow(v.area, v.name)}
		v.at[v.area] = 0
		return nil
	}
	return eachChild(ctx, tx, v.area, func(code core.Area, name string) {
		v.at[code] = len(v.rows)
		v.rows = append(v.rows, newRow(code, name))
	})
}

// row is the row of a part, given by the code of any area in it.
func (v *overview) row(inside core.Area) *Row {
	i, known := v.at[v.partOf(inside)]
	if !known { // an area that is not on the list any more but still has a book
		i = len(v.rows)
		v.at[v.partOf(inside)] = i
		v.rows = append(v.rows, newRow(v.partOf(inside), ""))
	}
	return &v.rows[i]
}

func (v *overview) partOf(inside core.Area) core.Area {
	if v.area.Level() == core.County && inside.Level() == core.Village {
		return inside.Parent()
	}
	return inside
}

func (v *overview) addVillage(vi village) {
	r := v.row(vi.code)
	r.Villages++
	r.Fund += vi.fund
	r.Stock += vi.stock
	r.LiabilityPoints += vi.spendable()
	r.Liability += vi.liability()
	if vi.closed >= v.lastOver {
		r.ClosedVillages++
	}
}

// addActive takes one month's figure: households of several months cannot be added up without counting some twice.
func (v *overview) addActive(c count) {
	if c.topic == tally.Active {
		v.row(c.part).ActiveHouseholds += c.n
	}
}

// addCount puts one sum of the tally where it belongs. What reports do not show is passed over.
func (v *overview) addCount(c count) {
	r := v.row(c.part)
	switch c.topic {
	case tally.Household:
		if c.item == "active" {
			r.Households += c.n
		}
	case tally.Resident:
		r.Residents += c.n
	case tally.Shop:
		r.ShopsOpen += c.n
	case tally.Claim:
		r.Claims[c.item] += c.n
	case tally.Earned:
		r.Earned += core.Points(c.amount)
		r.ByCategory[c.item] += core.Points(c.amount)
	case tally.Deducted:
		r.Deducted += core.Points(c.amount)
	case tally.Redeemed:
		r.Redemptions += c.n
		r.Redeemed += core.Points(c.amount)
	case tally.Granted:
		r.Granted += core.Fen(c.amount)
	}
}

func (v *overview) children() []Row {
	if v.area.Level() == core.Village {
		return []Row{}
	}
	return v.rows
}

func (v *overview) total() Row {
	sum := newRow(v.area, v.name)
	for i := range v.rows {
		sum.add(&v.rows[i])
	}
	return sum
}

func (r *Row) add(o *Row) {
	r.Villages += o.Villages
	r.Households += o.Households
	r.ActiveHouseholds += o.ActiveHouseholds
	r.Residents += o.Residents
	r.Earned += o.Earned
	r.Deducted += o.Deducted
	r.Redemptions += o.Redemptions
	r.Redeemed += o.Redeemed
	r.ShopsOpen += o.ShopsOpen
	r.Granted += o.Granted
	r.Fund += o.Fund
	r.Stock += o.Stock
	r.LiabilityPoints += o.LiabilityPoints
	r.Liability += o.Liability
	r.ClosedVillages += o.ClosedVillages
	for state, n := range o.Claims {
		r.Claims[state] += n
	}
	for category, points := range o.ByCategory {
		r.ByCategory[category] += points
	}
}
