package ledger_test

import (
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
	"qunyan/internal/ledger"
)

// lot is points that came together, as somebody with a notebook would keep them.
type lot struct {
	day  core.Day
	left core.Points
}

// Whatever the order of earning, spending and expiring, what expires is exactly what a notebook that strikes out the oldest
// points first has left of the old ones, and nothing goes below zero.
func TestWhatExpiresIsTheUnspentRestOfOldLots(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var moves []ledger.Flow
		var notebook []lot
		day := core.Day(20240101)
		balance := func() (sum core.Points) {
			for _, l := range notebook {
				sum += l.left
			}
			return sum
		}
		strike := func(points core.Points) {
			for i := range notebook {
				part := min(points, notebook[i].left)
				notebook[i].left -= part
				points -= part
			}
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			day = day.Add(rapid.IntRange(0, 90).Draw(t, "days"))
			points := core.Points(rapid.IntRange(1, 50).Draw(t, "points"))
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0, 1:
				moves = append(moves, ledger.Flow{Day: day, In: true, Amount: points})
				notebook = append(notebook, lot{day, points})
			case 2:
				if points = min(points, balance()); points > 0 {
					moves = append(moves, ledger.Flow{Day: day, Amount: points})
					strike(points)
				}
			case 3:
				cutoff := day.Add(-rapid.IntRange(0, 800).Draw(t, "age"))
				var want core.Points
				for _, l := range notebook {
					if l.day <= cutoff {
						want += l.left
					}
				}
				if got := ledger.Unspent(moves, cutoff); got != want || got > balance() {
					t.Fatalf("%d expire of what came until %d, the notebook says %d of %d", got, cutoff, want, balance())
				}
				if want > 0 {
					moves = append(moves, ledger.Flow{Day: day, Amount: want})
					strike(want)
				}
				if again := ledger.Unspent(moves, cutoff); again != 0 {
					t.Fatalf("%d expire a second time", again)
				}
			}
		}
	})
}

// What is taken back counts as if it had never been, but what expired and came back begins anew.
func TestReversalsAndTheAgeOfPoints(t *testing.T) {
	t.Parallel()
	old := ledger.Flow{Day: 20240110, In: true, Amount: 10}
	for name, c := range map[string]struct {
		more []ledger.Flow
		want core.Points
	}{
		"untouched":                 {nil, 10},
		"taken back":                {[]ledger.Flow{{Day: 20250101, Amount: 10, OldDay: 20240110, OldKind: ledger.Earned}}, 0},
		"spent and the slip voided": {[]ledger.Flow{{Day: 20250101, Amount: 4}, {Day: 20250101, In: true, Amount: 4, OldDay: 20250101, OldKind: ledger.Redeemed}}, 10},
		"expired and given back":    {[]ledger.Flow{{Day: 20260201, Amount: 10}, {Day: 20260202, In: true, Amount: 10, OldDay: 20260201, OldKind: ledger.Expired}}, 0},
	} {
		if got := ledger.Unspent(append([]ledger.Flow{old}, c.more...), 20240131); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
