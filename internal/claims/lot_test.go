package claims

import (
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
)

// TestTheLotIsFair draws for many claims: it is the same each time, another with another key, near the share that was
// asked for, and never less with a larger share.
func TestTheLotIsFair(t *testing.T) {
	const village core.Area = 520524101201
	drawn, other := 0, 0
	for i := range 10_000 {
		c := Claim{Village: village, ID: core.ID(1_000_000 + i)}
		if (Reviewing{Percent: 10}).needs(c, []byte("key")) {
			drawn++
		}
		if (Reviewing{Percent: 10}).needs(c, []byte("key")) != (Reviewing{Percent: 10}).needs(c, []byte("another key")) {
			other++
		}
	}
	if drawn < 850 || drawn > 1150 {
		t.Errorf("%d of 10,000 at ten percent", drawn)
	}
	if other < 1000 {
		t.Errorf("another key draws nearly the same: %d differ", other)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := Claim{Village: village, ID: core.ID(rapid.Int64Min(1).Draw(t, "id")), Points: core.Points(rapid.IntRange(-60, 60).Draw(t, "points"))}
		less := rapid.Int64Range(0, 100).Draw(t, "percent")
		more := rapid.Int64Range(less, 100).Draw(t, "more")
		if (Reviewing{Percent: less}).needs(c, nil) && !(Reviewing{Percent: more}).needs(c, nil) {
			t.Fatal("a larger share leaves out what a smaller one drew")
		}
		if (Reviewing{}).needs(c, nil) || !(Reviewing{Percent: 100}).needs(c, nil) {
			t.Fatal("none is none and all is all")
		}
		if (Reviewing{Above: 50}).needs(c, nil) != (c.Points > 50 || c.Points < -50) {
			t.Fatal("above is above, for deductions too")
		}
	})
}
