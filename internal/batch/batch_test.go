package batch_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/batch"
	"qunyan/internal/claims"
	"qunyan/internal/claims/claimstest"
	"qunyan/internal/core"
	"qunyan/internal/messages"
)

type office struct {
	*claimstest.Place
	svc *batch.Service
}

func open(t testing.TB, homes int) *office {
	p := claimstest.New(t, homes)
	return &office{p, batch.New(p.Store, p.Clock, p.Claims)}
}

// Where things stand in a blank workbook of the rules A01, B02 and B01: households from row 7, rules from column D.
func (o *office) request() batch.Request {
	return batch.Request{Rules: []string{"A01", "B02", "B01"}, Day: claimstest.Today, Title: "九月登记"}
}

// fill gives a blank workbook to fn and returns what was saved.
func (o *office) fill(lang messages.Lang, fn func(f *excelize.File, sheet string)) []byte {
	o.T.Helper()
	blank, err := o.svc.Blank(context.Background(), o.Clerk, o.Village, o.request())
	o.Wants(err, "")
	var out bytes.Buffer
	o.Wants(blank.Write(&out, lang), "")
	f, err := excelize.OpenReader(&out)
	o.Wants(err, "")
	defer f.Close()
	fn(f, f.GetSheetName(0))
	var saved bytes.Buffer
	o.Wants(f.Write(&saved), "")
	return saved.Bytes()
}

// cells writes "D7=1" and the like.
func (o *office) cells(f *excelize.File, sheet string, cells ...string) {
	o.T.Helper()
	for _, c := range cells {
		at, value, _ := strings.Cut(c, "=")
		o.Wants(f.SetCellStr(sheet, at, value), "")
	}
}

func (o *office) try(file []byte) (batch.Result, error) {
	return o.svc.Try(context.Background(), o.Clerk, o.Village, bytes.NewReader(file), true)
}

func (o *office) take(by core.Actor, file []byte) (batch.Result, error) {
	return o.svc.Import(context.Background(), by, o.Village, bytes.NewReader(file), true)
}

// What is filled in comes back rule by rule, in both languages, however digits and ticks are written; a second time
// nothing is claimed.
func TestAWorkbookBecomesClaimsOnce(t *testing.T) {
	t.Parallel()
	o := open(t, 5)
	file := o.fill(messages.Chinese, func(f *excelize.File, sheet string) {
		head, err := f.GetCellValue(sheet, "E6")
		o.Wants(err, "")
		if !strings.HasPrefix(head, "B02 ") {
			t.Errorf("the heading: %q", head)
		}
		o.cells(f, sheet, "D7=√", "D8=１", "E7=２", "E9=3.0", "F8=最清洁", "F9=2", "F10= ", "D10=0", "G6=备注", "G11=在外打工", "B2=2026年9月10日")
		o.Wants(f.SetCellInt(sheet, "D11", 1), "")
	})
	tried, err := o.try(file)
	o.Wants(err, "")
	if tried.Made || tried.FaultCount != 0 || tried.Households != 4 || tried.Day != claimstest.Today || tried.Title != "九月登记" || !slices.Equal(tried.Ignored, []string{"G 备注"}) {
		t.Fatalf("tried: %+v", tried)
	}
	counts := []int64{tried.Parts[0].Claims, tried.Parts[1].Claims, tried.Parts[2].Claims}
	points := []core.Points{tried.Parts[0].Points, tried.Parts[1].Points, tried.Parts[2].Points}
	if !slices.Equal(counts, []int64{3, 2, 2}) || !slices.Equal(points, []core.Points{6, 25, 15}) || tried.Parts[1].Rows[1].Row != 9 {
		t.Errorf("tried: %v %v %+v", counts, points, tried.Parts[1].Rows)
	}
	made, err := o.take(o.Clerk, file)
	o.Wants(err, "")
	if !made.Made || made.Parts[0].Claims != 3 || len(made.Parts[0].Sheets) != 1 || len(made.Parts[0].Rows) != 0 {
		t.Errorf("made: %+v", made)
	}
	if c := o.ClaimsOf(1); len(c) != 2 || c[0].Source != claims.FromSheet || c[0].Event != "九月登记" {
		t.Errorf("claims: %+v", c)
	}
	again, err := o.take(o.Secretary, file)
	o.Wants(err, "")
	for _, p := range again.Parts {
		if p.Claims != 0 || len(p.Rows) == 0 || p.Rows[0].Code != "claims.already_claimed" {
			t.Errorf("a second time: %+v", p)
		}
	}
	english := o.fill(messages.English, func(f *excelize.File, sheet string) { o.cells(f, sheet, "D10=yes", "F10=clean") })
	tried, err = o.try(english)
	o.Wants(err, "")
	if tried.FaultCount != 0 || tried.Parts[0].Claims != 1 || tried.Parts[2].Points != 5 {
		t.Errorf("in English: %+v", tried)
	}
}

// Each bad row is named with its place, and nothing is written.
func TestEveryBadRowIsNamed(t *testing.T) {
	t.Parallel()
	o := open(t, 30)
	o.Close(29)
	file := o.fill(messages.Chinese, func(f *excelize.File, sheet string) {
		rows, err := f.GetRows(sheet)
		o.Wants(err, "")
		if len(rows) != 6+29 {
			t.Errorf("%d rows, the closed household among them", len(rows))
		}
		o.cells(f, sheet, "D7=2", "D8=是的", "E7=1.5", "E8=一", "E9=-1", "F7=3", "F8=脏", "D9=√")
		o.cells(f, sheet, "A10=", "D10=1", "A11=abc", "D11=1", "A12=9999", "D12=1", "A13=1", "C13=王建国", "D13=1", "C14=张三", "D14=1")
		o.cells(f, sheet, "D15=1", "A36=30", "D36=1", "H6=Z99 没有的细则", "G6=A01 又一次")
		o.Wants(f.SetRowVisible(sheet, 15, false), "")
		o.Wants(f.MergeCell(sheet, "D16", "D18"), "")
		o.Wants(f.SetCellFormula(sheet, "E19", "1+1"), "")
		o.Wants(f.SetCellFormula(sheet, "C20", "\"x\""), "") // not asked for: changes nothing
	})
	out, err := o.try(file)
	o.Wants(err, "")
	got := []string{}
	for _, f := range out.Faults {
		got = append(got, fmt.Sprintf("%s%d %s", f.Column, f.Row, f.Code))
		for _, lang := range []messages.Lang{messages.Chinese, messages.English} {
			if reason := f.Reason(lang); strings.ContainsAny(reason, "{}") || strings.HasPrefix(reason, "errors.") {
				t.Errorf("%s has no sentence: %q", f.Code, reason)
			}
		}
	}
	want := []string{"G6 batch.rule_twice", "H6 batch.no_rule", "D7 batch.bad_tick", "E7 batch.bad_count", "F7 batch.bad_step", "D8 batch.bad_tick", "E8 batch.bad_count",
		"F8 batch.bad_step", "E9 batch.bad_count", "A10 batch.bad_number", "A11 batch.bad_number", "A12 batch.unknown_number", "A13 batch.household_twice",
		"C14 batch.head_differs", "15 batch.hidden_row", "D16 batch.merged", "E19 batch.formula", "A36 batch.household_closed"}
	if !slices.Equal(got, want) {
		t.Errorf("faults:\n%v\nwant\n%v", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	_, err = o.take(o.Clerk, file)
	o.Wants(err, "batch.has_faults")
	if n := len(o.ClaimsOf(2)); n != 0 {
		t.Errorf("%d claims of a file with faults", n)
	}
}

// A household that stands twice is a fault even where both rows are good.
func TestAHouseholdTwice(t *testing.T) {
	t.Parallel()
	o := open(t, 3)
	out, err := o.try(o.fill(messages.Chinese, func(f *excelize.File, sheet string) {
		o.cells(f, sheet, "D7=1", "A10=1", "C10=王建国", "E10=2")
	}))
	o.Wants(err, "")
	if len(out.Faults) != 1 || out.Faults[0].Code != "batch.household_twice" || out.Faults[0].Params["row"] != 7 {
		t.Errorf("faults: %+v", out.Faults)
	}
}

func TestFilesThatAreNoSheetOfOurs(t *testing.T) {
	t.Parallel()
	o := open(t, 3)
	bend := func(fn func(f *excelize.File, sheet string)) []byte {
		return o.fill(messages.Chinese, func(f *excelize.File, sheet string) {
			o.cells(f, sheet, "D7=1")
			fn(f, sheet)
		})
	}
	for name, c := range map[string]struct {
		file []byte
		code string
	}{
		"wrong village": {bend(func(f *excelize.File, sheet string) { o.cells(f, sheet, "B1="+(o.Village+1).String()) }), "batch.wrong_village"},
		"no village":    {bend(func(f *excelize.File, sheet string) { o.Wants(f.RemoveRow(sheet, 1), "") }), "batch.not_ours"},
		"no heading":    {bend(func(f *excelize.File, sheet string) { o.Wants(f.RemoveRow(sheet, 6), "") }), "batch.not_ours"},
		"a bad day":     {bend(func(f *excelize.File, sheet string) { o.cells(f, sheet, "B2=重阳节") }), "batch.bad_day"},
		"tomorrow":      {bend(func(f *excelize.File, sheet string) { o.cells(f, sheet, "B2=2026/9/11") }), "claims.day_in_future"},
		"hidden": {bend(func(f *excelize.File, sheet string) {
			_, err := f.NewSheet("其他")
			o.Wants(err, "")
			f.SetActiveSheet(1)
			o.Wants(f.SetSheetVisible(sheet, false), "")
		}), "batch.hidden_sheet"},
		"two tables": {bend(func(f *excelize.File, sheet string) {
			at, err := f.NewSheet("二组")
			o.Wants(err, "")
			o.Wants(f.CopySheet(0, at), "")
		}), "batch.two_sheets"},
		"no rules": {bend(func(f *excelize.File, sheet string) { o.cells(f, sheet, "D6=到会", "E6=清扫", "F6=评比") }), "batch.no_rule_column"},
		"empty":    {bend(func(f *excelize.File, sheet string) { o.cells(f, sheet, "D7=") }), "batch.empty"},
		"10,000 rows": {bend(func(f *excelize.File, sheet string) {
			for i := range 10_000 {
				o.Wants(f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+7), &[]any{i + 1, "", "", 1}), "")
			}
		}), "batch.too_many_rows"},
		"a text":   {[]byte("户号,户主\n1,王建国\n"), "batch.not_ours"},
		"nothing":  {nil, "import.empty_file"},
		"half one": {bend(func(*excelize.File, string) {})[:4000], "import.damaged"},
	} {
		_, err := o.try(c.file)
		t.Run(name, func(t *testing.T) {
			o := *o.Place
			o.T = t
			o.Wants(err, c.code)
		})
	}
	_, err := o.svc.Blank(context.Background(), o.Clerk, o.Village, batch.Request{Day: claimstest.Today})
	o.Wants(err, "batch.bad_number_of_rules")
	_, err = o.svc.Blank(context.Background(), o.Clerk, o.Village, batch.Request{Rules: []string{"Z99"}, Day: claimstest.Today})
	o.Wants(err, "rulebook.no_rule")
	_, err = o.svc.Blank(context.Background(), o.Keeper, o.Village, o.request())
	o.Wants(err, "access.forbidden")
	_, err = o.take(o.Keeper, nil)
	o.Wants(err, "access.forbidden")
}

// A spreadsheet turns a day that is typed into a number of its own; full-width and dotted days are read too.
func TestDaysAsSpreadsheetsKeepThem(t *testing.T) {
	t.Parallel()
	o := open(t, 2)
	for _, day := range []string{"46275", "２０２６－９－１０", "2026.9.10", "2026/09/10", "20260910", " 2026年 9月 10号"} {
		out, err := o.try(o.fill(messages.Chinese, func(f *excelize.File, sheet string) { o.cells(f, sheet, "B2="+day, "D7=1") }))
		o.Wants(err, "")
		if out.Day != claimstest.Today {
			t.Errorf("%q is read as %s", day, out.Day)
		}
	}
}

// Two clerks with one file at once: every household is claimed once, and nothing is lost.
func TestTwoClerksWithOneFile(t *testing.T) {
	t.Parallel()
	o := open(t, 20)
	file := o.fill(messages.Chinese, func(f *excelize.File, sheet string) {
		for i := range 20 {
			o.cells(f, sheet, fmt.Sprintf("E%d=1", i+7))
		}
	})
	var wait sync.WaitGroup
	made, failed := make([]batch.Result, 2), make([]error, 2)
	for i, by := range []core.Actor{o.Clerk, o.Secretary} {
		wait.Go(func() { made[i], failed[i] = o.take(by, file) })
	}
	wait.Wait()
	o.Wants(failed[0], "")
	o.Wants(failed[1], "")
	if a, b := made[0].Parts[1].Claims, made[1].Parts[1].Claims; a+b != 20 || a*b != 0 {
		t.Errorf("%d and %d claims", a, b)
	}
	for i := range 20 {
		if n := len(o.ClaimsOf(i)); n != 1 {
			t.Errorf("household %d has %d claims", i+1, n)
		}
	}
}
