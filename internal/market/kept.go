package market

import (
	"context"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// keptItem is goods whose stock a queue of people changes one after the other. Goods are taken before the book.
func keptItem() *store.Kept {
	return &store.Kept{Read: sqlKeptItem, Write: sqlWriteStock, Lock: true, Turn: 1}
}

const (
	sqlKeptItem = `SELECT qty, cost, price, name, unit, state, fund FROM item WHERE village = $1 AND id = $2`

	sqlWriteStock = `UPDATE item SET qty = $1, cost = $2 WHERE village = $3 AND id = $4`

	// What sqlPayer reads beside the balance and the goods, which other redemptions change meanwhile.
	sqlKeptPayer = `SELECT COALESCE(s.state, ''), COALESCE(s.floor, 0), h.number, h.head, COALESCE(g.short, ''), h.state
		FROM household h
		LEFT JOIN shop s ON s.village = h.village
		LEFT JOIN area g ON g.code = h.grp
		WHERE h.village = $1 AND h.id = $2`
)

// ahead is what a redemption asks first.
func ahead(by core.Actor, in RedeemInput, basket cart) []store.Ahead {
	all := ledger.Ahead(in.Village, ledger.Entry{Kind: ledger.Redeemed, Owner: in.Household}, ledger.Entry{Kind: ledger.GoodsOut})
	all = append(all, ledger.BalanceAhead(in.Village, ledger.HouseholdBase, in.Household)...)
	for _, l := range basket.lines {
		all = append(all, keptItem().Of(in.Village, l.Item))
	}
	return append(all, store.AskAhead(sqlKeptPayer, in.Village, in.Household), store.OnceAhead(by, in.Village))
}

// keptPayer is payerOf where rows are kept.
func keptPayer(ctx context.Context, tx *store.Tx, village core.Area, household core.ID) (p payer, err error) {
	var state string
	err = tx.Row(ctx, sqlKeptPayer, village, household).Scan(&p.shop, &p.floor, &p.number, &p.head, &p.group, &state)
	switch {
	case errors.Is(err, store.ErrNone):
		return p, errs.New(errs.NotFound, "directory.no_household").At("household")
	case err != nil:
		return p, err
	case p.shop == "":
		return p, errNoShop
	}
	p.active = state == "active"
	base, err := ledger.Balance(ctx, tx, village, ledger.HouseholdBase, household)
	p.base = core.Points(base)
	return p, err
}

// take takes pieces off the shelf and says what they cost. seen is the goods that were read with the household.
func take(ctx context.Context, tx *store.Tx, village core.Area, want CartLine, seen Item) (Item, core.Fen, error) {
	if tx.Keeps() {
		return takeKept(ctx, tx, village, want)
	}
	item, cost, taken, err := takeSeen(ctx, tx, village, want, seen)
	if err == nil && !taken {
		item, cost, err = takeOff(ctx, tx, village, want)
	}
	return item, cost, err
}

// takeKept is takeOff for goods that are kept.
func takeKept(ctx context.Context, tx *store.Tx, village core.Area, want CartLine) (Item, core.Fen, error) {
	rows, err := tx.Records(ctx, keptItem().Of(village, want.Item))
	if err != nil {
		return Item{}, 0, err
	}
	row := rows[0]
	it := Item{Qty: row.Number(0), Cost: core.Fen(row.Number(1)), Name: row.Text(3), Unit: row.Text(4), Fund: core.ID(row.Number(6))}
	if row.None || row.Text(5) != string(ItemActive) || core.Points(row.Number(2)) != want.Price || it.Qty < want.Qty {
		return it, 0, whyNotTaken(ctx, tx, village, want)
	}
	cost := costOut(it.Qty, it.Cost, want.Qty)
	it.Qty -= want.Qty
	it.Cost -= cost
	values := append([]any{it.Qty, int64(it.Cost)}, row.Values[2:]...)
	return it, cost, tx.Change(row, values, it.Qty, it.Cost, village, want.Item)
}
