package api_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

type ruleset struct {
	Version     int64           `json:"version"`
	Title       string          `json:"title"`
	State       string          `json:"state"`
	BaseVersion int64           `json:"base_version"`
	FromDay     core.Day        `json:"from_day"`
	VoteFor     int64           `json:"vote_for"`
	NoticeDays  int             `json:"notice_days"`
	ByName      string          `json:"by_name"`
	Rules       []rulebook.Rule `json:"rules"`
}

// rules is a world whose county has its template.
func rules(t *testing.T) *apitest.World {
	t.Helper()
	w := apitest.New(t)
	if err := w.Services.Store.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return rulebook.SeedTemplate(ctx, tx, w.County, 20260101, w.Clock.Now())
	}); err != nil {
		t.Fatal(err)
	}
	return w
}

func vote() map[string]any {
	return map[string]any{"from_day": 20261001, "vote_day": 20260907, "due": 30, "present": 20, "in_favour": 15, "minutes_no": "〔2026〕3号", "notice_days": 3}
}

func TestAVillageAdoptsItsRules(t *testing.T) {
	t.Parallel()
	w := rules(t)
	clerk, secretary := w.As(core.RoleClerk), w.As(core.RoleSecretary)
	w.Stranger().Get("/public"+w.In("/rules")).WantProblem(409, "rulebook.none_in_force")
	draft := apitest.Read[ruleset](clerk.Post(w.In("/rulesets"), map[string]any{"title": "前进村积分细则"}).Want(201))
	if draft.Version != 1 || draft.State != "draft" || draft.BaseVersion != 1 || len(draft.Rules) != 15 || draft.ByName != "李文书" {
		t.Fatalf("draft %+v", draft)
	}
	clerk.Post(w.In("/rulesets"), map[string]any{"title": "又一版"}).WantProblem(409, "rulebook.draft_open")
	at := w.In("/rulesets/1")
	yard := draft.Rules[3]
	yard.Scale[0].Points, yard.Scale[1].Points = 8, 4
	edited := apitest.Read[rulebook.Rule](clerk.Put(at+"/rules/B01", map[string]any{"enabled": true, "points": 8, "scale": yard.Scale, "cap_points": 0, "cap_count": 1, "self": false}).Want(200))
	if edited.Points != 8 || edited.Scale[1].Points != 4 || edited.Scale[1].LabelZh != "清洁" {
		t.Errorf("edited %+v", edited)
	}
	clerk.Put(at+"/rules/C02", map[string]any{"enabled": false}).Want(200)
	problem := clerk.With("Accept-Language", "en").Put(at+"/rules/A01", map[string]any{"enabled": true, "points": 6, "cap_count": 1}).WantProblem(422, "rulebook.out_of_bounds").Problem()
	if problem.Field != "points" || !strings.Contains(problem.Detail, "1 and 5") {
		t.Errorf("problem %+v", problem)
	}
	clerk.Post(at+"/adopt", vote()).WantProblem(403, "access.forbidden")
	short := vote()
	short["present"] = 19
	secretary.Post(at+"/adopt", short).WantProblem(409, "rulebook.vote_present")
	adopted := apitest.Read[ruleset](secretary.Post(at+"/adopt", vote()).Want(200))
	if adopted.State != "adopted" || adopted.FromDay != 20261001 || adopted.VoteFor != 15 || len(adopted.Rules) != 14 {
		t.Errorf("adopted %+v", adopted)
	}
	w.Clock.SetDay(20261001)
	public := apitest.Read[ruleset](w.Stranger().Get("/public" + w.In("/rules")).Want(200))
	if public.Version != 1 || public.Title != "前进村积分细则" || len(public.Rules) != 14 {
		t.Errorf("public %+v", public)
	}
	clerk = w.As(core.RoleClerk)
	clerk.Get(w.In("/rules?day=20260930")).WantProblem(409, "rulebook.none_in_force")
	clerk.Get(w.In("/rules?day=20261001")).Want(200)
	for _, day := range []string{"20260931", "x", "-1", "99999999999"} {
		if got := clerk.Get(w.In("/rules?day=" + day)); got.Status < 400 || got.Status > 499 || got.Code() == "rulebook.none_in_force" {
			t.Errorf("day %s: %d %s", day, got.Status, got.Code())
		}
	}
	w.As(core.RoleSecretary).Post(at+"/withdraw", map[string]any{}).WantProblem(409, "rulebook.in_force")
}

func TestRulesRefuseBadInput(t *testing.T) {
	t.Parallel()
	w := rules(t)
	secretary := w.As(core.RoleSecretary)
	for name, body := range map[string]any{
		"no title":         map[string]any{},
		"a long title":     map[string]any{"title": strings.Repeat("长", 61)},
		"a number":         map[string]any{"title": 5},
		"an unknown field": map[string]any{"title": "细则", "points": 5},
		"another source":   map[string]any{"title": "细则", "source": "county"},
		"no JSON":          "{",
		"a list":           []int{1},
	} {
		if got := secretary.Post(w.In("/rulesets"), body); got.Status < 400 || got.Status > 499 {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	secretary.Post(w.In("/rulesets"), map[string]any{"title": "细则"}).Want(201)
	at := w.In("/rulesets/1/rules/")
	for name, send := range map[string]*apitest.Answer{
		"points as text":    secretary.Put(at+"A01", map[string]any{"enabled": true, "points": "2"}),
		"half a point":      secretary.Put(at+"A01", map[string]any{"enabled": true, "points": 2.5, "cap_count": 1}),
		"10^18 points":      secretary.Put(at+"A01", map[string]any{"enabled": true, "points": 1_000_000_000_000_000_000, "cap_count": 1}),
		"10^30 points":      secretary.Put(at+"A01", `{"enabled":true,"points":1e30}`),
		"a code in small":   secretary.Put(at+"a01", map[string]any{"enabled": true, "points": 2}),
		"no code":           secretary.Put(at+"Z99", map[string]any{"enabled": true, "points": 2}),
		"no such version":   secretary.Put(w.In("/rulesets/9/rules/A01"), map[string]any{"enabled": true, "points": 2, "cap_count": 1}),
		"version zero":      secretary.Put(w.In("/rulesets/0/rules/A01"), map[string]any{"enabled": true, "points": 2, "cap_count": 1}),
		"no enabled":        secretary.Put(at+"A01", map[string]any{"points": 2}),
		"a scale of scales": secretary.Put(at+"B01", map[string]any{"enabled": true, "scale": []any{[]int{1}}}),
		"a day as text":     secretary.Post(w.In("/rulesets/1/adopt"), map[string]any{"from_day": "2026-10-01"}),
		"no vote":           secretary.Post(w.In("/rulesets/1/adopt"), map[string]any{"from_day": 20261001}),
	} {
		if send.Status < 400 || send.Status > 499 || send.Code() == "" {
			t.Errorf("%s: %d %s", name, send.Status, send.Body)
		}
	}
	w.AsIn(core.RoleSecretary, w.Nearby).Post(w.In("/rulesets/1/withdraw"), map[string]any{}).WantProblem(403, "access.forbidden")
}

func TestTheCountyEditsItsTemplate(t *testing.T) {
	t.Parallel()
	w := rules(t)
	county := w.As(core.RoleCounty)
	at := "/areas/" + w.County.String() + "/rulesets"
	list := apitest.Read[page[ruleset]](w.As(core.RoleClerk).Get(at).Want(200))
	if len(list.Items) != 1 || list.Items[0].State != "adopted" {
		t.Fatalf("a clerk reads %+v", list)
	}
	draft := apitest.Read[ruleset](county.Post(at, map[string]any{"title": "示范文本（修订）"}).Want(201))
	if draft.Version != 2 || len(draft.Rules) != 15 {
		t.Fatalf("draft %+v", draft)
	}
	if seen := apitest.Read[page[ruleset]](w.As(core.RoleClerk).Get(at).Want(200)); len(seen.Items) != 1 {
		t.Errorf("a clerk sees the county's draft")
	}
	w.As(core.RoleClerk).Get(at+"/2").WantProblem(404, "rulebook.no_ruleset")
	mine := at + "/" + strconv.FormatInt(draft.Version, 10)
	line := draft.Rules[0]
	line.PointsMax = 4
	county.Put(mine+"/rules/A01", map[string]any{"enabled": true, "rule": line}).Want(200)
	county.Put(mine+"/rules/A02", map[string]any{"enabled": true, "rule": line}).WantProblem(422, "rulebook.code_taken")
	line.CapPeriod = "decade"
	county.Put(mine+"/rules/A01", map[string]any{"enabled": true, "rule": line}).WantProblem(422, "rulebook.bad_rule")
	county.Put(mine+"/rules/M03", map[string]any{"enabled": false}).Want(200)
	w.As(core.RoleSecretary).Put(mine+"/rules/A01", map[string]any{"enabled": false}).WantProblem(403, "access.forbidden")
	county.Post(mine+"/publish", map[string]any{"from_day": 20260908}).WantProblem(422, "rulebook.from_day")
	published := apitest.Read[ruleset](county.Post(mine+"/publish", map[string]any{"from_day": 20261001}).Want(200))
	if published.State != "adopted" || len(published.Rules) != 14 || published.Rules[0].PointsMax != 4 {
		t.Errorf("published %+v", published)
	}
	withdrawn := apitest.Read[ruleset](county.Post(mine+"/withdraw", map[string]any{}).Want(200))
	if withdrawn.State != "withdrawn" {
		t.Errorf("withdrawn %+v", withdrawn)
	}
	county.Post("/areas/"+w.Township.String()+"/rulesets", map[string]any{"title": "乡镇细则"}).WantProblem(422, "rulebook.wrong_area")
}

func TestAStoppedTextIsRefusedAndOverruled(t *testing.T) {
	t.Parallel()
	w := rules(t)
	clerk, township := w.As(core.RoleClerk), w.As(core.RoleTownship)
	clerk.Post(w.In("/rulesets"), map[string]any{"title": "前进村积分细则"}).Want(201)
	own := func(text string) map[string]any {
		return map[string]any{"code": "C11", "category": "harmony", "kind": "contribution", "text_zh": text, "text_en": "A line", "points": 3, "points_min": 0, "points_max": 0,
			"scale": []any{}, "per": "event", "unit_zh": "", "unit_en": "", "cap_period": "", "cap_points": 0, "cap_count": 0, "proof_zh": "", "proof_en": "", "approver": "leader", "self": false}
	}
	at := w.In("/rulesets/1/own-rules/C11")
	problem := clerk.With("Accept-Language", "en").Put(at, map[string]any{"enabled": true, "rule": own("入户检查电线")}).WantProblem(422, "rulebook.red_line").Problem()
	if law, _ := problem.Params["law"].(string); problem.Field != "text_zh" || problem.Params["line"] != "R3" || !strings.Contains(law, "Constitution") || !strings.Contains(problem.Detail, law) {
		t.Errorf("problem %+v", problem)
	}
	cases := w.In("/red-line-cases")
	clerk.Post(cases, map[string]any{"rule": own("罚款五十元")}).WantProblem(409, "rulebook.red_line_fixed")
	asked := apitest.Read[struct{ ID, State, Lines string }](clerk.Post(cases, map[string]any{"rule": own("入户检查电线")}).Want(201))
	if asked.State != "asked" || asked.Lines != "R3" {
		t.Fatalf("%+v", asked)
	}
	decide := cases + "/" + asked.ID + "/decide"
	township.Post(decide, map[string]any{"harmless": true, "reason": "太短"}).WantProblem(422, "rulebook.overrule_reason")
	clerk.Post(decide, map[string]any{"harmless": true, "reason": "这是自己给自己核定放行"}).WantProblem(403, "access.forbidden")
	township.Post(decide, map[string]any{"harmless": true, "reason": "消防检查，经住户同意，不看私生活"}).Want(200)
	clerk.Put(at, map[string]any{"enabled": true, "rule": own("入户检查电线")}).Want(200)
	clerk.Put(at, map[string]any{"enabled": true, "rule": own("入户检查电线和被子")}).WantProblem(422, "rulebook.red_line")
	seen := apitest.Read[page[struct{ State, Reason string }]](w.As(core.RoleSecretary).Get(cases).Want(200))
	if len(seen.Items) != 1 || seen.Items[0].State != "overruled" || seen.Items[0].Reason == "" {
		t.Errorf("%+v", seen)
	}
	w.Stranger().Get(cases).WantProblem(401, "access.sign_in")
	clerk.Put(at, map[string]any{"enabled": false}).Want(200)
}
