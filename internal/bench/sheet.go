package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"qunyan/internal/claims"
	"qunyan/internal/core"
)

// sheetTurns is how often a sheet of 400 households is typed in; the middle one counts.
const sheetTurns = 5

// sheetLimit is how long saving and judging 400 households may take on SQLite, whatever the machine.
const sheetLimit = time.Second

// sheets compares a paper sheet of 400 households, judged against caps and history and saved as claims, with the bare
// insert of as many lines.
func sheets(ctx context.Context, b *bench) ([]Result, error) {
	v := village(0)
	if err := b.areas(ctx, 1); err != nil {
		return nil, err
	}
	homes, err := b.households(ctx, v, b.size(400, 400, 10))
	if err != nil {
		return nil, err
	}
	if err := b.rules(ctx, v); err != nil {
		return nil, err
	}
	loop, err := b.rawLoop(ctx, "raw")
	if err != nil {
		return nil, err
	}
	raw, product, err := b.typeSheets(ctx, v, homes, func(turn int) error {
		return loop.Lines(ctx, v, int64(turn*len(homes)+1), len(homes), b.clock.Now())
	})
	if err = errors.Join(err, loop.Close()); err != nil {
		return nil, err
	}
	measured := fmt.Sprintf("%d ms", product.Milliseconds())
	return []Result{
		{Name: "sheet of 400 households", Reference: fmt.Sprintf("insert of %d lines %d ms", len(homes), raw.Milliseconds()), Measured: measured,
			Ratio: int64(product) * 1000 / int64(raw), Bar: 8000},
		{Name: "sheet of 400 households: to its limit", Reference: fmt.Sprintf("%d ms", sheetLimit.Milliseconds()), Measured: measured,
			Ratio: max(int64(product)*1000/int64(sheetLimit), 1), Bar: 1000},
	}, nil
}

// typeSheets takes turns between the reference and a day's sheet, each day one later, so that the caps of the month
// have something to count.
func (b *bench) typeSheets(ctx context.Context, v core.Area, homes []core.ID, reference func(turn int) error) (raw, product time.Duration, err error) {
	clerk := actor(1, core.RoleClerk, v)
	var raws, products []time.Duration
	for turn := range sheetTurns {
		b.clock.set(core.Day(20260712 + turn))
		r, err := took(func() error { return reference(turn) })
		if err != nil {
			return 0, 0, err
		}
		sheet := claims.Sheet{Rule: "A01", Day: core.Day(20260710 + turn), Title: fmt.Sprint("群众会", turn), SkipDuplicates: true}
		for _, h := range homes {
			sheet.Rows = append(sheet.Rows, claims.SheetRow{Household: h, Qty: 1, Step: -1})
		}
		p, err := took(func() error {
			done, err := b.svc.Claims.SubmitSheet(ctx, clerk, v, sheet)
			if err == nil && done.Claims != int64(len(homes)) {
				err = fmt.Errorf("%d claims of %d households", done.Claims, len(homes))
			}
			return err
		})
		if err != nil {
			return 0, 0, err
		}
		raws, products = append(raws, r), append(products, p)
	}
	slices.Sort(raws)
	slices.Sort(products)
	return raws[sheetTurns/2], products[sheetTurns/2], nil
}
