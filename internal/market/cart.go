package market

import (
	"cmp"
	"slices"
	"strconv"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// Bounds on one redemption: a basket a person carries, not a wholesale order.
const (
	MaxKinds  = 50
	MaxPieces = 99
)

// CartLine is one kind of goods as the counter showed it: the price is what the household saw and agreed to.
type CartLine struct {
	Item  core.ID     `json:"item"`
	Qty   int64       `json:"qty"`
	Price core.Points `json:"price"`
}

// cart is a checked basket: every kind once, in the order it was put in, as the slip shows it.
type cart struct {
	lines  []CartLine
	points core.Points
	agreed []core.Points // price of each line on the slip where it is not the shelf's; nil where it is
	mark   string        // code of the slip that was printed offline
}

// onSlip is the price of a line that the household agreed to.
func (c cart) onSlip(line int) core.Points {
	if c.agreed == nil {
		return c.lines[line].Price
	}
	return c.agreed[line]
}

// byItem is the order in which stock is touched, as indexes into lines. All redemptions go by the item's id, so that
// two tills never wait for each other in a circle.
func (c cart) byItem() []int {
	order := make([]int, len(c.lines))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(c.lines[a].Item, c.lines[b].Item) })
	return order
}

// fill merges lines of the same goods and holds the basket to the bounds. points is the sum the household agreed to.
func fill(lines []CartLine, points core.Points) (cart, error) {
	if len(lines) == 0 {
		return cart{}, errs.New(errs.Invalid, "market.empty_cart").At("items")
	}
	c := cart{lines: make([]CartLine, 0, min(len(lines), MaxKinds))}
	for i, l := range lines {
		if err := c.add(l); err != nil {
			return cart{}, err.At("items[" + strconv.Itoa(i) + "]." + err.Field)
		}
		if len(c.lines) > MaxKinds {
			return cart{}, errs.New(errs.Invalid, "market.too_many_kinds", "most", MaxKinds).At("items")
		}
	}
	for _, l := range c.lines {
		c.points += l.Price * core.Points(l.Qty)
	}
	if c.points > core.MaxPoints {
		return cart{}, errs.New(errs.Invalid, "market.total_too_large", "most", core.MaxPoints).At("points")
	}
	if c.points != points {
		return cart{}, errs.New(errs.Invalid, "market.points_differ", "sum", c.points).At("points")
	}
	return c, nil
}

// add checks one line and joins it to one of the same goods; the error's field is the line's.
func (c *cart) add(l CartLine) *errs.Error {
	switch {
	case l.Item <= 0:
		return errs.New(errs.Invalid, "market.no_item").At("item")
	case l.Qty < 1 || l.Qty > MaxPieces:
		return errs.New(errs.Invalid, "market.bad_quantity", "most", MaxPieces).At("qty")
	case l.Price < 1 || l.Price > MaxPrice:
		return errs.New(errs.Invalid, "market.bad_price", "most", MaxPrice).At("price")
	}
	at := slices.IndexFunc(c.lines, func(have CartLine) bool { return have.Item == l.Item })
	if at < 0 {
		c.lines = append(c.lines, l)
		return nil
	}
	have := &c.lines[at]
	if have.Price != l.Price {
		return errs.New(errs.Invalid, "market.two_prices").At("price")
	}
	if have.Qty += l.Qty; have.Qty > MaxPieces {
		return errs.New(errs.Invalid, "market.bad_quantity", "most", MaxPieces).At("qty")
	}
	return nil
}
