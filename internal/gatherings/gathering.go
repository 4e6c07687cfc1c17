package gatherings

import (
	"fmt"
	"slices"
	"strings"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
)

// Kind is what sort of gathering it is; key "gathering.kind.…" of the console's catalogue.
type Kind string

// The kinds.
const (
	Meeting Kind = "meeting" // 群众会、院坝会
	Class   Kind = "class"   // 夜校
	Cleanup Kind = "cleanup" // 大扫除
	Shift   Kind = "shift"   // 志愿值守
)

// State is where a gathering stands.
type State string

// The states: planned → claimed or cancelled. The roll-call is taken while it is planned.
const (
	Planned   State = "planned"
	Claimed   State = "claimed"
	Cancelled State = "cancelled"
)

// Valid says whether s is one of the states.
func (s State) Valid() bool { return slices.Contains([]State{Planned, Claimed, Cancelled}, s) }

// Who says which of the marked households a rule is for.
type Who string

// The ways to choose them.
const (
	Present Who = "present" // all who were there
	OnTime  Who = "on_time" // who came on time
	Whole   Who = "whole"   // who came on time and stayed to the end
	Late    Who = "late"    // who came late; the only one for a deduction
	Spoke   Who = "spoke"   // who spoke up
	Hours   Who = "hours"   // who worked, per so many whole hours
)

// Arrival is how a household's representative came.
type Arrival string

// The arrivals. Absent is no mark at all: writing it takes the mark away.
const (
	Absent        Arrival = ""
	ArrivedOnTime Arrival = "on_time"
	ArrivedLate   Arrival = "late"
)

// Limits.
const (
	MaxRules = 4   // rules one gathering counts for
	MaxMarks = 200 // marks of one write
	MaxHours = 24  // of one household in one gathering

	maxTitle  = 40 // characters; with the day it names the event of the claims
	maxPlace  = 60
	maxReason = 300
	lastMin   = 24 * 60
)

// Counts is one rule a gathering counts for.
type Counts struct {
	Rule  string
	Who   Who
	Hours int64 // of one unit of the rule, for Hours; 0 otherwise
	Text  rulebook.Rule
}

// Plan is what a person decides about a gathering.
type Plan struct {
	Kind    Kind
	Title   string
	Place   string // in words
	Day     core.Day
	FromMin int64 // minutes after midnight
	ToMin   int64
	Counts  []Counts
}

// Gathering is a plan with what became of it.
type Gathering struct {
	ID      core.ID
	Village core.Area
	Plan
	State       State
	Reason      string // of a cancellation
	Version     int64  // counts changes of the plan
	Marked      int64  // households with a mark
	ByName      string
	ClaimedName string // who made the claims
	ClaimedMs   int64
	CreatedMs   int64
	ChangedMs   int64
	Claims      int64 // made of it
	Points      core.Points
}

// Codes lists the codes of the rules it counts for.
func (p Plan) Codes() string {
	codes := make([]string, len(p.Counts))
	for i, c := range p.Counts {
		codes[i] = c.Rule
	}
	return strings.Join(codes, " ")
}

// Clock writes minutes after midnight as a time of day: 19:30.
func Clock(min int64) string { return fmt.Sprintf("%02d:%02d", min/60, min%60) }

// Event names the gathering in its claims, so that caps per event and a reader can tell it from next week's.
func (p Plan) Event() string { return p.Title + " " + p.Day.String() }

// Mark is what the roll-call says of one household.
type Mark struct {
	Household core.ID
	Arrival   Arrival
	Stayed    bool // to the end
	Spoke     bool
	Hours     int64
}

// Marked is a mark with whose it is and who set it.
type Marked struct {
	Mark
	Number int64
	Group  string
	Head   string
	ByName string
	AtMs   int64
	// When its card scanned the code at the door, and which; 0 and "" if none did. It proposes a mark and is none.
	ScanMs  int64
	ScanHow string
}

// Refused says why a mark of a write was not taken; the others were.
type Refused struct {
	Household core.ID
	Code      string
}

// check says what is wrong with a mark by itself, "" if nothing is.
func (m Mark) check() string {
	switch {
	case m.Arrival != Absent && m.Arrival != ArrivedOnTime && m.Arrival != ArrivedLate,
		m.Arrival == Absent && (m.Stayed || m.Spoke || m.Hours != 0):
		return "gatherings.bad_mark"
	case m.Hours < 0 || m.Hours > MaxHours:
		return "gatherings.bad_hours"
	}
	return ""
}

// units is how often a rule counts for a mark; 0 if it does not.
func (c Counts) units(m Mark) int64 {
	counts := false
	switch c.Who {
	case Present:
		counts = true
	case OnTime:
		counts = m.Arrival == ArrivedOnTime
	case Whole:
		counts = m.Arrival == ArrivedOnTime && m.Stayed
	case Late:
		counts = m.Arrival == ArrivedLate
	case Spoke:
		counts = m.Spoke
	case Hours:
		return m.Hours / c.Hours
	}
	if counts {
		return 1
	}
	return 0
}

// clean checks what can be checked without the village's rules.
func (p Plan) clean() (Plan, error) {
	var err error
	if p.Title, err = claims.NeedLine(p.Title, "title", maxTitle); err != nil {
		return p, err
	}
	if p.Place, err = claims.CleanLine(p.Place, "place", maxPlace); err != nil {
		return p, err
	}
	switch {
	case !slices.Contains([]Kind{Meeting, Class, Cleanup, Shift}, p.Kind):
		return p, errs.New(errs.Invalid, "gatherings.bad_kind").At("kind")
	case !p.Day.Valid():
		return p, errs.New(errs.Invalid, "gatherings.bad_day").At("day")
	case p.FromMin < 0 || p.ToMin > lastMin || p.FromMin >= p.ToMin:
		return p, errs.New(errs.Invalid, "gatherings.bad_time").At("to_min")
	case len(p.Counts) == 0 || len(p.Counts) > MaxRules:
		return p, errs.New(errs.Invalid, "gatherings.bad_number_of_rules", "most", MaxRules).At("rules")
	}
	seen := map[string]bool{}
	for _, c := range p.Counts {
		if seen[c.Rule] {
			return p, errs.New(errs.Invalid, "gatherings.rule_twice", "rule", c.Rule).At("rules")
		}
		seen[c.Rule] = true
		if !slices.Contains([]Who{Present, OnTime, Whole, Late, Spoke, Hours}, c.Who) ||
			(c.Who == Hours) != (c.Hours != 0) || c.Hours < 0 || c.Hours > MaxHours {
			return p, errs.New(errs.Invalid, "gatherings.bad_rule", "rule", c.Rule).At("rules")
		}
	}
	return p, nil
}

// fits says whether a rule of the village can be counted this way: hours go with rules per unit only, a rule with
// steps needs somebody who chooses the step, and nobody loses points for coming on time.
func (c Counts) fits(r rulebook.Rule) error {
	switch {
	case len(r.Scale) > 0:
		return errs.New(errs.Invalid, "gatherings.rule_has_steps", "rule", c.Rule).At("rules")
	case c.Who == Hours && r.Per != rulebook.PerUnit, r.Category == rulebook.Deduction && c.Who != Late:
		return errs.New(errs.Invalid, "gatherings.bad_rule", "rule", c.Rule).At("rules")
	}
	return nil
}
