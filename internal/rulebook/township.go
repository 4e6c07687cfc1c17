package rulebook

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// townshipLetter begins the codes of a township's lines, so that none is ever a county's or a village's.
const townshipLetter = 'T'

// offered holds a township's line to the county's template: the bounds it leaves villages lie inside what the county
// gives anything of the category.
func offered(ctx context.Context, tx *store.Tx, township core.Area, base int64, r Rule) error {
	if r.Code[0] != townshipLetter {
		return errs.New(errs.Invalid, "rulebook.township_code").At("code")
	}
	template, err := rulesOf(ctx, tx, township.Parent(), base)
	if err != nil {
		return err
	}
	low, high, open := categoryBounds(template, r.Category)
	outside := errs.New(errs.Invalid, "rulebook.out_of_bounds", "low", low, "high", high)
	switch {
	case !open:
		return errs.New(errs.Conflict, "rulebook.category_closed").At("category")
	case r.PointsMin < low || r.PointsMin > high:
		return outside.At("points_min")
	case r.PointsMax > high:
		return outside.At("points_max")
	}
	return nil
}

// additions reads the lines a township offers its villages on a day; none is no error.
func additions(ctx context.Context, tx *store.Tx, township core.Area, day core.Day) (Ruleset, error) {
	set, err := InForce(ctx, tx, township, day)
	if noneInForce(err) {
		return Ruleset{}, nil
	}
	return set, err
}

// above finds the line that a village's line of a code comes from: the county's, or one of the township's additions that
// the draft was made beside. Error: rulebook.no_rule.
func above(ctx context.Context, tx *store.Tx, set Ruleset, code string) (Rule, error) {
	county, err := RuleOf(ctx, tx, set.Area.Parent().Parent(), set.BaseVersion, code)
	if err == nil || errs.CodeOf(err) != "rulebook.no_rule" {
		return county, err
	}
	offer, err := RuleOf(ctx, tx, set.Area.Parent(), set.TownshipVersion, code)
	if err != nil {
		return offer, err
	}
	if mine, ok := set.Rule(code); ok && mine.TextZh != offer.TextZh { // older than the township's use of the letter
		return Rule{}, errs.New(errs.Conflict, "rulebook.code_taken").At("code")
	}
	return offer, nil
}

// sameLine says that a village's line is the one a county or township wrote, whatever its weights.
func sameLine(own, upper Rule) bool { return own.Code == upper.Code && own.TextZh == upper.TextZh }

// Offers reads what a township offers the version of a village: its lines as they are in the version the draft was made
// beside.
func (s *Service) Offers(ctx context.Context, village core.Area, townshipVersion int64) ([]Rule, error) {
	var rules []Rule
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		rules, err = rulesOf(ctx, tx, village.Parent(), townshipVersion)
		return err
	})
	return rules, err
}

// Townships names the codes of the lines of a village's version that are its township's.
func (s *Service) Townships(ctx context.Context, set Ruleset) ([]string, error) {
	codes := []string{}
	if set.Area.Level() != core.Village || set.TownshipVersion == 0 {
		return codes, nil
	}
	offers, err := s.Offers(ctx, set.Area, set.TownshipVersion)
	for _, offer := range offers {
		if mine, ok := set.Rule(offer.Code); ok && sameLine(mine, offer) {
			codes = append(codes, offer.Code)
		}
	}
	return codes, err
}
