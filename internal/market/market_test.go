package market_test

import (
	"context"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
)

func TestVoidTakesEverythingBackOnce(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap, free := s.stocked("肥皂", 5, 3, 1000), s.stocked("挂历", 1, 5, 100)
	home := s.household(1, 40)
	in := basket(home, s.village, soap, 2)
	in.Items = append(in.Items, market.CartLine{Item: free.ID, Qty: 1, Price: 1})
	in.Points++
	r := must(s.market.Redeem(ctx, s.keeper, in))(t)

	for name, c := range map[string]struct {
		by     core.Actor
		reason string
		code   string
	}{
		"by the same person": {s.keeper, "拿错了", "market.void_by_same"},
		"without a reason":   {s.keeper2, " ", "market.bad_reason"},
		"by nobody":          {core.Actor{}, "拿错了", "access.sign_in"},
		"by the county":      {s.county, "拿错了", "access.forbidden"},
	} {
		_, err := s.market.Void(ctx, c.by, market.VoidInput{Village: s.village, ID: r.ID, Reason: c.reason})
		if err == nil || errs.From(err).Code != c.code {
			t.Errorf("%s: got %v, want %s", name, err, c.code)
		}
	}
	void := must(s.market.Void(ctx, s.keeper2, market.VoidInput{Village: s.village, ID: r.ID, Reason: "拿错了"}))(t)
	if void.State != market.Voided || void.VoidName != "赵管理" || void.VoidReason != "拿错了" {
		t.Errorf("voided %+v", void)
	}
	if it := s.item(soap.ID); it.Qty != 3 || it.Cost != 1000 {
		t.Errorf("shelf: %d pieces at %d fen, want 3 at 1000", it.Qty, it.Cost)
	}
	if got := s.balance(ledger.HouseholdSpendable, home); got != 40 {
		t.Errorf("household has %d points, want 40", got)
	}
	_, err := s.market.Void(ctx, s.secretary, market.VoidInput{Village: s.village, ID: r.ID, Reason: "再撤一次"})
	wantCode(t, err, "market.already_voided")
	sum := must(s.market.DaySummary(ctx, s.keeper, s.village, 20260305))(t)
	if sum.Redemptions != 0 || sum.Points != 0 || sum.Voided != 1 || len(sum.Items) != 0 {
		t.Errorf("summary %+v", sum)
	}
	s.check()
}

func TestVoidOnlyOnTheSameDayAndByOneOfManyAtOnce(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 5, 10, 1000)
	home := s.household(1, 40)
	old := must(s.market.Redeem(ctx, s.keeper, basket(home, s.village, soap, 1)))(t)
	s.clock.SetDay(20260306)
	_, err := s.market.Void(ctx, s.keeper2, market.VoidInput{Village: s.village, ID: old.ID, Reason: "拿错了"})
	wantCode(t, err, "market.void_too_late")

	r := must(s.market.Redeem(ctx, s.keeper, basket(home, s.village, soap, 1)))(t)
	results := make([]error, 8)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() {
			_, results[i] = s.market.Void(ctx, s.keeper2, market.VoidInput{Village: s.village, ID: r.ID, Reason: "拿错了"})
		})
	}
	all.Wait()
	done := 0
	for _, err := range results {
		if err == nil {
			done++
			continue
		}
		wantCode(t, err, "market.already_voided")
	}
	if got := s.balance(ledger.HouseholdSpendable, home); done != 1 || got != 35 {
		t.Errorf("voided %d times, household has %d points; want once and 35", done, got)
	}
	s.check()
}

func TestAPaperIsEnteredOnce(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	in := market.GrantInput{Village: s.village, Document: " 织组拨〔2026〕 3 号 ", Amount: 100_000}
	first := must(s.market.GrantFunds(ctx, s.county, in))(t)
	second := must(s.market.GrantFunds(ctx, s.county, market.GrantInput{Village: s.village, Document: "织组拨〔2026〕 3 号", Amount: 100_000}))(t)
	if first != second || first.Line == 0 {
		t.Errorf("first %+v, second %+v", first, second)
	}
	in.Amount++
	_, err := s.market.GrantFunds(ctx, s.county, in)
	wantCode(t, err, "market.document_used")
	if fund := s.balance(ledger.ShopFund, 0); fund != 100_000 {
		t.Errorf("fund %d", fund)
	}
	for _, bad := range []core.Fen{0, -1, core.MaxFen + 1, 1e18} {
		_, err := s.market.GrantFunds(ctx, s.county, market.GrantInput{Village: s.village, Document: "x", Amount: bad})
		wantCode(t, err, "market.bad_amount")
	}
	_, err = s.market.GrantFunds(ctx, s.secretary, in)
	wantCode(t, err, "access.forbidden")
	_, err = s.market.GrantFunds(ctx, core.Actor{Kind: core.StaffActor, Grants: []core.Grant{{Role: core.RoleCounty, Area: s.village / 1e6}}},
		market.GrantInput{Village: s.village/1e3*1e3 + (s.village+1)%1e3, Document: "x", Amount: 1})
	wantCode(t, err, "market.no_shop")
}

func TestGoodsCannotCostMoreThanTheFundHolds(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 5, 10, 1000)
	_, err := s.market.Receive(ctx, s.keeper, market.ReceiveInput{Village: s.village, Item: soap.ID, Qty: 10, Cost: 1000})
	wantCode(t, err, "market.fund_short")
	if e := errs.From(err); e.Params["have"] != "0.01" || e.Params["need"] != "10.00" {
		t.Errorf("params %v", e.Params)
	}
	given := must(s.market.Receive(ctx, s.keeper, market.ReceiveInput{Village: s.village, Item: soap.ID, Qty: 10, Note: "爱心企业捐赠"}))(t)
	if given.Qty != 20 || given.Cost != 1000 {
		t.Errorf("after a gift: %d pieces at %d fen", given.Qty, given.Cost)
	}
	for _, in := range []market.ReceiveInput{{Qty: 0, Cost: 1}, {Qty: -1, Cost: 1}, {Qty: 1e18, Cost: 1}} {
		in.Village, in.Item = s.village, soap.ID
		_, err := s.market.Receive(ctx, s.keeper, in)
		wantCode(t, err, "market.bad_quantity")
	}
	_, err = s.market.Receive(ctx, s.keeper, market.ReceiveInput{Village: s.village, Item: soap.ID, Qty: 1, Cost: -1})
	wantCode(t, err, "market.bad_amount")
	_, err = s.market.Receive(ctx, s.keeper, market.ReceiveInput{Village: s.village, Item: 77, Qty: 1})
	wantCode(t, err, "market.no_item")
	_, err = s.market.Receive(ctx, s.keeper, market.ReceiveInput{Village: s.village, Item: soap.ID, Qty: core.MaxQty})
	wantCode(t, err, "market.stock_full")
	s.check()
}

func TestGoodsAreEditedByTheVersionSeen(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 5, 10, 1000)
	price, name, hidden := core.Points(6), "牙刷", market.ItemHidden
	up := must(s.market.UpdateItem(ctx, s.clerk, market.ItemEdit{Village: s.village, ID: soap.ID, Version: soap.Version, Price: &price}))(t)
	if up.Price != 6 || up.Version != soap.Version+1 || up.Qty != 10 || up.Name != "肥皂" {
		t.Errorf("updated %+v", up)
	}
	_, err := s.market.UpdateItem(ctx, s.clerk, market.ItemEdit{Village: s.village, ID: soap.ID, Version: soap.Version, Price: &price})
	wantCode(t, err, "market.item_changed")
	brush := s.stocked("牙刷", 10, 1, 100)
	_, err = s.market.UpdateItem(ctx, s.clerk, market.ItemEdit{Village: s.village, ID: soap.ID, Version: up.Version, Name: &name})
	wantCode(t, err, "market.name_used")
	must(s.market.UpdateItem(ctx, s.clerk, market.ItemEdit{Village: s.village, ID: brush.ID, Version: brush.Version, State: &hidden}))(t)
	must(s.market.UpdateItem(ctx, s.clerk, market.ItemEdit{Village: s.village, ID: soap.ID, Version: up.Version, Name: &name}))(t)

	shelf := must(s.market.PublicItems(ctx, s.village))(t)
	if len(shelf) != 1 || shelf[0].ID != soap.ID {
		t.Errorf("shelf %+v", shelf)
	}
	home := s.household(1, 40)
	_, err = s.market.Redeem(ctx, s.keeper, basket(home, s.village, brush, 1))
	wantCode(t, err, "market.no_item")
	_, err = s.market.CreateItem(ctx, s.clerk, market.ItemInput{Village: s.village, Name: "肥皂", Unit: "块", Price: 5, Photo: 5})
	wantCode(t, err, "market.no_photo")
	for field, in := range map[string]market.ItemInput{
		"name": {Unit: "块", Price: 5}, "unit": {Name: "米", Price: 5}, "price": {Name: "米", Unit: "袋", Price: 1e18}, "low": {Name: "米", Unit: "袋", Price: 1, Low: -1},
	} {
		in.Village = s.village
		_, err := s.market.CreateItem(ctx, s.clerk, in)
		if err == nil || errs.From(err).Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
}

func TestListsArePagedNewestFirstAndCardsSeeTheirOwn(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 5, 50, 1000)
	a, b := s.household(1, 100), s.household(2, 100)
	for i := range 7 {
		must(s.market.Redeem(ctx, s.keeper, basket([]core.ID{a, b}[i%2], s.village, soap, 1)))(t)
	}
	var numbers []int64
	page := core.Page{Limit: 3}
	for {
		list, next, err := s.market.Redemptions(ctx, s.keeper, market.Filter{Village: s.village, Day: 20260305}, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			numbers = append(numbers, r.No)
		}
		if page.Cursor = next; next == "" {
			break
		}
	}
	if len(numbers) != 7 {
		t.Fatalf("pages gave %v", numbers)
	}
	for i := 1; i < len(numbers); i++ {
		if numbers[i] >= numbers[i-1] {
			t.Fatalf("not newest first: %v", numbers)
		}
	}
	card := core.Actor{Kind: core.CardActor, ID: 9, Village: s.village, Household: a}
	own, _, err := s.market.Redemptions(ctx, card, market.Filter{Village: s.village, Household: a}, core.Page{})
	if err != nil || len(own) != 4 {
		t.Errorf("a card sees %d of its own, %v", len(own), err)
	}
	for _, f := range []market.Filter{{Village: s.village}, {Village: s.village, Household: b}, {Village: s.village + 1, Household: a}} {
		if _, _, err := s.market.Redemptions(ctx, card, f, core.Page{}); err == nil {
			t.Errorf("a card may read %+v", f)
		}
	}
	_, _, err = s.market.Redemptions(ctx, s.keeper, market.Filter{Village: s.village}, core.Page{Cursor: "nonsense"})
	wantCode(t, err, "input.bad_cursor")

	sum := must(s.market.DaySummary(ctx, s.keeper, s.village, 20260305))(t)
	if sum.Redemptions != 7 || sum.Points != 35 || len(sum.Items) != 1 || sum.Items[0].Qty != 7 || sum.Items[0].Points != 35 {
		t.Errorf("summary %+v", sum)
	}
}
