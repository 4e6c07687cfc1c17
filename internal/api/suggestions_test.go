package api_test

import (
	"strings"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

// TestASuggestionOverHTTP walks one from a household's card to the public list, with the claim it brings.
func TestASuggestionOverHTTP(t *testing.T) {
	t.Parallel()
	w := claimsWorld(t)
	wang := w.Household("王建国")
	card, clerk, secretary := w.UnlockedCard(wang), w.As(core.RoleClerk), w.As(core.RoleSecretary)
	type suggestion struct {
		ID        core.ID `json:"id"`
		State     string  `json:"state"`
		Text      string  `json:"text"`
		Head      string  `json:"head_masked"`
		Claim     core.ID `json:"claim"`
		Version   int64   `json:"version"`
		CanDecide bool    `json:"can_decide"`
		Answer    string  `json:"answer"`
	}
	type page struct {
		Items []suggestion `json:"items"`
	}
	mine := apitest.Read[suggestion](card.Post("/card/suggestions", map[string]any{"text": "村口装一盏路灯", "named": true}).Want(201))
	card.Post("/card/suggestions", map[string]any{"text": "打 13800000000 找我"}).WantProblem(422, "voices.personal_number")
	typed := apitest.Read[suggestion](clerk.Post(w.In("/suggestions"), map[string]any{"household": wang, "text": "修一修水沟"}).Want(201))
	if typed.CanDecide {
		t.Error("who typed it in may decide")
	}
	public := apitest.Read[page](w.Stranger().Get("/public" + w.In("/suggestions")).Want(200)).Items
	if len(public) != 2 || public[0].Text != "" || public[1].Text != "" || public[1].Head != "" {
		t.Errorf("before a decision: %+v", public)
	}
	at := func(s suggestion, act string) string { return w.In("/suggestions/" + s.ID.String() + act) }
	clerk.Post(at(typed, "/reject"), map[string]any{"reason": "没有钱"}).WantProblem(403, "voices.own_suggestion")
	adopted := apitest.Read[suggestion](secretary.Post(at(mine, "/adopt"), map[string]any{"minutes_no": "12号", "version": 1}).Want(200))
	if adopted.State != "adopted" || adopted.Claim == 0 {
		t.Errorf("adopted: %+v", adopted)
	}
	secretary.Post(w.In("/claims/"+adopted.Claim.String()+"/approve"), map[string]any{}).WantProblem(403, "claims.own_submission")
	w.As(core.RoleSupervisor).Post(w.In("/claims/"+adopted.Claim.String()+"/approve"), map[string]any{}).Want(200)
	secretary.Post(at(typed, "/reject"), map[string]any{"reason": "今年没有钱"}).Want(200)
	clerk.Post(at(mine, "/done"), map[string]any{"note": "装好了"}).Want(200)
	public = apitest.Read[page](w.Stranger().Get("/public" + w.In("/suggestions")).Want(200)).Items
	if public[1].State != "done" || public[1].Text != "村口装一盏路灯" || public[1].Head != "王*国" || public[0].Answer != "今年没有钱" || public[0].Head != "" {
		t.Errorf("in public: %+v", public)
	}
	w.Card(w.Household("李芬")).Post("/card/suggestions", map[string]any{"text": "村口装一盏路灯"}).WantProblem(401, "access.pin_needed")
	if own := apitest.Read[page](card.Get("/card/suggestions").Want(200)).Items; len(own) != 2 || own[0].Text != "修一修水沟" {
		t.Errorf("own: %+v", own)
	}
	rows := table(clerk, t, w.In("/export/suggestions.xlsx"))
	if len(rows) != 3 || !strings.Contains(strings.Join(rows[2], "|"), "村口装一盏路灯|已办成|12号") {
		t.Errorf("the list: %v", rows)
	}
}
