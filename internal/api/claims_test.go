package api_test

import (
	"fmt"
	"strings"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

type claim struct {
	ID        core.ID     `json:"id"`
	Household core.ID     `json:"household"`
	State     string      `json:"state"`
	Points    core.Points `json:"points"`
	Asked     core.Points `json:"asked"`
	Month     core.Month  `json:"month"`
	Source    string      `json:"source"`
	ByName    string      `json:"by_name"`
	Line      int64       `json:"line"`
	VersionNo int64       `json:"version_no"`
	PhotoURL  string      `json:"photo_url"`
	Flags     []string    `json:"flags"`
	Can       struct {
		Approve  bool `json:"approve"`
		Withdraw bool `json:"withdraw"`
		Edit     bool `json:"edit"`
	} `json:"can"`
}

// claimsWorld is a village whose rules are in force since the first of October; it is the tenth.
func claimsWorld(t *testing.T) *apitest.World {
	t.Helper()
	w := rules(t)
	w.As(core.RoleClerk).Post(w.In("/rulesets"), map[string]any{"title": "前进村积分细则"}).Want(201)
	enact(w)
	w.Clock.SetDay(20261010)
	return w
}

func deed(household core.ID, rule string) map[string]any {
	return map[string]any{"household": household, "rule": rule, "day": 20261010}
}

// TestAMonthOverHTTP walks a village from a household's claim to the line in its passbook.
func TestAMonthOverHTTP(t *testing.T) {
	t.Parallel()
	w := claimsWorld(t)
	clerk, secretary, supervisor := w.As(core.RoleClerk), w.As(core.RoleSecretary), w.As(core.RoleSupervisor)
	wang, li := w.Household("王建国"), w.Household("李芬")

	card := w.UnlockedCard(wang)
	mine := apitest.Read[claim](card.Post("/card/claims", map[string]any{"rule": "A02", "day": 20261009, "note": "修村口路灯"}).Want(201))
	if mine.Household != wang || mine.Source != "card" || mine.Points != 10 || !mine.Can.Withdraw || mine.Can.Approve {
		t.Errorf("the card's claim: %+v", mine)
	}
	judged := apitest.Read[struct {
		Points core.Points `json:"points"`
		Cap    struct {
			Limit core.Points `json:"limit_points"`
			Used  core.Points `json:"used_points"`
		} `json:"cap"`
	}](clerk.Post(w.In("/claims/judge"), deed(wang, "A02")).Want(200))
	if judged.Points != 10 || judged.Cap.Limit != 20 || judged.Cap.Used != 10 {
		t.Errorf("judged: %+v", judged)
	}
	sheet := map[string]any{"rule": "A01", "day": 20261008, "title": "十月群众会", "rows": []any{
		map[string]any{"household": wang}, map[string]any{"household": li, "qty": 1, "step": -1, "note": ""}, map[string]any{"household": li}}}
	type sheetResult struct {
		Sheet   core.ID     `json:"sheet"`
		Claims  int64       `json:"claims"`
		Points  core.Points `json:"points"`
		Results []struct {
			Claim core.ID `json:"claim"`
			Code  string  `json:"code"`
		} `json:"results"`
	}
	dry := apitest.Read[sheetResult](clerk.Post(w.In("/sheets?dry=true"), sheet).Want(201))
	made := apitest.Read[sheetResult](clerk.Post(w.In("/sheets"), sheet).Want(201))
	if dry.Sheet != 0 || dry.Claims != 2 || made.Claims != 2 || made.Results[2].Code != "claims.duplicate_row" {
		t.Errorf("tried %+v, made %+v", dry, made)
	}

	queue := apitest.Read[page[claim]](supervisor.Get(w.In("/claims?state=submitted")).Want(200))
	if len(queue.Items) != 3 || !queue.Items[0].Can.Approve {
		t.Fatalf("the queue: %+v", queue)
	}
	supervisor.Post(w.In("/claims/"+mine.ID.String()+"/approve"), map[string]any{"version_no": mine.VersionNo}).Want(200)
	together := apitest.Read[struct {
		Results []struct {
			OK   bool   `json:"ok"`
			Code string `json:"code"`
		} `json:"results"`
	}](supervisor.Post(w.In("/claims/approve"), map[string]any{"claims": []map[string]any{{"id": mine.ID, "version_no": mine.VersionNo + 1}, {"id": made.Results[0].Claim, "version_no": 1}, {"id": made.Results[1].Claim, "version_no": 1}}}).Want(200))
	if together.Results[0].Code != "claims.wrong_state" || !together.Results[1].OK || !together.Results[2].OK {
		t.Errorf("approved together: %+v", together)
	}
	closeOverHTTP(w, clerk, secretary, mine)

	readPassbook(t, card)
}

// readPassbook looks at what the month left behind the household's card.
func readPassbook(t *testing.T, card *apitest.Client) {
	t.Helper()
	lines := apitest.Read[page[struct {
		MemoZh string      `json:"memo_zh"`
		Amount core.Points `json:"amount"`
	}]](card.Get("/card/lines").Want(200))
	home := apitest.Read[struct {
		Spendable core.Points `json:"spendable"`
		Household struct {
			Head string `json:"head"`
		} `json:"household"`
	}](card.Get("/card").Want(200))
	if len(lines.Items) != 3 || home.Spendable != 12 || home.Household.Head != "王建国" {
		t.Errorf("the passbook: %+v %+v", lines, home)
	}
	if own := apitest.Read[page[claim]](card.Get("/card/claims").Want(200)); len(own.Items) != 2 || own.Items[1].State != "posted" || own.Items[1].Line == 0 {
		t.Errorf("the household's claims: %+v", own)
	}
}

// closeOverHTTP publishes October, lets the public object, answers and closes.
func closeOverHTTP(w *apitest.World, clerk, secretary *apitest.Client, mine claim) {
	w.T.Helper()
	notice := apitest.Read[struct {
		ID    core.ID  `json:"id"`
		ToDay core.Day `json:"to_day"`
	}](clerk.Post(w.In("/months/202610/notice"), map[string]any{"days": 3}).Want(201))
	public := "/public" + w.In("")
	anybody := w.Stranger()
	list := anybody.Get(public + "/notices/" + notice.ID.String()).Want(200)
	if strings.Contains(string(list.Body), "王建国") || !strings.Contains(string(list.Body), "王*国") {
		w.T.Errorf("the public sees %s", list.Body)
	}
	receipt := apitest.Read[struct {
		Code   string   `json:"code"`
		DueDay core.Day `json:"due_day"`
	}](anybody.Post(public+"/objections", map[string]any{"notice": notice.ID, "claim": mine.ID, "text": "路灯不是他提的"}).Want(201))
	problem := secretary.Post(w.In("/months/202610/close"), map[string]any{}).WantProblem(409, "claims.lines_frozen").Problem()
	if problem.Params["blockers"] == nil || !strings.Contains(problem.Detail, "1 条") {
		w.T.Errorf("what stands in the way: %+v", problem)
	}
	waiting := apitest.Read[page[struct {
		ID core.ID `json:"id"`
	}]](secretary.Get(w.In("/objections?state=open")).Want(200))
	secretary.Post(w.In("/objections/"+waiting.Items[0].ID.String()+"/answer"), map[string]any{"outcome": "dismissed", "answer": "会议记录上是他"}).Want(200)
	if told := anybody.Get(public + "/objections/" + receipt.Code).Want(200); !strings.Contains(string(told.Body), "会议记录上是他") {
		w.T.Errorf("whoever objected reads %s", told.Body)
	}
	w.Clock.SetDay(notice.ToDay.Add(1))
	secretary = w.As(core.RoleSecretary)
	first := secretary.Post(w.In("/months/202610/close"), map[string]any{}).Want(200)
	if again := secretary.Post(w.In("/months/202610/close"), map[string]any{}).Want(200); string(again.Body) != string(first.Body) {
		w.T.Errorf("closed %s, again %s", first.Body, again.Body)
	}
	month := apitest.Read[struct {
		Closed bool             `json:"closed"`
		Counts map[string]int64 `json:"counts"`
	}](secretary.Get(w.In("/months/202610")).Want(200))
	if !month.Closed || month.Counts["posted"] != 3 {
		w.T.Errorf("the closed month: %+v", month)
	}
}

// TestClaimsRefuseBadInput by name, and change nothing.
func TestClaimsRefuseBadInput(t *testing.T) {
	t.Parallel()
	w := claimsWorld(t)
	clerk, supervisor, secretary := w.As(core.RoleClerk), w.As(core.RoleSupervisor), w.As(core.RoleSecretary)
	home := w.Household("王建国")
	made := apitest.Read[claim](clerk.Post(w.In("/claims"), deed(home, "A02")).Want(201))
	at := w.In("/claims/" + made.ID.String())
	with := func(name string, value any) map[string]any {
		d := deed(home, "A02")
		d[name] = value
		return d
	}
	rows := make([]map[string]any, 1001)
	for i := range rows {
		rows[i] = map[string]any{"household": home}
	}
	for _, c := range []struct {
		name   string
		by     *apitest.Client
		path   string
		body   any
		status int
		code   string
	}{
		{"a fraction of a time", clerk, "/claims", with("qty", 1.5), 422, "input.type"},
		{"10^18 times", clerk, "/claims", with("qty", int64(1e18)), 422, "input.range"},
		{"below zero", clerk, "/claims", with("qty", -1), 422, "input.range"},
		{"a day in words", clerk, "/claims", with("day", "tomorrow"), 422, "input.type"},
		{"the 31st of September", clerk, "/claims", with("day", 20260931), 422, ""},
		{"points of one's own", clerk, "/claims", with("points", 1000), 422, "input.unknown_field"},
		{"a state of one's own", clerk, "/claims", with("state", "approved"), 422, "input.unknown_field"},
		{"a household that is no id", clerk, "/claims", with("household", "王建国"), 422, ""},
		{"a rule's whole text", clerk, "/claims", with("rule", strings.Repeat("A", 99)), 422, "input.range"},
		{"a rule that is none", clerk, "/claims", with("rule", "X77"), 404, "rulebook.no_rule"},
		{"an endless note", clerk, "/claims", with("note", strings.Repeat("长", 501)), 422, "input.range"},
		{"1,001 rows", clerk, "/sheets", map[string]any{"rule": "A01", "day": 20261008, "rows": rows}, 422, "input.range"},
		{"no rows", clerk, "/sheets", map[string]any{"rule": "A01", "day": 20261008, "rows": []any{}}, 422, "input.range"},
		{"a month that is none", clerk, "/months/202613/notice", map[string]any{}, 422, ""},
		{"two days' notice", clerk, "/months/202610/notice", map[string]any{"days": 2}, 422, "claims.bad_notice_days"},
		{"a year's notice", clerk, "/months/202610/notice", map[string]any{"days": 365}, 422, "input.range"},
		{"a close of next year", secretary, "/months/202710/close", map[string]any{}, 409, "claims.month_in_future"},
		{"no reason", supervisor, "/claims/" + made.ID.String() + "/return", map[string]any{"reason": ""}, 422, "claims.text_missing"},
		{"an old version", supervisor, "/claims/" + made.ID.String() + "/approve", map[string]any{"version_no": 9}, 409, "claims.changed_meanwhile"},
		{"another answer", secretary, "/objections/0000000000001/answer", map[string]any{"outcome": "maybe", "answer": "x"}, 422, "input.value"},
		{"no ids", supervisor, "/claims/approve", map[string]any{"claims": []any{}}, 422, "input.range"},
	} {
		a := c.by.Post(w.In(c.path), c.body)
		if p := a.Problem(); a.Status != c.status && !(c.code == "" && a.Status == 400) || c.code != "" && p.Code != c.code || p.Detail == "" {
			t.Errorf("%s: %d %s %s", c.name, a.Status, p.Code, p.Detail)
		}
	}
	if now := apitest.Read[claim](clerk.Get(at).Want(200)); now.State != "submitted" || now.VersionNo != 1 {
		t.Errorf("bad input changed the claim: %+v", now)
	}
	clerk.Get(w.In("/claims?state=lost")).Want(422)
	clerk.Get(w.In("/claims?cursor=x")).WantProblem(422, "input.bad_cursor")
	clerk.Get(w.In("/claims/0000000000001")).WantProblem(404, "claims.no_claim")
	w.AsIn(core.RoleClerk, w.Nearby).Get(at).WantProblem(403, "access.forbidden")
	w.Card(home).Post("/card/claims", map[string]any{"rule": "A02", "day": 20261010}).WantProblem(401, "access.pin_needed")
}

// TestThePublicNeedsNoAccount, and what it must not reach answers nothing.
func TestThePublicNeedsNoAccount(t *testing.T) {
	t.Parallel()
	w := claimsWorld(t)
	anybody, public := w.Stranger(), "/public"+w.In("")
	village := apitest.Read[struct {
		Short  string `json:"short"`
		Rules  *struct{ Version int64 }
		Notice *struct{ ID core.ID }
		Shop   *struct{ Name string }
	}](anybody.Get(public).Want(200))
	if village.Short != "前进村" || village.Rules == nil || village.Notice != nil || village.Shop != nil {
		t.Errorf("the village: %+v", village)
	}
	anybody.Get("/public/villages/520524999999").WantProblem(404, "directory.no_area")
	anybody.Get(public+"/notices/0000000000001").WantProblem(404, "claims.no_notice")
	anybody.Get(public + "/notices/none").Want(422)
	anybody.Get(public+"/objections/AAAA-AAAA").WantProblem(404, "claims.no_objection")
	for _, body := range []string{"", "{", `{"notice":"0000000000001","claim":"0000000000001","text":"x","by":"王"}`, `{"text":5}`} {
		if a := anybody.Post(public+"/objections", body); a.Status < 400 || a.Status >= 500 {
			t.Errorf("%q: %d", body, a.Status)
		}
	}
	big := fmt.Sprintf(`{"notice":"0000000000001","claim":"0000000000001","text":%q}`, strings.Repeat("a", 20_000))
	anybody.Post(public+"/objections", big).WantProblem(413, "input.too_large")
	if rows := apitest.Read[page[claim]](anybody.Get(public + "/notices").Want(200)); len(rows.Items) != 0 {
		t.Errorf("%+v", rows)
	}
}
