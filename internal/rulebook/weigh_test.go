package rulebook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// wideRule draws a rule that passes Check, with some of everything.
func wideRule(t *rapid.T) Rule {
	r := Rule{Code: "D01", Category: rapid.SampledFrom([]Category{Volunteer, Deduction}).Draw(t, "category"), Kind: Contribution, TextZh: "巡逻",
		TextEn: "patrol", PointsMin: 2, PointsMax: 12, Points: core.Points(rapid.IntRange(2, 12).Draw(t, "points")), Per: PerUnit, UnitZh: "小时",
		UnitEn: "hours", Approver: Leader, UnitSize: rapid.Int64Range(1, 4).Draw(t, "size"),
		UnitRound: rapid.SampledFrom([]Rounding{RoundDown, RoundHalf, RoundUp}).Draw(t, "round")}
	if r.Category == Deduction {
		r.Points, r.PointsMin, r.PointsMax = -r.Points, -12, -2
	} else {
		r.Who = rapid.SampledFrom([]Who{AnyHousehold, AnyPerson}).Draw(t, "who")
		expr := rapid.SampledFrom([]string{"", "", "points * 1000", "-points", "earlier_month == 0 ? points : 1", "qty > 1", "given_month * -7"}).Draw(t, "condition")
		if expr != "" {
			r.Condition = Condition{Expr: expr, TextZh: "附加条件"}
		}
	}
	caps := rapid.SliceOfNDistinct(rapid.SampledFrom(Periods()), 0, 4, func(p Period) Period { return p }).Draw(t, "periods")
	for i, p := range caps {
		c := Cap{Period: p, Each: EachHousehold, Points: core.Points(rapid.IntRange(12, 40).Draw(t, "cap"))}
		if rapid.Bool().Draw(t, "by count") {
			c.Count = rapid.Int64Range(1, 3).Draw(t, "count")
		}
		if i == 0 {
			r.CapPeriod, r.CapPoints, r.CapCount = c.Period, c.Points, c.Count
			continue
		}
		if r.Who.Personal() && rapid.Bool().Draw(t, "person") {
			c.Each = EachPerson
		}
		r.Caps = append(r.Caps, c)
	}
	r = r.settled()
	if err := r.Check(); err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	return r
}

// TestCapsHoldInAnyOrder: however a household's deeds come, in whatever order of days and people, no cap of the rule, of a
// person or of the category is ever passed, nothing has the wrong sign, no unit leaves the county's bounds, and what is
// judged twice is judged the same.
func TestCapsHoldInAnyOrder(t *testing.T) {
	t.Parallel()
	var judges Conditions
	rapid.Check(t, func(t *rapid.T) {
		r := wideRule(t)
		categories := []CategoryCap{{r.Category, EachMonth, core.Points(rapid.IntRange(12, 50).Draw(t, "month"))}, {r.Category, EachYear, 90}, {Honour, EachMonth, 1}}
		past := []Past{{Rule: "X99", Category: r.Category, Day: 20260915, Points: r.PointsMin}}
		for range rapid.IntRange(1, 25).Draw(t, "deeds") {
			in := Case{Deed: Deed{Qty: rapid.Int64Range(1, 9).Draw(t, "qty"), Step: NoStep}, Past: past, Members: 3, Door: "clerk",
				Day:   rapid.SampledFrom([]core.Day{20260901, 20260913, 20260914, 20260915, 20261001, 20270101}).Draw(t, "day"),
				Event: rapid.SampledFrom([]string{"", "会"}).Draw(t, "event")}
			if r.Who.Personal() {
				in.Person = Person{ID: core.ID(rapid.IntRange(1, 2).Draw(t, "person")), BirthYear: 1980}
			}
			w, err := judges.Weigh(context.Background(), r, categories, in)
			if err != nil {
				if errs.KindOf(err) == errs.Internal {
					t.Fatal(err)
				}
				continue
			}
			if again, err := judges.Weigh(context.Background(), r, categories, in); err != nil || fmt.Sprint(again) != fmt.Sprint(w) {
				t.Fatalf("judged again: %+v, %v; before %+v", again, err, w)
			}
			times := core.Points(r.times(in.Qty))
			if w.Asked < r.PointsMin*times || w.Asked > r.PointsMax*times || w.Points*w.Asked < 0 || magnitude(w.Points) > magnitude(w.Asked) {
				t.Fatalf("%+v of %+v", w, r)
			}
			if w.Points != 0 { // what brings nothing becomes no claim
				past = append(slices.Clone(past), Past{Rule: r.Code, Category: r.Category, Day: in.Day, Event: in.Event, Resident: in.Person.ID, Points: w.Points})
			}
			holds(t, r, categories, past)
		}
	})
}

// holds adds every period up by itself, without the code that judges.
func holds(t *rapid.T, r Rule, categories []CategoryCap, past []Past) {
	sum := func(in func(Past) bool) (points core.Points, n int64) {
		for _, p := range past {
			if in(p) {
				points += magnitude(p.Points)
				n++
			}
		}
		return points, n
	}
	for _, anchor := range past {
		for _, c := range categories {
			from, to := c.Period.Span(anchor.Day)
			if points, _ := sum(func(p Past) bool { return p.Category == c.Category && p.Day >= from && p.Day <= to }); points > c.Points {
				t.Fatalf("%s gives %d of %d: %+v", c.Category, points, c.Points, past)
			}
		}
		for _, c := range append([]Cap{r.firstCap()}, r.Caps...) {
			if c.Period == NoPeriod || c.Period == EachEvent {
				continue
			}
			from, to := c.Period.Span(anchor.Day)
			points, n := sum(func(p Past) bool {
				return p.Rule == r.Code && p.Day >= from && p.Day <= to && (c.Each == EachHousehold || p.Resident == anchor.Resident)
			})
			if anchor.Rule == r.Code && (c.Points > 0 && points > c.Points || c.Count > 0 && n > c.Count) {
				t.Fatalf("cap %+v: %d points, %d claims: %+v", c, points, n, past)
			}
		}
	}
}

// TestUnitsAreRoundedAsTheRuleSays: by default what is not done whole does not count.
func TestUnitsAreRoundedAsTheRuleSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		size, qty      int64
		down, half, up int64
	}{{2, 1, 0, 1, 1}, {2, 2, 1, 1, 1}, {2, 3, 1, 2, 2}, {3, 1, 0, 0, 1}, {3, 4, 1, 1, 2}, {3, 5, 1, 2, 2}, {1, 7, 7, 7, 7}, {0, 7, 7, 7, 7}} {
		for round, want := range map[Rounding]int64{"": c.down, RoundDown: c.down, RoundHalf: c.half, RoundUp: c.up} {
			if got := (Rule{UnitSize: c.size, UnitRound: round}).times(c.qty); got != want {
				t.Errorf("%d per %d, rounded %q: %d, want %d", c.qty, c.size, round, got, want)
			}
		}
	}
}

// TestWhoIsAdmitted: children are named by no claim, and a birthday that may not have come yet is not taken for come.
func TestWhoIsAdmitted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		who  Who
		p    Person
		code string
	}{
		{AnyPerson, Person{BirthYear: 2011}, ""},
		{AnyPerson, Person{BirthYear: 2012}, "rulebook.child"},
		{AnyPerson, Person{BirthYear: 2026}, "rulebook.child"},
		{AnyPerson, Person{}, "rulebook.age_unknown"},
		{PartyMember, Person{Party: true}, ""},
		{PartyMember, Person{BirthYear: 1980}, "rulebook.not_party"},
		{Tagged, Person{BirthYear: 1980, Tags: []string{"组长", "楼栋长"}}, ""},
		{Tagged, Person{BirthYear: 1980, Tags: []string{"组长"}}, "rulebook.tag_missing"},
	} {
		err := Rule{Who: c.who, WhoTag: "楼栋长"}.Admits(c.p, 20260910)
		if got := codeOrNone(err); got != c.code {
			t.Errorf("%s, %+v: %q, want %q", c.who, c.p, got, c.code)
		}
	}
}

func codeOrNone(err error) string {
	if err == nil {
		return ""
	}
	return errs.CodeOf(err)
}

// TestNewFieldsAreChecked when a line is drafted.
func TestNewFieldsAreChecked(t *testing.T) {
	t.Parallel()
	good := Rule{Code: "D09", Category: Volunteer, Kind: Contribution, TextZh: "巡逻", TextEn: "patrol", Points: 5, PointsMin: 1, PointsMax: 10,
		Per: PerEvent, Approver: Leader, Who: AnyPerson, CapPeriod: EachMonth, CapPoints: 20}
	for name, c := range map[string]struct {
		change func(*Rule)
		field  string
	}{
		"nobody":                               {func(r *Rule) { r.Who = "cadre" }, "who"},
		"a mark with digits":                   {func(r *Rule) { r.Who, r.WhoTag = Tagged, "张13800" }, "who_tag"},
		"the same cap twice":                   {func(r *Rule) { r.Caps = []Cap{{EachMonth, EachHousehold, 10, 0}} }, "caps"},
		"a cap of nothing":                     {func(r *Rule) { r.Caps = []Cap{{EachYear, EachHousehold, 0, 0}} }, "caps"},
		"a cap of nobody":                      {func(r *Rule) { r.Caps = []Cap{{EachYear, "village", 50, 0}} }, "caps"},
		"a person's cap on a household's rule": {func(r *Rule) { r.Who, r.Caps = AnyHousehold, []Cap{{EachYear, EachPerson, 50, 0}} }, "caps"},
		"a size without units":                 {func(r *Rule) { r.UnitSize = 2 }, "unit_size"},
		"a warning for a gain":                 {func(r *Rule) { r.WarnDays = 3 }, "warn_days"},
		"a list category for a gain":           {func(r *Rule) { r.ListCategory = Customs }, "list_category"},
		"a conflict spelled out": {func(r *Rule) {
			r.Category, r.Points, r.PointsMin, r.PointsMax, r.Who, r.ListCategory, r.ListText = Deduction, -5, -10, -1, AnyHousehold, Harmony, true
		}, "list_text"},
		"a condition nobody can read": {func(r *Rule) { r.Condition = Condition{Expr: "qty > 0"} }, "condition.text_zh"},
		"words without a condition":   {func(r *Rule) { r.Condition = Condition{TextZh: "只算周末"} }, "condition.expr"},
		"a condition that fails":      {func(r *Rule) { r.Condition = Condition{Expr: "qty / 0", TextZh: "不行"} }, "condition.expr"},
		"a loop":                      {func(r *Rule) { r.Condition = Condition{Expr: "tags.all(x, true)", TextZh: "不行"} }, "condition.expr"},
	} {
		r := good
		c.change(&r)
		var at *errs.Error
		if err := r.settled().Check(); err == nil || !errors.As(err, &at) || at.Field != c.field {
			t.Errorf("%s: %v, want %s", name, err, c.field)
		}
	}
	if err := good.settled().Check(); err != nil {
		t.Error(err)
	}
	red := good
	red.Condition = Condition{Expr: `"低保停发" in tags`, TextZh: "不参加的停发低保"}
	if err := red.CheckRedLines(); errs.CodeOf(err) != "rulebook.red_line" {
		t.Errorf("a condition across a red line: %v", err)
	}
}

// BenchmarkWeigh judges one claim where 80 rules are in force, with four caps, two of the category, a condition and a
// year's 200 earlier claims.
func BenchmarkWeigh(b *testing.B) {
	r := Rule{Code: "D01", Category: Volunteer, Points: 10, PointsMin: 5, PointsMax: 15, Per: PerUnit, UnitSize: 2, UnitRound: RoundHalf, Who: AnyPerson,
		CapPeriod: EachMonth, CapPoints: 400, Caps: []Cap{{EachDay, EachPerson, 0, 9}, {EachWeek, EachHousehold, 900, 0}, {EachYear, EachPerson, 9000, 0}},
		Condition: Condition{Expr: "earlier_month < 90 && members >= 2 ? points + 1 : points", TextZh: "多人户多记"}}
	categories := []CategoryCap{{Volunteer, EachMonth, 5000}, {Volunteer, EachYear, 50000}}
	in := Case{Deed: Deed{Qty: 5, Step: NoStep}, Day: 20260915, Door: "clerk", Members: 4, Person: Person{ID: 1, BirthYear: 1980}}
	for i := range 200 {
		in.Past = append(in.Past, Past{Rule: fmt.Sprintf("D%02d", i%80), Category: Volunteer, Day: core.Day(20260101).Add(i), Points: 5, Resident: 1})
	}
	var judges Conditions
	for b.Loop() {
		if _, err := judges.Weigh(context.Background(), r, categories, in); err != nil {
			b.Fatal(err)
		}
	}
}
