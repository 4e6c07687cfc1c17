package appraisal

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/rulebook"
)

func TestGradesByHand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		marks           []int64
		median, trimmed int64
	}{
		{[]int64{2, 0, 1}, 1, 1},
		{[]int64{2, 2, 1, 1}, 2, 2}, // 1.5 is rounded up
		{[]int64{0, 1, 0, 1}, 1, 1},
		{[]int64{0, 0, 2, 2, 2}, 2, 1},       // trimmed: (0+2+2)/3 = 1.33
		{[]int64{5, 4, 4, 0, 0, 5, 4}, 4, 3}, // trimmed: (0+4+4+4+5)/5 = 3.4
		{[]int64{7}, 7, 7},
		{nil, 0, 0},
	} {
		if m, tr := Median.Grade(c.marks), Trimmed.Grade(c.marks); m != c.median || tr != c.trimmed {
			t.Errorf("%v: median %d, trimmed mean %d, want %d and %d", c.marks, m, tr, c.median, c.trimmed)
		}
	}
}

func marksOf(fewest int) *rapid.Generator[[]int64] {
	return rapid.SliceOfN(rapid.Int64Range(0, 9), fewest, MostRaters)
}

// Whoever marks first, and whatever the method: the grade lies among the marks and does not depend on their order.
func TestAGradeLiesAmongItsMarks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		marks := marksOf(1).Draw(t, "marks")
		given := slices.Clone(marks)
		for _, m := range []Method{Median, Trimmed} {
			grade := m.Grade(marks)
			if grade < slices.Min(marks) || grade > slices.Max(marks) {
				t.Fatalf("%s of %v is %d", m, marks, grade)
			}
			if other := m.Grade(rapid.Permutation(marks).Draw(t, "order")); other != grade {
				t.Fatalf("%s of %v depends on the order: %d and %d", m, marks, grade, other)
			}
		}
		if !slices.Equal(marks, given) {
			t.Fatal("the marks were changed")
		}
	})
}

// One rater who says anything moves the median no farther than to a neighbour's mark.
func TestOneLiarMovesTheMedianToANeighbourAtMost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		marks := marksOf(FewestMarks).Draw(t, "marks")
		if len(marks)%2 == 0 {
			marks = marks[1:]
		}
		sorted := slices.Sorted(slices.Values(marks))
		middle := len(sorted) / 2
		lied := slices.Clone(marks)
		lied[rapid.IntRange(0, len(lied)-1).Draw(t, "liar")] = rapid.Int64Range(0, 1_000_000).Draw(t, "lie")
		if got := Median.Grade(lied); got < sorted[middle-1] || got > sorted[middle+1] {
			t.Fatalf("%v became %v: the median went from %d to %d", marks, lied, sorted[middle], got)
		}
	})
}

// One rater cannot lift the trimmed mean above the highest of the others, nor push it below the lowest.
func TestOneLiarCannotLeaveTheOthersWithTheTrimmedMean(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		others := marksOf(FewestMarks-1).Draw(t, "others")
		lie := rapid.Int64Range(0, 1_000_000).Draw(t, "lie")
		if got := Trimmed.Grade(append(slices.Clone(others), lie)); got < slices.Min(others) || got > slices.Max(others) {
			t.Fatalf("%v and %d: %d", others, lie, got)
		}
	})
}

func TestFarIsTwoGradesFromTheMiddle(t *testing.T) {
	t.Parallel()
	marks := []int64{3, 3, 2, 1, 5}
	for _, c := range []struct {
		mark int64
		far  bool
	}{{1, true}, {2, false}, {3, false}, {4, false}, {5, true}} {
		if Far(c.mark, marks) != c.far {
			t.Errorf("%d among %v: far is %v", c.mark, marks, !c.far)
		}
	}
}

func TestGradesOfARuleAreLowestFirst(t *testing.T) {
	t.Parallel()
	g := grades(rulebook.Rule{Scale: []rulebook.Step{{LabelZh: "最清洁", Points: 10}, {LabelZh: "清洁", Points: 5}}})
	if len(g) != 2 || g[0] != (Grade{Mark: 1, Step: 1, LabelZh: "清洁", Points: 5}) || g[1] != (Grade{Mark: 2, Step: 0, LabelZh: "最清洁", Points: 10}) {
		t.Errorf("%+v", g)
	}
	if g = grades(rulebook.Rule{TextZh: "院坝清洁", Points: 5}); len(g) != 1 || g[0].Step != -1 {
		t.Errorf("%+v", g)
	}
}
