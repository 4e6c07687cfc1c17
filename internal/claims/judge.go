package claims

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// Deed is what somebody submits: what a household did, when, how often.
type Deed struct {
	Household core.ID
	Rule      string
	Day       core.Day
	Qty       int64 // times, hours, visits … as the rule counts; 0 is taken for 1
	Step      int64 // index into the rule's scale; −1 for a rule without one
	Event     string
	Note      string
	Proof     string
	Photo     core.ID // an uploaded file, 0 for none
	Resident  core.ID // whose deed it was, for a personal rule; 0 takes the one who fits, if there is only one
	Warned    Warning // before a deduction, where its rule asks for one
}

// clean checks what can be checked without the database.
func (d Deed) clean() (Deed, error) {
	for _, one := range []struct {
		text  *string
		field string
		most  int
	}{{&d.Event, "event", maxEvent}, {&d.Note, "note", maxNote}, {&d.Proof, "proof", maxProof}, {&d.Warned.No, "warned_no", maxWarnedNo},
		{&d.Warned.What, "warned_what", maxWarnedWhat}} {
		var err error
		if *one.text, err = CleanText(*one.text, one.field, one.most); err != nil {
			return d, err
		}
	}
	if d.Qty == 0 {
		d.Qty = 1
	}
	switch {
	case d.Qty < 0 || d.Qty > core.MaxQty:
		return d, errs.New(errs.Invalid, "claims.bad_qty", "most", core.MaxQty).At("qty")
	case !d.Day.Valid():
		return d, errs.New(errs.Invalid, "claims.bad_day").At("day")
	case d.Warned.Day != 0 && !d.Warned.Day.Valid():
		return d, errs.New(errs.Invalid, "claims.bad_day").At("warned_day")
	}
	return d, nil
}

// warned holds a deduction to the warning its rule asks for: a dated paper, early enough, that says what was asked for.
func (d Deed) warned(r rulebook.Rule) error {
	last := d.Day.Add(-int(r.WarnDays))
	switch {
	case r.WarnDays == 0:
		return nil
	case d.Warned.Day == 0 || d.Warned.No == "" || d.Warned.What == "":
		return errs.New(errs.Conflict, "claims.warning_needed", "days", r.WarnDays).At("warned_day")
	case d.Warned.Day > last:
		return errs.New(errs.Conflict, "claims.warning_late", "days", r.WarnDays, "last", last.String()).At("warned_day")
	}
	return nil
}

// Judgement is what a deed would bring, and why.
type Judgement struct {
	Rule      rulebook.Rule
	Version   int64       // of the rules in force on the day
	Points    core.Points // after caps
	Asked     core.Points // before caps
	Cap       Cap         // that took the most; the rule's own if none took anything
	Caps      []Cap       // all that limit the deed
	Duplicate bool        // the household has a claim that counts by the same rule for the same day
	Twice     bool        // and it is this very deed, come in through another door
	Resident  core.ID     // whose deed it is taken for, by a personal rule
}

// Cap is how far a household has used up a limit, without the deed that is asked about.
type Cap struct {
	Period      rulebook.Period
	Each        rulebook.Each
	Category    rulebook.Category // for a cap on a whole category; "" for the rule's own
	LimitPoints core.Points
	LimitCount  int64
	UsedPoints  core.Points
	UsedCount   int64
}

// yardstick is a line of the rules with what else it is read with.
type yardstick struct {
	rule    rulebook.Rule
	version int64
	caps    []rulebook.CategoryCap
	back    map[core.ID]bool // the village's claims that count no more
}

// yardstickOf reads the line that judges a deed of a day.
func yardstickOf(ctx context.Context, tx *store.Tx, village core.Area, day core.Day, code string) (yardstick, error) {
	rule, version, err := rulebook.RuleAt(ctx, tx, village, day, code)
	if err != nil {
		return yardstick{}, err
	}
	return withCaps(ctx, tx, village, rule, version)
}

func withCaps(ctx context.Context, tx *store.Tx, village core.Area, rule rulebook.Rule, version int64) (y yardstick, err error) {
	y.rule, y.version = rule, version
	if y.caps, err = rulebook.CategoryCaps(ctx, tx, village, version); err == nil {
		y.back, err = takenBack(ctx, tx, village)
	}
	return y, err
}

// judgement is what was weighed, as claims speak of it.
func (y yardstick) judgement(w rulebook.Weighed) Judgement {
	j := Judgement{Rule: y.rule, Version: y.version, Points: w.Points, Asked: w.Asked, Duplicate: w.SameDay, Twice: w.Twice}
	for i, l := range w.Limits {
		c := Cap{Period: l.Period, Each: l.Each, Category: l.Category, LimitPoints: l.Points, LimitCount: l.Count,
			UsedPoints: w.Used[i].Points, UsedCount: w.Used[i].Count}
		if i == max(w.By, 0) {
			j.Cap = c
		}
		if l.Period != rulebook.NoPeriod {
			j.Caps = append(j.Caps, c)
		}
	}
	return j
}

// sqlTakenBack finds what reversals took back by themselves: they are few, a household's lines are many. The range leads to
// their own index.
const sqlTakenBack = `SELECT o.ref FROM line l JOIN line o ON o.village = l.village AND o.no = l.reverses
	WHERE l.village = $1 AND l.reverses <> 0 AND l.reverses > 0 AND l.category <> ''`

// takenBack are the village's claims whose line in the book was reversed. They count no more, neither against a cap nor as
// a double: after a correction the deed can be entered again as it should have been.
func takenBack(ctx context.Context, tx *store.Tx, village core.Area) (map[core.ID]bool, error) {
	back := map[core.ID]bool{}
	err := tx.Rows(ctx, sqlTakenBack, func(r store.Row) error {
		var id core.ID
		err := r.Scan(&id)
		back[id] = true
		return err
	}, village)
	return back, err
}

// sqlPast reads a household's claims that count against its caps by a rule or its category: all that may still be posted,
// or have been. A returned claim does not count; it is judged again when it is sent again.
const sqlPast = `SELECT id, day, rule, category, event, points, resident, source FROM claim
	WHERE village = $1 AND household = $2 AND day BETWEEN $3 AND $4 AND (rule = $5 OR category = $6) AND id <> $7
	AND state IN ('submitted', 'approved', 'noticed', 'frozen')`

// pastOf reads what Weigh needs to know of a household's claims. except is left out.
func (s *Service) pastOf(ctx context.Context, tx *store.Tx, village core.Area, y yardstick, household core.ID, day core.Day, except core.ID) (past []rulebook.Past, err error) {
	from, to := s.conditions.Reach(y.rule, y.caps, day)
	category := ""
	for _, c := range y.caps {
		if c.Category == y.rule.Category {
			category = string(c.Category)
		}
	}
	err = tx.Rows(ctx, sqlPast, func(r store.Row) error {
		var p rulebook.Past
		var id core.ID
		err := r.Scan(&id, &p.Day, &p.Rule, &p.Category, &p.Event, &p.Points, &p.Resident, &p.Door)
		if !y.back[id] {
			past = append(past, p)
		}
		return err
	}, village, household, from, to, y.rule.Code, category, except)
	return past, err
}

// judge finds the rule in force on the day and what it gives. except is a claim that is judged anew and does not count
// against itself; 0 for a new one.
func (s *Service) judge(ctx context.Context, tx *store.Tx, village core.Area, today core.Day, d Deed, door Source, except core.ID) (Judgement, error) {
	if err := s.inTime(d.Day, today); err != nil {
		return Judgement{}, err
	}
	y, err := yardstickOf(ctx, tx, village, d.Day, d.Rule)
	if err != nil {
		return Judgement{}, err
	}
	return s.weigh(ctx, tx, village, y, d, door, except, nil)
}

// inTime refuses deeds of tomorrow and of long ago.
func (s *Service) inTime(day, today core.Day) error {
	if day > today {
		return errs.New(errs.Invalid, "claims.day_in_future").At("day")
	}
	if today.Sub(day) > s.opt.MaxAgeDays {
		return errs.New(errs.Invalid, "claims.day_too_old", "days", s.opt.MaxAgeDays).At("day")
	}
	return nil
}

// weigh finds whose deed it was and what counts against its caps, and lets the rule speak. besides are claims that are
// about to be written.
func (s *Service) weigh(ctx context.Context, tx *store.Tx, village core.Area, y yardstick, d Deed, door Source, except core.ID, besides []rulebook.Past) (Judgement, error) {
	members, err := activeHousehold(ctx, tx, village, d.Household)
	if err != nil {
		return Judgement{}, err
	}
	if err := d.warned(y.rule); err != nil {
		return Judgement{}, err
	}
	in := rulebook.Case{Deed: rulebook.Deed{Qty: d.Qty, Step: d.Step}, Day: d.Day, Event: d.Event, Door: string(door), Members: members}
	if y.rule.Who.Personal() {
		if in.Person, err = personOf(ctx, tx, village, y.rule, d); err != nil {
			return Judgement{}, err
		}
	}
	if in.Past, err = s.pastOf(ctx, tx, village, y, d.Household, d.Day, except); err != nil {
		return Judgement{}, err
	}
	in.Past = append(in.Past, besides...)
	w, err := s.conditions.Weigh(ctx, y.rule, y.caps, in)
	j := y.judgement(w)
	j.Resident = in.Person.ID
	return j, err
}

// allowed refuses what was claimed through another door already, and what the caps leave nothing of.
func (j Judgement) allowed() error {
	refuse := func(code string) error {
		return errs.New(errs.Conflict, code, "points", j.Cap.LimitPoints, "count", j.Cap.LimitCount, "period", string(j.Cap.Period))
	}
	switch {
	case j.Twice:
		return errs.New(errs.Conflict, "claims.same_deed", "rule", j.Rule.Code).At("day")
	case j.Points != 0:
		return nil
	case j.Cap.Category != "":
		return refuse("claims.category_cap_reached")
	case j.Cap.Each == rulebook.EachPerson:
		return refuse("claims.person_cap_reached")
	}
	return refuse("claims.cap_reached")
}
