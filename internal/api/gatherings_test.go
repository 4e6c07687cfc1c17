package api_test

import (
	"strings"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

// TestAGatheringOverHTTP plans an evening, calls the roll, sees what it would bring, and makes the claims once.
func TestAGatheringOverHTTP(t *testing.T) {
	t.Parallel()
	w := claimsWorld(t)
	clerk := w.As(core.RoleClerk)
	wang, li := w.Household("王建国"), w.Household("李芬")
	plan := map[string]any{"kind": "meeting", "title": "十月群众会", "place": "村委会坝子", "day": 20261009, "from_min": 1140, "to_min": 1260,
		"rules": []any{map[string]any{"rule": "A01", "who": "whole"}, map[string]any{"rule": "A03", "who": "present"}}}
	type gathering struct {
		ID      core.ID     `json:"id"`
		State   string      `json:"state"`
		Version int64       `json:"version"`
		Marked  int64       `json:"marked"`
		Claims  int64       `json:"claims"`
		Points  core.Points `json:"points"`
	}
	made := apitest.Read[gathering](clerk.Post(w.In("/gatherings"), plan).Want(201))
	at := w.In("/gatherings/" + made.ID.String())
	plan["place"], plan["version"] = "一组院坝", made.Version
	if changed := apitest.Read[gathering](clerk.Put(at, plan).Want(200)); changed.Version != 2 {
		t.Errorf("changed: %+v", changed)
	}
	clerk.Put(at, plan).WantProblem(409, "gatherings.changed_meanwhile")
	answer := apitest.Read[struct {
		Refused []struct{ Code string } `json:"refused"`
	}](clerk.Put(at+"/marks", map[string]any{"marks": []any{
		map[string]any{"household": wang, "arrival": "on_time", "stayed": true}, map[string]any{"household": li, "arrival": "late", "spoke": true},
		map[string]any{"household": core.ID(4711), "arrival": "late"}}}).Want(200))
	if len(answer.Refused) != 1 || answer.Refused[0].Code != "claims.no_household" {
		t.Errorf("refused: %+v", answer)
	}
	roll := apitest.Read[struct {
		Items []struct{ Arrival string } `json:"items"`
	}](w.As(core.RoleSupervisor).Get(at + "/roll").Want(200))
	if len(roll.Items) != 2 || roll.Items[0].Arrival != "on_time" {
		t.Errorf("roll: %+v", roll)
	}
	type outcome struct {
		Made  bool `json:"made"`
		Parts []struct {
			Rule   string    `json:"rule"`
			Sheets []core.ID `json:"sheets"`
			Claims int64     `json:"claims"`
		} `json:"parts"`
	}
	tried := apitest.Read[outcome](clerk.Post(at+"/claims?dry=true", nil).Want(200))
	done := apitest.Read[outcome](clerk.Post(at+"/claims", nil).Want(200))
	if tried.Made || !done.Made || tried.Parts[1].Claims != 2 || done.Parts[0].Claims != 1 || len(done.Parts[1].Sheets) != 1 {
		t.Errorf("tried %+v, done %+v", tried, done)
	}
	again := apitest.Read[outcome](w.As(core.RoleSecretary).Post(at+"/claims", nil).Want(200))
	if again.Parts[0].Sheets[0] != done.Parts[0].Sheets[0] {
		t.Errorf("again: %+v", again)
	}
	if now := apitest.Read[gathering](clerk.Get(at).Want(200)); now.State != "claimed" || now.Claims != 3 || now.Points != 8 || now.Marked != 2 {
		t.Errorf("after it: %+v", now)
	}
	clerk.Post(at+"/cancel", map[string]any{"reason": "下雨"}).WantProblem(409, "gatherings.claimed")
	if rows := table(clerk, t, w.In("/export/gatherings.xlsx")); len(rows) != 2 || strings.Join(rows[1][1:3], " ") != "十月群众会 群众会" {
		t.Errorf("the list: %v", rows)
	}
	if rows := table(clerk, t, w.In("/export/roll-call.xlsx?gathering="+made.ID.String())); len(rows) != 3 {
		t.Errorf("the roll-call: %v", rows)
	}
}
