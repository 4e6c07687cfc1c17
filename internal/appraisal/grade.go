package appraisal

import (
	"slices"

	"qunyan/internal/core"
	"qunyan/internal/rulebook"
)

// Method is how one grade is made of several marks; key "appraisal.method.…" of the catalogue.
type Method string

// The methods.
const (
	Median  Method = "median"  // the mark in the middle; of an even number, the mean of the two in the middle
	Trimmed Method = "trimmed" // the mean without one highest and one lowest mark
)

// Valid says whether m is one of the methods.
func (m Method) Valid() bool { return m == Median || m == Trimmed }

// FewestMarks is how many marks a household needs for a grade.
const FewestMarks = 3

// FarFrom is how many grades a mark lies from the median before it is shown as far from it.
const FarFrom = 2

// Grade makes one grade of marks, in any order; all are 0 or more. Halves are rounded up. Without marks it is 0.
func (m Method) Grade(marks []int64) int64 {
	if len(marks) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(marks))
	if m == Trimmed && len(sorted) >= FewestMarks {
		return meanHalfUp(sorted[1 : len(sorted)-1])
	}
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return meanHalfUp(sorted[middle-1 : middle+1])
}

func meanHalfUp(marks []int64) int64 {
	sum, n := int64(0), int64(len(marks))
	for _, m := range marks {
		sum += m
	}
	return (2*sum + n) / (2 * n)
}

// Far says whether a mark lies FarFrom or more grades from the median of all marks of its household, whatever the
// village's method is.
func Far(mark int64, marks []int64) bool {
	d := mark - Median.Grade(marks)
	return d >= FarFrom || d <= -FarFrom
}

// Grade is one grade a rater may give: Mark is what is written, 1 for the lowest. 0 is no grade and brings nothing.
type Grade struct {
	Mark    int64
	Step    int64 // of the rule's scale, −1 for a rule without one
	LabelZh string
	LabelEn string
	Points  core.Points
}

// grades are a rule's grades, the lowest first, however its scale is written.
func grades(r rulebook.Rule) []Grade {
	if len(r.Scale) == 0 {
		return []Grade{{Mark: 1, Step: -1, LabelZh: r.TextZh, LabelEn: r.TextEn, Points: r.Points}}
	}
	list := make([]Grade, len(r.Scale))
	for i, s := range r.Scale {
		list[i] = Grade{Step: int64(i), LabelZh: s.LabelZh, LabelEn: s.LabelEn, Points: s.Points}
	}
	slices.SortStableFunc(list, func(a, b Grade) int { return int(a.Points - b.Points) })
	for i := range list {
		list[i].Mark = int64(i + 1)
	}
	return list
}
