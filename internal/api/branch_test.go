package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// branchWorld is a village whose branch has three members, a scheme and entries, made over the wire.
type branchWorld struct {
	*apitest.World
	base    string
	members []string
	posted  string // id of an addition
	line    int64
}

func withBranch(t *testing.T) *branchWorld {
	w := &branchWorld{World: apitest.New(t)}
	w.base = w.In("/branch")
	clerk, secretary := w.As(core.RoleClerk), w.As(core.RoleSecretary)
	today := core.DayOf(w.Clock.Now())
	for head, name := range map[string]string{"张大山": "龚向党", "李大河": "罗永红", "赵大川": "卯正清"} {
		clerk.Post(w.In("/households"), map[string]any{"head": head, "residents": []map[string]any{{"name": name, "party": true}}}).Want(http.StatusCreated)
	}
	var found struct {
		Items []struct{ Resident string } `json:"items"`
	}
	clerk.Get(w.base + "/members/candidates").Want(http.StatusOK).Into(&found)
	for _, c := range found.Items {
		var m struct{ ID string }
		clerk.Post(w.base+"/members", map[string]any{"resident": c.Resident, "class": "ordinary", "day": 20200701}).Want(http.StatusCreated).Into(&m)
		w.members = append(w.members, m.ID)
	}
	year := int64(today) / 10000
	draft := map[string]any{"version": 0, "name": "红旗支部", "answer_days": 7,
		"bases":  map[string]any{"ordinary": 41, "elderly": 0, "floating": 0, "probationary": 0},
		"items":  []map[string]any{{"code": "A1", "text_zh": "主题党日甲", "points": 7, "most": 0}, {"code": "M1", "text_zh": "缺席乙", "points": -3, "most": 0}},
		"grades": []map[string]any{{"text_zh": "优秀", "from": 45}, {"text_zh": "合格", "from": -1}}}
	scheme := fmt.Sprintf("%s/schemes/%d", w.base, year)
	clerk.Put(scheme, draft).Want(http.StatusOK)
	clerk.Put(scheme, draft).WantProblem(409, "branch.changed_meanwhile")
	vote := map[string]any{"version": 1, "vote_day": today, "due": 3, "present": 3, "in_favour": 2, "minutes_no": "支1"}
	clerk.Post(scheme+"/vote", vote).WantProblem(403, "access.forbidden")
	secretary.Post(scheme+"/vote", vote).Want(http.StatusOK)
	var e struct {
		ID        string
		Line      int64
		CanDecide bool `json:"can_decide"`
	}
	clerk.Post(w.base+"/entries", map[string]any{"year": year, "member": w.members[0], "item": "A1", "times": 2, "day": today, "note": "签到表丙"}).Want(http.StatusCreated).Into(&e)
	clerk.Post(w.base+"/entries/"+e.ID+"/decide", map[string]any{"post": true}).WantProblem(403, "branch.own_proposal")
	secretary.Post(w.base+"/entries/"+e.ID+"/decide", map[string]any{"post": true}).Want(http.StatusOK).Into(&e)
	w.posted, w.line = e.ID, e.Line
	clerk.Post(w.base+"/entries", map[string]any{"year": year, "member": w.members[1], "item": "M1", "times": 1, "day": today, "told_day": today, "note": "提醒单丁"}).
		Want(http.StatusCreated).Into(&e)
	secretary.Post(w.base+"/entries/"+e.ID+"/decide", map[string]any{"post": true}).WantProblem(409, "branch.answer_open")
	clerk.Post(w.base+"/entries/"+e.ID+"/answer", map[string]any{"text": "外出务工戊", "day": today}).Want(http.StatusOK)
	secretary.Post(w.base+"/entries/"+e.ID+"/decide", map[string]any{"post": true}).Want(http.StatusOK)
	return w
}

func TestABranchOverTheWire(t *testing.T) {
	t.Parallel()
	w := withBranch(t)
	clerk, secretary := w.As(core.RoleClerk), w.As(core.RoleSecretary)
	year := int64(core.DayOf(w.Clock.Now())) / 10000
	years := fmt.Sprintf("%s/years/%d", w.base, year)
	var list struct {
		Rows []struct {
			Until      map[string]int64
			Suggestion int
		}
		Entries []struct{ ID string }
	}
	clerk.Get(years + "/list").Want(http.StatusOK).Into(&list)
	if len(list.Rows) != 3 || list.Rows[0].Until["total"] != 55 || list.Rows[0].Suggestion != 0 || list.Rows[1].Until["total"] != 38 || list.Rows[1].Suggestion != -1 || len(list.Entries) != 2 {
		t.Errorf("list: %+v", list)
	}
	clerk.Get(years + "/list?quarter=1").Want(http.StatusOK)
	var e struct{ ID string }
	clerk.Post(w.base+"/entries", map[string]any{"year": year, "undoes": w.posted, "note": "记错人", "told_day": core.DayOf(w.Clock.Now())}).Want(http.StatusCreated).Into(&e)
	secretary.Post(w.base+"/entries/"+e.ID+"/decide", map[string]any{"post": false, "reason": "没有记错"}).Want(http.StatusOK)
	clerk.Post(w.base+"/entries/"+e.ID+"/withdraw", map[string]any{}).WantProblem(409, "branch.decided")
	clerk.Get(fmt.Sprintf("%s/entries?year=%d&state=refused&member=%s", w.base, year, w.members[0])).Want(http.StatusOK)
	clerk.Patch(w.base+"/members/"+w.members[2], map[string]any{"version": 1, "class": "elderly"}).Want(http.StatusOK)
	clerk.Get(w.base + "/schemes").Want(http.StatusOK)
	clerk.Get(fmt.Sprintf("%s/schemes/%d", w.base, year+1)).Want(http.StatusOK)
	body := map[string]any{"day": core.DayOf(w.Clock.Now()), "due": 3, "present": 3, "minutes_no": "支2", "verdicts": []any{}}
	secretary.Post(years+"/evaluation", body).WantProblem(409, "branch.too_early")
	w.Clock.SetDay(core.Day(year*10000 + 1220))
	secretary = w.As(core.RoleSecretary)
	var verdicts []map[string]any
	for _, m := range w.members {
		verdicts = append(verdicts, map[string]any{"member": m, "grade": "合格", "in_favour": 2})
	}
	body["day"], body["verdicts"] = year*10000+1220, verdicts
	secretary.Post(years+"/evaluation", body).Want(http.StatusCreated)
	var sheet struct {
		State   string
		Records []struct{ Verdicts []struct{ Total int64 } }
	}
	secretary.Get(years + "/evaluation").Want(http.StatusOK).Into(&sheet)
	if sheet.State != "evaluated" || len(sheet.Records) != 1 || sheet.Records[0].Verdicts[0].Total != 55 {
		t.Errorf("sheet: %+v", sheet)
	}
}

// What the branch keeps is shown to nobody outside it: not by any operation, page, list, export or proof, whoever asks. The
// words below are the scheme's, the entries' and the book's own for it.
func TestNothingOfTheBranchIsSeenOutside(t *testing.T) {
	t.Parallel()
	w := withBranch(t)
	w.As(core.RoleSecretary).Post(w.In("/checkpoints"), nil).Want(http.StatusCreated)
	secret := []string{"红旗支部", "主题党日甲", "缺席乙", "签到表丙", "提醒单丁", "外出务工戊", "member_base", "member_added", "member_deducted", "member_points", "branch_points", "党员加分", "党员扣分", "党员起评分"}
	look := func(who, path string, a *apitest.Answer, more ...string) {
		t.Helper()
		for _, word := range append(secret, more...) {
			if strings.Contains(string(a.Body), word) {
				t.Errorf("%s sees %q at %s", who, word, path)
			}
		}
	}
	home := w.Household("王建国")
	outside := map[string]*apitest.Client{"nobody": w.Stranger(), "a card": w.UnlockedCard(home)}
	for _, role := range []core.Role{core.RoleKeeper, core.RoleSupervisor, core.RoleTownship, core.RoleCounty, core.RoleAuditor} {
		outside[string(role)] = w.As(role)
	}
	for who, client := range outside {
		tried := 0
		for _, o := range operations(w.Handler.Contract()) {
			if o.method != http.MethodGet {
				continue
			}
			for _, area := range []core.Area{w.Village, w.Township, w.County} {
				if area != w.Village && !strings.Contains(o.path, "{area}") && !queryArea(o) {
					continue
				}
				path := strings.ReplaceAll(strings.ReplaceAll(o.path, "{no}", fmt.Sprint(w.line)), "{year}", fmt.Sprint(int64(core.DayOf(w.Clock.Now()))/10000))
				path = pathTo(operation{path, o.method, o.op}, area)
				look(who, path, client.Get(path))
				tried++
			}
		}
		if tried < 60 {
			t.Errorf("%s tried %d addresses", who, tried)
		}
	}
	for _, page := range []string{"", "/book", "/rules", "/suggestions", "/notice/0000000000001"} {
		path := "/p/" + w.Village.String() + page
		look("nobody", path, w.Stranger().Get(path), "龚", "罗永红", "卯正清")
	}
	w.exportsWithhold(t)
	w.provesToTheBranch(t)
}

// exportsWithhold looks into the workbooks of those who may have them, the secretary's too.
func (w *branchWorld) exportsWithhold(t *testing.T) {
	for _, role := range []core.Role{core.RoleSecretary, core.RoleAuditor} {
		lines := 0
		for _, row := range table(w.As(role), t, w.In("/export/lines.xlsx"))[1:] {
			if !strings.Contains(strings.Join(row, " "), "党支部内部") {
				continue
			}
			lines++
			if strings.Join(row[5:], "") != "" {
				t.Errorf("the %s's workbook says %q", role, row)
			}
		}
		if lines != 5 {
			t.Errorf("the %s's workbook has %d lines of the branch", role, lines)
		}
	}
	rows := table(w.As(core.RoleAuditor), t, "/areas/"+w.Village.String()+"/export/audit.xlsx")
	for _, row := range rows {
		if text := strings.Join(row, " "); strings.Contains(text, "签到表丙") || strings.Contains(text, "外出务工戊") || strings.Contains(text, "主题党日甲") {
			t.Errorf("the trail says %q", text)
		}
	}
}

// provesToTheBranch sees that a line can be proved, inside the branch, and has no public address though its code is right.
func (w *branchWorld) provesToTheBranch(t *testing.T) {
	var code string
	err := w.Services.Store.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		lines, err := ledger.Voucher(ctx, tx, w.Village, w.line)
		code = lines[0].Code(w.Village)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	proof := fmt.Sprintf("/lines/%d/proof", w.line)
	w.As(core.RoleSecretary).Get(w.In(proof)).Want(http.StatusOK)
	w.As(core.RoleAuditor).Get(w.In(proof)).WantProblem(403, "access.forbidden")
	w.Stranger().Get("/public"+w.In(proof)+"?code="+code).WantProblem(404, "ledger.no_line")
	w.Stranger().Get(fmt.Sprintf("/p/%s/line?no=%d&code=%s", w.Village, w.line, code)).Want(http.StatusNotFound)
	w.Stranger().Get(fmt.Sprintf("/print/proof/%s/%d?code=%s", w.Village, w.line, code)).Want(http.StatusNotFound)
	year := int64(core.DayOf(w.Clock.Now())) / 10000
	for _, list := range []string{"3", "evaluation"} {
		at := fmt.Sprintf("/print/branch/%s/%d/%s", w.Village, year, list)
		w.Stranger().Get(at).Want(http.StatusUnauthorized)
		for _, role := range []core.Role{core.RoleKeeper, core.RoleTownship, core.RoleAuditor, core.RoleSupervisor} {
			w.As(role).Get(at).Want(http.StatusForbidden)
		}
	}
	for op, roles := range access.Table() {
		for _, role := range roles {
			if strings.HasSuffix(string(op), "_branch") && role != core.RoleSecretary && role != core.RoleClerk {
				t.Errorf("%s may %s", role, op)
			}
		}
	}
}
