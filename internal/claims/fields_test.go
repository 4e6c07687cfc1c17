package claims_test

import (
	"context"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

const widen = `UPDATE rule SET who = $1, who_tag = $2, caps = $3, unit_size = $4, warn_days = $5, cond = $6, cond_zh = $7, list_category = $8, list_text = $9
	WHERE village = $10 AND code = $11`

// set gives a rule of the place fields beyond its first ones.
func (p *place) set(code, who, tag, caps string, size, warn int64, cond string) {
	p.t.Helper()
	words, about := "", ""
	if cond != "" {
		words = "附加条件"
	}
	if warn > 0 {
		about = "environment"
	}
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, widen, who, tag, caps, size, warn, cond, words, about, 0, p.village, code)
		return err
	})
}

// person puts somebody into the i-th household.
func (p *place) person(home int, name string, born int, party bool, tags string) core.ID {
	p.t.Helper()
	const add = `INSERT INTO resident (village, id, household, name, pinyin, relation, sex, birth_year, phone, party, id_hash, id_last4, state, created_ms, changed_ms, tags)
		VALUES ($1, $2, $3, $4, '', 'other', '', $5, '', $6, $7, '', 'active', 0, 0, $8)`
	id := p.ids.Next()
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, add, p.village, id, p.homes[home], name, born, store.Flag(party), []byte{}, tags)
		return err
	})
	return id
}

// TestADeedCountsOnce whichever of its two doors it came through first.
func TestADeedCountsOnce(t *testing.T) {
	t.Parallel()
	p, ctx := newPlace(t, 4), context.Background()
	roll := func(home int) claims.RowResult {
		sheet := p.sheetOf("B02", home)
		made, err := p.claims.SubmitSheet(ctx, p.clerk, p.village, sheet)
		if err != nil {
			p.wants(err, "claims.sheet_empty")
			made, err = p.claims.TrySheet(ctx, p.clerk, p.village, sheet)
			p.wants(err, "")
		}
		return made.Rows[0]
	}
	own := func(home int) (claims.Claim, error) {
		return p.claims.Submit(ctx, p.card(home), p.village, p.deed(home, "B02"))
	}
	// The roll-call first.
	if r := roll(0); r.Code != "" || r.Points != 5 {
		t.Errorf("the list: %+v", r)
	}
	_, err := own(0)
	p.wants(err, "claims.same_deed")
	j, err := p.claims.Judge(ctx, p.card(0), p.village, p.deed(0, "B02"))
	if err != nil || !j.Twice || !j.Duplicate {
		t.Errorf("judged: %+v, %v", j, err)
	}
	// The household first; what it takes back leaves room for the list.
	mine, err := own(1)
	p.wants(err, "")
	if r := roll(1); r.Code != "claims.same_deed" {
		t.Errorf("the list after the household: %+v", r)
	}
	_, err = p.claims.Withdraw(ctx, p.card(1), p.village, mine.ID)
	p.wants(err, "")
	if r := roll(1); r.Code != "" {
		t.Errorf("the list after the household took its claim back: %+v", r)
	}
	// The list typed twice, by two clerks; and another deed of the day, which the office names.
	if r := roll(0); r.Code != "claims.same_deed" {
		t.Errorf("the same list again: %+v", r)
	}
	other := p.deed(0, "B02")
	_, err = p.claims.Submit(ctx, p.clerk, p.village, other)
	p.wants(err, "claims.same_deed")
	other.Event = "下午修水渠"
	_, err = p.claims.Submit(ctx, p.clerk, p.village, other)
	p.wants(err, "")
	p.balanced()
}

// TestPersonalRules name a resident who fits, take the only one, and never a child.
func TestPersonalRules(t *testing.T) {
	t.Parallel()
	p, ctx := newPlace(t, 3), context.Background()
	p.set("B02", "person", "", `[{"period":"month","each":"person","points":10,"count":0}]`, 1, 0, "")
	p.set("A02", "party", "", "", 1, 0, "")
	p.set("D02", "tag", "楼栋长", "", 1, 0, "")
	mother, father := p.person(0, "王芳", 1980, false, ""), p.person(0, "王强", 1978, true, "组长 楼栋长")
	child := p.person(0, "王小宝", 2016, false, "")
	stranger := p.person(1, "李雷", 1990, false, "")
	submit := func(who core.ID, rule, event string, qty int64) (claims.Claim, error) {
		d := p.deed(0, rule)
		d.Resident, d.Event, d.Qty = who, event, qty
		return p.claims.Submit(ctx, p.clerk, p.village, d)
	}
	for _, c := range []struct {
		who    core.ID
		rule   string
		qty    int64
		points core.Points
		code   string
	}{
		{0, "B02", 1, 0, "claims.resident_needed"}, {child, "B02", 1, 0, "rulebook.child"}, {stranger, "B02", 1, 0, "claims.no_resident"},
		{mother, "B02", 1, 5, ""}, {mother, "B02", 3, 5, ""}, {mother, "B02", 1, 0, "claims.person_cap_reached"},
		{father, "B02", 3, 10, ""}, {father, "B02", 1, 0, "claims.cap_reached"},
		{mother, "A02", 1, 0, "rulebook.not_party"}, {0, "A02", 1, 10, ""},
		{mother, "D02", 1, 0, "rulebook.tag_missing"}, {0, "D02", 1, 50, ""},
	} {
		got, err := submit(c.who, c.rule, "", c.qty)
		if codeOf(err) != c.code || got.Points != c.points {
			t.Errorf("%s for %v: %d, %v; want %d, %q", c.rule, c.who, got.Points, err, c.points, c.code)
		}
		if err == nil && got.Person == "" {
			t.Errorf("%s names nobody", c.rule)
		}
	}
	_, err := p.claims.Submit(ctx, p.clerk, p.village, p.deed(1, "A02"))
	p.wants(err, "claims.nobody_fits")
	list, err := p.claims.Claimants(ctx, p.card(0), p.village, 0, "B02", startDay)
	if err != nil || len(list) != 3 || list[0].Name != "王*" || list[2].Code != "rulebook.child" {
		t.Errorf("claimants: %+v, %v", list, err)
	}
	p.balanced()
}

// TestABatchMeetsCaps half-way: the household's cap is shared by its people on one sheet, the category's by its rules, and
// every row says what became of it.
func TestABatchMeetsCaps(t *testing.T) {
	t.Parallel()
	p, ctx := newPlace(t, 2), context.Background()
	p.set("B02", "person", "", "", 1, 0, "")
	a, b, c := p.person(0, "王芳", 1980, false, ""), p.person(0, "王强", 1978, false, ""), p.person(0, "王梅", 1975, false, "")
	sheet := p.sheetOf("B02", 0, 0, 0, 0)
	for i, who := range []core.ID{a, b, c, a} {
		sheet.Rows[i].Resident, sheet.Rows[i].Qty = who, 3
	}
	made, err := p.claims.SubmitSheet(ctx, p.clerk, p.village, sheet)
	p.wants(err, "")
	for i, want := range []struct {
		points core.Points
		code   string
	}{{15, ""}, {5, ""}, {0, "claims.cap_reached"}, {0, "claims.duplicate_row"}} {
		if r := made.Rows[i]; r.Points != want.points || r.Code != want.code || i < 3 && r.Asked != 15 && r.Claim != 0 {
			t.Errorf("row %d: %+v, want %+v", i, r, want)
		}
	}
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		const cap = `INSERT INTO category_cap (village, version, category, period, points) VALUES ($1, 1, 'council', 'month', 11)`
		_, err := tx.Exec(ctx, cap, p.village)
		return err
	})
	p.submit(p.clerk, p.deed(1, "A02"))
	if made, err := p.claims.SubmitSheet(ctx, p.clerk, p.village, p.sheetOf("A01", 1, 0)); err != nil || made.Rows[0].Points != 1 || made.Rows[0].Asked != 2 || made.Rows[1].Points != 2 {
		t.Errorf("the category's last point: %+v, %v", made, err)
	}
	late := p.deed(1, "A01")
	late.Event = "党员会"
	_, err = p.claims.Submit(ctx, p.clerk, p.village, late)
	p.wants(err, "claims.category_cap_reached")
	p.balanced()
}

// TestAWarningComesFirst where the rule asks for one, dated and early enough.
func TestAWarningComesFirst(t *testing.T) {
	t.Parallel()
	p, ctx := newPlace(t, 1), context.Background()
	p.set("M01", "household", "", "", 1, 3, "")
	d := p.deed(0, "M01")
	for _, c := range []struct {
		warned claims.Warning
		code   string
	}{
		{claims.Warning{}, "claims.warning_needed"},
		{claims.Warning{Day: startDay.Add(-5), What: "清走门口垃圾"}, "claims.warning_needed"},
		{claims.Warning{Day: startDay.Add(-2), No: "提 7", What: "清走门口垃圾"}, "claims.warning_late"},
		{claims.Warning{Day: 20261399, No: "提 7", What: "清走门口垃圾"}, "claims.bad_day"},
		{claims.Warning{Day: startDay.Add(-3), No: "提 7", What: "清走门口垃圾"}, ""},
	} {
		d.Warned = c.warned
		got, err := p.claims.Submit(ctx, p.clerk, p.village, d)
		p.wants(err, c.code)
		if err == nil && (got.Warned != c.warned || got.Points != -2) {
			t.Errorf("%+v", got)
		}
	}
	_, err := p.claims.SubmitSheet(ctx, p.clerk, p.village, p.sheetOf("M01", 0))
	p.wants(err, "claims.warning_no_sheet")
	listed, _, err := p.claims.Claims(ctx, p.clerk, p.village, claims.Filter{}, core.Page{})
	p.wants(err, "")
	p.approve(p.supervisor, listed[0].ID)
	_, lines, err := p.claims.PublicNotice(ctx, p.village, p.publish(202609).ID)
	if err != nil || len(lines) != 1 || lines[0].ItemZh != "" || lines[0].About != "environment" {
		t.Errorf("the public list: %+v, %v", lines, err)
	}
}

// TestConditionsAndUnits speak when a claim is judged; what they ask for is said.
func TestConditionsAndUnits(t *testing.T) {
	t.Parallel()
	p, ctx := newPlace(t, 2), context.Background()
	p.set("B02", "household", "", "", 2, 0, "earlier_month == 0 ? points : 1")
	p.set("A02", "household", "", "", 1, 0, "members >= 9")
	submit := func(qty int64, event string) (claims.Claim, error) {
		d := p.deed(0, "B02")
		d.Qty, d.Event = qty, event
		return p.claims.Submit(ctx, p.clerk, p.village, d)
	}
	_, err := submit(1, "上午")
	p.wants(err, "rulebook.too_little")
	first, err := submit(5, "上午")
	p.wants(err, "")
	second, err := submit(4, "下午")
	p.wants(err, "")
	if first.Points != 10 || second.Points != 2 {
		t.Errorf("%d and %d points", first.Points, second.Points)
	}
	_, err = p.claims.Submit(ctx, p.clerk, p.village, p.deed(0, "A02"))
	p.wants(err, "rulebook.condition_unmet")
	p.set("A02", "household", "", "", 1, 0, "points / (earlier_month - 0) > 0")
	_, err = p.claims.Submit(ctx, p.clerk, p.village, p.deed(0, "A02"))
	p.wants(err, "rulebook.condition_failed")
	p.balanced()
}
