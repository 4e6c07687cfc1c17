package api_test

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

// TestAnAppraisalOverHTTP opens a group, types marks rater by rater, sees what they come to, and makes the claims once.
func TestAnAppraisalOverHTTP(t *testing.T) {
	t.Parallel()
	w := claimsWorld(t)
	clerk, secretary := w.As(core.RoleClerk), w.As(core.RoleSecretary)
	wang, li := w.Household("王建国"), w.Household("李芬")
	clerk.Put(w.In("/appraisal-way"), map[string]any{"method": "trimmed", "minutes_no": "〔2026〕9号"}).WantProblem(403, "access.forbidden")
	secretary.Put(w.In("/appraisal-way"), map[string]any{"method": "trimmed", "minutes_no": "〔2026〕9号"}).Want(200)
	plan := map[string]any{"rule": "B01", "month": 202610, "day": 20261009, "title": "十月庭院评议",
		"raters": []any{map[string]any{"name": "甲", "household": wang}, map[string]any{"name": "乙"}, map[string]any{"name": "丙"}, map[string]any{"name": "丁"}}}
	clerk.Post(w.In("/appraisals"), plan).WantProblem(422, "appraisal.even_number_of_raters")
	plan["raters"] = append(plan["raters"].([]any), map[string]any{"name": "戊"})
	type appraisal struct {
		ID     core.ID `json:"id"`
		State  string  `json:"state"`
		Method string  `json:"method"`
		Claims int64   `json:"claims"`
	}
	made := apitest.Read[appraisal](clerk.Post(w.In("/appraisals"), plan).Want(201))
	if made.Method != "trimmed" {
		t.Errorf("opened: %+v", made)
	}
	at := w.In("/appraisals/" + made.ID.String())
	for rater := 1; rater <= 5; rater++ {
		answer := apitest.Read[struct {
			Refused []struct{ Code string } `json:"refused"`
		}](clerk.Put(at+"/marks", map[string]any{"rater": rater, "marks": []any{map[string]any{"household": wang, "mark": 2}, map[string]any{"household": li, "mark": 1}}}).Want(200))
		if own := len(answer.Refused) == 1 && answer.Refused[0].Code == "appraisal.own_household"; own != (rater == 1) {
			t.Errorf("rater %d: %+v", rater, answer)
		}
	}
	marks := apitest.Read[struct {
		Items []struct {
			Own   int64   `json:"own"`
			Marks []int64 `json:"marks"`
			Grade int64   `json:"grade"`
		} `json:"items"`
	}](w.As(core.RoleSupervisor).Get(at + "/marks").Want(200))
	if len(marks.Items) != 2 || marks.Items[0].Grade+marks.Items[1].Grade != 3 {
		t.Errorf("marks: %+v", marks)
	}
	type outcome struct {
		Made   bool  `json:"made"`
		Claims int64 `json:"claims"`
		Points int64 `json:"points"`
	}
	tried := apitest.Read[outcome](clerk.Post(at+"/claims?dry=true", nil).Want(200))
	done := apitest.Read[outcome](clerk.Post(at+"/claims", nil).Want(200))
	if tried.Made || !done.Made || tried.Points != 15 || done.Claims != 2 {
		t.Errorf("tried %+v, done %+v", tried, done)
	}
	list := apitest.Read[struct {
		Items []appraisal `json:"items"`
	}](w.As(core.RoleAuditor).Get(w.In("/appraisals")).Want(200))
	if len(list.Items) != 1 || list.Items[0].State != "claimed" || list.Items[0].Claims != 2 {
		t.Errorf("the list: %+v", list)
	}
	clerk.Post(at+"/cancel", map[string]any{"reason": "重来"}).WantProblem(409, "appraisal.claimed")
}

// TestASheetFromAWorkbookOverHTTP downloads a blank workbook, fills it in, and sends it twice.
func TestASheetFromAWorkbookOverHTTP(t *testing.T) {
	t.Parallel()
	w := claimsWorld(t)
	clerk := w.As(core.RoleClerk)
	w.Household("王建国")
	w.Household("李芬")
	blank := clerk.Get(w.In("/sheets/blank.xlsx?rules=A01,B02&day=20261009&title=%E5%8D%81%E6%9C%88&lang=zh")).Want(200)
	f, err := excelize.OpenReader(bytes.NewReader(blank.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := f.GetSheetName(0)
	save := func(cell, value string) []byte {
		if err := f.SetCellStr(name, cell, value); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := f.Write(&out); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	type result struct {
		Made  bool `json:"made"`
		Parts []struct {
			Claims int64 `json:"claims"`
			Rows   []struct{ Code string }
		} `json:"parts"`
		Errors []struct {
			Row    int    `json:"row"`
			Column string `json:"column"`
			Reason string `json:"reason"`
		} `json:"errors"`
	}
	bad := apitest.Read[result](clerk.With("Content-Type", "application/octet-stream").Post(w.In("/sheets/import?dry=true"), save("E8", "两次")).Want(200))
	if len(bad.Errors) != 1 || bad.Errors[0].Row != 8 || bad.Errors[0].Column != "E" || bad.Errors[0].Reason == "" {
		t.Errorf("a bad cell: %+v", bad)
	}
	good := save("E8", "２")
	for i, want := range []int64{1, 0} {
		done := apitest.Read[result](clerk.With("Content-Type", "application/octet-stream").Post(w.In("/sheets/import?dry=false"), good).Want(200))
		if !done.Made || done.Parts[1].Claims != want {
			t.Errorf("time %d: %+v", i+1, done)
		}
	}
	w.As(core.RoleKeeper).Get(w.In("/sheets/blank.xlsx?rules=A01&day=20261009")).WantProblem(403, "access.forbidden")
}
