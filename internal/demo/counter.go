package demo

import (
	"context"
	"strconv"

	"qunyan/internal/core"
	"qunyan/internal/market"
)

// shop is a village's shop as its keeper knows it.
type shop struct {
	fund     core.Fen
	shelf    []ware
	visits   int
	redeemed core.Points
	from     core.Day // first day on which somebody can have points
	turns    int      // visits, and those that were taken back
}

// ware is one kind of goods on the shelf.
type ware struct {
	goods
	id  core.ID
	qty int64
}

func (s *shop) openAt(hour int) bool {
	return s.from != 0 && (hour == forenoon || hour == lateShop)
}

// stock puts the goods on the shelf's list and buys the first of them with what the fund holds: the cheap things first,
// because that is what a few points buy.
func (v *village) stock(ctx context.Context) error {
	for _, g := range shelf {
		item, err := v.d.p.Market.CreateItem(ctx, v.clerk, market.ItemInput{Village: v.code, Name: g.name, Unit: g.unit, Price: g.price, Low: g.low})
		if err != nil {
			return err
		}
		v.shop.shelf = append(v.shop.shelf, ware{goods: g, id: item.ID})
	}
	return v.restock(ctx)
}

// small things are what a meeting's points buy; modest ones what a shop without other money has beside them.
const (
	small  = 5
	modest = 10
)

// reserve is what a keeper leaves in the fund for soap and salt before buying what costs more.
const reserve core.Fen = 250_00

// restock buys what has run low, as far as the money goes.
func (v *village) restock(ctx context.Context) error {
	for i := range v.shop.shelf {
		w := &v.shop.shelf[i]
		lot, left := w.order, core.Fen(0)
		if w.price > small {
			left = reserve
		}
		if !v.d.scale.Plenty {
			if w.price > modest { // a thousand yuan a year buy no rice
				continue
			}
			lot = (lot + 1) / 2
		}
		cost := w.cost * core.Fen(lot)
		if w.qty > w.low || v.shop.fund-left < cost {
			continue
		}
		if _, err := v.d.p.Market.Receive(ctx, v.keeper, market.ReceiveInput{Village: v.code, Item: w.id, Qty: lot, Cost: cost, Note: v.one(suppliers)}); err != nil {
			return err
		}
		w.qty += lot
		v.shop.fund -= cost
	}
	return nil
}

// serve lets come in who comes now. Visits are spread evenly over the hours at which points can be spent.
func (v *village) serve(ctx context.Context, day core.Day, hour int) error {
	total, now := 2*v.d.cal.today.Sub(v.shop.from), 2*day.Sub(v.shop.from)+1
	if hour == lateShop {
		now++
	}
	due := v.visitsInAll() * now / max(total, 1)
	for tries := due - v.shop.visits; tries > 0; tries-- {
		if err := v.visit(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (v *village) visitsInAll() int {
	visits := v.d.scale.Visits
	if v.isShown() && v.d.scale.Plenty {
		visits *= 3
	}
	return visits
}

// visit hands out a basket to a household that can pay for it.
func (v *village) visit(ctx context.Context) error {
	h := v.customer()
	lines, points := v.basket(h.points)
	if points == 0 {
		return nil
	}
	r, err := v.d.p.Market.Redeem(ctx, v.keeper, market.RedeemInput{Village: v.code, Household: h.id, Items: lines, Points: points})
	if err != nil {
		return may(err, "market.below_floor", "market.own_household")
	}
	if v.shop.turns++; v.shop.turns%97 == 41 { // a mistake, taken back by somebody else; whoever it was comes again
		_, err := v.d.p.Market.Void(ctx, v.clerk, market.VoidInput{Village: v.code, ID: r.ID, Reason: v.one(voids)})
		return err
	}
	v.shop.visits++
	v.d.redemptions.Add(1)
	h.points -= points
	v.shop.redeemed += points
	v.d.points.Add(int64(points))
	for _, l := range lines {
		v.ware(l.Item).qty -= l.Qty
	}
	return nil
}

func (v *village) ware(id core.ID) *ware {
	for i := range v.shop.shelf {
		if v.shop.shelf[i].id == id {
			return &v.shop.shelf[i]
		}
	}
	panic("demo: goods of another shop: " + id.String())
}

// customer is the one with the most points of a few who might come.
func (v *village) customer() *home {
	best := &v.homes[v.rng.IntN(len(v.homes))]
	for range 5 {
		if h := &v.homes[v.rng.IntN(len(v.homes))]; h.points > best.points {
			best = h
		}
	}
	return best
}

// basket fills a basket for about what a visit should come to, so that over time the average is the scale's.
func (v *village) basket(have core.Points) (lines []market.CartLine, points core.Points) {
	goal := core.Points(v.d.scale.Cart*(v.shop.visits+1)/1000) - v.shop.redeemed
	goal = min(max(goal*core.Points(40+v.rng.IntN(160))/100, 1), have)
	for range 3 {
		w := v.choose(goal-points, lines)
		if w == nil {
			break
		}
		lines = append(lines, market.CartLine{Item: w.id, Qty: 1, Price: w.price})
		points += w.price
	}
	return lines, points
}

// choose takes one of the dearest things that still fit.
func (v *village) choose(goal core.Points, taken []market.CartLine) *ware {
	var fit []*ware
	for i := len(v.shop.shelf) - 1; i >= 0 && len(fit) < 3; i-- {
		w := &v.shop.shelf[i]
		if w.price <= goal && w.qty > 0 && !contains(taken, w.id) {
			fit = append(fit, w)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return fit[v.rng.IntN(len(fit))]
}

func contains(lines []market.CartLine, item core.ID) bool {
	for _, l := range lines {
		if l.Item == item {
			return true
		}
	}
	return false
}

// doc numbers a paper of the county's.
func doc(month core.Month, number int) string {
	return "织乡振〔" + strconv.Itoa(int(month)/100) + "〕" + strconv.Itoa(number) + "号"
}
