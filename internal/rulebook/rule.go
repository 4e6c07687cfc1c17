package rulebook

import (
	"math"
	"slices"
	"time"
	"unicode/utf8"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// Rule is one line of a rule set: a deed, what it is worth, how often, and who confirms it.
type Rule struct {
	Code      string      `json:"code"`     // A01; the same in the template and in every village
	Sort      int64       `json:"-"`        // its place in the list
	Category  Category    `json:"category"` // what reports add up by
	Kind      Kind        `json:"kind"`
	TextZh    string      `json:"text_zh"`
	TextEn    string      `json:"text_en"`
	Points    core.Points `json:"points"`     // below 0 for a deduction; for a scale, its first step
	PointsMin core.Points `json:"points_min"` // the county's bounds on points and on every step
	PointsMax core.Points `json:"points_max"`
	Scale     []Step      `json:"scale"` // graded rules; empty for all others
	Per       Per         `json:"per"`
	UnitZh    string      `json:"unit_zh"` // what is counted, for Per unit
	UnitEn    string      `json:"unit_en"`
	CapPeriod Period      `json:"cap_period"`
	CapPoints core.Points `json:"cap_points"` // most points (taken, for a deduction) per household and period; 0 none
	CapCount  int64       `json:"cap_count"`  // most claims per household and period; 0 none
	ProofZh   string      `json:"proof_zh"`
	ProofEn   string      `json:"proof_en"`
	Approver  Approver    `json:"approver"`
	Self      bool        `json:"self"` // residents may claim it themselves

	Who          Who       `json:"who" required:"false"`           // whose deed it is
	WhoTag       string    `json:"who_tag" required:"false"`       // the mark the resident needs, for Who tag
	Caps         []Cap     `json:"caps" required:"false"`          // further caps beside the one above
	UnitSize     int64     `json:"unit_size" required:"false"`     // how many units the points are for: 2 of "per 2 hours"
	UnitRound    Rounding  `json:"unit_round" required:"false"`    // what becomes of a part of that
	ListCategory Category  `json:"list_category" required:"false"` // what a deduction belongs to on the public list; '' says only that it is one
	ListText     bool      `json:"list_text" required:"false"`     // the public list shows a deduction's text, not only its category
	WarnDays     int64     `json:"warn_days" required:"false"`     // a deduction needs a warning at least so many days before; 0 none
	Condition    Condition `json:"condition" required:"false"`
}

// Step is one grade of a graded rule.
type Step struct {
	LabelZh string      `json:"label_zh"`
	LabelEn string      `json:"label_en"`
	Points  core.Points `json:"points"`
}

// Category is what a deed belongs to (domain.md §1 and §4); key "rules.category.…" of the catalogue.
type Category string

// The categories.
const (
	Council     Category = "council"     // 参与议事
	Environment Category = "environment" // 环境卫生
	Harmony     Category = "harmony"     // 和谐乡村
	Customs     Category = "customs"     // 移风易俗
	Volunteer   Category = "volunteer"   // 志愿服务
	Honour      Category = "honour"      // 荣誉
	Industry    Category = "industry"    // 产业
	Deduction   Category = "deduction"   // 扣分
)

// Categories lists the categories in the order of the template.
func Categories() []Category {
	return []Category{Council, Environment, Harmony, Customs, Volunteer, Honour, Industry, Deduction}
}

// Kind is 固原's taxonomy of items (domain.md §3).
type Kind string

// The kinds of rule.
const (
	Base         Kind = "base"         // 基础: what every household is asked for
	Appraisal    Kind = "appraisal"    // 民主: rated by peers
	Contribution Kind = "contribution" // 贡献: a deed of its own
)

// Per says what the points are for: the event as a whole, or each unit of a quantity.
type Per string

// The ways to count.
const (
	PerEvent Per = "event"
	PerUnit  Per = "unit"
)

// Approver is who confirms a deed before the committees post it (domain.md §4); key "rules.approver.…".
type Approver string

// The approvers.
const (
	Leader     Approver = "leader"     // group leader, grid worker, building head
	Appraisers Approver = "appraisal"  // appraisal group
	Committees Approver = "committees" // the two village committees
	Supervisor Approver = "supervisor" // village supervision committee
	Mediator   Approver = "mediator"   // people's mediation committee
	Ceremonies Approver = "council"    // 红白理事会, the council on weddings and funerals
	Township   Approver = "township"
)

// Approvers lists the approvers from the nearest to the farthest.
func Approvers() []Approver {
	return []Approver{Leader, Appraisers, Mediator, Ceremonies, Committees, Supervisor, Township}
}

// Period is what a cap counts over.
type Period string

// The periods of a cap. Weeks begin on Monday.
const (
	NoPeriod  Period = ""
	EachEvent Period = "event" // claims that name the same event
	EachDay   Period = "day"
	EachWeek  Period = "week"
	EachMonth Period = "month"
	EachYear  Period = "year"
	Life      Period = "life"
)

// Periods lists the periods from the shortest; a rule without a cap has none of them.
func Periods() []Period {
	return []Period{EachEvent, EachDay, EachWeek, EachMonth, EachYear, Life}
}

// Span gives the first and the last day of the period that day lies in. An event, a life and a rule without a period
// reach over all days; for EachEvent the caller counts only claims of the same event.
func (p Period) Span(day core.Day) (from, to core.Day) {
	switch p {
	case EachDay:
		return day, day
	case EachWeek:
		from = day.Add(-sinceMonday(day.Weekday()))
		return from, from.Add(6)
	case EachMonth:
		return day.Month().First(), day.Month().Last()
	case EachYear:
		year := day / 10000
		return year*10000 + 101, year*10000 + 1231
	}
	return 0, 99991231
}

// Limits on what a rule may hold.
const (
	maxText  = 60  // characters of a text
	maxLabel = 30  // characters of a label or unit
	maxSteps = 12  // steps of a scale
	MaxQty   = 999 // units of one claim
	maxWorth = 1000
	maxCap   = 100_000
	maxCount = 1000
)

// Check says what is wrong with a rule as a line of any rule set: rulebook.bad_rule at the JSON field. It does not know
// the county's template; see within.
func (r Rule) Check() error {
	for _, check := range []func() string{r.badNames, r.badWorth, r.badCap, r.badCaps, r.badWho, r.badUnit, r.badDeduction} {
		if field := check(); field != "" {
			return errs.New(errs.Invalid, "rulebook.bad_rule", "rule", r.Code, "field", field).At(field)
		}
	}
	return r.Condition.check()
}

func (r Rule) badNames() string {
	text := func(s string, most int) bool { return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most }
	switch {
	case !validCode(r.Code):
		return "code"
	case !slices.Contains(Categories(), r.Category):
		return "category"
	case !slices.Contains([]Kind{Base, Appraisal, Contribution}, r.Kind):
		return "kind"
	case r.TextZh == "" || !text(r.TextZh, maxText):
		return "text_zh"
	case r.TextEn == "" || !text(r.TextEn, 3*maxText):
		return "text_en"
	case !text(r.ProofZh, maxText):
		return "proof_zh"
	case !text(r.ProofEn, 3*maxText):
		return "proof_en"
	case !slices.Contains(Approvers(), r.Approver):
		return "approver"
	case r.Per == PerUnit && (r.UnitZh == "" || !text(r.UnitZh, maxLabel)):
		return "unit_zh"
	case r.Per == PerUnit && (r.UnitEn == "" || !text(r.UnitEn, 3*maxLabel)):
		return "unit_en"
	case r.Per != PerUnit && (r.Per != PerEvent || r.UnitZh != "" || r.UnitEn != ""):
		return "per"
	case r.Self && r.Category == Deduction:
		return "self"
	}
	return ""
}

// validCode wants a capital letter and two digits, as printed on paper sheets.
func validCode(code string) bool {
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	return len(code) == 3 && code[0] >= 'A' && code[0] <= 'Z' && digit(code[1]) && digit(code[2])
}

// badWorth holds points and steps to the bounds, and bounds and category to one sign: a category is either a gain
// or a deduction, and no weight can turn one into the other.
func (r Rule) badWorth() string {
	low, high := core.Points(1), core.Points(maxWorth)
	if r.Category == Deduction {
		low, high = -maxWorth, -1
	}
	switch {
	case r.PointsMin < low || r.PointsMin > high:
		return "points_min"
	case r.PointsMax < r.PointsMin || r.PointsMax > high:
		return "points_max"
	case !r.within(r.Points):
		return "points"
	case len(r.Scale) == 1 || len(r.Scale) > maxSteps || len(r.Scale) > 0 && r.Scale[0].Points != r.Points:
		return "scale"
	}
	for _, s := range r.Scale {
		if !r.within(s.Points) || s.LabelZh == "" || s.LabelEn == "" ||
			utf8.RuneCountInString(s.LabelZh) > maxLabel || utf8.RuneCountInString(s.LabelEn) > 3*maxLabel {
			return "scale"
		}
	}
	return ""
}

func (r Rule) within(p core.Points) bool { return p >= r.PointsMin && p <= r.PointsMax }

// badCap wants a period exactly where there is a cap, and a cap in points that leaves room for one whole claim.
func (r Rule) badCap() string {
	switch {
	case r.CapPeriod != NoPeriod && !slices.Contains(Periods(), r.CapPeriod):
		return "cap_period"
	case (r.CapPeriod == NoPeriod) != (r.CapPoints == 0 && r.CapCount == 0):
		return "cap_period"
	case r.CapPoints < 0 || r.CapPoints > maxCap || r.CapPoints > 0 && r.CapPoints < r.greatest():
		return "cap_points"
	case r.CapCount < 0 || r.CapCount > maxCount:
		return "cap_count"
	}
	return ""
}

// greatest is the most that one unit of the deed is worth, without its sign.
func (r Rule) greatest() core.Points {
	most := magnitude(r.Points)
	for _, s := range r.Scale {
		most = max(most, magnitude(s.Points))
	}
	return most
}

// magnitude is p without its sign; the one number that has no opposite is brought to its neighbour's.
func magnitude(p core.Points) core.Points { return max(p, -max(p, -math.MaxInt64)) }

// sinceMonday is the number of days since the week began.
func sinceMonday(w time.Weekday) int { return (int(w) + 6) % 7 }
