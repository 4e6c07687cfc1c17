package market

import (
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
)

// Each remedy, taken alone, makes the path last; a little less of it does not.
func TestARemedyIsEnoughAndNoMoreThanEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var months []PastMonth
		for i := range rapid.IntRange(1, 14).Draw(t, "months") {
			months = append(months, PastMonth{Month: core.Month(202501).Add(i), Earned: core.Points(rapid.Int64Range(0, 3000).Draw(t, "earned")),
				Redeemed: core.Points(rapid.Int64Range(0, 3000).Draw(t, "redeemed"))})
		}
		now := months[len(months)-1].Month
		o := Outlook{Rate: core.Fen(rapid.Int64Range(1, 500).Draw(t, "rate")), Points: core.Points(rapid.Int64Range(0, 20_000).Draw(t, "points")),
			Fund: core.Fen(rapid.Int64Range(0, 2_000_000).Draw(t, "fund")), Stock: core.Fen(rapid.Int64Range(0, 500_000).Draw(t, "stock"))}
		o.Dormant = o.Points / 3
		o.judge(months, now)
		if o.History != len(months)-1 {
			t.Fatalf("the running month counts: %d of %d", o.History, len(months))
		}
		for way, p := range []Path{o.Low, o.Middle, o.High} {
			if p.RunsOut == 0 {
				if p.Remedy != (Remedy{}) {
					t.Fatalf("a path that lasts has a remedy: %+v", p.Remedy)
				}
				continue
			}
			try := func(change func(*Outlook, *core.Points)) core.Month {
				c, earned, awake := o, p.Earned, o.Points-o.Dormant
				if way == 2 {
					awake = o.Points
				}
				change(&c, &earned)
				_, out := c.walk(now, earned, p.Permille, awake, c.Points-awake)
				return out
			}
			for name, c := range map[string]struct {
				change func(*Outlook, *core.Points)
				lasts  bool
			}{
				"the grant":         {func(o *Outlook, _ *core.Points) { o.Cover += p.Remedy.Grant }, true},
				"a fen less":        {func(o *Outlook, _ *core.Points) { o.Cover += p.Remedy.Grant - 1 }, false},
				"the rate":          {func(o *Outlook, _ *core.Points) { o.Rate = p.Remedy.Rate }, true},
				"a fen more":        {func(o *Outlook, _ *core.Points) { o.Rate = p.Remedy.Rate + 1 }, false},
				"the budget":        {func(_ *Outlook, e *core.Points) { *e = max(p.Remedy.Budget, 0) }, p.Remedy.Budget >= 0},
				"a generous budget": {func(_ *Outlook, e *core.Points) { *e = p.Remedy.Budget + 1 }, false},
			} {
				if out := try(c.change); (out == 0) != c.lasts {
					t.Fatalf("%s: runs out in %d, want lasting %v; %+v", name, out, c.lasts, p)
				}
			}
		}
	})
}

func TestQuartilesHappened(t *testing.T) {
	for _, c := range []struct {
		numbers        []int64
		low, mid, high int64
	}{{[]int64{7}, 7, 7, 7}, {[]int64{9, 1, 5}, 1, 5, 9}, {[]int64{5, 4, 3, 2, 1}, 2, 3, 4}, {[]int64{12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 3, 7, 10}} {
		if l, m, h := quartile(c.numbers, 0), quartile(c.numbers, 1), quartile(c.numbers, 2); l != c.low || m != c.mid || h != c.high {
			t.Errorf("%v: %d, %d, %d; want %d, %d, %d", c.numbers, l, m, h, c.low, c.mid, c.high)
		}
	}
}
