package api_test

import (
	"strings"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

// TestTheDoorOverHTTP scans the code of the screen with a household's card; the body cannot name another household.
func TestTheDoorOverHTTP(t *testing.T) {
	t.Parallel()
	w := claimsWorld(t)
	clerk, wang := w.As(core.RoleClerk), w.Household("王建国")
	made := apitest.Read[shot](clerk.Post(w.In("/gatherings"), map[string]any{"kind": "meeting", "title": "十月群众会", "day": 20261010, "from_min": 1140, "to_min": 1260,
		"rules": []any{map[string]any{"rule": "A01", "who": "whole"}}}).Want(201))
	at := w.In("/gatherings/" + made.ID.String())
	clerk.Get(at+"/door").WantProblem(404, "gatherings.no_door")
	door := apitest.Read[struct {
		ScreenPath string `json:"screen_path"`
		Seconds    int64  `json:"seconds"`
	}](clerk.Put(at+"/door", map[string]any{"from_min": 0, "to_min": 1440}).Want(200))
	prefix := "/door/" + w.Village.String() + "/" + made.ID.String() + "/"
	code, ours := strings.CutPrefix(door.ScreenPath, prefix)
	if !ours || door.Seconds < 1 || door.Seconds > 60 {
		t.Fatalf("the door: %+v", door)
	}
	body := map[string]any{"gathering": made.ID, "code": code}
	w.Card(wang).Post("/card/door", body).WantProblem(401, "access.pin_needed")
	w.UnlockedCard(w.Household("李芬")).Post("/card/door", map[string]any{"gathering": made.ID, "code": code, "household": wang}).WantProblem(422, "input.unknown_field")
	w.UnlockedCard(wang).Post("/card/door", map[string]any{"gathering": made.ID, "code": code + "A"}).WantProblem(422, "gatherings.bad_code")
	type scan struct {
		AtMs int64 `json:"at_ms"`
	}
	first := apitest.Read[scan](w.UnlockedCard(wang).Post("/card/door", body).Want(200))
	if again := apitest.Read[scan](w.UnlockedCard(wang).Post("/card/door", body).Want(200)); again != first || first.AtMs == 0 {
		t.Errorf("again %+v, first %+v", again, first)
	}
	roll := apitest.Read[struct {
		Items []struct {
			Household core.ID `json:"household"`
			Arrival   string  `json:"arrival"`
			ScanHow   string  `json:"scan_how"`
		} `json:"items"`
	}](clerk.Get(at + "/roll").Want(200))
	for _, row := range roll.Items {
		if (row.ScanHow == "screen") != (row.Household == wang) || row.Arrival != "absent" {
			t.Errorf("the roll: %+v", row)
		}
	}
	w.As(core.RoleSupervisor).Get(at+"/door").WantProblem(403, "access.forbidden")
}
