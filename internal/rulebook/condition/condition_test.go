package condition

import (
	"context"
	"strings"
	"testing"
)

func ran(t *testing.T, expr string, f Facts) Verdict {
	t.Helper()
	p, fault := Compile(expr)
	if fault != nil {
		t.Fatalf("%s: %+v", expr, fault)
	}
	v, err := p.Run(context.Background(), f)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return v
}

// TestExamples works every example out for a deed it is for and one it is not for.
func TestExamples(t *testing.T) {
	t.Parallel()
	plain := Facts{Qty: 1, Points: 10, Day: 20260115, Weekday: 4, Members: 3, AgeBand: "adult"}
	with := func(change func(*Facts)) Facts { f := plain; change(&f); return f }
	cases := map[string][2]struct {
		facts Facts
		want  Verdict
	}{
		"earlier_month < 2":                            {{plain, Verdict{Met: true}}, {with(func(f *Facts) { f.EarlierMonth = 2 }), Verdict{}}},
		"earlier_month == 0 ? points : points / 2 + 1": {{plain, Verdict{true, true, 10}}, {with(func(f *Facts) { f.EarlierMonth = 1 }), Verdict{true, true, 6}}},
		"weekday == 6 || weekday == 7":                 {{with(func(f *Facts) { f.Weekday = 7 }), Verdict{Met: true}}, {plain, Verdict{}}},
		"month >= 5 && month <= 9":                     {{with(func(f *Facts) { f.Day = 20260731 }), Verdict{Met: true}}, {plain, Verdict{}}},
		"month in [11, 12, 1, 2, 3]":                   {{plain, Verdict{Met: true}}, {with(func(f *Facts) { f.Day = 20260401 }), Verdict{}}},
		"qty >= 2":                                     {{with(func(f *Facts) { f.Qty = 2 }), Verdict{Met: true}}, {plain, Verdict{}}},
		"earlier_year >= 10 ? points + 1 : points":     {{with(func(f *Facts) { f.EarlierYear = 10 }), Verdict{true, true, 11}}, {plain, Verdict{true, true, 10}}},
		"members >= 5 ? points + 1 : points":           {{with(func(f *Facts) { f.Members = 5 }), Verdict{true, true, 11}}, {plain, Verdict{true, true, 10}}},
		`age_band == "elder" ? points + 2 : points`:    {{with(func(f *Facts) { f.AgeBand = "elder" }), Verdict{true, true, 12}}, {plain, Verdict{true, true, 10}}},
		`party || "志愿者" in tags`:                       {{with(func(f *Facts) { f.Tags = []string{"志愿者"} }), Verdict{Met: true}}, {plain, Verdict{}}},
		`"楼栋长" in tags ? points + 1 : points`:          {{with(func(f *Facts) { f.Tags = []string{"组长", "楼栋长"} }), Verdict{true, true, 11}}, {plain, Verdict{true, true, 10}}},
		"given_month + points <= 30":                   {{with(func(f *Facts) { f.GivenMonth = 20 }), Verdict{Met: true}}, {with(func(f *Facts) { f.GivenMonth = 21 }), Verdict{}}},
	}
	if len(Examples()) < 8 || len(cases) != len(Examples()) {
		t.Errorf("%d examples, %d tested", len(Examples()), len(cases))
	}
	for _, e := range Examples() {
		two, ok := cases[e.Expr]
		if !ok || e.TextZh == "" || e.TextEn == "" {
			t.Errorf("%s is not tested, or not said in words", e.Expr)
		}
		for i, one := range two {
			if got := ran(t, e.Expr, one.facts); got != one.want {
				t.Errorf("%s, case %d: %+v, want %+v", e.Expr, i, got, one.want)
			}
		}
	}
}

// TestFaultsSayWhere what cannot be used is refused when it is written, with its place where it has one.
func TestFaultsSayWhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		expr         string
		kind         FaultKind
		line, column int
	}{
		{"qty >", Syntax, 1, 6},
		{"qty >= 2 &&\n  foo == 1", Unknown, 2, 3},
		{"name == 'x'", Unknown, 1, 1},
		{"tags.all(x, x == 'a')", Unknown, 1, 9},
		{"[1, 2, 3].map(x, x * 2)", Unknown, 1, 14},
		{"tags.exists(x, true)", Unknown, 1, 12},
		{"age_band.matches('(a+)+$')", Unknown, 1, 17},
		{"'a' + 'b' == 'c'", Unknown, 1, 5},
		{"timestamp('2020-01-01T00:00:00Z') > now", Unknown, 1, 10},
		{"tags + tags == tags", Unknown, 1, 6},
		{"tags.map(x, tags.map(y, tags)) == []", Unknown, 1, 9},
		{"'a'.format(tags) == 'a'", Unknown, 1, 11},
		{"size(tags) > 0", Unknown, 1, 5},
		{"1.5", BadResult, 0, 0},
		{"tags", BadResult, 0, 0},
		{"", Syntax, 0, 0},
		{"qty / 0", Fails, 0, 0},
		{"points / earlier_month", Fails, 0, 0},
		{"9223372036854775807 + qty", Fails, 0, 0},
		{strings.Repeat("'a' in tags || ", 25) + "true", TooCostly, 0, 0},
		{strings.Repeat("(", 90) + "1" + strings.Repeat(")", 90), TooCostly, 0, 0},
		{strings.Repeat("1+", 199) + "1", TooCostly, 0, 0},
		{strings.Repeat("1 + ", 200) + "1", TooLong, 0, 0},
		{"qty == 1\xff", TooLong, 0, 0},
	} {
		_, fault := Compile(c.expr)
		if fault == nil || fault.Kind != c.kind || c.line != 0 && (fault.Line != c.line || fault.Column != c.column) {
			t.Errorf("%.40q: %+v, want %s at %d:%d", c.expr, fault, c.kind, c.line, c.column)
		}
	}
}

// TestARunThatLeavesTheNumbersIsNoAnswer also where the plain deeds gave one.
func TestARunThatLeavesTheNumbersIsNoAnswer(t *testing.T) {
	t.Parallel()
	p, fault := Compile("points / (given_month - 77)")
	if fault != nil {
		t.Fatal(fault)
	}
	if v, err := p.Run(context.Background(), Facts{Points: 5, GivenMonth: 77}); err == nil {
		t.Errorf("divided by zero: %+v", v)
	}
}

// FuzzCompile: whatever compiles ends, for plain deeds and for wild ones, and nothing panics.
func FuzzCompile(f *testing.F) {
	for _, e := range Examples() {
		f.Add(e.Expr, int64(1), int64(2))
	}
	f.Add("qty*qty*qty*qty*qty", int64(1<<62), int64(-1))
	f.Add("((((((((", int64(0), int64(0))
	f.Fuzz(func(t *testing.T, expr string, a, b int64) {
		p, fault := Compile(expr)
		if fault != nil {
			return
		}
		v, err := p.Run(context.Background(), Facts{Qty: a, Points: b, Day: a, EarlierMonth: b, GivenYear: a, Members: b})
		if err == nil && v.HasPoints && v.Met != (v.Points != 0) {
			t.Errorf("%q: %+v", expr, v)
		}
	})
}
