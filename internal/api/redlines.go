package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
)

// redLineCase is a text that a red line stopped, for staff only.
type redLineCase struct {
	ID        core.ID `json:"id"`
	Code      string  `json:"code" doc:"of the rule, A01"`
	Lines     string  `json:"lines" example:"R3 R6" doc:"the red lines it touches"`
	Text      string  `json:"text"`
	State     string  `json:"state" enum:"asked,overruled,upheld"`
	AskedBy   string  `json:"asked_by"`
	AskedMs   int64   `json:"asked_ms"`
	Reason    string  `json:"reason" doc:"'' while asked"`
	ByName    string  `json:"by_name"`
	DecidedMs int64   `json:"decided_ms" doc:"0 while asked"`
}

func redLineCaseOf(c rulebook.RedLineCase) redLineCase {
	return redLineCase{c.ID, c.Code, c.Lines, c.Text, string(c.State), c.AskedBy, c.AskedMs, c.Reason, c.ByName, c.DecidedMs}
}

// ownRuleBody is a whole line of a village's own.
type ownRuleBody struct {
	Enabled bool           `json:"enabled" doc:"false leaves the line out"`
	Rule    *rulebook.Rule `json:"rule,omitempty" doc:"needed unless the line is left out; its bounds are the county's for the category, whatever is sent"`
}

func (s *server) registerOwnRules() {
	handle(s, spec{
		ID: "write-own-rule", Method: http.MethodPut, Path: "/villages/{village}/rulesets/{version}/own-rules/{code}", Tag: rulesTag,
		Op: access.OpDraftRules, Summary: "Write a whole line of the village's own in a draft, or leave it out",
		Detail: "A text that touches a red line is refused with rulebook.red_line; its params name the line, the law and the reason.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		RulesetVersion
		RuleCode
		Body ownRuleBody
	}) (*rulebook.Rule, error) {
		rule := rulebook.Rule{Code: in.Code}
		if in.Body.Rule != nil {
			rule = *in.Body.Rule
		}
		if rule.Code != in.Code {
			return nil, errs.New(errs.Invalid, "rulebook.code_taken").At("rule.code")
		}
		rule, err := s.svc.Rules.WriteOwnRule(ctx, by, rulebook.OwnInput{Village: in.Village.Area, Version: in.Version, Enabled: in.Body.Enabled, Rule: rule})
		return &rule, err
	})
	handle(s, spec{
		ID: "list-red-line-cases", Method: http.MethodGet, Path: "/villages/{village}/red-line-cases", Tag: rulesTag, Op: access.OpReadVillage,
		Summary: "Texts that a red line stopped, those that wait first", Detail: "There are no pages; the newest 500 are given.",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*list[redLineCase], error) {
		cases, err := s.svc.Rules.RedLineCases(ctx, by, in.Village.Area)
		return listOf(cases, "", redLineCaseOf), err
	})
	handle(s, spec{
		ID: "ask-overrule", Method: http.MethodPost, Path: "/villages/{village}/red-line-cases", Tag: rulesTag, Op: access.OpDraftRules,
		Status: http.StatusCreated, Summary: "Put a stopped line before the township as a false alarm", Detail: "Not for R1, R2 and R9, which nobody overrules.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body struct {
			Rule rulebook.Rule `json:"rule"`
		}
	}) (*redLineCase, error) {
		c, err := s.svc.Rules.AskOverrule(ctx, by, in.Village.Area, in.Body.Rule)
		return viewed(c, err, redLineCaseOf)
	})
	handle(s, spec{
		ID: "decide-red-line-case", Method: http.MethodPost, Path: "/villages/{village}/red-line-cases/{id}/decide", Tag: rulesTag,
		Op: access.OpOverruleRedLine, Summary: "Overrule a red line for one text in writing, or uphold it",
		Detail: "The decision stands for exactly that text; a changed one is held to the lines again.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Harmless bool   `json:"harmless" doc:"true overrules, false upholds"`
			Reason   string `json:"reason" maxLength:"1200" doc:"10 to 300 characters"`
		}
	}) (*redLineCase, error) {
		c, err := s.svc.Rules.DecideCase(ctx, by, rulebook.DecideInput{Village: in.Village.Area, ID: in.ID.ID, Harmless: in.Body.Harmless, Reason: in.Body.Reason})
		return viewed(c, err, redLineCaseOf)
	})
}
