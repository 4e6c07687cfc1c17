package market_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
)

// audit reads the village's book back as `qunyan verify` does.
func (s *stage) audit() {
	s.t.Helper()
	if report, err := ledger.VerifyVillage(context.Background(), s.st, s.village, nil); err != nil || report.Fault != nil {
		s.t.Error(report.Fault, err)
	}
}

func (s *stage) give(kind market.IncomeKind, document string, fund core.ID, amount core.Fen) market.Grant {
	s.t.Helper()
	return must(s.market.RecordIncome(context.Background(), s.clerk, market.IncomeInput{Village: s.village, Kind: kind, Document: document,
		Source: "王老板", Fund: fund, Amount: amount}))(s.t)
}

func (s *stage) fund(listed bool, homes ...core.ID) market.Fund {
	s.t.Helper()
	return must(s.market.SaveFund(context.Background(), s.clerk, market.FundInput{Village: s.village, Name: "关爱基金", Donor: "王老板",
		Purpose: "只给名单上的困难户", Listed: listed, State: market.FundOpen, Households: homes}))(s.t)
}

func (s *stage) purse() market.Purse {
	s.t.Helper()
	return must(s.market.Purse(context.Background(), s.keeper, s.village))(s.t)
}

func TestEveryKindOfMoneyHasItsAccount(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	must(s.market.GrantFunds(ctx, s.county, market.GrantInput{Village: s.village, Document: "织组拨1号", Amount: 100_000}))(t)
	s.give(market.IncomeDonation, "收据1", 0, 5_000)
	s.give(market.IncomeCollective, "村合作社2026-1", 0, 7_000)
	s.give(market.IncomePrize, "奖1", 0, 300)
	for account, want := range map[ledger.Account]int64{
		ledger.GrantsReceived: -100_000, ledger.DonationsReceived: -5_000, ledger.CollectiveReceived: -7_000, ledger.PrizesReceived: -300, ledger.ShopFund: 112_300,
	} {
		if got := s.balance(account, 0); got != want {
			t.Errorf("%s holds %d, want %d", account, got, want)
		}
	}
	for name, c := range map[string]struct {
		in   market.IncomeInput
		code string
	}{
		"the county's":    {market.IncomeInput{Kind: market.IncomeGrant, Document: "x", Amount: 1}, "market.bad_state"},
		"a household's":   {market.IncomeInput{Kind: "sale", Document: "x", Amount: 1}, "market.bad_state"},
		"without a paper": {market.IncomeInput{Kind: market.IncomePrize, Document: " ", Amount: 1}, "market.bad_document"},
		"nothing":         {market.IncomeInput{Kind: market.IncomePrize, Document: "x"}, "market.bad_amount"},
		"a used paper":    {market.IncomeInput{Kind: market.IncomePrize, Document: "收据1", Amount: 5_000}, "market.document_used"},
		"into no fund":    {market.IncomeInput{Kind: market.IncomePrize, Document: "x", Amount: 1, Fund: 77}, "market.no_fund"},
	} {
		c.in.Village = s.village
		if _, err := s.market.RecordIncome(ctx, s.clerk, c.in); err == nil || errs.From(err).Code != c.code {
			t.Errorf("%s: got %v, want %s", name, err, c.code)
		}
	}
	_, err := s.market.RecordIncome(ctx, s.keeper, market.IncomeInput{Village: s.village, Kind: market.IncomePrize, Document: "x", Amount: 1})
	wantCode(t, err, "access.forbidden")
	list, next, err := s.market.Incomes(ctx, s.keeper, s.village, core.Page{Limit: 3})
	if err != nil || len(list) != 3 || next == "" || list[0].Kind != market.IncomePrize || list[0].Source != "王老板" {
		t.Errorf("incomes %+v, %q, %v", list, next, err)
	}
	s.audit()
}

func TestMoneyEnteredWronglyIsTakenBackByAnother(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 5, 10, 1_000) // leaves 0.01 yuan in the fund
	s.give(market.IncomeDonation, "收据1", 0, 500)
	clerk := s.clerk
	clerk.Grants = append(clerk.Grants, core.Grant{Role: core.RoleSecretary, Area: s.village})
	_, err := s.market.ReverseIncome(ctx, clerk, s.village, "收据1", "记错了")
	wantCode(t, err, "market.reverse_by_same")
	_, err = s.market.ReverseIncome(ctx, s.secretary, s.village, "收据1", "")
	wantCode(t, err, "market.bad_reason")
	_, err = s.market.ReverseIncome(ctx, s.secretary, s.village, "收据9", "记错了")
	wantCode(t, err, "market.no_income")
	must(s.market.ReverseIncome(ctx, s.secretary, s.village, "收据1", "记错了"))(t)
	_, err = s.market.ReverseIncome(ctx, s.secretary, s.village, "收据1", "记错了")
	wantCode(t, err, "market.already_reversed")
	if got := s.balance(ledger.ShopFund, 0); got != 1 {
		t.Errorf("fund %d, want 1", got)
	}
	s.give(market.IncomeDonation, "收据2", 0, 500)
	must(s.market.Receive(ctx, s.keeper, market.ReceiveInput{Village: s.village, Item: soap.ID, Qty: 1, Cost: 400}))(t)
	_, err = s.market.ReverseIncome(ctx, s.secretary, s.village, "收据2", "记错了")
	wantCode(t, err, "market.fund_short")
	if got := s.balance(ledger.ShopFund, 0); got != 101 {
		t.Errorf("fund %d, want 101", got)
	}
	s.audit()
}

func TestARestrictedFundBuysOnlyItsOwnGoodsForItsOwnHouseholds(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	poor, other := s.household(1, 100), s.household(2, 100)
	fund := s.fund(true, poor)
	s.give(market.IncomeDonation, "定向1", fund.ID, 2_000)
	s.give(market.IncomeDonation, "收据1", 0, 500)
	if p := s.purse(); p.Fund != 2_500 || p.Free != 500 || len(p.Funds) != 1 || p.Funds[0].Balance != 2_000 {
		t.Errorf("purse %+v", p)
	}
	soap := must(s.market.CreateItem(ctx, s.clerk, market.ItemInput{Village: s.village, Name: "肥皂", Unit: "块", Price: 5}))(t)
	rice := must(s.market.CreateItem(ctx, s.clerk, market.ItemInput{Village: s.village, Name: "关爱大米", Unit: "袋", Price: 20, Fund: fund.ID}))(t)
	buy := func(it market.Item, cost core.Fen) error {
		_, err := s.market.Receive(ctx, s.keeper, market.ReceiveInput{Village: s.village, Item: it.ID, Qty: 10, Cost: cost})
		return err
	}
	err := buy(soap, 501) // the fund in the book would have it, but not of free money
	wantCode(t, err, "market.fund_short")
	if e := errs.From(err); e.Params["have"] != "5.00" {
		t.Errorf("params %v", e.Params)
	}
	wantCode(t, buy(rice, 2_001), "market.fund_short")
	if err := buy(soap, 500); err != nil {
		t.Fatal(err)
	}
	if err := buy(rice, 1_500); err != nil {
		t.Fatal(err)
	}
	if p := s.purse(); p.Fund != 500 || p.Free != 0 || p.Funds[0].Balance != 500 {
		t.Errorf("purse %+v", p)
	}
	rice.Price = 20
	must(s.market.Redeem(ctx, s.keeper, basket(poor, s.village, rice, 2)))(t)
	_, err = s.market.Redeem(ctx, s.keeper, basket(other, s.village, rice, 1))
	wantCode(t, err, "market.not_entitled")
	both := basket(other, s.village, soap, 1)
	both.Items, both.Points = append(both.Items, market.CartLine{Item: rice.ID, Qty: 1, Price: 20}), both.Points+20
	_, err = s.market.Redeem(ctx, s.keeper, both)
	wantCode(t, err, "market.not_entitled")
	if it := s.item(rice.ID); it.Qty != 8 || s.balance(ledger.HouseholdSpendable, other) != 100 {
		t.Errorf("a refused basket moved something: %+v", it)
	}
	s.check()
	s.audit()
}

func TestWhatTheGiverWasPromisedStays(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	home, another := s.household(1, 0), s.household(2, 0)
	fund := s.fund(true, home)
	s.give(market.IncomeDonation, "定向1", fund.ID, 2_000)
	edit := market.FundInput{Village: s.village, ID: fund.ID, Name: "关爱基金", Donor: "王老板", Purpose: "给谁都行", Listed: true, State: market.FundOpen,
		Version: 1, Households: []core.ID{home}}
	_, err := s.market.SaveFund(ctx, s.secretary, edit)
	wantCode(t, err, "market.fund_fixed")
	edit.Purpose, edit.State = fund.Purpose, market.FundClosed
	_, err = s.market.SaveFund(ctx, s.secretary, edit)
	wantCode(t, err, "market.fund_not_empty")
	edit.State, edit.Households = market.FundOpen, []core.ID{home, another}
	if got := must(s.market.SaveFund(ctx, s.secretary, edit))(t); got.Balance != 2_000 || got.Version != 2 {
		t.Errorf("saved %+v", got)
	}
	_, err = s.market.SaveFund(ctx, s.secretary, edit)
	wantCode(t, err, "market.fund_changed")
	rice := must(s.market.CreateItem(ctx, s.clerk, market.ItemInput{Village: s.village, Name: "救助米", Unit: "袋", Price: 5, Fund: fund.ID}))(t)
	lot := s.deliver(rice, 2, 2_000, "r", 20260901)
	edit.Version, edit.Listed = 2, false // the money is spent, and the goods are still for those on the list
	_, err = s.market.SaveFund(ctx, s.secretary, edit)
	wantCode(t, err, "market.fund_fixed")
	edit.Listed = true
	must(s.market.ReverseDelivery(ctx, s.secretary, s.village, lot.ID, "退货了"))(t)
	must(s.market.ReverseIncome(ctx, s.secretary, s.village, "定向1", "退回"))(t)
	edit.Version, edit.State = 2, market.FundClosed
	must(s.market.SaveFund(ctx, s.secretary, edit))(t)
	_, err = s.market.RecordIncome(ctx, s.clerk, market.IncomeInput{Village: s.village, Kind: market.IncomeDonation, Document: "定向2", Fund: fund.ID, Amount: 1})
	wantCode(t, err, "market.fund_closed")
	_, err = s.market.CreateItem(ctx, s.clerk, market.ItemInput{Village: s.village, Name: "米", Unit: "袋", Price: 5, Fund: fund.ID})
	wantCode(t, err, "market.fund_closed")
	_, err = s.market.SaveFund(ctx, s.clerk, market.FundInput{Village: s.village, Name: "x", Purpose: "y", Listed: true, State: market.FundOpen})
	wantCode(t, err, "market.fund_for_nobody")
	_, err = s.market.SaveFund(ctx, s.clerk, market.FundInput{Village: s.village, Name: "x", Purpose: "y", Listed: true, State: market.FundOpen, Households: []core.ID{9}})
	wantCode(t, err, "directory.no_household")
	s.audit()
}

// TestAFundIsNotClosedOverMoneyThatComesIn: somebody closes a fund and opens it to everybody while a gift is being entered.
func TestAFundIsNotClosedOverMoneyThatComesIn(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	home := s.household(1, 0)
	for i := range 20 {
		fund := s.fund(true, home)
		var both sync.WaitGroup
		both.Go(func() {
			_, _ = s.market.RecordIncome(ctx, s.clerk, market.IncomeInput{Village: s.village, Kind: market.IncomeDonation,
				Document: fmt.Sprintf("定向%d", i), Fund: fund.ID, Amount: 100})
		})
		both.Go(func() {
			_, _ = s.market.SaveFund(ctx, s.secretary, market.FundInput{Village: s.village, ID: fund.ID, Name: "x", Donor: fund.Donor,
				Purpose: fund.Purpose, State: market.FundClosed, Version: 1})
		})
		both.Wait()
		for _, f := range s.purse().Funds {
			if f.ID == fund.ID && f.Balance > 0 && (f.State == market.FundClosed || !f.Listed) {
				t.Fatalf("round %d: %+v", i, f)
			}
		}
	}
	s.audit()
}
