package market_test

import (
	"context"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/store"
)

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
