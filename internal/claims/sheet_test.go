package claims_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
)

// sheetOf puts households on a sheet in the order of the paper.
func (p *place) sheetOf(rule string, homes ...int) claims.Sheet {
	s := claims.Sheet{Rule: rule, Day: core.DayOf(p.clock.Now()), Title: "九月 " + rule}
	for _, i := range homes {
		s.Rows = append(s.Rows, claims.SheetRow{Household: p.homes[i], Qty: 1, Step: -1})
	}
	return s
}

// TestSheetRowByRow: a cap that is reached half-way, a household twice, one that is not there; the others go through.
func TestSheetRowByRow(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 5)
	ctx := context.Background()
	used := p.deed(1, "B02")
	used.Qty, used.Event = 4, "上午河边"
	p.submit(p.clerk, used)
	used.Household, used.Qty = p.homes[2], 3
	p.submit(p.clerk, used)

	sheet := p.sheetOf("B02", 4, 1, 2, 0, 4)
	sheet.Rows[2].Qty, sheet.Rows[3].Qty = 2, 1000
	sheet.Rows = append(sheet.Rows, claims.SheetRow{Household: 424242, Qty: 1, Step: -1})
	want := []claims.RowResult{
		{Household: p.homes[4], Points: 5, Asked: 5},
		{Household: p.homes[1], Asked: 5, Duplicate: true, Code: "claims.cap_reached"},
		{Household: p.homes[2], Points: 5, Asked: 10, Duplicate: true},
		{Household: p.homes[0], Code: "rulebook.bad_qty"},
		{Household: p.homes[4], Asked: 5, Duplicate: true, Code: "claims.duplicate_row"},
		{Household: 424242, Code: "claims.no_household"},
	}
	tried, err := p.claims.TrySheet(ctx, p.clerk, p.village, sheet)
	p.wants(err, "")
	for i := range tried.Rows { // what the caps left is looked at by TestTwoClerksWithOnePaper
		tried.Rows[i].Cap = claims.Cap{}
	}
	if fmt.Sprint(tried.Rows) != fmt.Sprint(want) || tried.Sheet != 0 {
		t.Errorf("tried:\n%+v\nwant:\n%+v", tried.Rows, want)
	}
	made, err := p.claims.SubmitSheet(ctx, p.clerk, p.village, sheet)
	p.wants(err, "")
	if made.Claims != 2 || made.Points != 10 || made.Claims != tried.Claims || made.Points != tried.Points {
		t.Errorf("made %d claims of %d points, tried %d of %d", made.Claims, made.Points, tried.Claims, tried.Points)
	}
	for i, r := range made.Rows {
		if r.Code != want[i].Code || r.Points != want[i].Points || (r.Claim == 0) != (r.Code != "") {
			t.Errorf("row %d: %+v", i, r)
		}
	}
	listed, _, err := p.claims.Claims(ctx, p.clerk, p.village, claims.Filter{Sheet: made.Sheet}, core.Page{})
	if err != nil || len(listed) != 2 || listed[0].Household != p.homes[4] || listed[1].Household != p.homes[2] {
		t.Errorf("a sheet is listed in the order of the paper: %+v, %v", listed, err)
	}
	p.balanced()
}

// TestSheetRefuses what cannot be a sheet.
func TestSheetRefuses(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	long := p.sheetOf("A01", 0)
	for len(long.Rows) <= claims.MaxRows {
		long.Rows = append(long.Rows, long.Rows[0])
	}
	tomorrow := p.sheetOf("A01", 0)
	tomorrow.Day = startDay.Add(1)
	nobody := p.sheetOf("A01", 0)
	nobody.Rows[0].Household = 1
	for _, c := range []struct {
		name  string
		by    core.Actor
		sheet claims.Sheet
		code  string
	}{
		{"an empty one", p.clerk, p.sheetOf("A01"), "claims.bad_number_of_rows"},
		{"one of 1,001 rows", p.clerk, long, "claims.bad_number_of_rows"},
		{"tomorrow's", p.clerk, tomorrow, "claims.day_in_future"},
		{"one by no rule", p.clerk, p.sheetOf("Z00", 0), "rulebook.no_rule"},
		{"one that leaves nothing", p.clerk, nobody, "claims.sheet_empty"},
		{"a household's", p.card(0), p.sheetOf("A02", 0), "access.forbidden"},
		{"the keeper's", p.keeper, p.sheetOf("A01", 0), "access.forbidden"},
	} {
		_, err := p.claims.SubmitSheet(context.Background(), c.by, p.village, c.sheet)
		if codeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
	if sheets, _, err := p.claims.Sheets(context.Background(), p.clerk, p.village, core.Page{}); err != nil || len(sheets) != 0 {
		t.Errorf("refusals left %d sheets, %v", len(sheets), err)
	}
}

// TestLongestSheet takes a thousand households.
func TestLongestSheet(t *testing.T) {
	t.Parallel()
	p := newPlace(t, claims.MaxRows)
	all := make([]int, claims.MaxRows)
	for i := range all {
		all[i] = i
	}
	made, err := p.claims.SubmitSheet(context.Background(), p.clerk, p.village, p.sheetOf("A01", all...))
	p.wants(err, "")
	if made.Claims != claims.MaxRows || made.Points != 2*claims.MaxRows {
		t.Errorf("%d claims, %d points", made.Claims, made.Points)
	}
	seen, cursor := 0, ""
	for {
		page, next, err := p.claims.Claims(context.Background(), p.clerk, p.village, claims.Filter{State: claims.Submitted}, core.Page{Cursor: cursor, Limit: 170})
		p.wants(err, "")
		for _, c := range page {
			if c.ID != made.Rows[seen].Claim {
				t.Fatalf("claim %d of the queue is another", seen)
			}
			seen++
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	if seen != claims.MaxRows {
		t.Errorf("the queue has %d claims", seen)
	}
	p.balanced()
}

// Two clerks type the same paper at once: with SkipDuplicates each household is claimed once, whoever was faster; the other
// is told row by row, and a trial says beforehand what is there.
func TestTwoClerksWithOnePaper(t *testing.T) {
	t.Parallel()
	p, ctx := newPlace(t, 12), context.Background()
	sheet := func(from, to int, title string) claims.Sheet {
		in := claims.Sheet{Rule: "D02", Day: startDay, Title: title, SkipDuplicates: true}
		for i := from; i < to; i++ {
			in.Rows = append(in.Rows, claims.SheetRow{Household: p.homes[i], Qty: 1, Step: -1})
		}
		return in
	}
	var wait sync.WaitGroup
	results, failed := make([]claims.SheetResult, 2), make([]error, 2)
	for i, by := range []core.Actor{p.clerk, p.secretary} {
		wait.Go(func() {
			results[i], failed[i] = p.claims.SubmitSheet(ctx, by, p.village, sheet(i*4, i*4+8, fmt.Sprint("抢险名单", i)))
		})
	}
	wait.Wait()
	p.wants(errors.Join(failed...), "")
	already := 0
	for _, r := range results {
		for _, row := range r.Rows {
			if row.Code == "claims.already_claimed" {
				already++
			}
		}
	}
	if n := results[0].Claims + results[1].Claims; n != 12 || already != 4 {
		t.Errorf("%d claims of 12 households, %d told that they are there", n, already)
	}
	_, err := p.claims.SubmitSheet(ctx, p.clerk, p.village, sheet(0, 12, "抢险名单"))
	p.wants(err, "claims.sheet_empty")
	again := sheet(0, 12, "抢险名单")
	again.SkipDuplicates = false
	tried, err := p.claims.TrySheet(ctx, p.clerk, p.village, again)
	p.wants(err, "")
	if tried.Claims != 12 || !tried.Rows[3].Duplicate {
		t.Errorf("a second deed of the day: %+v", tried)
	}
	capped := claims.Sheet{Rule: "B02", Day: startDay, Title: "大扫除", Rows: []claims.SheetRow{{Household: p.homes[0], Qty: 3, Step: -1}}}
	_, err = p.claims.SubmitSheet(ctx, p.clerk, p.village, capped)
	p.wants(err, "")
	capped.Title = "清理河道" // another clean-up of the day; the same one would be the same deed
	tried, err = p.claims.TrySheet(ctx, p.clerk, p.village, capped)
	p.wants(err, "")
	if c := tried.Rows[0].Cap; c.UsedPoints != 15 || c.LimitPoints != 20 || tried.Rows[0].Points != 5 {
		t.Errorf("what the cap left: %+v", tried.Rows[0])
	}
}
