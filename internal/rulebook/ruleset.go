package rulebook

import (
	"context"
	"errors"
	"slices"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// State is where a version stands.
type State string

// The states of a version.
const (
	Draft     State = "draft"     // being worked on; has no effect
	Adopted   State = "adopted"   // voted on, or published by the county; in force from its day on
	Withdrawn State = "withdrawn" // given up before it was in force
)

// Ruleset is one version of an area's rules. A county's versions are the templates of its villages.
type Ruleset struct {
	Area        core.Area
	Version     int64
	Title       string
	State       State
	BaseVersion int64    // version of the county's template it was made from; 0 for the template itself
	FromDay     core.Day // a month's first day; 0 while draft
	Vote        Vote     // zero for a county's template
	NoticeDays  int      // days a list stays open for objections
	CreatedMs   int64
	ChangedMs   int64
	ByName      string        // who drafted it
	Rules       []Rule        // in their order; left out of lists
	Caps        []CategoryCap // on whole categories; left out of lists
}

// Vote is how the villagers' representatives decided.
type Vote struct {
	Day       core.Day
	Due       int64 // who should attend
	Present   int64
	InFavour  int64
	MinutesNo string // number of the minutes
}

// Rule finds a line by its code.
func (s Ruleset) Rule(code string) (Rule, bool) {
	i := slices.IndexFunc(s.Rules, func(r Rule) bool { return r.Code == code })
	if i < 0 {
		return Rule{}, false
	}
	return s.Rules[i], true
}

// Version names the version of a village's rules in force on a day; rulebook.none_in_force if there is none.
func Version(ctx context.Context, tx *store.Tx, village core.Area, day core.Day) (int64, error) {
	s, err := scanRuleset(tx.Row(ctx, sqlInForce, village, day))
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.Conflict, "rulebook.none_in_force", "day", day.String())
	}
	return s.Version, err
}

// InForce reads the rules of a village (or the template of a county) in force on a day, with every line.
// Error: rulebook.none_in_force.
func InForce(ctx context.Context, tx *store.Tx, area core.Area, day core.Day) (Ruleset, error) {
	s, err := scanRuleset(tx.Row(ctx, sqlInForce, area, day))
	if errors.Is(err, store.ErrNone) {
		return s, errs.New(errs.Conflict, "rulebook.none_in_force", "day", day.String())
	}
	if err == nil {
		err = s.readLines(ctx, tx)
	}
	return s, err
}

// RuleAt reads the line that judges a deed of a day, and the version it belongs to.
// Errors: rulebook.none_in_force; rulebook.no_rule when that version has no such line.
func RuleAt(ctx context.Context, tx *store.Tx, village core.Area, day core.Day, code string) (Rule, int64, error) {
	version, err := Version(ctx, tx, village, day)
	if err != nil {
		return Rule{}, 0, err
	}
	r, err := RuleOf(ctx, tx, village, version, code)
	return r, version, err
}

// RuleOf reads a line of a named version. Error: rulebook.no_rule.
func RuleOf(ctx context.Context, tx *store.Tx, area core.Area, version int64, code string) (Rule, error) {
	r, err := scanRule(tx.Row(ctx, sqlRule, area, version, code))
	if errors.Is(err, store.ErrNone) {
		return r, errs.New(errs.NotFound, "rulebook.no_rule").At("rule")
	}
	return r, err
}

// byVersion reads a version with its lines. Error: rulebook.no_ruleset.
func byVersion(ctx context.Context, tx *store.Tx, area core.Area, version int64) (Ruleset, error) {
	s, err := scanRuleset(tx.Row(ctx, sqlRuleset, area, version))
	if errors.Is(err, store.ErrNone) {
		return s, errs.New(errs.NotFound, "rulebook.no_ruleset")
	}
	if err == nil {
		err = s.readLines(ctx, tx)
	}
	return s, err
}

// readLines reads a version's lines and its caps.
func (s *Ruleset) readLines(ctx context.Context, tx *store.Tx) (err error) {
	if s.Rules, err = rulesOf(ctx, tx, s.Area, s.Version); err == nil {
		s.Caps, err = CategoryCaps(ctx, tx, s.Area, s.Version)
	}
	return err
}

func rulesOf(ctx context.Context, tx *store.Tx, area core.Area, version int64) ([]Rule, error) {
	rules := []Rule{}
	err := tx.Rows(ctx, sqlRules, func(row store.Row) error {
		r, err := scanRule(row)
		rules = append(rules, r)
		return err
	}, area, version)
	return rules, err
}
