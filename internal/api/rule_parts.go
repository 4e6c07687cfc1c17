package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/rulebook"
	"qunyan/internal/rulebook/condition"
)

type categoryCapsBody struct {
	Caps []rulebook.CategoryCap `json:"caps" maxItems:"16" doc:"all of them; those left out are dropped"`
}

type categoryCapsView struct {
	Caps []rulebook.CategoryCap `json:"caps"`
}

// conditionHelp is what an editor of conditions offers.
type conditionHelp struct {
	MaxText   int                 `json:"max_text" doc:"characters"`
	Variables []conditionVariable `json:"variables"`
	Examples  []condition.Example `json:"examples"`
}

type conditionVariable struct {
	Name string `json:"name" doc:"explained by rules.condition.var.… of the catalogue"`
	Type string `json:"type"`
}

type conditionBody struct {
	Expr string `json:"expr" maxLength:"1600"`
}

type conditionCheck struct {
	Fault  string `json:"fault" doc:"'' if it can be used; else the last part of the code rulebook.condition_…"`
	Line   int    `json:"line" doc:"from 1; 0 where the fault has no one place"`
	Column int    `json:"column"`
	Gives  string `json:"gives" enum:",bool,int" doc:"whether it says yes or no, or how many points one unit is worth"`
}

// registerRuleParts registers what a rule set has beside its lines, and what helps to write a condition.
func (s *server) registerRuleParts() {
	handle(s, spec{
		ID: "set-category-caps", Method: http.MethodPut, Path: "/villages/{village}/rulesets/{version}/category-caps", Tag: rulesTag,
		Op: access.OpDraftRules, Summary: "Write the caps on whole categories of a draft; no looser than the county's",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		RulesetVersion
		Body categoryCapsBody
	}) (*categoryCapsView, error) {
		return s.setCategoryCaps(ctx, by, in.Village.Area, in.Version, in.Body)
	})
	handle(s, spec{
		ID: "set-template-category-caps", Method: http.MethodPut, Path: "/areas/{area}/rulesets/{version}/category-caps", Tag: rulesTag,
		Op: access.OpEditTemplate, Summary: "Write the caps on whole categories of the template's draft",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		RulesetVersion
		Body categoryCapsBody
	}) (*categoryCapsView, error) {
		return s.setCategoryCaps(ctx, by, in.Area.Area, in.Version, in.Body)
	})
	handle(s, spec{
		ID: "get-condition-help", Method: http.MethodGet, Path: "/areas/{area}/rule-conditions", Tag: rulesTag, Op: access.OpReadVillage,
		Summary: "The variables a rule's condition may use, and worked examples",
	}, func(context.Context, core.Actor, *InArea) (*conditionHelp, error) {
		help := &conditionHelp{MaxText: condition.MaxText, Examples: condition.Examples()}
		for _, v := range condition.Variables() {
			help.Variables = append(help.Variables, conditionVariable{v.Name, v.Type()})
		}
		return help, nil
	})
	handle(s, spec{
		ID: "check-condition", Method: http.MethodPost, Path: "/areas/{area}/rule-conditions/check", Tag: rulesTag, Op: access.OpReadVillage,
		Summary: "Whether a condition could be used, and where it is at fault", Detail: "It writes nothing.",
	}, func(_ context.Context, _ core.Actor, in *struct {
		InArea
		Body conditionBody
	}) (*conditionCheck, error) {
		program, fault := condition.Compile(in.Body.Expr)
		if fault != nil {
			return &conditionCheck{Fault: string(fault.Kind), Line: fault.Line, Column: fault.Column}, nil
		}
		return &conditionCheck{Gives: program.Gives()}, nil
	})
}

func (s *server) setCategoryCaps(ctx context.Context, by core.Actor, area core.Area, version int64, body categoryCapsBody) (*categoryCapsView, error) {
	caps, err := s.svc.Rules.SetCategoryCaps(ctx, by, rulebook.CategoryCapsInput{Area: area, Version: version, Caps: body.Caps})
	return &categoryCapsView{caps}, err
}
