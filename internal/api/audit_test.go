package api_test

import (
	"context"
	"encoding/json"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/audit"
	"qunyan/internal/core"
)

type auditLine struct {
	ID        string `json:"id"`
	Actor     string `json:"actor"`
	ActorName string `json:"actor_name"`
	Action    string `json:"action"`
	SubjectID string `json:"subject_id"`
}

func TestTheTrailIsSearchedAndHadAsJSON(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	w.Household("王建国")
	w.Household("李芬")
	auditor, area := w.As(core.RoleAuditor), "/areas/"+w.Village.String()
	type page struct {
		Items []auditLine `json:"items"`
	}
	all := apitest.Read[page](auditor.Get(area + "/audit").Want(200)).Items
	if len(all) < 2 {
		t.Fatalf("the trail has %d lines", len(all))
	}
	made := all[0]
	for query, most := range map[string]int{"?q=" + made.SubjectID: 1, "?q=%E6%9D%8E%E6%96%87": 99, "?actor=" + made.Actor + "&action=" + made.Action: 99} {
		found := apitest.Read[page](auditor.Get(area + "/audit" + query).Want(200)).Items
		if len(found) == 0 || len(found) > most || found[0].ID != made.ID {
			t.Errorf("%s finds %d lines", query, len(found))
		}
		var downloaded []auditLine
		answer := auditor.Get(area + "/export/audit.json" + query).Want(200)
		if err := json.Unmarshal(answer.Body, &downloaded); err != nil || len(downloaded) != len(found) || downloaded[0] != found[0] {
			t.Errorf("%s: the download has %d lines, the list %d: %v", query, len(downloaded), len(found), err)
		}
	}
	if none := auditor.Get(area + "/export/audit.json?q=nobody&lang=en").Want(200); !json.Valid(none.Body) || string(none.Body[:1]) != "[" {
		t.Errorf("nothing found is %q", none.Body)
	}
	w.As(core.RoleClerk).Get(area+"/export/audit.json").WantProblem(403, "access.forbidden")
	w.Stranger().Get(area+"/export/audit.json").WantProblem(401, "access.sign_in")
}

func TestHowFarTheTrailIsSealed(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	w.Household("王建国")
	auditor, path := w.As(core.RoleAuditor), "/areas/"+w.Village.String()+"/audit/coverage"
	type coverage struct {
		Items []struct {
			Area   string `json:"area"`
			Sealed int64  `json:"sealed"`
			Left   int64  `json:"left"`
			AtMs   int64  `json:"at_ms"`
			Note   string `json:"note"`
		} `json:"items"`
	}
	before := apitest.Read[coverage](auditor.Get(path).Want(200)).Items
	if len(before) != 1 || before[0].Sealed != 0 || before[0].Left == 0 || before[0].Note != "" {
		t.Fatalf("before the first checkpoint: %+v", before)
	}
	if _, err := audit.SealAll(context.Background(), w.Services.Store, w.Keeper, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	w.Household("李芬")
	after := apitest.Read[coverage](auditor.Get(path).Want(200)).Items
	if len(after) != 1 || after[0].Sealed < before[0].Left || after[0].Left == 0 || after[0].AtMs == 0 || after[0].Note == "" {
		t.Errorf("after a checkpoint and another line: %+v", after)
	}
	whole := apitest.Read[coverage](auditor.Get("/areas/" + w.County.String() + "/audit/coverage").Want(200)).Items
	if len(whole) < 2 {
		t.Errorf("the county's trails are %d", len(whole))
	}
	w.As(core.RoleClerk).Get(path).WantProblem(403, "access.forbidden")
}
