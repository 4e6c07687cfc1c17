package bench

import (
	"context"
	"crypto/sha256"
	"fmt"

	"qunyan/internal/core"
	"qunyan/internal/rulebook"
)

// judging weighs claims by a rule with four caps, two on its category and a condition, in a village of 80 rules, against
// 200 earlier claims of the household, and compares it with the hash of a megabyte, which takes some milliseconds on any
// machine: a claim should be judged in less.
func judging(ctx context.Context, b *bench) ([]Result, error) {
	rule := rulebook.Rule{Code: "D01", Category: rulebook.Volunteer, Points: 10, PointsMin: 5, PointsMax: 15, Per: rulebook.PerUnit, UnitSize: 2,
		UnitRound: rulebook.RoundHalf, Who: rulebook.AnyPerson, CapPeriod: rulebook.EachMonth, CapPoints: 400,
		Caps: []rulebook.Cap{{Period: rulebook.EachDay, Each: rulebook.EachPerson, Count: 9}, {Period: rulebook.EachWeek, Each: rulebook.EachHousehold, Points: 900},
			{Period: rulebook.EachYear, Each: rulebook.EachPerson, Points: 9000}},
		Condition: rulebook.Condition{Expr: "earlier_month < 90 && members >= 2 ? points + 1 : points", TextZh: "多人户多记"}}
	categories := []rulebook.CategoryCap{{Category: rulebook.Volunteer, Period: rulebook.EachMonth, Points: 5000}, {Category: rulebook.Volunteer, Period: rulebook.EachYear, Points: 50_000}}
	in := rulebook.Case{Deed: rulebook.Deed{Qty: 5, Step: rulebook.NoStep}, Day: firstDay, Members: 4, Person: rulebook.Person{ID: 1, BirthYear: 1980}}
	for i := range 200 {
		in.Past = append(in.Past, rulebook.Past{Rule: fmt.Sprintf("D%02d", i%80), Category: rulebook.Volunteer, Day: core.Day(20260101).Add(i), Points: 5, Resident: 1})
	}
	var judges rulebook.Conditions
	n, text := b.size(2000, 500, 10), make([]byte, 1<<20)
	hash, judge, err := middle(5, func() error {
		for range n {
			text[0] ^= sha256.Sum256(text)[0]
		}
		return nil
	}, func() error {
		for range n {
			if _, err := judges.Weigh(ctx, rule, categories, in); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return []Result{{Name: "a claim judged by one of 80 rules with caps, history and a condition", Reference: fmt.Sprintf("SHA-256 of 1 MiB in %d µs", hash.Microseconds()/int64(n)),
		Measured: fmt.Sprintf("%d µs", judge.Microseconds()/int64(n)), Ratio: judge.Microseconds() * 1000 / max(hash.Microseconds(), 1), Bar: 1000}}, nil
}
