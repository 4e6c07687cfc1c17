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

// The states of a version, in the order a village's goes through them. A county's template and a township's additions go
// from draft to published.
const (
	Draft     State = "draft"     // being worked on; has no effect
	Voted     State = "voted"     // the vote is on record; its lines stand
	Filing    State = "filing"    // waits for the township
	Filed     State = "filed"     // the township has it on file
	Published State = "published" // for everybody to read; in force from its day on
	Withdrawn State = "withdrawn" // given up before it was in force
)

// wasAdopted is what a published version was called before the township's filing was kept.
const wasAdopted State = "adopted"

// Open says that a version is still on its way: an area has one at a time.
func (s State) Open() bool { return s != Published && s != Withdrawn }

// Ruleset is one version of an area's rules. A county's versions are the templates of its villages, a township's the
// lines it offers them beside the county's.
type Ruleset struct {
	Area            core.Area
	Version         int64
	Title           string
	State           State
	BaseVersion     int64    // version of the county's template it was made from; 0 for the template itself
	TownshipVersion int64    // version of the township's additions it was made beside; 0 if there were none
	FromDay         core.Day // a month's first day; 0 until it is published
	Vote            Vote     // Day 0 for a county's template; of a draft, what was last recorded and counts no longer
	Party           Vote     // of the Party members' meeting; Day 0 where there was none
	NoticeDays      int      // days a list stays open for objections
	Filing          Record
	PublishedName   string
	PublishedMs     int64
	Bounds          Bounds // of a county's template
	CreatedMs       int64
	ChangedMs       int64
	ByName          string        // who drafted it
	Rules           []Rule        // in their order; left out of lists
	Caps            []CategoryCap // on whole categories; left out of lists
}

// Record is what the township did with a version.
type Record struct {
	SentBy       core.ID
	SentName     string
	SentMs       int64
	No           string // the township's number
	Name         string // who confirmed or returned it
	AtMs         int64
	ReturnReason string // of the last return; '' once it is confirmed
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
	return s.Version, inForceErr(err, day)
}

// InForce reads the rules of a village (or the template of a county, or a township's additions) in force on a day, with
// every line. Error: rulebook.none_in_force.
func InForce(ctx context.Context, tx *store.Tx, area core.Area, day core.Day) (Ruleset, error) {
	s, err := scanRuleset(tx.Row(ctx, sqlInForce, area, day))
	if err = inForceErr(err, day); err == nil {
		err = s.readLines(ctx, tx)
	}
	return s, err
}

func inForceErr(err error, day core.Day) error {
	if errors.Is(err, store.ErrNone) {
		return errs.New(errs.Conflict, "rulebook.none_in_force", "day", day.String())
	}
	return err
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

// Ref names a rule of a version of a village's rules.
type Ref struct {
	Version int64
	Code    string
}

// Wording is what a rule says, in both languages.
type Wording struct{ Zh, En string }

// Wordings reads the texts of rules, in their order. Error: rulebook.no_rule.
func Wordings(ctx context.Context, tx *store.Tx, village core.Area, rules []Ref) ([]Wording, error) {
	all := make([]Wording, len(rules))
	queries := make([]store.Query, len(rules))
	for i, r := range rules {
		queries[i] = store.Query{SQL: sqlWording, Args: []any{village, r.Version, r.Code}, Dest: []any{&all[i].Zh, &all[i].En}}
	}
	err := tx.Batch(ctx, queries)
	for _, q := range queries {
		if err == nil && q.None {
			err = errs.New(errs.NotFound, "rulebook.no_rule").At("rule")
		}
	}
	return all, err
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
