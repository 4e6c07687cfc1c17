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
	return map[string]any{"kind": "representatives", "vote_day": 20260907, "due": 30, "present": 20, "in_favour": 15, "minutes_no": "〔2026〕3号", "notice_days": 3}
}

// enact takes the world's first version from its draft to its publication, in force from October.
func enact(w *apitest.World) ruleset {
	w.T.Helper()
	at := w.In("/rulesets/1")
	secretary, township := w.As(core.RoleSecretary), w.As(core.RoleTownship)
	secretary.Post(at+"/vote", vote()).Want(200)
	secretary.Post(at+"/file", map[string]any{}).Want(200)
	township.Post(at+"/confirm-filing", map[string]any{"filing_no": "白泥备〔2026〕7号"}).Want(200)
	return apitest.Read[ruleset](secretary.Post(at+"/publish", map[string]any{"from_day": 20261001}).Want(200))
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
	clerk.Post(at+"/vote", vote()).WantProblem(403, "access.forbidden")
	short := vote()
	short["present"] = 19
	missing := secretary.With("Accept-Language", "en").Post(at+"/vote", short).WantProblem(409, "rulebook.vote_present").Problem()
	if !strings.Contains(missing.Detail, "19 of 30") || !strings.Contains(missing.Detail, "at least 20") || !strings.Contains(missing.Detail, "1 more") {
		t.Errorf("what is missing: %s", missing.Detail)
	}
	secretary.Post(at+"/file", map[string]any{}).WantProblem(409, "rulebook.not_voted")
	secretary.Post(at+"/publish", map[string]any{"from_day": 20261001}).WantProblem(409, "rulebook.not_filed")
	adopted := enact(w)
	if adopted.State != "published" || adopted.FromDay != 20261001 || adopted.VoteFor != 15 || len(adopted.Rules) != 14 {
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
		"a day as text":     secretary.Post(w.In("/rulesets/1/publish"), map[string]any{"from_day": "2026-10-01"}),
		"no vote":           secretary.Post(w.In("/rulesets/1/vote"), map[string]any{"kind": "representatives"}),
		"another meeting":   secretary.Post(w.In("/rulesets/1/vote"), map[string]any{"kind": "party", "vote_day": 20260907, "due": 3, "present": 3, "in_favour": 3, "minutes_no": "1", "notice_days": 3}),
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
	if len(list.Items) != 1 || list.Items[0].State != "published" {
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
	if published.State != "published" || len(published.Rules) != 14 || published.Rules[0].PointsMax != 4 {
		t.Errorf("published %+v", published)
	}
	withdrawn := apitest.Read[ruleset](county.Post(mine+"/withdraw", map[string]any{}).Want(200))
	if withdrawn.State != "withdrawn" {
		t.Errorf("withdrawn %+v", withdrawn)
	}
}

func TestTheTownshipFilesReturnsAndOffers(t *testing.T) {
	t.Parallel()
	w := rules(t)
	secretary, township := w.As(core.RoleSecretary), w.As(core.RoleTownship)
	secretary.Post(w.In("/rulesets"), map[string]any{"title": "前进村积分细则"}).Want(201)
	at, filings := w.In("/rulesets/1"), "/areas/"+w.Township.String()+"/filings"
	clean := apitest.Read[page[map[string]any]](secretary.Get(at + "/check").Want(200))
	if len(clean.Items) != 0 {
		t.Errorf("the check finds %v", clean)
	}
	full := vote()
	full["party"] = map[string]any{"vote_day": 20260906, "due": 9, "present": 6, "in_favour": 4, "minutes_no": "党会2号"}
	problem := secretary.Post(at+"/vote", full).WantProblem(409, "rulebook.vote_favour_due").Problem()
	if problem.Field != "party.in_favour" || !strings.Contains(problem.Detail, "还差 1 人") {
		t.Errorf("%+v", problem)
	}
	full["party"].(map[string]any)["in_favour"] = 5
	secretary.Post(at+"/vote", full).Want(200)
	secretary.Post(at+"/file", map[string]any{}).Want(200)
	type waiting struct {
		Village core.Area `json:"village"`
		Name    string    `json:"village_name"`
		Ruleset ruleset   `json:"ruleset"`
	}
	if got := apitest.Read[page[waiting]](township.Get(filings).Want(200)); len(got.Items) != 1 || got.Items[0].Village != w.Village || got.Items[0].Name != "前进村" || got.Items[0].Ruleset.State != "filing" {
		t.Errorf("waits: %+v", got)
	}
	township.Get("/areas/"+w.County.String()+"/filings").WantProblem(403, "access.forbidden")
	township.Post(at+"/return-filing", map[string]any{"reason": "不行"}).WantProblem(422, "rulebook.return_reason")
	township.Post(at+"/return-filing", map[string]any{"reason": "请附上党员大会的会议记录"}).Want(200)
	if got := apitest.Read[page[waiting]](township.Get(filings).Want(200)); len(got.Items) != 0 {
		t.Errorf("still waits: %+v", got)
	}
	enact(w)
	own := "/areas/" + w.Township.String() + "/rulesets"
	township.Post(own, map[string]any{"title": "白泥镇增补条目"}).Want(201)
	line := map[string]any{"code": "T01", "category": "volunteer", "kind": "contribution", "text_zh": "参加镇里的河道清理", "text_en": "Cleans the river", "points": 8, "points_min": 6, "points_max": 12,
		"scale": []any{}, "per": "event", "unit_zh": "", "unit_en": "", "cap_period": "", "cap_points": 0, "cap_count": 0, "proof_zh": "", "proof_en": "", "approver": "leader", "self": false}
	township.Put(own+"/1/rules/T01", map[string]any{"enabled": true, "rule": line}).Want(200)
	township.Put(own+"/1/bounds", map[string]any{"rate_min_fen": 1, "rate_max_fen": 2, "floor_min": 0, "floor_max": 1, "notice_min": 3, "notice_max": 7, "party_meeting": false}).WantProblem(422, "rulebook.wrong_area")
	township.Post(own+"/1/publish", map[string]any{"from_day": 20261001}).Want(200)
	w.Clock.SetDay(20261002)
	secretary = w.As(core.RoleSecretary)
	secretary.Post(w.In("/rulesets"), map[string]any{"title": "第二版"}).Want(201)
	offers := apitest.Read[page[rulebook.Rule]](secretary.Get(w.In("/rulesets/2/offers")).Want(200))
	if len(offers.Items) != 1 || offers.Items[0].Code != "T01" {
		t.Errorf("offers %+v", offers)
	}
	secretary.Put(w.In("/rulesets/2/rules/T01"), map[string]any{"enabled": true, "points": 9}).Want(200)
	second := apitest.Read[struct {
		Townships []string `json:"townships"`
	}](secretary.Get("/areas/" + w.Village.String() + "/rulesets/2").Want(200))
	if len(second.Townships) != 1 || second.Townships[0] != "T01" {
		t.Errorf("the township's: %+v", second)
	}
}

func TestTheCountysBoundsBindAShop(t *testing.T) {
	t.Parallel()
	w := rules(t)
	secretary, county := w.As(core.RoleSecretary), w.As(core.RoleCounty)
	shop := map[string]any{"name": "积分超市", "rate_fen": 600, "floor": 90, "state": "open", "version": 0}
	problem := secretary.Put(w.In("/shop"), shop).WantProblem(422, "market.rate_bounds").Problem()
	if problem.Field != "rate_fen" || !strings.Contains(problem.Detail, "0.05 到 5.00 元") {
		t.Errorf("%+v", problem)
	}
	shop["rate_fen"] = 300
	secretary.Put(w.In("/shop"), shop).Want(200)
	at := "/areas/" + w.County.String() + "/rulesets"
	county.Post(at, map[string]any{"title": "示范文本（修订）"}).Want(201)
	county.Put(at+"/2/bounds", map[string]any{"rate_min_fen": 50, "rate_max_fen": 200, "floor_min": 0, "floor_max": 80, "notice_min": 3, "notice_max": 7, "party_meeting": false}).Want(200)
	county.Post(at+"/2/publish", map[string]any{"from_day": 20261001}).Want(200)
	w.Clock.SetDay(20261001)
	secretary = w.As(core.RoleSecretary)
	shop["name"], shop["version"] = "前进积分超市", 1
	secretary.Put(w.In("/shop"), shop).Want(200) // what was set before the county narrowed it stays
	shop["floor"], shop["version"] = 85, 2
	secretary.Put(w.In("/shop"), shop).WantProblem(422, "market.floor_bounds")
	shop["floor"], shop["rate_fen"] = 90, 250
	secretary.Put(w.In("/shop"), shop).WantProblem(422, "market.rate_bounds")
	if b := apitest.Read[rulebook.Bounds](secretary.Get(w.In("/baseline")).Want(200)); b.RateMax != 200 || b.FloorMax != 80 {
		t.Errorf("the baseline: %+v", b)
	}
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

// TestAnExpiryIsVotedLikeRules sends the vote of each meeting, and reads back what is on record and what expires soon.
func TestAnExpiryIsVotedLikeRules(t *testing.T) {
	t.Parallel()
	w := claimsWorld(t)
	secretary := w.As(core.RoleSecretary)
	meeting := func(due, present, favour int64) map[string]any {
		return map[string]any{"vote_day": 20261009, "due": due, "present": present, "in_favour": favour, "minutes_no": "〔2026〕9号"}
	}
	vote := func(kind string, due, present, favour int64, party any) *apitest.Answer {
		body := meeting(due, present, favour)
		body["kind"], body["months"], body["from_day"] = kind, 24, 20261101
		if party != nil {
			body["party"] = party
		}
		return secretary.Post(w.In("/expiry"), body)
	}
	vote("party", 30, 30, 30, nil).WantProblem(422, "input.value")
	vote("households", 300, 199, 199, nil).WantProblem(409, "rulebook.vote_present")
	vote("assembly", 800, 401, 201, meeting(20, 14, 10)).WantProblem(409, "rulebook.vote_favour_due")
	vote("assembly", 800, 401, 201, meeting(20, 14, 11)).Want(201)
	type record struct {
		Months   int64    `json:"months"`
		Kind     string   `json:"kind"`
		Present  int64    `json:"present"`
		PartyDay core.Day `json:"party_day"`
	}
	got := apitest.Read[struct {
		Now, Newest record
		Soon        []struct{}
		Households  int
	}](w.As(core.RoleAuditor).Get(w.In("/expiry")).Want(200))
	if got.Now != (record{}) || got.Newest != (record{24, "assembly", 401, 20261009}) || got.Soon == nil || got.Households != 0 {
		t.Errorf("on record: %+v", got)
	}
}
