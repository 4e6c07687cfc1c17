package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"qunyan/internal/claims"
	"qunyan/internal/core"
)

// monthClose compares the close of a month of 2,000 claims with the bare insert of as many lines.
func monthClose(ctx context.Context, b *bench) ([]Result, error) {
	v := village(0)
	n, err := b.noticedMonth(ctx, v)
	if err != nil {
		return nil, err
	}
	loop, err := b.rawLoop(ctx, "raw")
	if err != nil {
		return nil, err
	}
	var raw time.Duration
	for run := range 3 { // the first warms the file up; the rest is averaged
		d, err := took(func() error { return loop.Lines(ctx, v, int64(run*n+1), n, b.clock.Now()) })
		if err != nil {
			return nil, errors.Join(err, loop.Close())
		}
		if run > 0 {
			raw += d / 2
		}
	}
	if err := loop.Close(); err != nil {
		return nil, err
	}
	product, err := took(func() error { return b.closes(ctx, v, n) })
	return []Result{{
		Name: "month close of 2,000 lines", Reference: fmt.Sprintf("insert of %d lines %d ms", n, raw.Milliseconds()), Measured: fmt.Sprintf("%d ms", product.Milliseconds()),
		Ratio: int64(product) * 1000 / int64(raw), Bar: 1500,
	}}, err
}

// closes closes a village's month, which must post n lines.
func (b *bench) closes(ctx context.Context, v core.Area, n int) error {
	done, err := b.svc.Claims.Close(ctx, actor(2, core.RoleSecretary, v), v, b.clock.today().Month())
	if lines := done.LastNo - done.FirstNo + 1; err == nil && lines != int64(n) {
		err = fmt.Errorf("%d lines were posted, not %d", lines, n)
	}
	return err
}

// noticedMonth plays a village's month up to the morning of its close and says how many claims will be posted.
func (b *bench) noticedMonth(ctx context.Context, v core.Area) (int, error) {
	if err := b.areas(ctx, 1); err != nil {
		return 0, err
	}
	homes, err := b.households(ctx, v, b.size(400, 400, 10))
	if err != nil {
		return 0, err
	}
	if err := b.rules(ctx, v); err != nil {
		return 0, err
	}
	b.clock.set(20260712)
	clerk, supervisor := actor(1, core.RoleClerk, v), actor(5, core.RoleSupervisor, v)
	total := 0
	for _, rule := range []string{"A01", "A03", "B02", "C03", "D01"} {
		rows := make([]claims.SheetRow, len(homes))
		for i, h := range homes {
			rows[i] = claims.SheetRow{Household: h, Qty: 1, Step: -1}
		}
		sheet, err := b.svc.Claims.SubmitSheet(ctx, clerk, v, claims.Sheet{Rule: rule, Day: 20260710, Title: rule, Rows: rows})
		if err != nil {
			return 0, err
		}
		var ids []claims.Seen
		for _, row := range sheet.Rows {
			ids = append(ids, claims.Seen{ID: row.Claim, Changes: 1})
		}
		for from := 0; from < len(ids); from += 200 {
			if _, err := b.svc.Claims.ApproveMany(ctx, supervisor, v, ids[from:min(from+200, len(ids))]); err != nil {
				return 0, err
			}
		}
		total += len(ids)
	}
	b.clock.set(20260725)
	if _, err := b.svc.Claims.PublishNotice(ctx, clerk, v, 202607, 3); err != nil {
		return 0, err
	}
	b.clock.set(20260731)
	return total, nil
}
