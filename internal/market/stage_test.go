package market_test

import (
	"context"
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
