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

const maxNote = 100

// ReceiveInput is goods carried into the shop. Cost is what the fund paid for all of them; 0 for goods given to the village.
type ReceiveInput struct {
	Village core.Area
	Item    core.ID
	Qty     int64
	Cost    core.Fen
	Note    string // supplier, invoice
}

func (in *ReceiveInput) check() error {
	in.Note = strings.TrimSpace(in.Note)
	switch {
	case in.Qty < 1 || in.Qty > core.MaxQty:
		return errs.New(errs.Invalid, "market.bad_quantity", "most", core.MaxQty).At("qty")
	case in.Cost < 0 || in.Cost > core.MaxFen:
		return errs.New(errs.Invalid, "market.bad_amount").At("cost_fen")
	case runes(in.Note) > maxNote:
		return errs.New(errs.Invalid, "market.note_too_long", "most", maxNote).At("note")
	}
	return nil
}

// Receive puts goods into stock and takes their cost out of the shop's fund, in one transaction. Goods that cost more
// than the fund holds are refused with market.fund_short: shops die of money that was never there (domain.md §4).
func (s *Service) Receive(ctx context.Context, by core.Actor, in ReceiveInput) (Item, error) {
	if err := access.Require(by, access.OpReceiveGoods, in.Village); err != nil {
		return Item{}, err
	}
	if err := in.check(); err != nil {
		return Item{}, err
	}
	now := s.clock.Now()
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
	m := movement{id: s.ids.Next(), item: in.Item, kind: movedIn, qty: in.Qty, cost: in.Cost, after: item.Qty, note: in.Note}
	if in.Cost > 0 { // goods given to the village move no money
		m.line, _, err = ledger.Post(ctx, tx, ledger.Stamp{Village: in.Village, NowMs: now, Actor: by.ID}, ledger.Entry{
			Kind: ledger.GoodsIn, Amount: int64(in.Cost), Ref: m.id, MemoZh: pieces(item.Name, in.Qty),
		})
		if err != nil {
			return Item{}, fundShort(err)
		}
	}
	if err := insertMovements(ctx, tx, in.Village, by, now, m); err != nil {
		return Item{}, err
	}
	return item, audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{
		Area: in.Village, Action: "market.receive", Subject: "item", SubjectID: in.Item.String(),
		After: map[string]any{"qty": in.Qty, "cost_fen": in.Cost, "note": in.Note, "stock": item.Qty},
	})
}

// fundShort says in the shop's words, and in yuan, that its fund would go below zero.
func fundShort(err error) error {
	var e *errs.Error
	if !errors.As(err, &e) || e.Code != "ledger.insufficient" {
		return err
	}
	have, _ := e.Params["have"].(int64)
	need, _ := e.Params["need"].(int64)
	return errs.New(errs.Conflict, "market.fund_short", "have", yuan(have), "need", yuan(need)).At("cost_fen")
}

// yuan writes fen as "12.50".
func yuan(fen int64) string {
	return strconv.FormatInt(fen/100, 10) + "." + strconv.FormatInt(100+fen%100, 10)[1:]
}
