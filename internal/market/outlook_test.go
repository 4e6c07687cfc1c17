package market_test

import (
	"context"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/store"
)

func (s *stage) earn(home core.ID, points core.Points) {
	s.t.Helper()
	s.exec(func(ctx context.Context, tx *store.Tx) error {
		_, _, err := ledger.Post(ctx, tx, ledger.Stamp{Village: s.village, NowMs: s.clock.Now()},
			ledger.Entry{Kind: ledger.Earned, Category: "council", Owner: home, Amount: int64(points), MemoZh: "开会"})
		return err
	})
}

func TestTheOutlookTellsWhenTheMoneyRunsOutAndWhatWouldHelp(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 10, 100, 10_000) // 100 yuan of goods, 1 fen of money
	busy := s.household(1, 0)
	s.household(2, 30) // keeps its points
	if o := must(s.market.Outlook(ctx, s.keeper, s.village))(t); o.State != "no_history" || o.Points != 30 || o.Liability != 3_000 || o.Cover != 9_001 || o.History != 0 {
		t.Errorf("a new shop: %+v", o)
	}
	for _, day := range []core.Day{20260310, 20260410, 20260510, 20260610} {
		s.clock.SetDay(day)
		s.earn(busy, 20)
		must(s.market.Redeem(ctx, s.keeper, basket(busy, s.village, soap, 1)))(t)
	}
	s.clock.SetDay(20261002)
	o := must(s.market.Outlook(ctx, s.keeper, s.village))(t)
	// 30 + 4 × (20 − 10) points; 60 of 100 pieces' worth left; nothing redeemed for half a year by the sleeping household.
	if o.Points != 70 || o.Dormant != 30 || o.Liability != 7_000 || o.Stock != 9_600 || o.Cover != 8_641 || o.Short != 0 {
		t.Errorf("now: %+v", o)
	}
	if o.History != 4 || o.Months[0] != (market.PastMonth{Month: 202603, Earned: 50, Redeemed: 10, Permille: 200}) || o.Middle.Earned != 20 {
		t.Errorf("history: %+v", o.Months)
	}
	if len(o.Middle.Months) != market.AheadMonths || o.Middle.Months[0].Month != 202611 || o.High.Months[11].Cover > o.Low.Months[11].Cover {
		t.Errorf("fan: %+v", o)
	}
	s.earn(busy, 500)
	if o := must(s.market.Outlook(ctx, s.keeper, s.village))(t); o.State != "short" || o.Short != 57_000-8_641 || o.Middle.RunsOut == 0 || o.Middle.Remedy.Grant == 0 {
		t.Errorf("too many points: %+v", o)
	}
	_, err := s.market.Outlook(ctx, core.Actor{}, s.village)
	wantCode(t, err, "access.sign_in")
}
