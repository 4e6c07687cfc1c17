package rulebook

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

func template(t testing.TB) map[string]Rule {
	t.Helper()
	rules, err := Template()
	if err != nil {
		t.Fatal(err)
	}
	byCode := map[string]Rule{}
	for _, r := range rules {
		byCode[r.Code] = r
	}
	return byCode
}

func TestJudge(t *testing.T) {
	t.Parallel()
	rules := template(t)
	one := Deed{Qty: 1, Step: NoStep}
	for _, c := range []struct {
		name string
		rule string
		deed Deed
		used Used
		want Verdict
	}{
		{"a meeting", "A01", one, Used{}, Verdict{2, 2, NoHit}},
		{"the same meeting again", "A01", one, Used{2, 1}, Verdict{2, 0, CountHit}},
		{"a suggestion", "A02", one, Used{}, Verdict{10, 10, NoHit}},
		{"the second of the month", "A02", one, Used{10, 1}, Verdict{10, 10, NoHit}},
		{"the third", "A02", one, Used{20, 2}, Verdict{10, 0, PointsHit}},
		{"an evening that no longer fits whole", "A03", one, Used{11, 4}, Verdict{3, 1, PointsHit}},
		{"the best yard", "B01", Deed{1, 0}, Used{}, Verdict{10, 10, NoHit}},
		{"a clean yard", "B01", Deed{1, 1}, Used{}, Verdict{5, 5, NoHit}},
		{"six hours of clean-up", "B02", Deed{3, NoStep}, Used{}, Verdict{15, 15, NoHit}},
		{"ten hours", "B02", Deed{5, NoStep}, Used{}, Verdict{25, 20, PointsHit}},
		{"as many as one may type", "B02", Deed{MaxQty, NoStep}, Used{19, 1}, Verdict{4995, 1, PointsHit}},
		{"a nation's commendation", "E01", Deed{1, 5}, Used{}, Verdict{50, 50, NoHit}},
		{"back to the village, a second time", "E03", one, Used{30, 1}, Verdict{30, 0, CountHit}},
		{"litter", "M01", one, Used{}, Verdict{-2, -2, NoHit}},
		{"litter again in the week", "M01", one, Used{-2, 1}, Verdict{-2, 0, CountHit}},
		{"used more than the cap, after it was tightened", "A02", one, Used{35, 4}, Verdict{10, 0, PointsHit}},
		{"nonsense used", "A02", one, Used{math.MinInt64, math.MinInt64}, Verdict{10, 0, PointsHit}},
	} {
		got, err := rules[c.rule].Judge(c.deed, c.used)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, err, c.want)
		}
	}
}

func TestADeductionWithACapInPoints(t *testing.T) {
	t.Parallel()
	r := template(t)["M03"]
	r.CapPeriod, r.CapPoints, r.CapCount = EachMonth, 25, 0
	total := core.Points(0)
	for range 4 {
		v, err := r.Judge(Deed{1, NoStep}, Used{Points: total})
		if err != nil {
			t.Fatal(err)
		}
		total += v.Points
	}
	if total != -25 {
		t.Errorf("took %d of at most 25", total)
	}
}

func TestJudgeRefusesWhatTheRuleDoesNotCount(t *testing.T) {
	t.Parallel()
	rules := template(t)
	for _, c := range []struct {
		name, rule, code string
		deed             Deed
	}{
		{"two meetings at once", "A01", "rulebook.bad_qty", Deed{2, NoStep}},
		{"nothing", "B02", "rulebook.bad_qty", Deed{0, NoStep}},
		{"less than nothing", "B02", "rulebook.bad_qty", Deed{-3, NoStep}},
		{"a thousand", "B02", "rulebook.bad_qty", Deed{MaxQty + 1, NoStep}},
		{"10^18", "B02", "rulebook.bad_qty", Deed{1_000_000_000_000_000_000, NoStep}},
		{"a step without a scale", "A01", "rulebook.bad_step", Deed{1, 0}},
		{"no step with a scale", "B01", "rulebook.bad_step", Deed{1, NoStep}},
		{"a step above", "B01", "rulebook.bad_step", Deed{1, 2}},
		{"a step far below", "B01", "rulebook.bad_step", Deed{1, math.MinInt64}},
	} {
		if _, err := rules[c.rule].Judge(c.deed, Used{}); err == nil || errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestPeriodsOfACap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		period        Period
		day, from, to core.Day
	}{
		{EachDay, 20260908, 20260908, 20260908},
		{EachWeek, 20260907, 20260907, 20260913}, // a Monday
		{EachWeek, 20260908, 20260907, 20260913},
		{EachWeek, 20260913, 20260907, 20260913}, // a Sunday
		{EachWeek, 20270101, 20261228, 20270103}, // over the year's end
		{EachMonth, 20260908, 20260901, 20260930},
		{EachMonth, 20280229, 20280201, 20280229},
		{EachYear, 20260908, 20260101, 20261231},
		{Life, 20260908, 0, 99991231},
		{EachEvent, 20260908, 0, 99991231},
		{NoPeriod, 20260908, 0, 99991231},
	} {
		if from, to := c.period.Span(c.day); from != c.from || to != c.to {
			t.Errorf("%q of %s: %s to %s", c.period, c.day, from, to)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		day := core.Day(20200101).Add(rapid.IntRange(0, 20000).Draw(t, "days"))
		p := rapid.SampledFrom(Periods()).Draw(t, "period")
		from, to := p.Span(day)
		if from > day || to < day {
			t.Fatalf("%s of %s is %s to %s", p, day, from, to)
		}
		for _, edge := range []core.Day{from, to} {
			if edge.Valid() {
				if f, l := p.Span(edge); f != from || l != to {
					t.Fatalf("%s: %s is in %s–%s, its edge %s in %s–%s", p, day, from, to, edge, f, l)
				}
			}
		}
	})
}

// anyRule draws rules that Check lets pass, and no others.
func anyRule(t *rapid.T) Rule {
	sign := core.Points(1)
	r := Rule{Code: "A01", Category: Council, Kind: Base, TextZh: "一", TextEn: "a", Per: PerEvent, Approver: Leader}
	if rapid.Bool().Draw(t, "deduction") {
		sign, r.Category = -1, Deduction
	}
	worth := rapid.Custom(func(t *rapid.T) core.Points { return sign * core.Points(rapid.IntRange(1, maxWorth).Draw(t, "points")) })
	r.Points = worth.Draw(t, "worth")
	r.PointsMin, r.PointsMax = r.Points, r.Points
	if rapid.Bool().Draw(t, "graded") {
		for _, p := range rapid.SliceOfN(worth, 2, maxSteps).Draw(t, "scale") {
			r.Scale = append(r.Scale, Step{"一", "a", p})
			r.PointsMin, r.PointsMax = min(r.PointsMin, p), max(r.PointsMax, p)
		}
		r.Points = r.Scale[0].Points
	}
	if rapid.Bool().Draw(t, "per unit") {
		r.Per, r.UnitZh, r.UnitEn = PerUnit, "次", "times"
	}
	if rapid.Bool().Draw(t, "capped") {
		r.CapPeriod = rapid.SampledFrom(Periods()).Draw(t, "period")
		r.CapCount = rapid.Int64Range(0, maxCount).Draw(t, "count")
		if r.CapCount == 0 || rapid.Bool().Draw(t, "both") {
			r.CapPoints = core.Points(rapid.IntRange(int(r.greatest()), maxCap).Draw(t, "points"))
		}
	}
	if err := r.Check(); err != nil {
		t.Fatalf("the generator made a bad rule: %v", err)
	}
	return r
}

func anyDeed(t *rapid.T, r Rule) Deed {
	d := Deed{Qty: 1, Step: NoStep}
	if r.Per == PerUnit {
		d.Qty = rapid.Int64Range(1, MaxQty).Draw(t, "qty")
	}
	if len(r.Scale) > 0 {
		d.Step = int64(rapid.IntRange(0, len(r.Scale)-1).Draw(t, "step"))
	}
	return d
}

// judged runs deeds of one period through the rule, each seeing what those before it used.
func judged(t *rapid.T, r Rule, deeds []Deed) (total core.Points, used Used) {
	for _, d := range deeds {
		v, err := r.Judge(d, used)
		if err != nil {
			t.Fatal(err)
		}
		used.Points += v.Points
		if v.Points != 0 {
			used.Count++
		}
	}
	return used.Points, used
}

func TestCapsHoldForAnyDeeds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := anyRule(t)
		deeds := make([]Deed, rapid.IntRange(0, 20).Draw(t, "deeds"))
		for i := range deeds {
			deeds[i] = anyDeed(t, r)
		}
		total, used := judged(t, r, deeds)
		if r.CapPoints > 0 && magnitude(total) > r.CapPoints {
			t.Fatalf("%d points under a cap of %d", total, r.CapPoints)
		}
		if r.CapCount > 0 && used.Count > r.CapCount {
			t.Fatalf("%d claims under a cap of %d", used.Count, r.CapCount)
		}
		if (r.Category == Deduction) != (total < 0) && total != 0 {
			t.Fatalf("%s came to %d", r.Category, total)
		}
		more, _ := judged(t, r, append(deeds, anyDeed(t, r)))
		if magnitude(more) < magnitude(total) {
			t.Fatalf("one deed more and the total went from %d to %d", total, more)
		}
	})
}

func TestOrderDoesNotChangeAPeriodsTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := anyRule(t)
		r.CapCount = 0 // of unlike deeds under a cap of counts, the first ones win
		if r.CapPoints == 0 {
			r.CapPeriod = NoPeriod
		}
		deeds := make([]Deed, rapid.IntRange(0, 12).Draw(t, "deeds"))
		for i := range deeds {
			deeds[i] = anyDeed(t, r)
		}
		first, _ := judged(t, r, deeds)
		second, _ := judged(t, r, rapid.Permutation(deeds).Draw(t, "order"))
		if first != second {
			t.Fatalf("%d in one order, %d in another", first, second)
		}
	})
}

// Whatever stands in the database or comes over the wire, a verdict keeps its promises.
func TestJudgeKeepsItsPromisesForAnyNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := anyRule(t)
		r.Points = core.Points(rapid.Int64Range(-int64(core.MaxPoints), int64(core.MaxPoints)).Draw(t, "points"))
		r.CapPoints = core.Points(rapid.Int64().Draw(t, "cap"))
		v, err := r.Judge(Deed{rapid.Int64().Draw(t, "qty"), rapid.Int64Range(-2, 13).Draw(t, "step")},
			Used{core.Points(rapid.Int64().Draw(t, "used")), rapid.Int64().Draw(t, "count")})
		if err != nil {
			return
		}
		if magnitude(v.Asked) > core.MaxPoints || magnitude(v.Points) > magnitude(v.Asked) || v.Points != 0 && (v.Points < 0) != (v.Asked < 0) {
			t.Fatalf("verdict %+v", v)
		}
		if (v.Hit == NoHit) != (v.Points == v.Asked) {
			t.Fatalf("verdict %+v", v)
		}
	})
}
