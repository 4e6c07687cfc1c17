package condition

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"

	"qunyan/internal/directory/entry"
)

// Facts are the values of the variables for one deed.
type Facts struct {
	Qty     int64 // as claimed: times, hours, visits
	Grade   int64 // step of the rule's scale from 1; 0 without a scale
	Points  int64 // what the rule gives for one unit
	Day     int64 // yyyymmdd, of the deed
	Weekday int64 // 1 Monday … 7 Sunday

	// What the household claimed by this rule before, without this claim.
	EarlierDay, EarlierWeek, EarlierMonth, EarlierYear, EarlierAll int64
	GivenMonth, GivenYear                                          int64 // points, below 0 for a deduction

	Members int64    // of the household
	AgeBand string   // youth (14–17), adult (18–59), elder (60 and above); '' where no resident is named
	Party   bool     // the resident is a Party member
	Tags    []string // the resident's marks
}

// Variable is a name that a condition may use.
type Variable struct {
	Name string
	kind *cel.Type
}

// Type is the variable's type in one word: int, bool, string or list.
func (v Variable) Type() string { return v.kind.TypeName() }

// Variables lists them in the order an editor offers them; keys "rules.condition.var.…" say what each is.
func Variables() []Variable {
	return []Variable{
		{"qty", cel.IntType}, {"grade", cel.IntType}, {"points", cel.IntType}, {"day", cel.IntType}, {"month", cel.IntType},
		{"weekday", cel.IntType}, {"earlier_day", cel.IntType}, {"earlier_week", cel.IntType}, {"earlier_month", cel.IntType},
		{"earlier_year", cel.IntType}, {"earlier_all", cel.IntType}, {"given_month", cel.IntType}, {"given_year", cel.IntType},
		{"members", cel.IntType}, {"age_band", cel.StringType}, {"party", cel.BoolType}, {"tags", cel.ListType(cel.StringType)},
	}
}

func declarations() []cel.EnvOption {
	var all []cel.EnvOption
	for _, v := range Variables() {
		all = append(all, cel.Variable(v.Name, v.kind))
	}
	return all
}

func (f Facts) activation() map[string]any {
	tags := f.Tags
	if tags == nil {
		tags = []string{}
	}
	return map[string]any{
		"qty": f.Qty, "grade": f.Grade, "points": f.Points, "day": f.Day, "month": f.Day / 100 % 100, "weekday": f.Weekday,
		"earlier_day": f.EarlierDay, "earlier_week": f.EarlierWeek, "earlier_month": f.EarlierMonth, "earlier_year": f.EarlierYear,
		"earlier_all": f.EarlierAll, "given_month": f.GivenMonth, "given_year": f.GivenYear, "members": f.Members,
		"age_band": f.AgeBand, "party": f.Party, "tags": tags,
	}
}

// The most marks a resident has, and how long each is, in bytes of its text.
const (
	maxTags    = entry.MaxTags
	tagBytes   = 4 * entry.MaxTag
	bandLength = 8
)

// sizes tells the estimate how long the variables can be.
type sizes struct{}

func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

func (sizes) EstimateSize(element cost.AstNode) *cost.SizeEstimate {
	switch path := element.Path(); {
	case len(path) == 1 && path[0] == "tags":
		return &cost.SizeEstimate{Min: 0, Max: maxTags}
	case len(path) == 2 && path[0] == "tags":
		return &cost.SizeEstimate{Min: 0, Max: tagBytes}
	case len(path) == 1 && path[0] == "age_band":
		return &cost.SizeEstimate{Min: 0, Max: bandLength}
	}
	return nil
}

// plainDeeds are deeds that every condition must be able to speak about: the first of all, and one in the middle of a
// year.
func plainDeeds() []Facts {
	return []Facts{
		{Qty: 1, Points: 1, Day: 20260101, Weekday: 4, Members: 1},
		{Qty: 3, Grade: 1, Points: 10, Day: 20260615, Weekday: 1, EarlierDay: 1, EarlierWeek: 1, EarlierMonth: 2, EarlierYear: 5,
			EarlierAll: 9, GivenMonth: 20, GivenYear: 50, Members: 4, AgeBand: "elder", Party: true, Tags: []string{"志愿者"}},
	}
}
