package market_test

import (
	"context"
	"sync"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// stage is a village with an open shop, and the people around its counter.
type stage struct {
	t       testing.TB
	st      *store.Store
	clock   *storetest.Clock
	ids     *core.IDs
	market  *market.Service
	village core.Area

	county, secretary, clerk, keeper, keeper2 core.Actor
}

func setUp(t *testing.T) *stage {
	t.Parallel()
	return newStage(t)
}

func newStage(t testing.TB) *stage {
	s := &stage{t: t, st: storetest.Open(t), clock: storetest.NewClock(20260305), village: storetest.Village()}
	s.ids = core.NewIDs(s.clock)
	s.market = market.New(s.st, s.clock, s.ids, access.New(s.st, s.clock, s.ids, access.Options{Key: make([]byte, 32)}))
	as := func(id core.ID, name string, role core.Role, area core.Area) core.Actor {
		return core.Actor{Kind: core.StaffActor, ID: id, Name: name, Grants: []core.Grant{{Role: role, Area: area}}}
	}
	s.county = as(1, "县组织部", core.RoleCounty, s.village/1e6)
	s.secretary = as(2, "陈支书", core.RoleSecretary, s.village)
	s.clerk = as(3, "王文书", core.RoleClerk, s.village)
	s.keeper = as(4, "李管理", core.RoleKeeper, s.village)
	s.keeper2 = as(5, "赵管理", core.RoleKeeper, s.village)
	s.saveShop(market.ShopInput{Village: s.village, Name: "前进村积分超市", Rate: 100, Floor: 100, State: market.ShopOpen})
	return s
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil {
		t.Fatalf("accepted, want %s", code)
	}
	if got := errs.From(err); got.Code != code {
		t.Fatalf("got %v, want %s", got, code)
	}
}

func (s *stage) saveShop(in market.ShopInput) market.Shop {
	s.t.Helper()
	return must(s.market.SaveShop(context.Background(), s.secretary, in))(s.t)
}

// stocked opens the village with money and one kind of goods: qty pieces at cost fen together.
func (s *stage) stocked(name string, price core.Points, qty int64, cost core.Fen) market.Item {
	s.t.Helper()
	ctx := context.Background()
	must(s.market.GrantFunds(ctx, s.county, market.GrantInput{Village: s.village, Document: "织组拨〔2026〕" + name, Amount: cost + 1}))(s.t)
	item := must(s.market.CreateItem(ctx, s.clerk, market.ItemInput{Village: s.village, Name: name, Unit: "块", Price: price, Low: 2}))(s.t)
	return must(s.market.Receive(ctx, s.keeper, market.ReceiveInput{Village: s.village, Item: item.ID, Qty: qty, Cost: cost, Note: "县供销社"}))(s.t)
}

// household puts a household on the village's list with its base points and some to spend.
func (s *stage) household(number int64, points core.Points) core.ID {
	s.t.Helper()
	id := s.ids.Next()
	err := s.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO household (village, id, grp, number, head, pinyin, initials, sort, cadre, members, state, version, created_ms, changed_ms)
			VALUES ($1, $2, 0, $3, '王建国', 'wangjianguo', 'wjg', 'wang jian guo', 0, 1, 'active', 1, 0, 0)`, s.village, id, number)
		if err != nil {
			return err
		}
		at := ledger.Stamp{Village: s.village, NowMs: s.clock.Now()}
		if _, err := ledger.OpenHouseholds(ctx, tx, at, ledger.OpeningPoints, id); err != nil || points == 0 {
			return err
		}
		_, _, err = ledger.Post(ctx, tx, at, ledger.Entry{Kind: ledger.Earned, Category: "council", Owner: id, Amount: int64(points), MemoZh: "开会"})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *stage) exec(sql func(ctx context.Context, tx *store.Tx) error) {
	s.t.Helper()
	if err := s.st.Tx(context.Background(), sql); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) balance(account ledger.Account, owner core.ID) (n int64) {
	s.t.Helper()
	err := s.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = ledger.Balance(ctx, tx, s.village, account, owner)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *stage) item(id core.ID) market.Item {
	s.t.Helper()
	for _, it := range must(s.market.Items(context.Background(), s.keeper, s.village, true))(s.t) {
		if it.ID == id {
			return it
		}
	}
	s.t.Fatalf("no item %v", id)
	return market.Item{}
}

func basket(household core.ID, village core.Area, it market.Item, qty int64) market.RedeemInput {
	return market.RedeemInput{Village: village, Household: household, Points: it.Price * core.Points(qty),
		Items: []market.CartLine{{Item: it.ID, Qty: qty, Price: it.Price}}}
}

// check compares what the book says with what stands on the shelves, and reads the whole book back.
func (s *stage) check() {
	s.t.Helper()
	var cost core.Fen
	for _, it := range must(s.market.Items(context.Background(), s.keeper, s.village, true))(s.t) {
		if it.Qty < 0 || it.Cost < 0 || it.Qty == 0 && it.Cost != 0 {
			s.t.Errorf("%s: %d pieces at %d fen", it.Name, it.Qty, it.Cost)
		}
		cost += it.Cost
	}
	if stock := s.balance(ledger.ShopStock, 0); stock != int64(cost) {
		s.t.Errorf("the book has stock of %d fen, the shelves %d", stock, cost)
	}
}

func TestARedemptionMovesPointsGoodsAndCostTogether(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 5, 3, 1000)
	home := s.household(12, 40)

	r := must(s.market.Redeem(ctx, s.keeper, basket(home, s.village, soap, 2)))(t)
	if r.Points != 10 || r.Balance != 30 || r.Cost != 666 || r.Number != 12 || r.Head != "王建国" || r.Day != 20260305 {
		t.Errorf("slip %+v", r)
	}
	if it := s.item(soap.ID); it.Qty != 1 || it.Cost != 334 {
		t.Errorf("shelf: %d pieces at %d fen, want 1 at 334", it.Qty, it.Cost)
	}
	if got := s.balance(ledger.HouseholdSpendable, home); got != 30 {
		t.Errorf("household has %d points, want 30", got)
	}
	again := must(s.market.Redemption(ctx, s.keeper, s.village, r.ID))(t)
	if again.No != r.No || again.Items[0].Name != "肥皂" || again.Balance != 30 {
		t.Errorf("read back %+v", again)
	}
	last := must(s.market.Redeem(ctx, s.keeper, basket(home, s.village, soap, 1)))(t)
	if it := s.item(soap.ID); it.Qty != 0 || it.Cost != 0 || last.Cost != 334 {
		t.Errorf("empty shelf: %d pieces at %d fen; the last cost %d", it.Qty, it.Cost, last.Cost)
	}
	if last.No != r.No+2 {
		t.Errorf("slip numbers %d and %d: each redemption has two lines", r.No, last.No)
	}
	s.check()
}

func TestRedemptionIsRefusedWithTheReason(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 5, 10, 1000)
	rich, poor, gone := s.household(1, 100), s.household(2, 4), s.household(3, 50)
	s.exec(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE household SET state = 'closed' WHERE village = $1 AND id = $2`, s.village, gone)
		return err
	})
	cheap := soap
	cheap.Price = 4
	own := s.keeper
	own.Village, own.Household = s.village, rich
	for name, c := range map[string]struct {
		by   core.Actor
		in   market.RedeemInput
		code string
	}{
		"too few points":         {s.keeper, basket(poor, s.village, soap, 1), "ledger.insufficient"},
		"more than on the shelf": {s.keeper, basket(rich, s.village, soap, 11), "market.out_of_stock"},
		"an old price":           {s.keeper, basket(rich, s.village, cheap, 1), "market.price_changed"},
		"moved away":             {s.keeper, basket(gone, s.village, soap, 1), "market.household_closed"},
		"nobody's household":     {s.keeper, basket(987, s.village, soap, 1), "directory.no_household"},
		"goods nobody knows":     {s.keeper, basket(rich, s.village, market.Item{ID: 99, Price: 1}, 1), "market.no_item"},
		"own household":          {own, basket(rich, s.village, soap, 1), "market.own_household"},
		"a clerk":                {s.clerk, basket(rich, s.village, soap, 1), "access.forbidden"},
		"nobody":                 {core.Actor{}, basket(rich, s.village, soap, 1), "access.sign_in"},
		"another village":        {s.keeper, basket(rich, s.village+1, soap, 1), "access.forbidden"},
	} {
		_, err := s.market.Redeem(ctx, c.by, c.in)
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if got := errs.From(err); got.Code != c.code {
			t.Errorf("%s: got %v, want %s", name, got, c.code)
		}
	}
	if it := s.item(soap.ID); it.Qty != 10 || it.Cost != 1000 {
		t.Errorf("refused redemptions moved stock: %d at %d", it.Qty, it.Cost)
	}
	s.check()
}

func TestAShopCanCloseAndAskForBasePoints(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 5, 10, 1000)
	home := s.household(1, 50)
	s.exec(func(ctx context.Context, tx *store.Tx) error {
		_, _, err := ledger.Post(ctx, tx, ledger.Stamp{Village: s.village, NowMs: s.clock.Now()},
			ledger.Entry{Kind: ledger.Deducted, Category: "deduction", Owner: home, Amount: 2, MemoZh: "乱倒垃圾"})
		return err
	})
	_, err := s.market.Redeem(ctx, s.keeper, basket(home, s.village, soap, 1))
	wantCode(t, err, "market.below_floor")
	till := must(s.market.Till(ctx, s.keeper, market.TillQuery{Village: s.village, Household: home}))(t)
	if till.CanSpend != 0 || till.Spendable != 50 || till.Base != 98 || till.Refused == nil || till.Refused.Code != "market.below_floor" {
		t.Errorf("till %+v", till)
	}

	s.saveShop(market.ShopInput{Village: s.village, Name: "前进村积分超市", Rate: 100, Floor: 0, State: market.ShopOpen, Version: 1})
	must(s.market.Redeem(ctx, s.keeper, basket(home, s.village, soap, 1)))(t)
	s.saveShop(market.ShopInput{Village: s.village, Name: "前进村积分超市", Rate: 100, State: market.ShopClosed, Version: 2})
	_, err = s.market.Redeem(ctx, s.keeper, basket(home, s.village, soap, 1))
	wantCode(t, err, "market.shop_closed")
	_, err = s.market.SaveShop(ctx, s.secretary, market.ShopInput{Village: s.village, Name: "超市", Rate: 1, State: market.ShopOpen, Version: 1})
	wantCode(t, err, "market.shop_changed")
}

func TestTheSameWishIsGrantedOnce(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 5, 10, 1000)
	home := s.household(1, 100)
	keeper := s.keeper
	keeper.Intent = core.Intent{Key: "0190-till-1", Hash: [32]byte{1}}
	first := must(s.market.Redeem(ctx, keeper, basket(home, s.village, soap, 2)))(t)
	second := must(s.market.Redeem(ctx, keeper, basket(home, s.village, soap, 2)))(t)
	if first.ID != second.ID || first.No != second.No || second.Balance != 90 {
		t.Errorf("first %+v\nsecond %+v", first, second)
	}
	keeper.Intent.Hash = [32]byte{2}
	_, err := s.market.Redeem(ctx, keeper, basket(home, s.village, soap, 1))
	wantCode(t, err, "store.key_reused")
	if it := s.item(soap.ID); it.Qty != 8 {
		t.Errorf("%d pieces left, want 8", it.Qty)
	}
}

func TestFiftyTillsAndTenPieces(t *testing.T) {
	s := setUp(t)
	soap := s.stocked("肥皂", 5, 10, 1003)
	homes := make([]core.ID, 50)
	for i := range homes {
		homes[i] = s.household(int64(i+1), 5)
	}
	results := make([]error, len(homes))
	var tills sync.WaitGroup
	for i := range homes {
		tills.Go(func() {
			_, results[i] = s.market.Redeem(context.Background(), s.keeper, basket(homes[i], s.village, soap, 1))
		})
	}
	tills.Wait()
	served := 0
	for _, err := range results {
		if err == nil {
			served++
			continue
		}
		wantCode(t, err, "market.out_of_stock")
	}
	if served != 10 {
		t.Errorf("%d were served from 10 pieces", served)
	}
	if it := s.item(soap.ID); it.Qty != 0 || it.Cost != 0 {
		t.Errorf("shelf: %d pieces at %d fen", it.Qty, it.Cost)
	}
	s.check()
}

func TestOneHouseholdCannotSpendTwiceAtTwoTills(t *testing.T) {
	s := setUp(t)
	items := []market.Item{s.stocked("肥皂", 5, 50, 1000), s.stocked("牙刷", 5, 50, 2000)}
	home := s.household(1, 25)
	results := make([]error, 20)
	var tills sync.WaitGroup
	for i := range results {
		tills.Go(func() {
			in := market.RedeemInput{Village: s.village, Household: home, Points: 10}
			for k := range items { // in both orders, as two keepers would
				in.Items = append(in.Items, market.CartLine{Item: items[(k+i)%2].ID, Qty: 1, Price: 5})
			}
			_, results[i] = s.market.Redeem(context.Background(), s.keeper, in)
		})
	}
	tills.Wait()
	served := 0
	for _, err := range results {
		if err == nil {
			served++
			continue
		}
		wantCode(t, err, "ledger.insufficient")
	}
	if left := s.balance(ledger.HouseholdSpendable, home); served != 2 || left != 5 {
		t.Errorf("served %d times, %d points left; 25 points buy two baskets of 10", served, left)
	}
	s.check()
}

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
