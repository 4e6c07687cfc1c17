package appraisal

import (
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
)

// State is where an appraisal stands: open → claimed or cancelled. Marks are taken while it is open.
type State string

// The states.
const (
	Open      State = "open"
	Claimed   State = "claimed"
	Cancelled State = "cancelled"
)

// Limits.
const (
	FewestRaters = 3
	MostRaters   = 13
	MaxMarks     = 500 // marks of one write

	maxTitle  = 40
	maxName   = 30
	maxReason = 300
	maxNumber = 60
)

// Why a household gets no claim, beside the codes of claims, and why a mark is not taken.
const (
	codeTooFewMarks = "appraisal.too_few_marks"
	codeOwn         = "appraisal.own_household"
	codeBadMark     = "appraisal.bad_mark"
)

// Rater is a member of the group. The number is the one on the paper.
type Rater struct {
	No        int64
	Name      string
	Household core.ID // the rater's own; 0 if it is not of the village
	Number    int64   // of that household
}

// Plan is what a person decides about an appraisal. Raters are numbered in their order.
type Plan struct {
	Rule   string
	Month  core.Month
	Day    core.Day // of the claims, in the month
	Title  string
	Raters []Rater
}

// Appraisal is a plan with what became of it.
type Appraisal struct {
	ID      core.ID
	Village core.Area
	Plan
	Text        rulebook.Rule // the rule as it is in force on the day
	Grades      []Grade       // the lowest first
	Method      Method
	State       State
	Reason      string // of a cancellation
	Marked      int64  // marks
	ByName      string
	ClaimedName string
	ClaimedMs   int64
	CreatedMs   int64
	claims.Brought
}

// Event names the appraisal in its claims.
func (p Plan) Event() string { return p.Title + " " + p.Month.String() }

// Way is how a village makes one grade of several marks, and who chose it where.
type Way struct {
	Method    Method
	MinutesNo string
	ByName    string
	ChangedMs int64 // 0 while the village has chosen nothing
}

// Mark is one rater's mark for a household; −1 takes it away.
type Mark struct {
	Household core.ID
	Mark      int64
}

// Refused says why a mark of a write was not taken; the others were.
type Refused struct {
	Household core.ID
	Code      string
}

// Line is a household with its marks and what they come to.
type Line struct {
	Household core.ID
	Number    int64
	Group     string
	Head      string
	Closed    bool
	Marks     []int64 // of each rater in order; −1 where there is none
	Own       int64   // number of the rater whose own household it is, 0 for nobody
	Given     int64   // marks that count
	Grade     int64   // −1 while there are fewer than FewestMarks
	Far       []int64 // numbers of the raters whose mark is far from the middle
	// Of a trial and of what was made:
	Points core.Points
	Asked  core.Points
	Code   string
}

// settle works out a line's grade from its marks.
func (l *Line) settle(m Method) {
	var marks []int64
	for _, mark := range l.Marks {
		if mark >= 0 {
			marks = append(marks, mark)
		}
	}
	l.Given, l.Grade = int64(len(marks)), -1
	if len(marks) < FewestMarks {
		return
	}
	l.Grade = m.Grade(marks)
	for i, mark := range l.Marks {
		if mark >= 0 && Far(mark, marks) {
			l.Far = append(l.Far, int64(i+1))
		}
	}
}

// clean checks what can be checked without the village's rules and households.
func (p Plan) clean() (Plan, error) {
	var err error
	if p.Title, err = claims.NeedLine(p.Title, "title", maxTitle); err != nil {
		return p, err
	}
	switch {
	case !p.Month.Valid():
		return p, errs.New(errs.Invalid, "appraisal.bad_month").At("month")
	case !p.Day.Valid() || p.Day.Month() != p.Month:
		return p, errs.New(errs.Invalid, "appraisal.day_outside_month").At("day")
	case len(p.Raters) < FewestRaters, len(p.Raters) > MostRaters:
		return p, errs.New(errs.Invalid, "appraisal.bad_number_of_raters", "fewest", FewestRaters, "most", MostRaters, "have", len(p.Raters)).At("raters")
	case len(p.Raters)%2 == 0:
		return p, errs.New(errs.Invalid, "appraisal.even_number_of_raters", "have", len(p.Raters)).At("raters")
	}
	raters := make([]Rater, len(p.Raters))
	names, homes := map[string]bool{}, map[core.ID]bool{}
	for i, r := range p.Raters {
		r.No = int64(i + 1)
		if r.Name, err = claims.NeedLine(r.Name, "raters", maxName); err != nil {
			return p, err
		}
		if names[r.Name] || r.Household != 0 && homes[r.Household] {
			return p, errs.New(errs.Invalid, "appraisal.rater_twice", "name", r.Name).At("raters")
		}
		names[r.Name], homes[r.Household] = true, true
		raters[i] = r
	}
	p.Raters = raters
	return p, nil
}

// fits says whether a rule can be rated: peers rate it, the points are for the whole, and no grade takes points away.
func fits(r rulebook.Rule) error {
	if r.Kind != rulebook.Appraisal || r.Per == rulebook.PerUnit {
		return errs.New(errs.Invalid, "appraisal.rule_not_rated", "rule", r.Code).At("rule")
	}
	for _, g := range grades(r) {
		if g.Points <= 0 {
			return errs.New(errs.Invalid, "appraisal.rule_takes", "rule", r.Code).At("rule")
		}
	}
	return nil
}
