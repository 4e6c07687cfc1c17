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

func (s *stage) deliver(it market.Item, qty int64, cost core.Fen, batch string, before core.Day) market.Lot {
	s.t.Helper()
	ctx := context.Background()
	must(s.market.Receive(ctx, s.keeper, market.ReceiveInput{Village: s.village, Item: it.ID, Qty: qty, Cost: cost, Supplier: "县供销社", Invoice: "发票" + batch,
		Batch: batch, BestBefore: before}))(s.t)
	list, _, err := s.market.Deliveries(ctx, s.keeper, s.village, core.Page{Limit: 1})
	if err != nil {
		s.t.Fatal(err)
	}
	return list[0]
}

// left is what stands in stock of each batch, in the order it is handed out.
func (s *stage) left(it market.Item) (batches []string, pieces []int64) {
	s.t.Helper()
	for _, row := range must(s.market.Stock(context.Background(), s.keeper, s.village))(s.t).Items {
		if row.Item.ID != it.ID {
			continue
		}
		for _, l := range row.Lots {
			batches, pieces = append(batches, l.Batch), append(pieces, l.Qty)
		}
	}
	return batches, pieces
}

func (s *stage) wantLots(it market.Item, want map[string]int64) {
	s.t.Helper()
	batches, pieces := s.left(it)
	for i, b := range batches {
		if want[b] != pieces[i] {
			s.t.Errorf("batch %q has %d left, want %v", b, pieces[i], want)
		}
	}
	if len(batches) != len(want) {
		s.t.Errorf("batches %v %v, want %v", batches, pieces, want)
	}
}

func TestGoodsLeaveFirstExpiredFirstAtMovingAverageCost(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	milk := s.stocked("牛奶", 5, 4, 400) // without a date: last
	s.give(market.IncomeDonation, "收据1", 0, 100_000)
	home := s.household(1, 500)
	s.deliver(milk, 3, 600, "b", 20260901)
	s.deliver(milk, 3, 900, "a", 20260320)
	r := must(s.market.Redeem(ctx, s.keeper, basket(home, s.village, milk, 4)))(t)
	if r.Cost != 760 { // 4 of 10 that cost 19.00
		t.Errorf("cost %d, want 760", r.Cost)
	}
	s.wantLots(milk, map[string]int64{"b": 2, "": 4})
	s.deliver(milk, 1, 100, "c", 20260310)
	must(s.market.Void(ctx, s.keeper2, market.VoidInput{Village: s.village, ID: r.ID, Reason: "拿错了"}))(t)
	s.wantLots(milk, map[string]int64{"c": 1, "a": 3, "b": 3, "": 4})
	if b, _ := s.left(milk); b[0] != "c" || b[1] != "a" || b[2] != "b" {
		t.Errorf("handed out in the order %v", b)
	}
	st := must(s.market.Stock(ctx, s.keeper, s.village))(t)
	if st.Soon != 2 || st.Expired != 0 || st.Low != 0 || st.LastCount != 0 {
		t.Errorf("stock says %+v", st)
	}
	s.clock.SetDay(20260311)
	if st := must(s.market.Stock(ctx, s.keeper, s.village))(t); st.Soon != 1 || st.Expired != 1 {
		t.Errorf("a week later %d soon, %d expired", st.Soon, st.Expired)
	}
	s.check()
	s.audit()
}

func TestGoodsGivenAreWorthWhatTheyAreWorth(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 5, 10, 1_000)
	must(s.market.Receive(ctx, s.keeper, market.ReceiveInput{Village: s.village, Item: soap.ID, Qty: 5, Cost: 700, Given: true, Supplier: "爱心企业"}))(t)
	must(s.market.Receive(ctx, s.keeper, market.ReceiveInput{Village: s.village, Item: soap.ID, Qty: 5}))(t)
	if s.balance(ledger.ShopFund, 0) != 1 || s.balance(ledger.GoodsReceived, 0) != -700 || s.balance(ledger.ShopStock, 0) != 1_700 {
		t.Error("a gift moved the fund, or is not in the stock")
	}
	for code, in := range map[string]market.ReceiveInput{
		"market.past_date":     {Qty: 1, BestBefore: 20260304},
		"market.bad_day":       {Qty: 1, BestBefore: 20260231},
		"market.no_photo":      {Qty: 1, Photo: 99},
		"market.bad_quantity":  {Qty: 1_000_000_000},
		"market.note_too_long": {Qty: 1, Batch: "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一"},
	} {
		in.Village, in.Item = s.village, soap.ID
		_, err := s.market.Receive(ctx, s.keeper, in)
		wantCode(t, err, code)
	}
	s.audit()
}

func TestALineOfAnInvoiceIsEnteredOnceAndCanBeTakenBackWhole(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 5, 2, 200)
	s.give(market.IncomeDonation, "收据1", 0, 10_000)
	home := s.household(1, 500)
	first := s.deliver(soap, 10, 1_000, "x", 20260901)
	_, err := s.market.Receive(ctx, s.clerk, market.ReceiveInput{Village: s.village, Item: soap.ID, Qty: 10, Cost: 1_000, Supplier: "县供销社", Invoice: "发票x", Batch: "x"})
	wantCode(t, err, "market.invoice_entered")
	_, err = s.market.ReverseDelivery(ctx, s.keeper, s.village, first.ID, "退货了")
	wantCode(t, err, "access.forbidden")
	must(s.market.ReverseDelivery(ctx, s.secretary, s.village, first.ID, "退货了"))(t)
	_, err = s.market.ReverseDelivery(ctx, s.secretary, s.village, first.ID, "退货了")
	wantCode(t, err, "market.already_reversed")
	if it := s.item(soap.ID); it.Qty != 2 || it.Cost != 200 || s.balance(ledger.ShopFund, 0) != 10_001 {
		t.Errorf("after taking back: %+v, fund %d", it, s.balance(ledger.ShopFund, 0))
	}
	again := s.deliver(soap, 10, 1_000, "x", 20260901) // now the same line may be entered once more
	must(s.market.Redeem(ctx, s.keeper, basket(home, s.village, soap, 1)))(t)
	_, err = s.market.ReverseDelivery(ctx, s.secretary, s.village, again.ID, "退货了")
	wantCode(t, err, "market.delivery_used")
	s.check()
	s.audit()
}

func TestWhatACountFoundIsNoDeliveryToTakeBack(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 5, 10, 1_000)
	in := market.SheetInput{Village: s.village, Kind: market.SheetCount, Lines: []market.SheetLine{{Item: soap.ID, Qty: 12}}, Reason: "多了两块"}
	sheet := must(s.market.ProposeSheet(ctx, s.keeper, in))(t)
	must(s.market.ConfirmSheet(ctx, s.keeper2, s.village, sheet.ID))(t)
	for _, row := range must(s.market.Stock(ctx, s.keeper, s.village))(t).Items {
		for _, l := range row.Lots {
			if l.Kind == market.LotFound {
				_, err := s.market.ReverseDelivery(ctx, s.secretary, s.village, l.ID, "退货了")
				wantCode(t, err, "market.no_delivery")
			}
		}
	}
	if it := s.item(soap.ID); it.Qty != 12 {
		t.Errorf("stock %+v", it)
	}
	in.Lines = []market.SheetLine{{Item: soap.ID, Qty: 10, Lot: 1}, {Item: soap.ID, Qty: 10, Lot: 2}} // one kind of goods, twice
	_, err := s.market.ProposeSheet(ctx, s.keeper, in)
	wantCode(t, err, "market.item_twice")
	s.check()
	s.audit()
}

func TestSpoilageTakesTwoPersonsAndAReason(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	milk := s.stocked("牛奶", 5, 4, 400)
	s.give(market.IncomeDonation, "收据1", 0, 10_000)
	lot := s.deliver(milk, 6, 900, "a", 20260306)
	in := market.SheetInput{Village: s.village, Kind: market.SheetSpoil, Lines: []market.SheetLine{{Item: milk.ID, Lot: lot.ID, Qty: 3}}}
	_, err := s.market.ProposeSheet(ctx, s.keeper, in)
	wantCode(t, err, "market.bad_reason")
	in.Reason = "过期发霉"
	sheet := must(s.market.ProposeSheet(ctx, s.keeper, in))(t)
	if it := s.item(milk.ID); it.Qty != 10 {
		t.Errorf("a sheet nobody confirmed moved stock: %+v", it)
	}
	_, err = s.market.ConfirmSheet(ctx, s.keeper, s.village, sheet.ID)
	wantCode(t, err, "market.sheet_by_same")
	done := must(s.market.ConfirmSheet(ctx, s.secretary, s.village, sheet.ID))(t)
	if done.Cost != 390 || done.Voucher == 0 || done.EndedName != "陈支书" || s.balance(ledger.StockLost, 0) != 390 {
		t.Errorf("done %+v", done)
	}
	s.wantLots(milk, map[string]int64{"a": 3, "": 4})
	_, err = s.market.ConfirmSheet(ctx, s.secretary, s.village, sheet.ID)
	wantCode(t, err, "market.sheet_ended")

	in.Lines[0].Qty = 4 // more than that lot has
	over := must(s.market.ProposeSheet(ctx, s.keeper, in))(t)
	_, err = s.market.ConfirmSheet(ctx, s.secretary, s.village, over.ID)
	wantCode(t, err, "market.out_of_stock")
	must(s.market.WithdrawSheet(ctx, s.keeper, s.village, over.ID))(t)
	in.Lines[0].Qty = 99
	_, err = s.market.ProposeSheet(ctx, s.keeper, in)
	wantCode(t, err, "market.out_of_stock")
	for code, lines := range map[string][]market.SheetLine{
		"market.bad_sheet": nil, "market.bad_quantity": {{Item: milk.ID, Qty: 0}}, "market.item_twice": {{Item: milk.ID, Qty: 1}, {Item: milk.ID, Qty: 1}},
		"market.no_item": {{Item: 5, Qty: 1}},
	} {
		_, err := s.market.ProposeSheet(ctx, s.keeper, market.SheetInput{Village: s.village, Kind: market.SheetSpoil, Lines: lines, Reason: "过期"})
		wantCode(t, err, code)
	}
	s.check()
	s.audit()
}

func TestACountPostsTheDifferenceItFound(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap, brush, towel := s.stocked("肥皂", 5, 10, 1_000), s.stocked("牙刷", 5, 10, 500), s.stocked("毛巾", 5, 10, 300)
	home := s.household(1, 500)
	in := market.SheetInput{Village: s.village, Kind: market.SheetCount, Lines: []market.SheetLine{{Item: soap.ID, Qty: 8}, {Item: brush.ID, Qty: 12}, {Item: towel.ID, Qty: 10}}}
	_, err := s.market.ProposeSheet(ctx, s.keeper, in)
	wantCode(t, err, "market.reason_needed")
	in.Reason = "少了两块肥皂，多了两支牙刷"
	sheet := must(s.market.ProposeSheet(ctx, s.keeper, in))(t)
	must(s.market.Redeem(ctx, s.keeper, basket(home, s.village, soap, 3)))(t) // between the count and its confirmation
	done := must(s.market.ConfirmSheet(ctx, s.keeper2, s.village, sheet.ID))(t)
	if done.Cost != 200-100 || s.item(soap.ID).Qty != 5 || s.item(brush.ID).Qty != 12 || s.item(towel.ID).Qty != 10 {
		t.Errorf("done %+v; soap %d, brush %d", done, s.item(soap.ID).Qty, s.item(brush.ID).Qty)
	}
	if st := must(s.market.Stock(ctx, s.keeper, s.village))(t); st.LastCount != 20260305 {
		t.Errorf("last count %v", st.LastCount)
	}
	same := must(s.market.ProposeSheet(ctx, s.keeper, market.SheetInput{Village: s.village, Kind: market.SheetCount, Lines: []market.SheetLine{{Item: towel.ID, Qty: 10}}}))(t)
	if done := must(s.market.ConfirmSheet(ctx, s.keeper2, s.village, same.ID))(t); done.Voucher != 0 {
		t.Errorf("a count that agrees was posted: %+v", done)
	}
	list, _, err := s.market.Sheets(ctx, s.keeper, s.village, core.Page{})
	if err != nil || len(list) != 2 || list[0].ID != same.ID || len(list[1].Lines) != 3 {
		t.Errorf("sheets %+v, %v", list, err)
	}
	s.check()
	s.audit()
}

// Two people type the same count: the difference is posted once.
func TestTheSameCountIsNotPostedTwice(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap, brush := s.stocked("肥皂", 5, 10, 1_000), s.stocked("牙刷", 5, 10, 500)
	count := func(by core.Actor, lines ...market.SheetLine) market.Sheet {
		return must(s.market.ProposeSheet(ctx, by, market.SheetInput{Village: s.village, Kind: market.SheetCount, Lines: lines, Reason: "少了两块"}))(t)
	}
	first, second := count(s.keeper, market.SheetLine{Item: soap.ID, Qty: 8}), count(s.clerk, market.SheetLine{Item: soap.ID, Qty: 8})
	other := count(s.clerk, market.SheetLine{Item: brush.ID, Qty: 12})
	must(s.market.ConfirmSheet(ctx, s.keeper2, s.village, first.ID))(t)
	_, err := s.market.ConfirmSheet(ctx, s.keeper2, s.village, second.ID)
	wantCode(t, err, "market.counted_since")
	must(s.market.ConfirmSheet(ctx, s.keeper2, s.village, other.ID))(t) // of another shelf
	must(s.market.ConfirmSheet(ctx, s.keeper2, s.village, count(s.clerk, market.SheetLine{Item: soap.ID, Qty: 7}).ID))(t)
	if it := s.item(soap.ID); it.Qty != 7 || s.item(brush.ID).Qty != 12 {
		t.Errorf("soap %+v", it)
	}
	s.check()
	s.audit()
}

// Fifty tills want the last forty pieces: forty get one, ten are told, and nothing is counted twice.
func TestFiftyTillsNeverTakeMoreThanThereIs(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	soap := s.stocked("肥皂", 5, 10, 1_000)
	s.give(market.IncomeDonation, "收据1", 0, 10_000)
	s.deliver(soap, 30, 3_001, "a", 20260901)
	homes := make([]core.ID, 50)
	for i := range homes {
		homes[i] = s.household(int64(i+1), 100)
	}
	results := make([]error, len(homes))
	var all sync.WaitGroup
	for i := range homes {
		all.Go(func() {
			_, results[i] = s.market.Redeem(ctx, s.keeper, basket(homes[i], s.village, soap, 1))
		})
	}
	all.Wait()
	out := 0
	for _, err := range results {
		if err == nil {
			out++
			continue
		}
		if errs.From(err).Code != "market.out_of_stock" {
			t.Errorf("refused with %v", err)
		}
	}
	if it := s.item(soap.ID); out != 40 || it.Qty != 0 || it.Cost != 0 {
		t.Errorf("%d got soap, %d pieces at %d fen are left", out, it.Qty, it.Cost)
	}
	s.wantLots(soap, map[string]int64{})
	s.check()
	s.audit()
}
