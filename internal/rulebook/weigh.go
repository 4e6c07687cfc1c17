package rulebook

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook/condition"
)

// Past is an earlier claim of the same household that counts: it may still be posted, or has been.
type Past struct {
	Rule     string
	Category Category
	Day      core.Day
	Event    string
	Resident core.ID // 0 for a rule of the household
	Points   core.Points
	Door     string // how it came in
}

// Case is a deed with all that its worth depends on.
type Case struct {
	Deed
	Day     core.Day
	Event   string // the meeting or award, "" if it has no name
	Door    string // how it comes in
	Person  Person // whose deed it was, for a personal rule
	Members int64  // of the household
	Past    []Past // the household's, at least of the days Reach names and of the rule or its category
}

// Weighed is what a deed brings and what it was held to.
type Weighed struct {
	Verdict
	Limits  []Limit
	Used    []Used // of each limit, by other claims
	By      int    // the limit that took the most; -1 for none
	SameDay bool   // the household has a claim by the rule for the day, and the resident where the rule is personal
	Twice   bool   // and that one is this very deed, through another door
}

// Conditions judges by rules and keeps their compiled conditions. The zero value is ready; it is safe for concurrent use.
type Conditions struct{ set condition.Set }

// Reach is the stretch of days whose claims Weigh needs to know.
func (c *Conditions) Reach(r Rule, categories []CategoryCap, day core.Day) (from, to core.Day) {
	from, to = day, day
	widen := func(p Period) {
		a, b := p.reach(day)
		from, to = min(from, a), max(to, b)
	}
	for _, l := range r.Limits(categories) {
		if l.Period != NoPeriod {
			widen(l.Period)
		}
	}
	if p, err := c.set.Get(r.Condition.Expr); err == nil && !r.Condition.None() {
		for name, period := range map[string]Period{"earlier_week": EachWeek, "earlier_month": EachMonth, "earlier_year": EachYear,
			"earlier_all": Life, "given_month": EachMonth, "given_year": EachYear} {
			if p.Uses(name) {
				widen(period)
			}
		}
	}
	return from, to
}

// reach is Span, except that an event's name is good for the calendar month, so that "villagers' meeting" can be typed
// every month.
func (p Period) reach(day core.Day) (from, to core.Day) {
	if p == EachEvent {
		return EachMonth.Span(day)
	}
	return p.Span(day)
}

// Weigh tells what a deed is worth: by the rule's condition, then by its points, then by every cap. It is pure and its
// answer stays within the county's bounds and all caps, in whatever order a household's claims are weighed.
//
// Errors: those of Judge; those of Admits for a personal rule; rulebook.condition_unmet (text);
// rulebook.condition_failed.
func (c *Conditions) Weigh(ctx context.Context, r Rule, categories []CategoryCap, in Case) (Weighed, error) {
	w := c.Used(r, categories, in)
	if r.Who.Personal() {
		if err := r.Admits(in.Person, in.Day); err != nil {
			return w, err
		}
	}
	said, err := c.said(ctx, r, in)
	if err != nil {
		return w, err
	}
	asked, err := r.asked(in.Deed, said)
	if err != nil {
		return w, err
	}
	w.Verdict, w.By = limited(asked, w.Limits, w.Used)
	return w, nil
}

// Used tells how far a household has used up what limits a deed, without saying what the deed is worth.
func (c *Conditions) Used(r Rule, categories []CategoryCap, in Case) Weighed {
	limits := r.Limits(categories)
	w := Weighed{Limits: limits, Used: make([]Used, len(limits)), By: -1}
	type span struct{ from, to core.Day }
	spans := make([]span, len(limits))
	for i, l := range limits {
		spans[i].from, spans[i].to = l.Period.reach(in.Day)
	}
	for _, p := range in.Past {
		if p.Rule == r.Code && p.Day == in.Day && p.Resident == in.Person.ID {
			w.SameDay = true
			w.Twice = w.Twice || in.twice(p)
		}
		for i, l := range limits {
			if p.Day >= spans[i].from && p.Day <= spans[i].to && l.counts(r, in, p) {
				w.Used[i].Points += p.Points
				w.Used[i].Count++
			}
		}
	}
	return w
}

// counts says whether an earlier claim of the limit's period takes from it. Of claims per event that is one with the same name, or one of
// the same day where either has no name: who types no name means "that day's".
func (l Limit) counts(r Rule, in Case, p Past) bool {
	switch {
	case l.Category != "" && p.Category != l.Category, l.Category == "" && p.Rule != r.Code,
		l.Each == EachPerson && p.Resident != in.Person.ID:
		return false
	}
	switch l.Period {
	case NoPeriod:
		return false
	case EachEvent:
		return in.Event != "" && in.Event == p.Event || p.Day == in.Day && (in.Event == "" || p.Event == "")
	}
	return true
}

// The doors that judging tells apart.
const (
	DoorCard  = "card"  // the household itself
	DoorSheet = "sheet" // a list: a paper sheet, a roll-call
)

// twice says whether an earlier claim of the same rule, day and household is the same deed, come in through another door.
// What a household claims itself is the deed of that day on any list, whatever either calls it; what the office types in
// singly may be another event of the day if it is given another name. A list of the same name is that list typed twice.
func (in Case) twice(p Past) bool {
	switch {
	case p.Door == DoorCard && in.Door == DoorSheet, p.Door == DoorSheet && in.Door == DoorCard:
		return true
	case p.Door != in.Door:
		return p.Event == "" || in.Event == "" || p.Event == in.Event
	case in.Door == DoorSheet:
		return p.Event != "" && p.Event == in.Event
	}
	return false
}

// said is what the rule's condition gives for one unit; 0 where there is none, or where it only says yes.
func (c *Conditions) said(ctx context.Context, r Rule, in Case) (core.Points, error) {
	if r.Condition.None() {
		return 0, nil
	}
	failed := errs.New(errs.Conflict, "rulebook.condition_failed", "rule", r.Code)
	program, err := c.set.Get(r.Condition.Expr)
	if err != nil {
		return 0, failed
	}
	worth, err := r.unitWorth(in.Deed)
	if err != nil {
		return 0, err
	}
	v, err := program.Run(ctx, in.facts(r, worth))
	switch {
	case err != nil:
		return 0, failed
	case !v.Met:
		return 0, errs.New(errs.Conflict, "rulebook.condition_unmet", "text", r.Condition.TextZh)
	}
	return core.Points(v.Points), nil
}

// facts are the values of a condition's variables.
func (in Case) facts(r Rule, worth core.Points) condition.Facts {
	f := condition.Facts{Qty: in.Qty, Points: int64(worth), Day: int64(in.Day), Weekday: int64(sinceMonday(in.Day.Weekday())) + 1,
		Members: in.Members, AgeBand: in.Person.band(in.Day), Party: in.Person.Party, Tags: in.Person.Tags}
	if len(r.Scale) > 0 {
		f.Grade = in.Step + 1
	}
	for _, p := range in.Past {
		if p.Rule != r.Code {
			continue
		}
		f.EarlierAll++
		for _, one := range []struct {
			period Period
			count  *int64
			points *int64
		}{{EachDay, &f.EarlierDay, nil}, {EachWeek, &f.EarlierWeek, nil}, {EachMonth, &f.EarlierMonth, &f.GivenMonth}, {EachYear, &f.EarlierYear, &f.GivenYear}} {
			if from, to := one.period.Span(in.Day); p.Day < from || p.Day > to {
				continue
			}
			*one.count++
			if one.points != nil {
				*one.points += int64(p.Points)
			}
		}
	}
	return f
}

// The ages at which the bands begin that a condition may ask for.
const (
	adultAge = 18
	elderAge = 60
)

func (p Person) band(day core.Day) string {
	switch age := p.Age(day); {
	case p.ID == 0 || age < MinAge:
		return ""
	case age < adultAge:
		return "youth"
	case age < elderAge:
		return "adult"
	}
	return "elder"
}

// Limit is the one that took the most; where none did, the rule's own.
func (w Weighed) Limit() Limit { return w.Limits[max(w.By, 0)] }
