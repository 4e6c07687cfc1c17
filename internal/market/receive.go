package market

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// Bounds on what is typed of a delivery, in characters.
const (
	maxNote    = 100
	maxPaper   = 60 // supplier, giver, invoice number
	maxBatch   = 30
	lastExpiry = core.Day(2099_12_31)
)

// ReceiveInput is goods carried into the shop. Cost is what the fund paid for all of them. Of goods given to the village it
// is what they are worth, 0 if nobody knows; goods that cost nothing are given, whether Given says so or not.
type ReceiveInput struct {
	Village    core.Area
	Item       core.ID
	Qty        int64
	Cost       core.Fen
	Given      bool
	Supplier   string // or the giver; "" for one who does not want to be named
	Invoice    string
	Photo      core.ID // of the invoice; deliveries of one invoice share it
	Batch      string
	BestBefore core.Day
	Note       string
}

func (in *ReceiveInput) check() error {
	for _, text := range []*string{&in.Supplier, &in.Invoice, &in.Batch, &in.Note} {
		*text = strings.Join(strings.Fields(*text), " ")
	}
	switch {
	case in.Qty < 1 || in.Qty > core.MaxQty:
		return errs.New(errs.Invalid, "market.bad_quantity", "most", core.MaxQty).At("qty")
	case in.Cost < 0 || in.Cost > core.MaxFen:
		return errs.New(errs.Invalid, "market.bad_amount").At("cost_fen")
	case runes(in.Note) > maxNote:
		return errs.New(errs.Invalid, "market.note_too_long", "most", maxNote).At("note")
	case runes(in.Supplier) > maxPaper:
		return errs.New(errs.Invalid, "market.note_too_long", "most", maxPaper).At("supplier")
	case runes(in.Invoice) > maxPaper:
		return errs.New(errs.Invalid, "market.note_too_long", "most", maxPaper).At("invoice")
	case runes(in.Batch) > maxBatch:
		return errs.New(errs.Invalid, "market.note_too_long", "most", maxBatch).At("batch")
	case in.BestBefore != 0 && (!in.BestBefore.Valid() || in.BestBefore > lastExpiry):
		return errs.New(errs.Invalid, "market.bad_day").At("best_before")
	}
	in.Given = in.Given || in.Cost == 0
	return nil
}

// Receive puts goods into stock, in one transaction with what pays for them: the restricted fund the goods belong to, or
// the shop's free money. Goods that cost more than that holds are refused with market.fund_short: shops die of money that
// was never there (domain.md §4). Goods past their date are refused, and so is a line of an invoice that stands in the stock
// already (market.invoice_entered).
func (s *Service) Receive(ctx context.Context, by core.Actor, in ReceiveInput) (Item, error) {
	if err := access.Require(by, access.OpReceiveGoods, in.Village); err != nil {
		return Item{}, err
	}
	if err := in.check(); err != nil {
		return Item{}, err
	}
	now := s.clock.Now()
	if in.BestBefore != 0 && in.BestBefore < core.DayOf(now) {
		return Item{}, errs.New(errs.Invalid, "market.past_date").At("best_before")
	}
	var item Item
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		item, err = store.Once(ctx, tx, by, in.Village, now, func() (Item, error) {
			return s.receive(ctx, tx, by, in, now)
		})
		return err
	})
	return item, err
}

func (s *Service) receive(ctx context.Context, tx *store.Tx, by core.Actor, in ReceiveInput, now int64) (Item, error) {
	item, err := putIn(ctx, tx, in.Village, in.Item, in.Qty, in.Cost)
	if err != nil {
		return Item{}, err
	}
	lot := Lot{ID: s.ids.Next(), Item: in.Item, Kind: LotBought, Received: in.Qty, Qty: in.Qty, Cost: in.Cost, Fund: item.Fund, Supplier: in.Supplier,
		Invoice: in.Invoice, Photo: in.Photo, Batch: in.Batch, BestBefore: in.BestBefore, Note: in.Note, By: by.ID, ByName: by.Name, CreatedMs: now}
	if in.Given {
		lot.Kind = LotGiven
	}
	again, err := enteredBefore(ctx, tx, in.Village, lot)
	if err == nil && again {
		err = errs.New(errs.Conflict, "market.invoice_entered", "invoice", in.Invoice, "name", item.Name).At("invoice")
	}
	if err == nil {
		err = attachInvoice(ctx, tx, in.Village, in.Photo)
	}
	if err != nil {
		return Item{}, err
	}
	if _, err := s.settle(ctx, tx, by, in.Village, in.Item, item.Qty-in.Qty, now); err != nil {
		return Item{}, err
	}
	if lot.Line, err = s.pay(ctx, tx, by, in.Village, lot, pieces(item.Name, in.Qty), now); err != nil {
		return Item{}, err
	}
	if err := insertLot(ctx, tx, in.Village, lot); err != nil {
		return Item{}, err
	}
	m := movement{id: lot.ID, item: in.Item, kind: movedIn, qty: in.Qty, cost: in.Cost, after: item.Qty, note: in.Note, line: lot.Line}
	if err := insertMovements(ctx, tx, in.Village, by, now, m); err != nil {
		return Item{}, err
	}
	return item, audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{
		Area: in.Village, Action: "market.receive", Subject: "item", SubjectID: in.Item.String(),
		After: map[string]any{"kind": lot.Kind, "qty": in.Qty, "cost_fen": in.Cost, "supplier": in.Supplier, "invoice": in.Invoice, "batch": in.Batch,
			"best_before": in.BestBefore, "note": in.Note, "stock": item.Qty},
	})
}

// pay posts what a delivery cost and takes it from the fund it belongs to. Goods given without a value move no money.
func (s *Service) pay(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, lot Lot, memo string, now int64) (int64, error) {
	if lot.Cost == 0 {
		return 0, nil
	}
	kind := ledger.GoodsIn
	if lot.Kind == LotGiven {
		kind = ledger.GoodsGiven
	} else if err := takeFund(ctx, tx, village, lot.Fund, lot.Cost); err != nil {
		return 0, err
	}
	line, _, err := ledger.Post(ctx, tx, ledger.Stamp{Village: village, NowMs: now, Actor: by.ID}, ledger.Entry{
		Kind: kind, Amount: int64(lot.Cost), Ref: lot.ID, MemoZh: memo,
	})
	if err != nil {
		return 0, fundShort(err)
	}
	if kind == ledger.GoodsIn && lot.Fund == 0 {
		err = freeMoney(ctx, tx, village, lot.Cost)
	}
	return line, err
}

// ReverseDelivery takes a delivery back that was entered wrongly or went back to the supplier: the goods leave the stock at
// the cost they came with and the money returns to its fund, by a reversal in the book. Only a delivery of which nothing
// was handed out yet can be taken back (market.delivery_used), and only by another person than entered it.
func (s *Service) ReverseDelivery(ctx context.Context, by core.Actor, village core.Area, id core.ID, reason string) (Lot, error) {
	if err := access.Require(by, access.OpReverseMoney, village); err != nil {
		return Lot{}, err
	}
	reason = strings.TrimSpace(reason)
	if n := runes(reason); n < minReason || n > maxReason {
		return Lot{}, errs.New(errs.Invalid, "market.bad_reason", "least", minReason, "most", maxReason).At("reason")
	}
	now := s.clock.Now()
	var lot Lot
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		lot, err = store.Once(ctx, tx, by, village, now, func() (Lot, error) {
			return s.reverseDelivery(ctx, tx, by, village, id, reason, now)
		})
		return err
	})
	return lot, err
}

func (s *Service) reverseDelivery(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, id core.ID, reason string, now int64) (Lot, error) {
	lot, err := lotOf(ctx, tx, village, id)
	switch {
	case err != nil:
		return lot, err
	case lot.Kind != LotBought && lot.Kind != LotGiven: // what a count found is corrected by another count
		return lot, errs.New(errs.NotFound, "market.no_delivery")
	case lot.Reversed:
		return lot, errs.New(errs.Conflict, "market.already_reversed")
	case lot.By == by.ID:
		return lot, errs.New(errs.Forbidden, "market.reverse_by_same")
	}
	used := errs.New(errs.Conflict, "market.delivery_used", "name", lot.Name)
	left, taken, err := takeWhole(ctx, tx, village, lot)
	if err != nil || !taken {
		return lot, orElse(err, used)
	}
	if _, err := s.settle(ctx, tx, by, village, lot.Item, left+lot.Received, now); err != nil {
		return lot, err
	}
	if whole, err := markReversed(ctx, tx, village, id); err != nil || !whole {
		return lot, orElse(err, used)
	}
	lot.Reversed, lot.Qty = true, 0
	if lot.Kind == LotBought {
		if err := giveFund(ctx, tx, village, lot.Fund, lot.Cost); err != nil {
			return lot, err
		}
	}
	m := movement{id: s.ids.Next(), item: lot.Item, kind: movedAway, qty: -lot.Received, cost: -lot.Cost, after: left, ref: id, note: reason}
	if lot.Line != 0 {
		at := ledger.Stamp{Village: village, NowMs: now, Actor: by.ID}
		line, err := ledger.Reverse(ctx, tx, at, lot.Line, reason)
		if err != nil {
			return lot, err
		}
		m.line = line.No
	}
	if err := insertMovements(ctx, tx, village, by, now, m); err != nil {
		return lot, err
	}
	return lot, audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{
		Area: village, Action: "market.reverse_delivery", Subject: "item", SubjectID: lot.Item.String(),
		After: map[string]any{"delivery": id, "qty": lot.Received, "cost_fen": lot.Cost, "reason": reason},
	})
}

// Deliveries lists deliveries, newest first, and the cursor of the next page.
func (s *Service) Deliveries(ctx context.Context, by core.Actor, village core.Area, page core.Page) ([]Lot, string, error) {
	return paged(ctx, s, by, village, page, deliveriesOf, func(l Lot) core.ID { return l.ID })
}

// fundShort says in the shop's words, and in yuan, that its fund would go below zero.
func fundShort(err error) error {
	var e *errs.Error
	if !errors.As(err, &e) || e.Code != "ledger.insufficient" {
		return err
	}
	have, _ := e.Params["have"].(int64)
	need, _ := e.Params["need"].(int64)
	return short(have, need)
}

func short(have, need int64) error {
	return errs.New(errs.Conflict, "market.fund_short", "have", yuan(have), "need", yuan(need)).At("cost_fen")
}

// yuan writes fen as "12.50".
func yuan(fen int64) string {
	return strconv.FormatInt(fen/100, 10) + "." + strconv.FormatInt(100+fen%100, 10)[1:]
}
