package rulebook

import (
	"context"
	"slices"
	"strconv"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Source is what a draft starts from.
type Source string

// The sources of a draft. Whatever the source, the bounds are those of the county's template in force.
const (
	FromOwn          Source = "own"          // with the weights, caps and omissions of the village's rules in force
	FromTemplate     Source = "template"     // with the county's
	FromSmall        Source = "small"        // 20 lines, for a small village
	FromLarge        Source = "large"        // more than 60, for a large one
	FromResettlement Source = "resettlement" // for a community of buildings
	FromBranch       Source = "branch"       // for the members of a Party branch
)

// DraftInput asks for a new version.
type DraftInput struct {
	Area   core.Area // a village, the county for a new template, or a township for new additions
	Title  string
	Source Source // '' takes the village's own rules if it has any, else the template
}

// Draft makes a new version to work on and gives its number. An area has one draft at a time.
//
// Errors: rulebook.draft_open (version), rulebook.no_template, rulebook.title_needed, rulebook.wrong_area.
func (s *Service) Draft(ctx context.Context, by core.Actor, in DraftInput) (int64, error) {
	if err := mayDraft(by, in.Area); err != nil {
		return 0, err
	}
	title, err := checkTitle(in.Title)
	if err != nil {
		return 0, err
	}
	return command(ctx, s, by, in.Area, func(ctx context.Context, tx *store.Tx, nowMs int64) (int64, error) {
		next, err := nextVersion(ctx, tx, in.Area)
		if err != nil {
			return 0, err
		}
		set, err := startingPoint(ctx, tx, in, core.DayOf(nowMs))
		if err != nil {
			return 0, err
		}
		set.Area, set.Version, set.Title, set.State = in.Area, next, title, Draft
		set.CreatedMs, set.ChangedMs, set.ByName = nowMs, nowMs, by.Name
		made, err := insertRuleset(ctx, tx, set)
		if err == nil && !made {
			err = errs.New(errs.Conflict, "rulebook.draft_open", "version", next)
		}
		if err == nil {
			err = putRules(ctx, tx, in.Area, next, set.Rules...)
		}
		if err == nil {
			err = putCategoryCaps(ctx, tx, in.Area, next, set.Caps)
		}
		if err != nil {
			return 0, err
		}
		return next, s.record(ctx, tx, by, nowMs, "draft", in.Area, strconv.FormatInt(next, 10), nil,
			map[string]any{"title": title, "base_version": set.BaseVersion, "rules": len(set.Rules)})
	})
}

func nextVersion(ctx context.Context, tx *store.Tx, area core.Area) (int64, error) {
	next, open := int64(1), int64(0)
	err := tx.Rows(ctx, sqlRulesets, func(r store.Row) error {
		set, err := scanRuleset(r)
		next = max(next, set.Version+1)
		if set.State.Open() {
			open = set.Version
		}
		return err
	}, area)
	if err == nil && open != 0 {
		err = errs.New(errs.Conflict, "rulebook.draft_open", "version", open)
	}
	return next, err
}

// startingPoint gives a draft its base and its lines.
func startingPoint(ctx context.Context, tx *store.Tx, in DraftInput, today core.Day) (Ruleset, error) {
	county := in.Area
	for county.Level() != core.County {
		county = county.Parent()
	}
	template, err := InForce(ctx, tx, county, today)
	none := noneInForce(err)
	switch {
	case none && county == in.Area:
		return Ruleset{Bounds: Widest()}, nil // a county's first template, to be filled line by line
	case none:
		return Ruleset{}, errs.New(errs.Conflict, "rulebook.no_template")
	case err != nil:
		return Ruleset{}, err
	case county == in.Area:
		return Ruleset{Bounds: template.Bounds, Rules: template.Rules, Caps: template.Caps}, nil
	}
	if in.Area.Level() == core.Township {
		set, err := additions(ctx, tx, in.Area, today)
		return Ruleset{BaseVersion: template.Version, Bounds: Widest(), Rules: set.Rules, Caps: set.Caps}, err
	}
	return villageStart(ctx, tx, in, template, today)
}

// villageStart is startingPoint for a village, whose county has a template.
func villageStart(ctx context.Context, tx *store.Tx, in DraftInput, template Ruleset, today core.Day) (Ruleset, error) {
	township, err := additions(ctx, tx, in.Area.Parent(), today)
	if err != nil {
		return Ruleset{}, err
	}
	set := Ruleset{BaseVersion: template.Version, TownshipVersion: township.Version, Bounds: Widest(), Rules: template.Rules,
		Caps: tighter(template.Caps, township.Caps)}
	if in.Source == FromTemplate {
		return set, nil
	}
	if slices.Contains(Schemes(), in.Source) {
		scheme, err := Scheme(in.Source)
		set.Rules = within(template.Rules, scheme)
		return set, err
	}
	own, err := InForce(ctx, tx, in.Area, today)
	if noneInForce(err) {
		return set, nil
	}
	if err != nil {
		return set, err
	}
	former, err := rulesOf(ctx, tx, template.Area, own.BaseVersion)
	set.Rules, set.Caps = carryOver(template.Rules, former, own.Rules, township.Rules), tighter(own.Caps, set.Caps)
	return set, err
}

func noneInForce(err error) bool { return err != nil && errs.CodeOf(err) == "rulebook.none_in_force" }

// carryOver brings a village's choices onto a newer template: its weights where they fit the new bounds, its tighter
// caps, and the lines it had left out. Lines the county added come in as the county wrote them. The village's own lines
// follow where they still fit the county's bounds for their category, and so do the township's that it had taken in; what
// the township added since is offered, not taken in.
func carryOver(template, former, own, township []Rule) []Rule {
	byCode := func(code string) func(Rule) bool { return func(r Rule) bool { return r.Code == code } }
	rules := []Rule{}
	for _, county := range template {
		i := slices.IndexFunc(own, byCode(county.Code))
		old := slices.ContainsFunc(former, byCode(county.Code))
		switch {
		case i >= 0 && old:
			rules = append(rules, county.withChoices(own[i]))
		case !old: // the county's new line, also where the village had given the code to a line of its own
			rules = append(rules, county)
		}
	}
	for _, mine := range own {
		if slices.ContainsFunc(former, byCode(mine.Code)) || slices.ContainsFunc(template, byCode(mine.Code)) {
			continue
		}
		if i := slices.IndexFunc(township, func(r Rule) bool { return sameLine(mine, r) }); i >= 0 {
			offer := township[i].withChoices(mine)
			offer.Sort = mine.Sort
			rules = append(rules, offer)
		} else if mine, err := mine.bounded(template); err == nil {
			rules = append(rules, mine)
		}
	}
	return rules
}

// within brings a scheme inside a county's template: lines that the county has too are the county's with the scheme's
// weights, the others are the village's own where the county's bounds for their category allow them.
func within(template, scheme []Rule) []Rule {
	rules := []Rule{}
	for _, r := range scheme {
		if i := slices.IndexFunc(template, func(county Rule) bool { return county.Code == r.Code }); i >= 0 {
			if template[i].TextZh == r.TextZh { // else the county uses the code for something else
				r = template[i].withChoices(r)
				rules = append(rules, r)
			}
			continue
		}
		if r, err := r.bounded(template); err == nil {
			rules = append(rules, r)
		}
	}
	for i := range rules {
		rules[i].Sort = int64(i + 1)
	}
	return rules
}

// withChoices is the county's line with a village's weights, caps and self, as far as they still fit.
func (r Rule) withChoices(own Rule) Rule {
	mine := r
	mine.Points, mine.CapPoints, mine.CapCount = own.Points, own.CapPoints, own.CapCount
	mine.Self = own.Self && r.Category != Deduction
	mine.Caps = tightened(own.Caps, r.Caps)
	if len(own.Scale) == len(r.Scale) {
		mine.Scale = slices.Clone(r.Scale)
		for i := range mine.Scale {
			mine.Scale[i].Points = own.Scale[i].Points
		}
	}
	if mine.Check() != nil || mine.fits(r) != nil {
		return r
	}
	return mine
}

// EditInput is a village's choice about one line of its draft.
type EditInput struct {
	Village   core.Area
	Version   int64
	Code      string
	Enabled   bool          // false leaves the line out
	Points    core.Points   // for a rule without a scale
	Scale     []core.Points // one for each step, for a rule with a scale
	CapPoints core.Points
	CapCount  int64
	Self      bool
	Caps      []Cap // nil keeps the county's further caps
}

// EditRule changes a line of a village's draft inside the bounds of the county, or of the township whose line it is,
// leaves it out, or takes it in again.
//
// Errors: rulebook.no_rule for a line neither has; rulebook.not_draft; rulebook.out_of_bounds (low,
// high); rulebook.scale_steps; rulebook.cap_loosened (most); rulebook.self_refused; rulebook.bad_rule.
func (s *Service) EditRule(ctx context.Context, by core.Actor, in EditInput) (Rule, error) {
	if err := access.Require(by, access.OpDraftRules, in.Village); err != nil {
		return Rule{}, err
	}
	return command(ctx, s, by, in.Village, func(ctx context.Context, tx *store.Tx, nowMs int64) (Rule, error) {
		set, err := openDraft(ctx, tx, in.Village, in.Version, nowMs)
		if err != nil {
			return Rule{}, err
		}
		upper, err := above(ctx, tx, set, in.Code)
		if err != nil {
			return Rule{}, err
		}
		rule, err := upper.edited(in)
		if err != nil {
			return Rule{}, err
		}
		if rule.Code[0] == townshipLetter { // its place in the township's list is no place in the village's
			rule.Sort = set.place(rule.Code)
		}
		return rule, s.putRule(ctx, tx, by, nowMs, set, rule, in.Enabled)
	})
}

// openDraft locks a draft until the command ends, so that it cannot be voted on between two of its changes.
func openDraft(ctx context.Context, tx *store.Tx, area core.Area, version, nowMs int64) (Ruleset, error) {
	return take(ctx, tx, area, version, nowMs, "rulebook.not_draft", Draft)
}

// putRule writes or leaves out one line of a draft, with its audit line.
func (s *Service) putRule(ctx context.Context, tx *store.Tx, by core.Actor, nowMs int64, set Ruleset, rule Rule, enabled bool) error {
	var before, after any
	if old, ok := set.Rule(rule.Code); ok {
		before = old
	}
	if enabled {
		after = rule
		if err := putRules(ctx, tx, set.Area, set.Version, rule); err != nil {
			return err
		}
	} else if _, err := tx.Exec(ctx, sqlDropRule, set.Area, set.Version, rule.Code); err != nil {
		return err
	}
	return s.record(ctx, tx, by, nowMs, "edit_rule", set.Area, strconv.FormatInt(set.Version, 10)+"/"+rule.Code, before, after)
}

// edited is the county's line with the weights of an edit.
func (r Rule) edited(in EditInput) (Rule, error) {
	if !in.Enabled {
		return r, nil
	}
	mine := r
	mine.Points, mine.CapPoints, mine.CapCount, mine.Self = in.Points, in.CapPoints, in.CapCount, in.Self
	if in.Caps != nil {
		mine.Caps = in.Caps
	}
	if len(r.Scale) > 0 {
		if len(in.Scale) != len(r.Scale) {
			return Rule{}, errs.New(errs.Invalid, "rulebook.scale_steps", "n", len(r.Scale)).At("scale")
		}
		mine.Scale = slices.Clone(r.Scale)
		for i, p := range in.Scale {
			mine.Scale[i].Points = p
		}
		mine.Points = in.Scale[0]
	}
	if err := mine.fits(r); err != nil {
		return Rule{}, err
	}
	return mine, mine.Check()
}

// fits says whether a village's line stays inside the county's: weights inside the bounds, caps no looser.
func (r Rule) fits(county Rule) error {
	outside := errs.New(errs.Invalid, "rulebook.out_of_bounds", "low", county.PointsMin, "high", county.PointsMax)
	if !county.within(r.Points) {
		return outside.At("points")
	}
	for _, step := range r.Scale {
		if !county.within(step.Points) {
			return outside.At("scale")
		}
	}
	if looser(int64(r.CapPoints), int64(county.CapPoints)) {
		return errs.New(errs.Invalid, "rulebook.cap_loosened", "most", county.CapPoints).At("cap_points")
	}
	if looser(r.CapCount, county.CapCount) {
		return errs.New(errs.Invalid, "rulebook.cap_loosened", "most", county.CapCount).At("cap_count")
	}
	if !noLooser(r.Caps, county.Caps) {
		return errs.New(errs.Invalid, "rulebook.caps_loosened").At("caps")
	}
	if r.Self && county.Category == Deduction {
		return errs.New(errs.Invalid, "rulebook.self_refused").At("self")
	}
	return nil
}

// looser compares caps, of which 0 is none. Where the county has none, a village may set one.
func looser(own, county int64) bool { return county > 0 && (own <= 0 || own > county) }
