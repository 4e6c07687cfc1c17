package api_test

import (
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

func TestSignInTellsWhoIsThere(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	type session struct {
		Staff *struct {
			Login  string `json:"login"`
			Name   string `json:"name"`
			Grants []struct {
				Role     core.Role `json:"role"`
				Area     core.Area `json:"area"`
				AreaName string    `json:"area_name"`
				Level    string    `json:"level"`
			} `json:"grants"`
		} `json:"staff"`
		CSRF  string   `json:"csrf"`
		Today core.Day `json:"today"`
	}
	nobody := apitest.Read[session](w.Stranger().Get("/session").Want(200))
	if nobody.Staff != nil || nobody.CSRF != "" || nobody.Today != 20260908 {
		t.Errorf("a stranger reads %+v", nobody)
	}
	clerk := w.As(core.RoleClerk)
	got := apitest.Read[session](clerk.Get("/session").Want(200))
	if got.Staff == nil || got.Staff.Name != "李文书" || got.CSRF == "" {
		t.Fatalf("the clerk reads %+v", got)
	}
	if g := got.Staff.Grants; len(g) != 1 || g[0].Role != core.RoleClerk || g[0].Area != w.Village || g[0].AreaName != "前进村" || g[0].Level != "village" {
		t.Errorf("grants %+v", g)
	}
	clerk.Delete("/session").Want(204)
	if after := apitest.Read[session](clerk.Get("/session").Want(200)); after.Staff != nil {
		t.Errorf("after signing out: %+v", after.Staff)
	}
}
