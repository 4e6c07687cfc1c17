package rulebook

import (
	"context"
	"slices"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// OwnInput is a line that a village writes itself, beside those of the county's template.
type OwnInput struct {
	Village core.Area
	Version int64
	Enabled bool // false leaves the line out
	Rule    Rule // its bounds are not looked at: the county's for the category hold
}

// WriteOwnRule writes, or with Enabled false leaves out, a whole line of the village's own in its draft. The county's
// template bounds it: a line is worth no more than the county gives anything of that category.
//
// Errors: rulebook.red_line (rule, line, law, reason); rulebook.county_line for a code of the template, rulebook.township_line for one that
// begins with T;
// rulebook.category_closed when the template has no line of that category; rulebook.out_of_bounds (low, high);
// rulebook.bad_rule; rulebook.not_draft; rulebook.no_ruleset.
func (s *Service) WriteOwnRule(ctx context.Context, by core.Actor, in OwnInput) (Rule, error) {
	if err := access.Require(by, access.OpDraftRules, in.Village); err != nil {
		return Rule{}, err
	}
	rule := in.Rule.trimmed()
	found := s.known.stops(rule)
	return command(ctx, s, by, in.Village, func(ctx context.Context, tx *store.Tx, nowMs int64) (Rule, error) {
		set, err := openDraft(ctx, tx, in.Village, in.Version, nowMs)
		if err != nil {
			return Rule{}, err
		}
		template, err := rulesOf(ctx, tx, in.Village.Parent().Parent(), set.BaseVersion)
		if err != nil {
			return Rule{}, err
		}
		if (Ruleset{Rules: template}).has(rule.Code) {
			return Rule{}, errs.New(errs.Conflict, "rulebook.county_line").At("code")
		}
		if rule.Code != "" && rule.Code[0] == townshipLetter && !set.has(rule.Code) {
			return Rule{}, errs.New(errs.Conflict, "rulebook.township_line").At("code")
		}
		if in.Enabled {
			if rule, err = rule.bounded(template); err != nil {
				return Rule{}, err
			}
			if err := admit(ctx, tx, in.Village, rule, found); err != nil {
				return Rule{}, err
			}
			rule.Sort = set.place(rule.Code)
		} else if _, ok := set.Rule(rule.Code); !ok {
			return Rule{}, errs.New(errs.NotFound, "rulebook.no_rule").At("code")
		}
		return rule, s.putRule(ctx, tx, by, nowMs, set, rule, in.Enabled)
	})
}

// bounded is a village's own line inside the bounds of its category.
func (r Rule) bounded(template []Rule) (Rule, error) {
	low, high, open := categoryBounds(template, r.Category)
	if slices.Contains(Categories(), r.Category) && !open {
		return r, errs.New(errs.Conflict, "rulebook.category_closed").At("category")
	}
	r.PointsMin, r.PointsMax = low, high
	outside := errs.New(errs.Invalid, "rulebook.out_of_bounds", "low", low, "high", high)
	if open && len(r.Scale) == 0 && !r.within(r.Points) {
		return r, outside.At("points")
	}
	for _, step := range r.Scale {
		if open && !r.within(step.Points) {
			return r, outside.At("scale")
		}
	}
	return r, r.Check()
}

// categoryBounds is the least and the most that a county's template gives a deed of a category; false if it has none.
func categoryBounds(template []Rule, c Category) (low, high core.Points, open bool) {
	for _, r := range template {
		switch {
		case r.Category != c:
		case !open:
			low, high, open = r.PointsMin, r.PointsMax, true
		default:
			low, high = min(low, r.PointsMin), max(high, r.PointsMax)
		}
	}
	return low, high, open
}

// trimmed is a rule without the blanks around its texts.
func (r Rule) trimmed() Rule {
	for _, text := range []*string{&r.TextZh, &r.TextEn, &r.ProofZh, &r.ProofEn, &r.UnitZh, &r.UnitEn, &r.WhoTag,
		&r.Condition.Expr, &r.Condition.TextZh, &r.Condition.TextEn} {
		*text = strings.TrimSpace(*text)
	}
	return r.settled()
}

// settled is a rule whose fields that were left out say what leaving them out means: any household, whole units, rounded
// down.
func (r Rule) settled() Rule {
	if r.Scale == nil {
		r.Scale = []Step{}
	}
	if r.Caps == nil {
		r.Caps = []Cap{}
	}
	if r.Who == "" {
		r.Who = AnyHousehold
	}
	if r.UnitSize == 0 {
		r.UnitSize = 1
	}
	if r.UnitRound == "" {
		r.UnitRound = RoundDown
	}
	return r
}

func (s Ruleset) has(code string) bool { _, ok := s.Rule(code); return ok }

// place is where a line stands: where it stood, or at the end.
func (s Ruleset) place(code string) int64 {
	last := int64(0)
	for _, r := range s.Rules {
		if r.Code == code {
			return r.Sort
		}
		last = max(last, r.Sort)
	}
	return last + 1
}
