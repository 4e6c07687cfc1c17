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
	Version         int64           `json:"version"`
	Title           string          `json:"title"`
	State           string          `json:"state" enum:"draft,voted,filing,filed,published,withdrawn"`
	BaseVersion     int64           `json:"base_version" doc:"version of the county's template; 0 for the template itself"`
	TownshipVersion int64           `json:"township_version" doc:"version of the township's additions it was drafted beside; 0 if there were none"`
	FromDay         core.Day        `json:"from_day" doc:"first day in force; 0 until it is published"`
	VoteKind        string          `json:"vote_kind" enum:"assembly,households,representatives"`
	VoteDay         core.Day        `json:"vote_day" doc:"0 until a vote is recorded; a draft that was returned keeps what was recorded, to be corrected"`
	VoteDue         int64           `json:"vote_due" doc:"who should attend"`
	VotePresent     int64           `json:"vote_present"`
	VoteFor         int64           `json:"vote_for"`
	MinutesNo       string          `json:"minutes_no"`
	PartyDay        core.Day        `json:"party_day" doc:"of the Party members' meeting; 0 if there was none"`
	PartyDue        int64           `json:"party_due"`
	PartyPresent    int64           `json:"party_present"`
	PartyFor        int64           `json:"party_for"`
	PartyMinutes    string          `json:"party_minutes"`
	NoticeDays      int             `json:"notice_days"`
	SentName        string          `json:"sent_name" doc:"who sent it to the township"`
	SentMs          int64           `json:"sent_ms"`
	FilingNo        string          `json:"filing_no" doc:"the township's number"`
	FiledName       string          `json:"filed_name" doc:"who confirmed or returned it"`
	FiledMs         int64           `json:"filed_ms"`
	ReturnReason    string          `json:"return_reason" doc:"why the township returned it last; '' once it is confirmed"`
	PublishedMs     int64           `json:"published_ms"`
	Bounds          rulebook.Bounds `json:"bounds" doc:"of a county's template: what villages keep to"`
	CreatedMs       int64           `json:"created_ms"`
	ChangedMs       int64           `json:"changed_ms"`
	ByName          string          `json:"by_name"`
}

func rulesetHeadOf(s rulebook.Ruleset) RulesetHead {
	return RulesetHead{Version: s.Version, Title: s.Title, State: string(s.State), BaseVersion: s.BaseVersion, TownshipVersion: s.TownshipVersion,
		FromDay: s.FromDay, VoteKind: string(s.Vote.Kind), VoteDay: s.Vote.Day, VoteDue: s.Vote.Due, VotePresent: s.Vote.Present, VoteFor: s.Vote.InFavour,
		MinutesNo: s.Vote.MinutesNo, PartyDay: s.Party.Day, PartyDue: s.Party.Due, PartyPresent: s.Party.Present, PartyFor: s.Party.InFavour,
		PartyMinutes: s.Party.MinutesNo, NoticeDays: s.NoticeDays, SentName: s.Filing.SentName, SentMs: s.Filing.SentMs, FilingNo: s.Filing.No,
		FiledName: s.Filing.Name, FiledMs: s.Filing.AtMs, ReturnReason: s.Filing.ReturnReason, PublishedMs: s.PublishedMs, Bounds: s.Bounds,
		CreatedMs: s.CreatedMs, ChangedMs: s.ChangedMs, ByName: s.ByName}
}

// rulesetFull is a version with its lines.
type rulesetFull struct {
	RulesetHead
	Rules        []rulebook.Rule        `json:"rules"`
	CategoryCaps []rulebook.CategoryCap `json:"category_caps" doc:"the most that all rules of a category give a household in a period"`
	Townships    []string               `json:"townships" doc:"codes of the lines that are the township's"`
}

// rulesInForce is what entry forms and the public read.
type rulesInForce struct {
	Version    int64           `json:"version"`
	Title      string          `json:"title"`
	FromDay    core.Day        `json:"from_day"`
	MinutesNo  string          `json:"minutes_no"`
	FilingNo   string          `json:"filing_no" doc:"the township's number"`
	NoticeDays int             `json:"notice_days" doc:"days a list stays open for objections"`
	Rules      []rulebook.Rule `json:"rules"`

	CategoryCaps []rulebook.CategoryCap `json:"category_caps" doc:"the most that all rules of a category give a household in a period"`
}

func rulesInForceOf(s rulebook.Ruleset) rulesInForce {
	return rulesInForce{s.Version, s.Title, s.FromDay, s.Vote.MinutesNo, s.Filing.No, s.NoticeDays, s.Rules, s.Caps}
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
	s.registerLifeOfRules()
	s.registerFilings()
	s.registerOwnRules()
	s.registerTemplate()
	s.registerBounds()
	s.registerRuleParts()
	s.registerRuleFiles()
}

func (s *server) registerRuleReading() {
	handle(s, spec{
		ID: "list-rulesets", Method: http.MethodGet, Path: "/areas/{area}/rulesets", Tag: rulesTag,
		Summary: "Versions of an area's rules, newest first", Detail: "Of the county: the templates; of a township: its additions. What is not published is shown to the area's own staff only. There are no pages.",
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
	if err != nil {
		return nil, err
	}
	townships, err := s.svc.Rules.Townships(ctx, set)
	return &rulesetFull{rulesetHeadOf(set), set.Rules, set.Caps, townships}, err
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
		Status: http.StatusCreated, Summary: "Begin a new version of the county's template, or of a township's additions",
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
		Op: access.OpEditTemplate, Summary: "Write a whole line of the template's or the additions' draft, with its bounds, or leave it out",
		Detail: "A township's codes begin with T, and its bounds lie inside what the county gives anything of the category.",
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
		rule, err := s.svc.Rules.PutRule(ctx, by, rulebook.PutInput{Area: in.Area.Area, Version: in.Version, Enabled: in.Body.Enabled, Rule: rule})
		return &rule, err
	})
	handle(s, spec{
		ID: "publish-template", Method: http.MethodPost, Path: "/areas/{area}/rulesets/{version}/publish", Tag: rulesTag,
		Op: access.OpEditTemplate, Summary: "Put the template's or the additions' draft into force; villages' rules stay as they were voted",
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
