package api_test

import (
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

func TestReportsOverHTTP(t *testing.T) {
	c := openCounter(t)
	c.rich("王建国", 1_200)
	county := c.As(core.RoleCounty)
	type row struct {
		Area            core.Area   `json:"area"`
		Villages        int64       `json:"villages"`
		Households      int64       `json:"households"`
		Earned          core.Points `json:"earned"`
		ByCategory      map[string]core.Points
		ShopsOpen       int64    `json:"shops_open"`
		Granted         core.Fen `json:"granted_fen"`
		Fund            core.Fen `json:"fund_fen"`
		Stock           core.Fen `json:"stock_fen"`
		LiabilityPoints int64    `json:"liability_points"`
		Liability       core.Fen `json:"liability_fen"`
	}
	type overview struct {
		From     core.Month `json:"from"`
		To       core.Month `json:"to"`
		Totals   row        `json:"totals"`
		Children []row      `json:"children"`
	}
	view := apitest.Read[overview](county.Get("/areas/" + c.County.String() + "/overview").Want(200))
	if view.From != 202601 || view.To != 202609 || len(view.Children) != 2 || view.Totals.Villages != 3 {
		t.Errorf("county %+v", view)
	}
	if r := view.Totals; r.Households != 1 || r.Earned != 1_200 || r.ShopsOpen != 1 || r.Granted != 100_000 || r.Fund != 96_550 || r.Stock != 3_450 || r.LiabilityPoints != 1_200 || r.Liability != 120_000 {
		t.Errorf("county %+v", r)
	}
	village := apitest.Read[overview](c.As(core.RoleKeeper).Get("/areas/" + c.Village.String() + "/overview?from=202609&to=202609").Want(200))
	if village.Totals.Earned != 1_200 || village.Children == nil || len(village.Children) != 0 {
		t.Errorf("village %+v", village)
	}
	var trend struct {
		Items []struct {
			Month  core.Month  `json:"month"`
			Earned core.Points `json:"earned"`
		} `json:"items"`
	}
	county.Get("/areas/" + c.Township.String() + "/trend?from=202608&to=202609").Want(200).Into(&trend)
	if len(trend.Items) != 2 || trend.Items[0].Earned != 0 || trend.Items[1].Earned != 1_200 {
		t.Errorf("trend %+v", trend)
	}
	var needs struct {
		Items []struct {
			Village core.Area `json:"village"`
			Code    string    `json:"code"`
			N       int64     `json:"n"`
		} `json:"items"`
	}
	county.Get("/areas/" + c.County.String() + "/attention").Want(200).Into(&needs)
	if len(needs.Items) != 1 || needs.Items[0].Village != c.Village || needs.Items[0].Code != "shop_short" || needs.Items[0].N != 20_345 {
		t.Errorf("attention %+v", needs)
	}
}

func TestReportsRefuse(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk, township := w.As(core.RoleClerk), w.As(core.RoleTownship)
	clerk.Get("/areas/"+w.Township.String()+"/overview").WantProblem(403, "access.forbidden")
	township.Get("/areas/"+w.Foreign.String()+"/attention").WantProblem(403, "access.forbidden")
	w.Stranger().Get("/areas/"+w.County.String()+"/overview").WantProblem(401, "access.sign_in")
	township.Get("/areas/"+w.Township.String()+"/overview?from=202609&to=202601").WantProblem(422, "report.bad_span")
	township.Get("/areas/"+w.Township.String()+"/overview?from=199901").WantProblem(422, "report.bad_span")
	for _, bad := range []string{"from=202613", "from=soon", "to=-1"} {
		if a := township.Get("/areas/" + w.Township.String() + "/trend?" + bad); a.Status != 422 {
			t.Errorf("%s: status %d: %s", bad, a.Status, a.Body)
		}
	}
}
