package rulebook_test

import (
	"context"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
)

// line is a village's own line that nothing is wrong with.
func line(code, text string) rulebook.Rule {
	return rulebook.Rule{Code: code, Category: rulebook.Harmony, Kind: rulebook.Contribution, TextZh: text, TextEn: "A line of the village", Points: 3,
		Per: rulebook.PerEvent, CapPeriod: rulebook.EachMonth, CapPoints: 9, ProofZh: "登记表", ProofEn: "List", Approver: rulebook.Leader}
}

func (h *house) write(version int64, r rulebook.Rule) (rulebook.Rule, error) {
	return h.rules.WriteOwnRule(context.Background(), h.secretary(), rulebook.OwnInput{Village: h.village, Version: version, Enabled: true, Rule: r})
}

func TestAVillageWritesLinesOfItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	version := h.draft(t)
	got, err := h.write(version, line("C11", " 帮邻居收稻子 "))
	if err != nil || got.TextZh != "帮邻居收稻子" || got.PointsMin != 1 || got.PointsMax != 10 || got.Sort != 16 {
		t.Fatalf("%+v, %v", got, err)
	}
	for name, c := range map[string]struct {
		change func(r *rulebook.Rule)
		code   string
	}{
		"a code of the county's":      {func(r *rulebook.Rule) { r.Code = "A01" }, "rulebook.county_line"},
		"more than the county gives":  {func(r *rulebook.Rule) { r.Points = 11 }, "rulebook.out_of_bounds"},
		"a gain as a deduction":       {func(r *rulebook.Rule) { r.Category = rulebook.Deduction }, "rulebook.out_of_bounds"},
		"a category nobody knows":     {func(r *rulebook.Rule) { r.Category = "rank" }, "rulebook.bad_rule"},
		"no text":                     {func(r *rulebook.Rule) { r.TextZh = "" }, "rulebook.bad_rule"},
		"a grade above the bounds":    {func(r *rulebook.Rule) { r.Scale = []rulebook.Step{{"好", "Good", 3}, {"很好", "Very good", 12}} }, "rulebook.out_of_bounds"},
		"a benefit taken":             {func(r *rulebook.Rule) { r.TextZh = "积分不够的取消低保" }, "rulebook.red_line"},
		"a fine in the proof":         {func(r *rulebook.Rule) { r.ProofZh = "罚款收据" }, "rulebook.red_line"},
		"Chinese in the English text": {func(r *rulebook.Rule) { r.TextEn = "积分兑换现金" }, "rulebook.red_line"},
		"a grade that inspects homes": {func(r *rulebook.Rule) { r.Scale = []rulebook.Step{{"卧室整洁", "Tidy", 3}, {"一般", "Fair", 2}} }, "rulebook.red_line"},
	} {
		r := line("C12", "帮邻居收稻子")
		c.change(&r)
		_, err := h.write(version, r)
		wantCode(t, name, err, c.code)
	}
	if _, err := h.rules.WriteOwnRule(ctx, h.secretary(), rulebook.OwnInput{Village: h.village, Version: version, Rule: rulebook.Rule{Code: "C12"}}); err == nil || errs.CodeOf(err) != "rulebook.no_rule" {
		t.Errorf("left out what is not there: %v", err)
	}
	_, err = h.rules.WriteOwnRule(ctx, h.township(), rulebook.OwnInput{Village: h.village, Version: version, Enabled: true, Rule: line("C13", "送水")})
	wantCode(t, "the township writes", err, "access.forbidden")
	h.adopt(t, version, 20261001)
	_, err = h.write(version, line("C13", "送水"))
	wantCode(t, "after the vote", err, "rulebook.not_draft")
	h.clock.SetDay(20261005)
	next := h.draft(t)
	set, err := h.rules.Ruleset(ctx, h.secretary(), h.village, next)
	if r, ok := set.Rule("C11"); err != nil || !ok || r.TextZh != "帮邻居收稻子" || len(set.Rules) != 16 {
		t.Errorf("the village's line did not come along: %+v, %v", r, err)
	}
	if _, err := h.rules.WriteOwnRule(ctx, h.secretary(), rulebook.OwnInput{Village: h.village, Version: next, Rule: rulebook.Rule{Code: "C11"}}); err != nil {
		t.Error(err)
	}
}

func TestTheTownshipOverrulesAFalseAlarmInWriting(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	version := h.draft(t)
	stopped := line("C11", "安全员入户检查老化电线")
	_, err := h.write(version, stopped)
	wantCode(t, "stopped", err, "rulebook.red_line")
	if e := errs.From(err); e.Field != "text_zh" || e.Params["line"] != "R3" || e.Params["law"] == "" {
		t.Errorf("%+v", e)
	}
	ask := func(r rulebook.Rule) (rulebook.RedLineCase, error) {
		return h.rules.AskOverrule(ctx, h.secretary(), h.village, r)
	}
	_, err = ask(line("C11", "取消低保"))
	wantCode(t, "R1", err, "rulebook.red_line_fixed")
	_, err = ask(line("C11", "送水"))
	wantCode(t, "nothing stopped", err, "rulebook.not_stopped")
	c, err := ask(stopped)
	if err != nil || c.State != rulebook.CaseAsked || c.Lines != "R3" {
		t.Fatalf("%+v, %v", c, err)
	}
	if again, err := ask(stopped); err != nil || again.ID != c.ID {
		t.Errorf("asked twice: %+v, %v", again, err)
	}
	_, err = h.write(version, stopped)
	wantCode(t, "while it waits", err, "rulebook.red_line")
	decide := func(by core.Actor, id core.ID, reason string) error {
		_, err := h.rules.DecideCase(ctx, by, rulebook.DecideInput{Village: h.village, ID: id, Harmless: true, Reason: reason})
		return err
	}
	reason := "消防安全员经住户同意检查电线，不涉私生活"
	wantCode(t, "in nine characters", decide(h.township(), c.ID, "  一二三四五六七八九  "), "rulebook.overrule_reason")
	wantCode(t, "the village itself", decide(h.secretary(), c.ID, reason), "access.forbidden")
	wantCode(t, "no such case", decide(h.township(), c.ID+1, reason), "rulebook.no_case")
	if err := decide(h.township(), c.ID, reason); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "twice", decide(h.township(), c.ID, reason), "rulebook.case_decided")
	if _, err := h.write(version, stopped); err != nil {
		t.Fatal(err)
	}
	changed := stopped
	changed.TextZh += "和被褥"
	_, err = h.write(version, changed)
	wantCode(t, "a changed text", err, "rulebook.red_line")
	cases, err := h.rules.RedLineCases(ctx, h.secretary(), h.village)
	if err != nil || len(cases) != 1 || cases[0].State != rulebook.CaseOverruled || cases[0].Reason != reason || cases[0].ByName == "" || cases[0].DecidedMs == 0 {
		t.Errorf("%+v, %v", cases, err)
	}
	_, err = h.rules.RedLineCases(ctx, core.Actor{}, h.village)
	wantCode(t, "the public", err, "access.sign_in")
	h.adopt(t, version, 20261001)
}

func TestWhatTheTownshipUpholdsStaysStopped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	version := h.draft(t)
	stopped := line("C11", "每周检查卧室")
	c, err := h.rules.AskOverrule(ctx, h.secretary(), h.village, stopped)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	answers := make([]error, 6)
	for i := range answers { // six officers decide at once: one decision counts
		wg.Go(func() {
			_, answers[i] = h.rules.DecideCase(ctx, h.township(), rulebook.DecideInput{Village: h.village, ID: c.ID, Reason: "卧室是私人空间，不得检查"})
		})
	}
	wg.Wait()
	done := 0
	for _, err := range answers {
		if err == nil {
			done++
		} else {
			wantCode(t, "decided beside", err, "rulebook.case_decided")
		}
	}
	if done != 1 {
		t.Errorf("decided %d times", done)
	}
	_, err = h.write(version, stopped)
	wantCode(t, "upheld", err, "rulebook.red_line")
}

func TestTheCountysTemplateKeepsToTheRedLines(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	county := h.staff(core.RoleCounty, h.county)
	version, err := h.rules.Draft(ctx, county, rulebook.DraftInput{Area: h.county, Title: "示范文本（修订）"})
	if err != nil {
		t.Fatal(err)
	}
	bad := line("C11", "入户检查被子")
	bad.PointsMin, bad.PointsMax = 1, 5
	_, err = h.rules.PutRule(ctx, county, rulebook.PutInput{Area: h.county, Version: version, Enabled: true, Rule: bad})
	wantCode(t, "the county's line", err, "rulebook.red_line")
	rules, err := rulebook.Template()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if err := r.CheckRedLines(); err != nil {
			t.Errorf("%s: %v", r.TextZh, err)
		}
	}
}
