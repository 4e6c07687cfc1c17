package market

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

func TestCostLeavesExactlyWithTheLastPiece(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		qty := rapid.Int64Range(1, 5_000).Draw(t, "qty")
		cost := core.Fen(rapid.Int64Range(0, int64(core.MaxFen)).Draw(t, "cost"))
		all := cost
		var gone core.Fen
		for qty > 0 {
			out := rapid.Int64Range(1, qty).Draw(t, "out")
			c := costOut(qty, cost, out)
			if c < 0 || c > cost {
				t.Fatalf("%d of %d pieces that cost %d cost %d", out, qty, cost, c)
			}
			gone, cost, qty = gone+c, cost-c, qty-out
		}
		if cost != 0 || gone != all {
			t.Fatalf("an empty shelf still costs %d; %d of %d left", cost, gone, all)
		}
	})
}

func TestCostIsTheMovingAverage(t *testing.T) {
	for _, c := range []struct{ qty, cost, out, want int64 }{
		{10, 1000, 3, 300}, {3, 100, 1, 33}, {2, 67, 1, 33}, {1, 34, 1, 34}, {7, 0, 2, 0},
		{core.MaxQty, int64(core.MaxFen), core.MaxQty - 1, int64(core.MaxFen) / core.MaxQty * (core.MaxQty - 1)},
	} {
		if got := costOut(c.qty, core.Fen(c.cost), c.out); got != core.Fen(c.want) {
			t.Errorf("%d of %d pieces that cost %d: got %d, want %d", c.out, c.qty, c.cost, got, c.want)
		}
	}
}

func TestBasketIsHeldToItsBounds(t *testing.T) {
	kinds := func(n int) (lines []CartLine) {
		for i := range n {
			lines = append(lines, CartLine{Item: core.ID(i + 1), Qty: 1, Price: 1})
		}
		return lines
	}
	one := func(qty int64, price core.Points) []CartLine { return []CartLine{{Item: 7, Qty: qty, Price: price}} }
	for name, c := range map[string]struct {
		lines  []CartLine
		points core.Points
		code   string
		field  string
	}{
		"nothing at all":         {nil, 0, "market.empty_cart", "items"},
		"no pieces":              {one(0, 5), 0, "market.bad_quantity", "items[0].qty"},
		"fewer than none":        {one(-1, 5), -5, "market.bad_quantity", "items[0].qty"},
		"a lorry full":           {one(1e18, 5), 5, "market.bad_quantity", "items[0].qty"},
		"more than a person":     {one(100, 5), 500, "market.bad_quantity", "items[0].qty"},
		"for free":               {one(1, 0), 0, "market.bad_price", "items[0].price"},
		"money back":             {one(1, -5), -5, "market.bad_price", "items[0].price"},
		"price beyond all":       {one(1, 1e18), 1e18, "market.bad_price", "items[0].price"},
		"no goods":               {[]CartLine{{Qty: 1, Price: 1}}, 1, "market.no_item", "items[0].item"},
		"another sum":            {one(2, 5), 9, "market.points_differ", "points"},
		"a sum beyond all":       {[]CartLine{{Item: 1, Qty: 99, Price: MaxPrice}}, 99 * MaxPrice, "market.total_too_large", "points"},
		"fifty-one kinds":        {kinds(51), 51, "market.too_many_kinds", "items"},
		"one thing, two prices":  {[]CartLine{{Item: 7, Qty: 1, Price: 5}, {Item: 7, Qty: 1, Price: 4}}, 9, "market.two_prices", "items[1].price"},
		"one thing, twice fifty": {[]CartLine{{Item: 7, Qty: 50, Price: 5}, {Item: 7, Qty: 50, Price: 5}}, 500, "market.bad_quantity", "items[1].qty"},
	} {
		_, err := fill(c.lines, c.points)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		if e := errs.From(err); e.Code != c.code || e.Field != c.field || e.Kind != errs.Invalid {
			t.Errorf("%s: got %v, want %s at %s", name, e, c.code, c.field)
		}
	}
	if _, err := fill(kinds(MaxKinds), MaxKinds); err != nil {
		t.Errorf("fifty kinds: %v", err)
	}
}

func TestBasketMergesTheSameGoodsAndKeepsTheOrder(t *testing.T) {
	c, err := fill([]CartLine{{Item: 9, Qty: 1, Price: 5}, {Item: 3, Qty: 2, Price: 10}, {Item: 9, Qty: 2, Price: 5}}, 35)
	if err != nil {
		t.Fatal(err)
	}
	if want := []CartLine{{Item: 9, Qty: 3, Price: 5}, {Item: 3, Qty: 2, Price: 10}}; !slices.Equal(c.lines, want) {
		t.Errorf("lines %v, want %v", c.lines, want)
	}
	if want := []int{1, 0}; !slices.Equal(c.byItem(), want) {
		t.Errorf("stock is touched in the order %v, want %v", c.byItem(), want)
	}
}

func TestMemoIsShort(t *testing.T) {
	r := Redemption{Items: []SlipLine{{Name: "肥皂", Qty: 2}, {Name: "牙刷", Qty: 1}, {Name: "大米", Qty: 1}, {Name: "菜油", Qty: 1}}}
	if got, want := r.memo(), "肥皂×2、牙刷×1、大米×1…"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestYuan(t *testing.T) {
	for fen, want := range map[int64]string{0: "0.00", 5: "0.05", 123_456: "1234.56"} {
		if got := yuan(fen); got != want {
			t.Errorf("%d fen: got %s, want %s", fen, got, want)
		}
	}
}
