package rulebook

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"slices"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/messages"
	"qunyan/internal/store"
)

// The fifteen lines of domain.md §4 with their caps, proofs and approvers. The bounds are ours: about half to twice the
// observed points.
//
//go:embed template.json
var templateJSON []byte

// Template is the county's template as the product brings it: a proposal, never "the official rules".
func Template() ([]Rule, error) { return parseRules(templateJSON) }

// The other schemes that the product brings for villages to draft from. Like the template they are proposals: what a
// village votes on is its own.
//
//go:embed templates/*.json
var schemes embed.FS

// Schemes names the sources of a draft beside the county's template and the village's own rules; keys
// "rules.scheme.…" of the catalogue tell what each is for.
func Schemes() []Source { return []Source{FromSmall, FromLarge, FromResettlement, FromBranch} }

// Scheme is the lines of a source that Schemes names.
func Scheme(name Source) ([]Rule, error) {
	if !slices.Contains(Schemes(), name) {
		return nil, fmt.Errorf("rulebook: no scheme %q", name)
	}
	data, err := schemes.ReadFile("templates/" + string(name) + ".json")
	if err != nil {
		return nil, err
	}
	return parseRules(data)
}

// parseRules reads a list of rules strictly: unknown fields, codes used twice and lines that fail Check are refused.
func parseRules(data []byte) ([]Rule, error) {
	var rules []Rule
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&rules); err != nil {
		return nil, fmt.Errorf("rulebook: list of rules: %w", err)
	}
	seen := map[string]bool{}
	for i := range rules {
		r := &rules[i]
		r.Sort = int64(i + 1)
		*r = r.settled()
		if err := r.Check(); err != nil {
			return nil, err
		}
		if seen[r.Code] {
			return nil, errs.New(errs.Invalid, "rulebook.code_taken").At("code")
		}
		seen[r.Code] = true
	}
	return rules, nil
}

// SeedTemplate gives a county the product's template as version 1, in force from a month's first day. A county that has
// any version is left as it is.
func SeedTemplate(ctx context.Context, tx *store.Tx, county core.Area, from core.Day, nowMs int64) error {
	rules, err := Template()
	if err != nil {
		return err
	}
	if county.Level() != core.County || from%100 != 1 || !from.Valid() {
		return fmt.Errorf("rulebook: template for area %d from day %d", county, from)
	}
	made, err := insertRuleset(ctx, tx, Ruleset{Area: county, Version: 1, State: Published, FromDay: from, Bounds: seeded(), CreatedMs: nowMs,
		ChangedMs: nowMs, Title: messages.Text(messages.Chinese, "rules.template_title", nil), NoticeDays: NoticeDaysMin})
	if err != nil || !made {
		return err
	}
	return putRules(ctx, tx, county, 1, rules...)
}

// PutInput is one line of a county's draft template, or of a township's draft additions.
type PutInput struct {
	Area    core.Area
	Version int64
	Enabled bool // false leaves the line out
	Rule    Rule
}

// PutRule writes, or with Enabled false leaves out, a whole line of a county's draft template or of a township's draft
// additions: texts, bounds and all. A line the draft does not have yet is added at its end. A township's lines stay
// inside what the county gives anything of the category, and their codes begin with T.
//
// Errors: rulebook.bad_rule, rulebook.red_line, rulebook.not_draft, rulebook.no_ruleset, rulebook.wrong_area; of a
// township also rulebook.township_code, rulebook.category_closed, rulebook.out_of_bounds (low, high).
func (s *Service) PutRule(ctx context.Context, by core.Actor, in PutInput) (Rule, error) {
	if err := mayOffer(by, in.Area); err != nil {
		return Rule{}, err
	}
	rule := in.Rule.trimmed()
	if in.Enabled {
		if err := rule.Check(); err != nil {
			return Rule{}, err
		}
		if err := rule.CheckRedLines(); err != nil { // nobody overrules for county and township: they find other words
			return Rule{}, err
		}
	}
	return command(ctx, s, by, in.Area, func(ctx context.Context, tx *store.Tx, nowMs int64) (Rule, error) {
		set, err := openDraft(ctx, tx, in.Area, in.Version, nowMs)
		if err != nil {
			return Rule{}, err
		}
		if in.Enabled && in.Area.Level() == core.Township {
			if err := offered(ctx, tx, in.Area, set.BaseVersion, rule); err != nil {
				return Rule{}, err
			}
		}
		rule.Sort = set.place(rule.Code)
		return rule, s.putRule(ctx, tx, by, nowMs, set, rule, in.Enabled)
	})
}

// mayOffer is the permission to write what villages draft from: a county's template, a township's additions.
func mayOffer(by core.Actor, area core.Area) error {
	if area.Level() == core.Village {
		return errs.New(errs.Invalid, "rulebook.wrong_area")
	}
	return mayDraft(by, area)
}
