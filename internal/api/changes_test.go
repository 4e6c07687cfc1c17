package api_test

import (
	"net/http"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

// A split over the wire: previewed, proposed, confirmed by another person, in both passbooks, and the head changed after.
func TestAHouseholdSplits(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk, secretary := w.As(core.RoleClerk), w.As(core.RoleSecretary)
	base := "/villages/" + w.Village.String() + "/household-changes"
	homes := "/villages/" + w.Village.String() + "/households"
	type person struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	var home struct {
		ID        string   `json:"id"`
		Version   int64    `json:"version"`
		Head      string   `json:"head"`
		Residents []person `json:"residents"`
	}
	clerk.Post(homes, map[string]any{"head": "罗大山", "residents": []map[string]any{{"name": "罗小山"}, {"name": "罗小河"}}}).Want(http.StatusCreated).Into(&home)
	son := home.Residents[1].ID
	body := map[string]any{"kind": "split", "household": home.ID, "residents": []string{son}, "head": son}
	var seen struct {
		Lines []struct{ Change, After int64 } `json:"lines"`
	}
	clerk.Post(base+"/preview", body).Want(http.StatusOK).Into(&seen)
	if len(seen.Lines) != 2 || seen.Lines[1].Change != 33 {
		t.Errorf("preview: %+v", seen)
	}
	clerk.Post(base, body).WantProblem(422, "claims.text_missing")
	body["reason"] = "儿子成家"
	var change struct {
		ID         string         `json:"id"`
		CanConfirm bool           `json:"can_confirm"`
		Other      map[string]any `json:"other"`
	}
	clerk.Post(base, body).Want(http.StatusCreated).Into(&change)
	paper := map[string]any{"paper": "户-1", "signed": "罗大山", "signed_other": "罗小山"}
	clerk.Post(base+"/"+change.ID+"/confirm", paper).WantProblem(403, "households.own_proposal")
	secretary.Get(base + "/" + change.ID).Want(http.StatusOK).Into(&change)
	if !change.CanConfirm {
		t.Error("the secretary cannot confirm")
	}
	secretary.Post(base+"/"+change.ID+"/confirm", paper).Want(http.StatusOK).Into(&change)
	secretary.Post(base+"/"+change.ID+"/withdraw", map[string]any{}).WantProblem(409, "households.wrong_state")
	made, _ := change.Other["id"].(string)
	var lines struct {
		Items []struct{ Kind string } `json:"items"`
	}
	clerk.Get(homes + "/" + made + "/lines").Want(http.StatusOK).Into(&lines)
	if len(lines.Items) != 1 || lines.Items[0].Kind != "base_moved_in" {
		t.Errorf("the new passbook: %+v", lines)
	}
	clerk.Get(homes + "/" + home.ID).Want(http.StatusOK).Into(&home)
	clerk.Post(homes+"/"+home.ID+"/head", map[string]any{"head": home.Residents[1].ID, "former": "died", "version": home.Version}).Want(http.StatusOK).Into(&home)
	if home.Head != "罗小河" {
		t.Errorf("the head is %s", home.Head)
	}
	clerk.Get(base + "?household=" + made).Want(http.StatusOK)
}
