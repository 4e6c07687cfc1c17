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
	Qty       int64 // times, hours' units, visits … as the rule counts; 0 is taken for 1
	Step      int64 // index into the rule's scale; −1 for a rule without one
	Event     string
	Note      string
	Proof     string
	Photo     core.ID // an uploaded file, 0 for none
}

// clean checks what can be checked without the database.
func (d Deed) clean() (Deed, error) {
	var err error
	if d.Event, err = CleanText(d.Event, "event", maxEvent); err != nil {
		return d, err
	}
	if d.Note, err = CleanText(d.Note, "note", maxNote); err != nil {
		return d, err
	}
	if d.Proof, err = CleanText(d.Proof, "proof", maxProof); err != nil {
		return d, err
	}
	if d.Qty == 0 {
		d.Qty = 1
	}
	if d.Qty < 0 || d.Qty > core.MaxQty {
		return d, errs.New(errs.Invalid, "claims.bad_qty", "most", core.MaxQty).At("qty")
	}
	if !d.Day.Valid() {
		return d, errs.New(errs.Invalid, "claims.bad_day").At("day")
	}
	return d, nil
}

// Judgement is what a deed would bring, and why.
type Judgement struct {
	Rule      rulebook.Rule
	Version   int64       // of the rules in force on the day
	Points    core.Points // after caps
	Asked     core.Points // before caps
	Cap       Cap
	Duplicate bool // the household has a claim that counts by the same rule for the same day
}

// Cap is how far a household has used up a rule, without the deed that is asked about.
type Cap struct {
	Period      rulebook.Period
	LimitPoints core.Points
	LimitCount  int64
	UsedPoints  core.Points
	UsedCount   int64
}

// sqlUsed reads a household's claims by a rule that count against its caps: all that may still be posted, or have been.
// A returned claim does not count; it is judged again when it is sent again.
const sqlUsed = `SELECT day, event, points FROM claim
	WHERE village = $1 AND household = $2 AND day BETWEEN $3 AND $4 AND rule = $5 AND id <> $6
	AND state IN ('submitted', 'approved', 'noticed', 'frozen')`

// judge finds the rule in force on the day and what it gives. except is a claim that is judged anew and does not count
// against itself; 0 for a new one.
func (s *Service) judge(ctx context.Context, tx *store.Tx, village core.Area, today core.Day, d Deed, except core.ID) (Judgement, error) {
	if err := s.inTime(d.Day, today); err != nil {
		return Judgement{}, err
	}
	rule, version, err := rulebook.RuleAt(ctx, tx, village, d.Day, d.Rule)
	if err != nil {
		return Judgement{}, err
	}
	return weigh(ctx, tx, village, rule, version, d, except)
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

// weigh counts what the household has used of the rule and lets the rule speak.
func weigh(ctx context.Context, tx *store.Tx, village core.Area, rule rulebook.Rule, version int64, d Deed, except core.ID) (Judgement, error) {
	j := Judgement{Rule: rule, Version: version, Cap: Cap{Period: rule.CapPeriod, LimitPoints: rule.CapPoints, LimitCount: rule.CapCount}}
	w := windowOf(rule.CapPeriod, d.Day)
	err := tx.Rows(ctx, sqlUsed, func(r store.Row) error {
		var day core.Day
		var event string
		var points core.Points
		if err := r.Scan(&day, &event, &points); err != nil {
			return err
		}
		if day == d.Day {
			j.Duplicate = true
		}
		if w.adds(d, day, event) {
			j.Cap.UsedPoints += points
			j.Cap.UsedCount++
		}
		return nil
	}, village, d.Household, w.from, w.to, d.Rule, except)
	if err != nil {
		return j, err
	}
	v, err := rule.Judge(rulebook.Deed{Qty: d.Qty, Step: d.Step}, rulebook.Used{Points: j.Cap.UsedPoints, Count: j.Cap.UsedCount})
	if err != nil {
		return j, err
	}
	j.Points, j.Asked = v.Points, v.Asked
	return j, nil
}

// allowed refuses what the caps leave nothing of.
func (j Judgement) allowed() error {
	if j.Points == 0 {
		return errs.New(errs.Conflict, "claims.cap_reached", "points", j.Cap.LimitPoints, "count", j.Cap.LimitCount, "period", string(j.Cap.Period))
	}
	return nil
}
