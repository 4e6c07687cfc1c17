package api_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

// A year at the shop over HTTP: a donor's money for a few households, an invoice with its photo, milk that spoils, a count,
// and what was entered wrongly taken back.
func TestMoneyAndStockOverTheAPI(t *testing.T) {
	c := openCounter(t)
	clerk, keeper, secretary, supervisor := c.As(core.RoleClerk), c.As(core.RoleKeeper), c.As(core.RoleSecretary), c.As(core.RoleSupervisor)
	poor, other := c.rich("王建国", 100), c.rich("李秀英", 100)
	type fund struct {
		ID      core.ID  `json:"id"`
		Balance core.Fen `json:"balance_fen"`
		Version int64    `json:"version"`
	}
	made := apitest.Read[fund](clerk.Post(c.In("/shop/funds"), map[string]any{"name": "关爱基金", "donor": "王老板", "purpose": "困难户", "listed": true,
		"state": "open", "version": 0, "households": []core.ID{poor}}).Want(201))
	clerk.Post(c.In("/shop/incomes"), map[string]any{"kind": "donation", "document": "收据1", "source": "王老板", "fund": made.ID, "amount_fen": 20_000}).Want(201)
	secretary.Post(c.In("/shop/incomes"), map[string]any{"kind": "prize", "document": "奖1", "amount_fen": 500}).Want(201)
	secretary.Post(c.In("/shop/incomes/reverse"), map[string]any{"document": "奖1", "reason": "记错了"}).WantProblem(403, "market.reverse_by_same")
	supervisor.Post(c.In("/shop/incomes/reverse"), map[string]any{"document": "奖1", "reason": "记错了"}).Want(200)

	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	photo := apitest.Read[struct {
		ID core.ID `json:"id"`
	}](keeper.Post(c.In("/files"), picture.Bytes()).Want(201))
	rice := apitest.Read[item](clerk.Post(c.In("/items"), map[string]any{"name": "关爱大米", "unit": "袋", "price": 20, "fund": made.ID}).Want(201))
	for _, id := range []core.ID{rice.ID, c.soap.ID} { // two lines of one invoice share its photo
		keeper.Post(c.In("/items/"+id.String()+"/receive"), map[string]any{"qty": 10, "cost_fen": 10_000, "supplier": "县供销社", "invoice": "0031", "photo": photo.ID,
			"batch": "A1", "best_before": 20260920}).Want(201)
	}
	keeper.Post(c.In("/items/"+rice.ID.String()+"/receive"), map[string]any{"qty": 10, "cost_fen": 10_000, "supplier": "县供销社", "invoice": "0031",
		"batch": "A1"}).WantProblem(409, "market.invoice_entered")
	buy := func(home core.ID) map[string]any {
		return map[string]any{"household": home, "points": 20, "items": []any{map[string]any{"item": rice.ID, "qty": 1, "price": 20}}}
	}
	keeper.Post(c.In("/redemptions"), buy(other)).WantProblem(403, "market.not_entitled")
	keeper.Post(c.In("/redemptions"), buy(poor)).Want(201)
	c.theShelfIsCounted(rice, made.ID)
	clerk.Put(c.In("/shop/funds/"+made.ID.String()), map[string]any{"name": "关爱基金", "donor": "别人", "purpose": "困难户", "listed": true, "state": "open",
		"version": 1, "households": []core.ID{poor}}).WantProblem(409, "market.fund_fixed")
}

// theShelfIsCounted goes on with nine sacks of rice on the shelf: spoilage, a count, and a delivery that went back.
func (c *counter) theShelfIsCounted(rice item, fundID core.ID) {
	t := c.t
	t.Helper()
	clerk, keeper, supervisor := c.As(core.RoleClerk), c.As(core.RoleKeeper), c.As(core.RoleSupervisor)
	type lot struct {
		ID       core.ID `json:"id"`
		Qty      int64   `json:"qty"`
		PhotoURL string  `json:"photo_url"`
	}
	type stock struct {
		Items []struct {
			Item item  `json:"item"`
			Lots []lot `json:"lots"`
		} `json:"items"`
		Soon      int      `json:"soon"`
		LastCount core.Day `json:"last_count"`
	}
	now := apitest.Read[stock](keeper.Get(c.In("/stock")).Want(200))
	if len(now.Items) != 2 || now.Items[1].Lots[0].Qty != 9 || now.Items[1].Lots[0].PhotoURL == "" || now.Soon != 2 || len(now.Items[0].Lots) != 2 {
		t.Fatalf("stock %+v", now)
	}
	keeper.Get(now.Items[1].Lots[0].PhotoURL[len("/api/v1"):]).Want(200)
	sheet := apitest.Read[slip](keeper.Post(c.In("/stock/sheets"), map[string]any{"kind": "spoil", "reason": "受潮",
		"lines": []any{map[string]any{"item": rice.ID, "lot": now.Items[1].Lots[0].ID, "qty": 2}}}).Want(201))
	keeper.Post(c.In("/stock/sheets/"+sheet.ID.String()+"/confirm"), nil).WantProblem(403, "market.sheet_by_same")
	supervisor.Post(c.In("/stock/sheets/"+sheet.ID.String()+"/confirm"), nil).Want(200)
	count := apitest.Read[slip](clerk.Post(c.In("/stock/sheets"), map[string]any{"kind": "count", "lines": []any{map[string]any{"item": rice.ID, "qty": 7}}}).Want(201))
	keeper.Post(c.In("/stock/sheets/"+count.ID.String()+"/confirm"), nil).Want(200)
	keeper.Post(c.In("/stock/sheets/"+count.ID.String()+"/withdraw"), nil).WantProblem(409, "market.sheet_ended")
	if now = apitest.Read[stock](keeper.Get(c.In("/stock")).Want(200)); now.Items[1].Item.Qty != 7 || now.LastCount != 20260908 {
		t.Errorf("after spoilage and count: %+v", now)
	}
	wrong := apitest.Read[struct{ Items []lot }](keeper.Get(c.In("/deliveries?limit=1")).Want(200)).Items[0] // the soap
	supervisor.Post(c.In("/deliveries/"+wrong.ID.String()+"/reverse"), map[string]any{"reason": "退货"}).Want(200)
	purse := apitest.Read[struct {
		Fund, Free core.Fen
		Funds      []struct {
			ID      core.ID  `json:"id"`
			Balance core.Fen `json:"balance_fen"`
		} `json:"funds"`
	}](keeper.Get(c.In("/shop/purse")).Want(200))
	if purse.Funds[0].ID != fundID || purse.Funds[0].Balance != 10_000 {
		t.Errorf("purse %+v", purse)
	}
	if list := apitest.Read[struct{ Items []any }](keeper.Get(c.In("/shop/incomes")).Want(200)); len(list.Items) != 3 {
		t.Errorf("%d incomes", len(list.Items))
	}
}
