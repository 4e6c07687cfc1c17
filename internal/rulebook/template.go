package rulebook

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"qunyan/internal/access"
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
	made, err := insertRuleset(ctx, tx, Ruleset{Area: county, Version: 1, State: Adopted, FromDay: from, CreatedMs: nowMs,
		ChangedMs: nowMs, Title: messages.Text(messages.Chinese, "rules.template_title", nil), NoticeDays: NoticeDaysMin})
	if err != nil || !made {
		return err
	}
	return putRules(ctx, tx, county, 1, rules...)
}

// PutInput is one line of a county's draft template.
type PutInput struct {
	County  core.Area
	Version int64
	Enabled bool // false leaves the line out
	Rule    Rule
}

// PutRule writes, or with Enabled false leaves out, a whole line of a county's draft template: texts, bounds and all.
// A line the draft does not have yet is added at its end.
//
// Errors: rulebook.bad_rule, rulebook.red_line, rulebook.not_draft, rulebook.no_ruleset.
func (s *Service) PutRule(ctx context.Context, by core.Actor, in PutInput) (Rule, error) {
	if err := requireCounty(by, in.County); err != nil {
		return Rule{}, err
	}
	rule := in.Rule.trimmed()
	if in.Enabled {
		if err := rule.Check(); err != nil {
			return Rule{}, err
		}
		if err := rule.CheckRedLines(); err != nil { // the county has nobody to overrule it: it finds other words
			return Rule{}, err
		}
	}
	return command(ctx, s, by, in.County, func(ctx context.Context, tx *store.Tx, nowMs int64) (Rule, error) {
		set, err := openDraft(ctx, tx, in.County, in.Version, nowMs)
		if err != nil {
			return Rule{}, err
		}
		rule.Sort = set.place(rule.Code)
		return rule, s.putRule(ctx, tx, by, nowMs, set, rule, in.Enabled)
	})
}

// Publish puts a county's draft template into force from the first of a coming month. Villages' rules stay as they were
// voted; their next drafts start from it.
//
// Errors: rulebook.from_day, rulebook.not_draft, rulebook.empty, rulebook.later_version.
func (s *Service) Publish(ctx context.Context, by core.Actor, county core.Area, version int64, from core.Day) error {
	if err := requireCounty(by, county); err != nil {
		return err
	}
	if err := checkFromDay(from, s.today()); err != nil {
		return err
	}
	if err := s.lookAt(ctx, county, version); err != nil {
		return err
	}
	_, err := command(ctx, s, by, county, func(ctx context.Context, tx *store.Tx, nowMs int64) (string, error) {
		return strconv.FormatInt(version, 10), s.adopt(ctx, tx, by, nowMs,
			AdoptInput{Village: county, Version: version, FromDay: from, NoticeDays: NoticeDaysMin})
	})
	return err
}

func requireCounty(by core.Actor, county core.Area) error {
	if county.Level() != core.County {
		return errs.New(errs.Invalid, "rulebook.wrong_area")
	}
	return access.Require(by, access.OpEditTemplate, county)
}
