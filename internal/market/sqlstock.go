package market

import (
	"context"
	"encoding/json"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Deliveries -------------------------------------------------------------------------------------------------------

const sqlLot = `SELECT l.id, l.item, i.name, i.unit, l.kind, l.received, l.qty, l.cost, l.fund, l.supplier, l.invoice, l.photo, l.batch, l.best_before,
		l.note, l.line, l.reversed, l.by_id, l.by_name, l.created_ms
	FROM lot l JOIN item i ON i.village = l.village AND i.id = l.item
	WHERE l.village = $1`

const (
	sqlLotsOfItem  = sqlLot + ` AND l.item = $2 ORDER BY l.id`
	sqlLotsLeft    = sqlLot + ` AND l.qty > 0 ORDER BY l.id`
	sqlLotByID     = sqlLot + ` AND l.id = $2`
	sqlLotsPage    = sqlLot + ` AND l.id < $2 AND l.kind IN ('bought', 'given') ORDER BY l.id DESC LIMIT $3`
	sqlLotsEntered = `SELECT COUNT(*) FROM lot WHERE village = $1 AND invoice = $2 AND supplier = $3 AND item = $4 AND batch = $5 AND received = $6 AND cost = $7 AND reversed = 0`
)

func scanLot(r store.Row) (l Lot, err error) {
	err = r.Scan(&l.ID, &l.Item, &l.Name, &l.Unit, &l.Kind, &l.Received, &l.Qty, &l.Cost, &l.Fund, &l.Supplier, &l.Invoice, &l.Photo, &l.Batch,
		&l.BestBefore, &l.Note, &l.Line, store.Bool(&l.Reversed), &l.By, &l.ByName, &l.CreatedMs)
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "market.no_delivery")
	}
	return l, err
}

func lotsOfItem(ctx context.Context, tx *store.Tx, village core.Area, item core.ID) (lots []Lot, err error) {
	return lots, tx.Rows(ctx, sqlLotsOfItem, addLot(&lots), village, item)
}

func lotsLeft(ctx context.Context, tx *store.Tx, village core.Area) (lots []Lot, err error) {
	return lots, tx.Rows(ctx, sqlLotsLeft, addLot(&lots), village)
}

func addLot(lots *[]Lot) func(store.Row) error {
	return func(r store.Row) error {
		l, err := scanLot(r)
		*lots = append(*lots, l)
		return err
	}
}

func lotOf(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Lot, error) {
	return scanLot(tx.Row(ctx, sqlLotByID, village, id))
}

func deliveriesOf(ctx context.Context, tx *store.Tx, village core.Area, before core.ID, limit int) ([]Lot, error) {
	lots := []Lot{}
	return lots, tx.Rows(ctx, sqlLotsPage, addLot(&lots), village, before, limit)
}

// enteredBefore says whether the same line of the same invoice stands in the stock already.
func enteredBefore(ctx context.Context, tx *store.Tx, village core.Area, l Lot) (bool, error) {
	if l.Invoice == "" {
		return false, nil
	}
	var n int
	err := tx.Row(ctx, sqlLotsEntered, village, l.Invoice, l.Supplier, l.Item, l.Batch, l.Received, l.Cost).Scan(&n)
	return n > 0, err
}

func insertLot(ctx context.Context, tx *store.Tx, village core.Area, l Lot) error {
	_, err := tx.Exec(ctx, `INSERT INTO lot (village, id, item, kind, received, qty, cost, fund, supplier, invoice, photo, batch, best_before, note, line,
			reversed, by_id, by_name, created_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, $16, $17, $18)`,
		village, l.ID, l.Item, string(l.Kind), l.Received, l.Qty, l.Cost, l.Fund, l.Supplier, l.Invoice, l.Photo, l.Batch, l.BestBefore, l.Note, l.Line,
		l.By, l.ByName, l.CreatedMs)
	return err
}

// markReversed says whether the delivery stood and was still whole.
func markReversed(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE lot SET reversed = 1, qty = 0 WHERE village = $1 AND id = $2 AND reversed = 0 AND qty = received`, village, id)
	return n == 1, err
}

// attachInvoice keeps the photo of an invoice, which several deliveries may share.
func attachInvoice(ctx context.Context, tx *store.Tx, village core.Area, photo core.ID) error {
	if photo == 0 {
		return nil
	}
	n, err := tx.Exec(ctx, `UPDATE file SET owner = 'invoice', owner_id = id
		WHERE village = $1 AND id = $2 AND (owner_id = 0 AND by_kind = 'staff' OR owner = 'invoice')`, village, photo)
	if err == nil && n == 0 {
		err = errs.New(errs.Invalid, "market.no_photo").At("photo")
	}
	return err
}

// Stock without a redemption -----------------------------------------------------------------------------------------

const sqlTakeAny = `UPDATE item SET qty = qty - $1 WHERE village = $2 AND id = $3 AND qty >= $1 RETURNING qty, cost`

// takeAny takes pieces out of stock, whatever their price and whether they are shown, and says what they cost and how many
// are left.
func takeAny(ctx context.Context, tx *store.Tx, village core.Area, id core.ID, n int64) (cost core.Fen, left int64, err error) {
	var all core.Fen
	err = tx.Row(ctx, sqlTakeAny, n, village, id).Scan(&left, &all)
	if errors.Is(err, store.ErrNone) {
		it, err := itemOf(ctx, tx, village, id)
		if err != nil {
			return 0, 0, err
		}
		return 0, 0, errs.New(errs.Conflict, "market.out_of_stock", "name", it.Name, "left", it.Qty, "unit", it.Unit)
	}
	if err != nil {
		return 0, 0, err
	}
	if cost = costOut(left+n, all, n); cost > 0 {
		_, err = tx.Exec(ctx, sqlTakeCost, cost, village, id)
	}
	return cost, left, err
}

const sqlTakeWhole = `UPDATE item SET qty = qty - $1, cost = cost - $2
	WHERE village = $3 AND id = $4 AND qty >= $1 AND cost >= $2 AND (qty > $1 OR cost = $2)
	RETURNING qty`

// takeWhole takes a delivery out again at the cost it came with; false if the stock does not hold so much any more.
func takeWhole(ctx context.Context, tx *store.Tx, village core.Area, l Lot) (left int64, taken bool, err error) {
	err = tx.Row(ctx, sqlTakeWhole, l.Received, l.Cost, village, l.Item).Scan(&left)
	if errors.Is(err, store.ErrNone) {
		return 0, false, nil
	}
	return left, err == nil, err
}

// Sheets -----------------------------------------------------------------------------------------------------------

const sqlSheet = `SELECT id, kind, state, lines, reason, day, voucher, cost, by_id, by_name, created_ms, ended_name, ended_ms FROM stock_sheet WHERE village = $1`

const (
	sqlSheetByID  = sqlSheet + ` AND id = $2`
	sqlSheetsPage = sqlSheet + ` AND id < $2 ORDER BY id DESC LIMIT $3`
)

func scanSheet(r store.Row) (sh Sheet, err error) {
	var lines string
	err = r.Scan(&sh.ID, &sh.Kind, &sh.State, &lines, &sh.Reason, &sh.Day, &sh.Voucher, &sh.Cost, &sh.By, &sh.ByName, &sh.CreatedMs, &sh.EndedName, &sh.EndedMs)
	if errors.Is(err, store.ErrNone) {
		return sh, errs.New(errs.NotFound, "market.no_sheet")
	}
	if err == nil {
		err = json.Unmarshal([]byte(lines), &sh.Lines)
	}
	return sh, err
}

func sheetOf(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Sheet, error) {
	return scanSheet(tx.Row(ctx, sqlSheetByID, village, id))
}

func sheetsOf(ctx context.Context, tx *store.Tx, village core.Area, before core.ID, limit int) ([]Sheet, error) {
	list := []Sheet{}
	return list, tx.Rows(ctx, sqlSheetsPage, func(r store.Row) error {
		sh, err := scanSheet(r)
		list = append(list, sh)
		return err
	}, village, before, limit)
}

func insertSheet(ctx context.Context, tx *store.Tx, village core.Area, sh Sheet) error {
	lines, err := json.Marshal(sh.Lines)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO stock_sheet (village, id, kind, state, lines, reason, day, voucher, cost, by_id, by_name, created_ms, ended_by, ended_name, ended_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, $9, $10, 0, '', 0)`,
		village, sh.ID, string(sh.Kind), string(sh.State), string(lines), sh.Reason, sh.Day, sh.By, sh.ByName, sh.CreatedMs)
	return err
}

// endSheet says whether the sheet still waited for somebody.
func endSheet(ctx context.Context, tx *store.Tx, village core.Area, sh Sheet, by core.Actor) (bool, error) {
	lines, err := json.Marshal(sh.Lines)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `UPDATE stock_sheet SET state = $1, lines = $2, voucher = $3, cost = $4, ended_by = $5, ended_name = $6, ended_ms = $7
		WHERE village = $8 AND id = $9 AND state = 'proposed'`,
		string(sh.State), string(lines), sh.Voucher, sh.Cost, by.ID, by.Name, sh.EndedMs, village, sh.ID)
	return n == 1, err
}

// sqlCountsSince finds differences of counts that were posted after a sheet was written: ids grow with time.
const sqlCountsSince = `SELECT COUNT(*) FROM movement WHERE village = $1 AND item = $2 AND id > $3 AND kind = 'count'`

// sqlLastCount is the day of the newest count two people confirmed.
const sqlLastCount = `SELECT COALESCE(MAX(day), 0) FROM stock_sheet WHERE village = $1 AND kind = 'count' AND state = 'done'`
