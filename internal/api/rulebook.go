package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
)

const rulesTag = "Rules"

// RulesetHead is a version without its lines. Exported, because huma passes over embedded types that are not.
type RulesetHead struct {
	Version     int64    `json:"version"`
	Title       string   `json:"title"`
	State       string   `json:"state" enum:"draft,adopted,withdrawn"`
	BaseVersion int64    `json:"base_version" doc:"version of the county's template; 0 for the template itself"`
	FromDay     core.Day `json:"from_day" doc:"first day in force; 0 for a draft"`
	VoteDay     core.Day `json:"vote_day"`
	VoteDue     int64    `json:"vote_due" doc:"who should attend"`
	VotePresent int64    `json:"vote_present"`
	VoteFor     int64    `json:"vote_for"`
	MinutesNo   string   `json:"minutes_no"`
	NoticeDays  int      `json:"notice_days"`
	CreatedMs   int64    `json:"created_ms"`
	ChangedMs   int64    `json:"changed_ms"`
	ByName      string   `json:"by_name"`
}

func rulesetHeadOf(s rulebook.Ruleset) RulesetHead {
	return RulesetHead{Version: s.Version, Title: s.Title, State: string(s.State), BaseVersion: s.BaseVersion, FromDay: s.FromDay,
		VoteDay: s.Vote.Day, VoteDue: s.Vote.Due, VotePresent: s.Vote.Present, VoteFor: s.Vote.InFavour, MinutesNo: s.Vote.MinutesNo,
		NoticeDays: s.NoticeDays, CreatedMs: s.CreatedMs, ChangedMs: s.ChangedMs, ByName: s.ByName}
}

// rulesetFull is a version with its lines.
type rulesetFull struct {
	RulesetHead
	Rules        []rulebook.Rule        `json:"rules"`
	CategoryCaps []rulebook.CategoryCap `json:"category_caps" doc:"the most that all rules of a category give a household in a period"`
}

func rulesetFullOf(s rulebook.Ruleset) rulesetFull {
	return rulesetFull{rulesetHeadOf(s), s.Rules, s.Caps}
}

// rulesInForce is what entry forms and the public read.
type rulesInForce struct {
	Version    int64           `json:"version"`
	Title      string          `json:"title"`
	FromDay    core.Day        `json:"from_day"`
	MinutesNo  string          `json:"minutes_no"`
	NoticeDays int             `json:"notice_days" doc:"days a list stays open for objections"`
	Rules      []rulebook.Rule `json:"rules"`

	CategoryCaps []rulebook.CategoryCap `json:"category_caps" doc:"the most that all rules of a category give a household in a period"`
}

func rulesInForceOf(s rulebook.Ruleset) rulesInForce {
	return rulesInForce{s.Version, s.Title, s.FromDay, s.Vote.MinutesNo, s.NoticeDays, s.Rules, s.Caps}
}

// RulesetVersion adds the {version} of a path.
type RulesetVersion struct {
	Version int64 `path:"version" minimum:"1"`
}

// RuleCode adds the {code} of a path.
type RuleCode struct {
	Code string `path:"code" pattern:"^[A-Z][0-9]{2}$" doc:"A01"`
}

func (s *server) registerRules() {
	s.registerRuleReading()
	s.registerVillageRules()
	s.registerOwnRules()
	s.registerTemplate()
	s.registerRuleParts()
	s.registerRuleFiles()
}

func (s *server) registerRuleReading() {
	handle(s, spec{
		ID: "list-rulesets", Method: http.MethodGet, Path: "/areas/{area}/rulesets", Tag: rulesTag,
		Summary: "Versions of an area's rules, newest first", Detail: "Of the county: the templates. Drafts are shown to the area's own staff only. There are no pages.",
	}, func(ctx context.Context, by core.Actor, in *InArea) (*list[RulesetHead], error) {
		sets, err := s.svc.Rules.Versions(ctx, by, in.Area.Area)
		return listOf(sets, "", rulesetHeadOf), err
	})
	handle(s, spec{
		ID: "get-ruleset", Method: http.MethodGet, Path: "/areas/{area}/rulesets/{version}", Tag: rulesTag, Summary: "A version with its lines",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		RulesetVersion
	}) (*rulesetFull, error) {
		return s.ruleset(ctx, by, in.Area.Area, in.Version)
	})
	handle(s, spec{
		ID: "get-rules", Method: http.MethodGet, Path: "/villages/{village}/rules", Tag: rulesTag, Op: access.OpReadVillage,
		Summary: "The rules in force on a day",
	}, func(ctx context.Context, _ core.Actor, in *struct {
		InVillage
		Day core.Day `query:"day" doc:"yyyymmdd; leave out for today"`
	}) (*rulesInForce, error) {
		if in.Day != 0 && !in.Day.Valid() {
			return nil, errs.New(errs.Invalid, "input.value", "field", "day").At("day")
		}
		set, err := s.svc.Rules.Current(ctx, in.Village.Area, in.Day)
		return viewed(set, err, rulesInForceOf)
	})
	handle(s, spec{
		ID: "get-public-rules", Method: http.MethodGet, Path: "/public/villages/{village}/rules", Tag: publicTag, Auth: authPublic,
		Summary: "The rules in force today",
	}, func(ctx context.Context, _ core.Actor, in *InVillage) (*rulesInForce, error) {
		set, err := s.svc.Rules.Current(ctx, in.Village.Area, 0)
		return viewed(set, err, rulesInForceOf)
	})
}

func (s *server) ruleset(ctx context.Context, by core.Actor, area core.Area, version int64) (*rulesetFull, error) {
	set, err := s.svc.Rules.Ruleset(ctx, by, area, version)
	return viewed(set, err, rulesetFullOf)
}

type draftBody struct {
	Title  string          `json:"title" maxLength:"240"`
	Source rulebook.Source `json:"source,omitempty" enum:"own,template,small,large,resettlement,branch" doc:"what to start from: the village's own rules (also if left out, where it has any), the county's template, or a scheme the product brings"`
}

// choiceBody is a village's choice about a line of the template.
type choiceBody struct {
	Enabled   bool           `json:"enabled" doc:"false leaves the line out; the other fields are not looked at then"`
	Points    core.Points    `json:"points,omitempty" doc:"for a rule without a scale"`
	Scale     []choiceOfStep `json:"scale,omitempty" maxItems:"20" doc:"one for each step of the county's scale, in its order"`
	CapPoints core.Points    `json:"cap_points,omitempty" doc:"0 none; no looser than the county's"`
	CapCount  int64          `json:"cap_count,omitempty" doc:"0 none; no looser than the county's"`
	Self      bool           `json:"self,omitempty" doc:"residents may claim it themselves"`
	Caps      []rulebook.Cap `json:"caps,omitempty" maxItems:"6" doc:"further caps, no looser than the county's; left out keeps the county's"`
}

// choiceOfStep is a step of a scale. The labels are the county's, whatever is sent.
type choiceOfStep struct {
	LabelZh string      `json:"label_zh,omitempty"`
	LabelEn string      `json:"label_en,omitempty"`
	Points  core.Points `json:"points"`
}

type adoptBody struct {
	FromDay    core.Day `json:"from_day" doc:"first of a coming month"`
	VoteDay    core.Day `json:"vote_day"`
	Due        int64    `json:"due" doc:"representatives who should attend"`
	Present    int64    `json:"present" doc:"at least two thirds of them"`
	InFavour   int64    `json:"in_favour" doc:"more than half of those present"`
	MinutesNo  string   `json:"minutes_no" maxLength:"160"`
	NoticeDays int      `json:"notice_days" doc:"3 to 7"`
}

func (s *server) registerVillageRules() {
	handle(s, spec{
		ID: "draft-rules", Method: http.MethodPost, Path: "/villages/{village}/rulesets", Tag: rulesTag, Op: access.OpDraftRules,
		Status: http.StatusCreated, Summary: "Begin a new version of a village's rules",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body draftBody
	}) (*rulesetFull, error) {
		return s.draftRules(ctx, by, rulebook.DraftInput{Area: in.Village.Area, Title: in.Body.Title, Source: in.Body.Source})
	})
	handle(s, spec{
		ID: "edit-rule", Method: http.MethodPut, Path: "/villages/{village}/rulesets/{version}/rules/{code}", Tag: rulesTag,
		Op: access.OpDraftRules, Summary: "Set a line's weight in a draft, leave it out, or take it in again",
	}, s.editRule)
	handle(s, spec{
		ID: "adopt-rules", Method: http.MethodPost, Path: "/villages/{village}/rulesets/{version}/adopt", Tag: rulesTag,
		Op: access.OpAdoptRules, Summary: "Put a draft into force by the vote of the villagers' representatives",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		RulesetVersion
		Body adoptBody
	}) (*rulesetFull, error) {
		b := in.Body
		_, err := s.svc.Rules.Adopt(ctx, by, rulebook.AdoptInput{Village: in.Village.Area, Version: in.Version, FromDay: b.FromDay, NoticeDays: b.NoticeDays,
			Vote: rulebook.Vote{Day: b.VoteDay, Due: b.Due, Present: b.Present, InFavour: b.InFavour, MinutesNo: b.MinutesNo}})
		if err != nil {
			return nil, err
		}
		return s.ruleset(ctx, by, in.Village.Area, in.Version)
	})
	handle(s, spec{
		ID: "withdraw-rules", Method: http.MethodPost, Path: "/villages/{village}/rulesets/{version}/withdraw", Tag: rulesTag,
		Op: access.OpDraftRules, Summary: "Give up a draft, or a version that is not in force yet",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		RulesetVersion
		Body struct{}
	}) (*rulesetFull, error) {
		return s.withdrawRules(ctx, by, in.Village.Area, in.Version)
	})
}

func (s *server) draftRules(ctx context.Context, by core.Actor, in rulebook.DraftInput) (*rulesetFull, error) {
	version, err := s.svc.Rules.Draft(ctx, by, in)
	if err != nil {
		return nil, err
	}
	return s.ruleset(ctx, by, in.Area, version)
}

func (s *server) editRule(ctx context.Context, by core.Actor, in *struct {
	InVillage
	RulesetVersion
	RuleCode
	Body choiceBody
}) (*rulebook.Rule, error) {
	b := in.Body
	edit := rulebook.EditInput{Village: in.Village.Area, Version: in.Version, Code: in.Code, Enabled: b.Enabled, Points: b.Points,
		CapPoints: b.CapPoints, CapCount: b.CapCount, Self: b.Self, Caps: b.Caps}
	for _, step := range b.Scale {
		edit.Scale = append(edit.Scale, step.Points)
	}
	rule, err := s.svc.Rules.EditRule(ctx, by, edit)
	return &rule, err
}

func (s *server) withdrawRules(ctx context.Context, by core.Actor, area core.Area, version int64) (*rulesetFull, error) {
	if err := s.svc.Rules.Withdraw(ctx, by, area, version); err != nil {
		return nil, err
	}
	return s.ruleset(ctx, by, area, version)
}

func (s *server) registerTemplate() {
	handle(s, spec{
		ID: "draft-template", Method: http.MethodPost, Path: "/areas/{area}/rulesets", Tag: rulesTag, Op: access.OpEditTemplate,
		Status: http.StatusCreated, Summary: "Begin a new version of the county's template",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		Body struct {
			Title string `json:"title" maxLength:"240"`
		}
	}) (*rulesetFull, error) {
		return s.draftRules(ctx, by, rulebook.DraftInput{Area: in.Area.Area, Title: in.Body.Title})
	})
	handle(s, spec{
		ID: "put-template-rule", Method: http.MethodPut, Path: "/areas/{area}/rulesets/{version}/rules/{code}", Tag: rulesTag,
		Op: access.OpEditTemplate, Summary: "Write a whole line of the template's draft, with its bounds, or leave it out",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		RulesetVersion
		RuleCode
		Body struct {
			Enabled bool           `json:"enabled" doc:"false leaves the line out"`
			Rule    *rulebook.Rule `json:"rule,omitempty" doc:"needed unless the line is left out"`
		}
	}) (*rulebook.Rule, error) {
		rule := rulebook.Rule{Code: in.Code}
		if in.Body.Rule != nil {
			rule = *in.Body.Rule
		}
		if rule.Code != in.Code {
			return nil, errs.New(errs.Invalid, "rulebook.code_taken").At("rule.code")
		}
		rule, err := s.svc.Rules.PutRule(ctx, by, rulebook.PutInput{County: in.Area.Area, Version: in.Version, Enabled: in.Body.Enabled, Rule: rule})
		return &rule, err
	})
	handle(s, spec{
		ID: "publish-template", Method: http.MethodPost, Path: "/areas/{area}/rulesets/{version}/publish", Tag: rulesTag,
		Op: access.OpEditTemplate, Summary: "Put the template's draft into force; villages' rules stay as they were voted",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		RulesetVersion
		Body struct {
			FromDay core.Day `json:"from_day" doc:"first of a coming month"`
		}
	}) (*rulesetFull, error) {
		if err := s.svc.Rules.Publish(ctx, by, in.Area.Area, in.Version, in.Body.FromDay); err != nil {
			return nil, err
		}
		return s.ruleset(ctx, by, in.Area.Area, in.Version)
	})
	handle(s, spec{
		ID: "withdraw-template", Method: http.MethodPost, Path: "/areas/{area}/rulesets/{version}/withdraw", Tag: rulesTag,
		Op: access.OpEditTemplate, Summary: "Give up a draft of the template, or a version that is not in force yet",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		RulesetVersion
		Body struct{}
	}) (*rulesetFull, error) {
		return s.withdrawRules(ctx, by, in.Area.Area, in.Version)
	})
}
