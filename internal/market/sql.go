package market

import (
	"context"
	"encoding/json"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

var errNoShop = errs.New(errs.NotFound, "market.no_shop")

// Shops ------------------------------------------------------------------------------------------------------------

func shopOf(ctx context.Context, tx *store.Tx, village core.Area) (Shop, error) {
	shop := Shop{Village: village}
	err := tx.Row(ctx, `SELECT name, rate, floor, open_day, state, version FROM shop WHERE village = $1`, village).
		Scan(&shop.Name, &shop.Rate, &shop.Floor, &shop.OpenDay, &shop.State, &shop.Version)
	if errors.Is(err, store.ErrNone) {
		err = errNoShop
	}
	return shop, err
}

const sqlWriteShop = `INSERT INTO shop (village, name, rate, floor, open_day, state, version, changed_ms)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
	ON CONFLICT (village) DO UPDATE SET name = excluded.name, rate = excluded.rate, floor = excluded.floor,
		open_day = excluded.open_day, state = excluded.state, version = excluded.version, changed_ms = excluded.changed_ms
	WHERE shop.version = $9`

// writeShop says whether the shop still was at the version seen.
func writeShop(ctx context.Context, tx *store.Tx, shop Shop, seen, now int64) (bool, error) {
	n, err := tx.Exec(ctx, sqlWriteShop, shop.Village, shop.Name, shop.Rate, shop.Floor, shop.OpenDay, string(shop.State), shop.Version, now, seen)
	return n == 1, err
}

// Goods ------------------------------------------------------------------------------------------------------------

func scanItem(r store.Row) (it Item, err error) {
	err = r.Scan(&it.ID, &it.Name, &it.Unit, &it.Price, &it.Qty, &it.Cost, &it.Low, &it.Photo, &it.State, &it.Version, &it.Fund)
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "market.no_item")
	}
	return it, err
}

func itemOf(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Item, error) {
	return scanItem(tx.Row(ctx, `SELECT id, name, unit, price, qty, cost, low, photo, state, version, fund FROM item
		WHERE village = $1 AND id = $2`, village, id))
}

const (
	sqlShelf = `SELECT id, name, unit, price, qty, cost, low, photo, state, version, fund FROM item
		WHERE village = $1 AND state = 'active' ORDER BY sort, id`
	sqlAllItems = `SELECT id, name, unit, price, qty, cost, low, photo, state, version, fund FROM item
		WHERE village = $1 ORDER BY sort, id`
)

func itemsOf(ctx context.Context, tx *store.Tx, village core.Area, all bool) ([]Item, error) {
	items := []Item{}
	add := func(r store.Row) error {
		it, err := scanItem(r)
		items = append(items, it)
		return err
	}
	if all {
		return items, tx.Rows(ctx, sqlAllItems, add, village)
	}
	return items, tx.Rows(ctx, sqlShelf, add, village)
}

func countItems(ctx context.Context, tx *store.Tx, village core.Area) (n int, err error) {
	err = tx.Row(ctx, `SELECT COUNT(*) FROM item WHERE village = $1`, village).Scan(&n)
	return n, err
}

func nameUsed(ctx context.Context, tx *store.Tx, village core.Area, name string, except core.ID) (bool, error) {
	var n int
	err := tx.Row(ctx, `SELECT COUNT(*) FROM item WHERE village = $1 AND name = $2 AND state = 'active' AND id <> $3`, village, name, except).Scan(&n)
	return n > 0, err
}

func insertItem(ctx context.Context, tx *store.Tx, village core.Area, it Item, now int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO item (village, id, name, sort, unit, price, qty, cost, low, photo, state, version, fund, created_ms, changed_ms)
		VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8, $9, $10, $11, $12, $12)`,
		village, it.ID, it.Name, sortKey(it.Name), it.Unit, it.Price, it.Low, it.Photo, string(it.State), it.Version, it.Fund, now)
	return err
}

// writeItem says whether the goods still were at the version seen. Stock is not touched: it moves on its own.
func writeItem(ctx context.Context, tx *store.Tx, village core.Area, it Item, seen, now int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE item SET name = $1, sort = $2, unit = $3, price = $4, low = $5, photo = $6, state = $7, version = $8, changed_ms = $9
		WHERE village = $10 AND id = $11 AND version = $12`,
		it.Name, sortKey(it.Name), it.Unit, it.Price, it.Low, it.Photo, string(it.State), it.Version, now, village, it.ID, seen)
	return n == 1, err
}

// Stock ------------------------------------------------------------------------------------------------------------

const (
	sqlTakeSeen = `UPDATE item SET qty = qty - $1, cost = cost - $2
		WHERE village = $3 AND id = $4 AND price = $5 AND qty = $6 AND cost = $7 AND state = 'active'`
	sqlTakePieces = `UPDATE item SET qty = qty - $1
		WHERE village = $2 AND id = $3 AND price = $4 AND state = 'active' AND qty >= $1
		RETURNING name, unit, qty, cost, fund`
	sqlTakeCost = `UPDATE item SET cost = cost - $1 WHERE village = $2 AND id = $3`
)

// takeOff takes pieces off the shelf if there are enough and their price is the one shown, and says what they cost. The
// first statement is guard and lock in one, so the cost it returns is still the whole stock's when the second writes it.
func takeOff(ctx context.Context, tx *store.Tx, village core.Area, want CartLine) (Item, core.Fen, error) {
	var it Item
	err := tx.Row(ctx, sqlTakePieces, want.Qty, village, want.Item, want.Price).Scan(&it.Name, &it.Unit, &it.Qty, &it.Cost, &it.Fund)
	if errors.Is(err, store.ErrNone) {
		return it, 0, whyNotTaken(ctx, tx, village, want)
	}
	if err != nil {
		return it, 0, err
	}
	cost := costOut(it.Qty+want.Qty, it.Cost, want.Qty)
	if cost > 0 {
		_, err = tx.Exec(ctx, sqlTakeCost, cost, village, want.Item)
	}
	return it, cost, err
}

// takeSeen is takeOff for goods that were just read: one statement, which only holds if nobody moved them since. False
// says that somebody did, or that they cannot be taken; takeOff finds out.
func takeSeen(ctx context.Context, tx *store.Tx, village core.Area, want CartLine, seen Item) (Item, core.Fen, bool, error) {
	if seen.ID != want.Item || seen.Qty < want.Qty {
		return seen, 0, false, nil
	}
	cost := costOut(seen.Qty, seen.Cost, want.Qty)
	n, err := tx.Exec(ctx, sqlTakeSeen, want.Qty, cost, village, want.Item, want.Price, seen.Qty, seen.Cost)
	seen.Qty -= want.Qty
	return seen, cost, n == 1, err
}

func whyNotTaken(ctx context.Context, tx *store.Tx, village core.Area, want CartLine) error {
	it, err := itemOf(ctx, tx, village, want.Item)
	switch {
	case err != nil:
		return err
	case it.State != ItemActive:
		return errs.New(errs.NotFound, "market.no_item")
	case it.Price != want.Price:
		return errs.New(errs.Conflict, "market.price_changed", "name", it.Name, "price", it.Price)
	}
	return errs.New(errs.Conflict, "market.out_of_stock", "name", it.Name, "left", it.Qty, "unit", it.Unit)
}

const sqlPutIn = `UPDATE item SET qty = qty + $1, cost = cost + $2
	WHERE village = $3 AND id = $4 AND qty + $1 <= $5 AND cost + $2 <= $6
	RETURNING id, name, unit, price, qty, cost, low, photo, state, version, fund`

// putIn adds pieces and their cost to the stock, up to what costOut can reckon with.
func putIn(ctx context.Context, tx *store.Tx, village core.Area, id core.ID, qty int64, cost core.Fen) (Item, error) {
	it, err := scanItem(tx.Row(ctx, sqlPutIn, qty, cost, village, id, core.MaxQty, core.MaxFen))
	if errors.Is(err, errs.New(errs.NotFound, "market.no_item")) {
		if _, err := itemOf(ctx, tx, village, id); err != nil {
			return it, err
		}
		return it, errs.New(errs.Conflict, "market.stock_full", "most", core.MaxQty).At("qty")
	}
	return it, err
}

// movement is a change of one kind's stock.
type movement struct {
	id, item core.ID
	kind     string
	qty      int64 // below 0 for goods out
	cost     core.Fen
	after    int64 // pieces in stock after it
	ref      core.ID
	note     string
	line     int64
}

// The kinds of movement.
const (
	movedIn   = "in"
	movedOut  = "redeem"
	movedBack = "void"
	movedAway = "reverse" // a delivery taken back
	movedGone = "gone"    // handed out offline, and no points paid for it
)

const sqlInsertMovement = `INSERT INTO movement (village, id, item, kind, qty, cost, qty_after, ref, note, line, by_id, by_name, created_ms)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

func insertMovements(ctx context.Context, tx *store.Tx, village core.Area, by core.Actor, now int64, moves ...movement) error {
	for _, m := range moves {
		if err := tx.Later(ctx, sqlInsertMovement, village, m.id, m.item, m.kind, m.qty, m.cost, m.after, m.ref, m.note, m.line,
			by.ID, by.Name, now); err != nil {
			return err
		}
	}
	return nil
}

// Redemptions ------------------------------------------------------------------------------------------------------

// One statement for all that a redemption has to know first, and the first of its goods with it. It reads the tables of
// directory and ledger as they stand, because this is the path a queue of people waits on. 1 is ledger's HouseholdBase.
const sqlPayer = `SELECT COALESCE(s.state, ''), COALESCE(s.floor, 0), h.number, h.head, COALESCE(g.short, ''), h.state, COALESCE(b.balance, 0),
		COALESCE(i.id, 0), COALESCE(i.name, ''), COALESCE(i.unit, ''), COALESCE(i.qty, 0), COALESCE(i.cost, 0), COALESCE(i.fund, 0)
	FROM household h
	LEFT JOIN shop s ON s.village = h.village
	LEFT JOIN area g ON g.code = h.grp
	LEFT JOIN account b ON b.village = h.village AND b.kind = 1 AND b.owner = h.id
	LEFT JOIN item i ON i.village = h.village AND i.id = $1
	WHERE h.village = $2 AND h.id = $3`

// payerOf reads the household and the shop; item is the goods to read along, or 0.
func payerOf(ctx context.Context, tx *store.Tx, village core.Area, household, item core.ID) (p payer, err error) {
	if tx.Keeps() {
		return keptPayer(ctx, tx, village, household)
	}
	var state string
	err = tx.Row(ctx, sqlPayer, item, village, household).
		Scan(&p.shop, &p.floor, &p.number, &p.head, &p.group, &state, &p.base, &p.item.ID, &p.item.Name, &p.item.Unit, &p.item.Qty, &p.item.Cost, &p.item.Fund)
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "directory.no_household").At("household")
	}
	if err == nil && p.shop == "" {
		err = errNoShop
	}
	p.active = state == "active"
	return p, err
}

func insertRedemption(ctx context.Context, tx *store.Tx, village core.Area, r Redemption) error {
	slip, err := r.slip()
	if err != nil {
		return err
	}
	return tx.Later(ctx, `INSERT INTO redemption (village, id, no, household, day, points, cost, balance, items, state,
			by_id, by_name, created_ms, void_by, void_name, void_reason, void_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, '', '', 0)`,
		village, r.ID, r.No, r.Household, r.Day, r.Points, r.Cost, r.Balance, slip, string(r.State), r.By, r.ByName, r.CreatedMs)
}

// markVoided says whether the redemption still stood.
func markVoided(ctx context.Context, tx *store.Tx, in VoidInput, by core.Actor, now int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE redemption SET state = 'voided', void_by = $1, void_name = $2, void_reason = $3, void_ms = $4
		WHERE village = $5 AND id = $6 AND state = 'settled'`, by.ID, by.Name, in.Reason, now, in.Village, in.ID)
	return n == 1, err
}

const sqlRedemption = `SELECT r.id, r.no, r.household, h.number, h.head, COALESCE(g.short, ''), r.day, r.points, r.cost, r.balance,
		r.items, r.state, r.by_id, r.by_name, r.created_ms, r.void_name, r.void_reason, r.void_ms
	FROM redemption r
	JOIN household h ON h.village = r.village AND h.id = r.household
	LEFT JOIN area g ON g.code = h.grp
	WHERE r.village = $1`

func scanRedemption(row store.Row) (r Redemption, err error) {
	var slip string
	err = row.Scan(&r.ID, &r.No, &r.Household, &r.Number, &r.Head, &r.GroupName, &r.Day, &r.Points, &r.Cost, &r.Balance,
		&slip, &r.State, &r.By, &r.ByName, &r.CreatedMs, &r.VoidName, &r.VoidReason, &r.VoidMs)
	if errors.Is(err, store.ErrNone) {
		return r, errs.New(errs.NotFound, "market.no_redemption")
	}
	if err == nil {
		err = json.Unmarshal([]byte(slip), &r.Items)
	}
	return r, err
}

func redemptionOf(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Redemption, error) {
	return scanRedemption(tx.Row(ctx, sqlRedemption+` AND r.id = $2`, village, id))
}

const (
	sqlRedemptionsOfVillage   = sqlRedemption + ` AND r.id < $2 ORDER BY r.id DESC LIMIT $3`
	sqlRedemptionsOfDay       = sqlRedemption + ` AND r.day = $2 AND r.id < $3 ORDER BY r.id DESC LIMIT $4`
	sqlRedemptionsOfHousehold = sqlRedemption + ` AND r.household = $2 AND r.id < $3 ORDER BY r.id DESC LIMIT $4`
	sqlRedemptionsOfBoth      = sqlRedemption + ` AND r.household = $2 AND r.day = $3 AND r.id < $4 ORDER BY r.id DESC LIMIT $5`
)

// redemptionsOf gives at most limit redemptions with an id below before, newest first.
func redemptionsOf(ctx context.Context, tx *store.Tx, f Filter, before core.ID, limit int) ([]Redemption, error) {
	list := []Redemption{}
	add := func(row store.Row) error {
		r, err := scanRedemption(row)
		list = append(list, r)
		return err
	}
	switch {
	case f.Household != 0 && f.Day != 0:
		return list, tx.Rows(ctx, sqlRedemptionsOfBoth, add, f.Village, f.Household, f.Day, before, limit)
	case f.Household != 0:
		return list, tx.Rows(ctx, sqlRedemptionsOfHousehold, add, f.Village, f.Household, before, limit)
	case f.Day != 0:
		return list, tx.Rows(ctx, sqlRedemptionsOfDay, add, f.Village, f.Day, before, limit)
	}
	return list, tx.Rows(ctx, sqlRedemptionsOfVillage, add, f.Village, before, limit)
}

// eachOfDay goes through all redemptions of a day, oldest first.
func eachOfDay(ctx context.Context, tx *store.Tx, village core.Area, day core.Day, fn func(Redemption)) error {
	return tx.Rows(ctx, sqlRedemption+` AND r.day = $2 ORDER BY r.id`, func(row store.Row) error {
		r, err := scanRedemption(row)
		if err == nil {
			fn(r)
		}
		return err
	}, village, day)
}

// cardCode is the code of the card a household uses; "" if it has none.
func cardCode(ctx context.Context, tx *store.Tx, village core.Area, household core.ID) (code string, err error) {
	err = tx.Row(ctx, `SELECT code FROM card WHERE village = $1 AND household = $2 AND state = 'active' ORDER BY id DESC LIMIT 1`, village, household).Scan(&code)
	if errors.Is(err, store.ErrNone) {
		err = nil
	}
	return code, err
}

// cursorID reads a page's cursor: the id of the last row shown, or nothing for the newest.
func cursorID(cursor string) (core.ID, error) {
	if cursor == "" {
		return 1<<63 - 1, nil
	}
	id, err := core.ParseID(cursor)
	if err != nil {
		return 0, errs.New(errs.Invalid, "input.bad_cursor").At("cursor")
	}
	return id, nil
}

func attachPhoto(ctx context.Context, tx *store.Tx, village core.Area, photo, item core.ID) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE file SET owner = 'item', owner_id = $1 WHERE village = $2 AND id = $3 AND (owner = 'claim' AND owner_id = 0 AND by_kind = 'staff' OR owner = 'item' AND owner_id = $1)`, item, village, photo)
	return n == 1, err
}
