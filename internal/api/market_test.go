package api_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strings"
	"sync"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// counter is a world whose village has an open shop with soap on its shelf.
type counter struct {
	*apitest.World
	t    *testing.T
	soap item
}

type item struct {
	ID       core.ID     `json:"id"`
	Name     string      `json:"name"`
	Price    core.Points `json:"price"`
	Qty      int64       `json:"qty"`
	Cost     core.Fen    `json:"cost_fen"`
	PhotoURL string      `json:"photo_url"`
	State    string      `json:"state"`
	Version  int64       `json:"version"`
}

type slip struct {
	ID      core.ID     `json:"id"`
	No      int64       `json:"no"`
	Number  int64       `json:"number"`
	Head    string      `json:"head"`
	Day     core.Day    `json:"day"`
	Points  core.Points `json:"points"`
	Balance core.Points `json:"balance"`
	Items   []struct {
		Name string `json:"name"`
		Qty  int64  `json:"qty"`
	} `json:"items"`
	State    string `json:"state"`
	ByName   string `json:"by_name"`
	VoidName string `json:"void_name"`
}

func openCounter(t *testing.T) *counter {
	t.Helper()
	t.Parallel()
	c := &counter{World: apitest.New(t), t: t}
	c.As(core.RoleSecretary).Put(c.In("/shop"), map[string]any{"name": "前进村积分超市", "rate_fen": 100, "floor": 0, "state": "open", "version": 0}).Want(200)
	c.As(core.RoleCounty).Post(c.In("/shop/grants"), map[string]any{"amount_fen": 100_000, "document": "织组拨〔2026〕3号"}).Want(201)
	clerk := c.As(core.RoleClerk)
	made := apitest.Read[item](clerk.Post(c.In("/items"), map[string]any{"name": "肥皂", "unit": "块", "price": 5, "low": 2}).Want(201))
	c.soap = apitest.Read[item](clerk.Post(c.In("/items/"+made.ID.String()+"/receive"), map[string]any{"qty": 10, "cost_fen": 3_450, "note": "县供销社"}).Want(201))
	return c
}

// rich makes a household with points to spend.
func (c *counter) rich(head string, points int64) core.ID {
	c.t.Helper()
	home := c.Household(head)
	err := c.Services.Store.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, _, err := ledger.Post(ctx, tx, ledger.Stamp{Village: c.Village, NowMs: c.Clock.Now()},
			ledger.Entry{Kind: ledger.Earned, Category: "council", Owner: home, Amount: points, MemoZh: "按时参加群众会"})
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return home
}

func (c *counter) basket(home core.ID, qty int64) map[string]any {
	return map[string]any{"household": home, "points": 5 * qty, "items": []any{map[string]any{"item": c.soap.ID, "qty": qty, "price": 5}}}
}

func (c *counter) pieces() int64 {
	c.t.Helper()
	var shelf struct {
		Items []item `json:"items"`
	}
	c.Stranger().Get("/public" + c.In("/items")).Want(200).Into(&shelf)
	return shelf.Items[0].Qty
}

func TestTheCounterFromCardToSlipToVoid(t *testing.T) {
	c := openCounter(t)
	home := c.rich("王建国", 40)
	card := c.Card(home)
	keeper := c.As(core.RoleKeeper)
	type till struct {
		Household struct {
			ID       core.ID `json:"id"`
			CodeTail string  `json:"code_tail"`
		} `json:"household"`
		Base, Spendable core.Points
		CanSpend        core.Points `json:"can_spend"`
		ReasonCode      string      `json:"reason_code"`
	}
	seen := apitest.Read[till](keeper.With("X-Card", card.Token).Get(c.In("/till")).Want(200))
	if seen.Household.ID != home || seen.Base != 100 || seen.Spendable != 40 || seen.CanSpend != 40 || seen.ReasonCode != "" || len(seen.Household.CodeTail) != 4 {
		t.Errorf("till %+v", seen)
	}
	body := c.basket(home, 2)
	body["card"] = card.Token
	r := apitest.Read[slip](keeper.Post(c.In("/redemptions"), body).Want(201))
	if r.Points != 10 || r.Balance != 30 || r.Head != "王建国" || r.ByName != "周掌柜" || r.Day != 20260908 || r.No == 0 || r.Items[0].Qty != 2 || c.pieces() != 8 {
		t.Errorf("slip %+v, %d pieces left", r, c.pieces())
	}
	one := "/redemptions/" + r.ID.String()
	if again := apitest.Read[slip](keeper.Get(c.In(one)).Want(200)); again.No != r.No || again.Head != r.Head {
		t.Errorf("the slip read again: %+v", again)
	}
	reason := map[string]any{"reason": "拿错了东西"}
	keeper.Post(c.In(one+"/void"), reason).WantProblem(403, "market.void_by_same")
	c.As(core.RoleClerk).Post(c.In(one+"/void"), map[string]any{"reason": ""}).WantProblem(422, "market.bad_reason")
	clerk := c.As(core.RoleClerk).Key("0191-void-it-once")
	voided := apitest.Read[slip](clerk.Post(c.In(one+"/void"), reason).Want(200))
	if voided.State != "voided" || voided.VoidName != "李文书" || c.pieces() != 10 {
		t.Errorf("voided %+v, %d pieces", voided, c.pieces())
	}
	clerk.Post(c.In(one+"/void"), reason).Want(200)
	c.As(core.RoleSecretary).Post(c.In(one+"/void"), reason).WantProblem(409, "market.already_voided")

	var sum struct {
		Redemptions, Voided int64
		Items               []any
	}
	keeper.Get(c.In("/redemptions/summary")).Want(200).Into(&sum)
	if sum.Redemptions != 0 || sum.Voided != 1 || sum.Items == nil {
		t.Errorf("summary %+v", sum)
	}
	var list struct {
		Items []slip `json:"items"`
	}
	keeper.Get(c.In("/redemptions?day=20260908&household=" + home.String())).Want(200).Into(&list)
	if len(list.Items) != 1 || list.Items[0].State != "voided" {
		t.Errorf("list %+v", list)
	}
}

func TestTheSameKeyGivesTheFirstSlip(t *testing.T) {
	c := openCounter(t)
	home := c.rich("王建国", 40)
	keeper := c.As(core.RoleKeeper).Key("0191-till-0001")
	first := apitest.Read[slip](keeper.Post(c.In("/redemptions"), c.basket(home, 2)).Want(201))
	second := apitest.Read[slip](keeper.Post(c.In("/redemptions"), c.basket(home, 2)).Want(201))
	if first.ID != second.ID || first.No != second.No || first.Balance != second.Balance || c.pieces() != 8 {
		t.Errorf("first %+v, second %+v, %d pieces", first, second, c.pieces())
	}
	keeper.Post(c.In("/redemptions"), c.basket(home, 3)).WantProblem(409, "store.key_reused")
}

func TestFiftyTillsShareTenPieces(t *testing.T) {
	c := openCounter(t)
	keeper := c.As(core.RoleKeeper)
	homes := make([]core.ID, 50)
	for i := range homes {
		homes[i] = c.rich("王"+string(rune(0x4e00+i)), 5)
	}
	answers := make([]*apitest.Answer, len(homes))
	var tills sync.WaitGroup
	for i, home := range homes {
		tills.Go(func() { answers[i] = keeper.Post(c.In("/redemptions"), c.basket(home, 1)) })
	}
	tills.Wait()
	served := 0
	for _, a := range answers {
		if a.Status == 201 {
			served++
			continue
		}
		a.WantProblem(409, "market.out_of_stock")
	}
	if served != 10 || c.pieces() != 0 {
		t.Errorf("%d were served, %d pieces left", served, c.pieces())
	}
}

func TestBadBaskets(t *testing.T) {
	c := openCounter(t)
	home := c.rich("王建国", 40)
	keeper := c.As(core.RoleKeeper)
	line := func(qty, price any) []any {
		return []any{map[string]any{"item": c.soap.ID, "qty": qty, "price": price}}
	}
	for name, test := range map[string]struct {
		body   any
		status int
		code   string
		field  string
	}{
		"nothing":               {map[string]any{"household": home, "points": 0, "items": []any{}}, 422, "market.empty_cart", "items"},
		"no pieces":             {map[string]any{"household": home, "points": 0, "items": line(0, 5)}, 422, "market.bad_quantity", "items[0].qty"},
		"fewer than none":       {map[string]any{"household": home, "points": -5, "items": line(-1, 5)}, 422, "market.bad_quantity", "items[0].qty"},
		"a lorry full":          {map[string]any{"household": home, "points": 5, "items": line(1_000_000_000_000_000_000, 5)}, 422, "market.bad_quantity", "items[0].qty"},
		"free of charge":        {map[string]any{"household": home, "points": 0, "items": line(1, 0)}, 422, "market.bad_price", "items[0].price"},
		"the wrong sum":         {map[string]any{"household": home, "points": 9, "items": line(2, 5)}, 422, "market.points_differ", "points"},
		"yesterday's price":     {map[string]any{"household": home, "points": 4, "items": line(1, 4)}, 409, "market.price_changed", "items[0]"},
		"more than it has":      {c.basket(home, 9), 409, "ledger.insufficient", ""},
		"half a piece":          {map[string]any{"household": home, "points": 5, "items": line(0.5, 5)}, 422, "", ""},
		"text for a number":     {map[string]any{"household": home, "points": "five", "items": line(1, 5)}, 422, "", ""},
		"a field too much":      {map[string]any{"household": home, "points": 5, "items": line(1, 5), "discount": 5}, 422, "input.unknown_field", ""},
		"somebody else's house": {c.basket(c.soap.ID, 1), 404, "directory.no_household", "household"},
		"a forged card":         {withCard(c.basket(home, 1), "ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ"), 404, "", ""},
		"not JSON":              {`{"household":`, 400, "", ""},
	} {
		a := keeper.Post(c.In("/redemptions"), test.body)
		if a.Status/100 != 4 || test.status != 400 && a.Status != test.status && test.code != "" {
			t.Errorf("%s: status %d, want %d: %s", name, a.Status, test.status, a.Body)
			continue
		}
		p := a.Problem()
		if test.code != "" && (p.Code != test.code || p.Field != test.field && test.field != "") {
			t.Errorf("%s: %s at %q, want %s at %q", name, p.Code, p.Field, test.code, test.field)
		}
		if p.Detail == "" || strings.Contains(p.Detail, "{") {
			t.Errorf("%s: says %q", name, p.Detail)
		}
	}
	if c.pieces() != 10 {
		t.Errorf("refused baskets moved goods: %d pieces", c.pieces())
	}
}

func withCard(body map[string]any, token string) map[string]any {
	body["card"] = token
	return body
}

func TestARevokedCardAndAnotherVillagesCardBuyNothing(t *testing.T) {
	c := openCounter(t)
	home := c.rich("王建国", 40)
	card := c.Card(home)
	c.As(core.RoleClerk).Post(c.In("/cards/"+card.ID.String()+"/revoke"), map[string]any{"reason": "丢了"}).Want(200)
	keeper := c.As(core.RoleKeeper)
	keeper.With("X-Card", card.Token).Get(c.In("/till")).WantProblem(410, "access.card_revoked")
	keeper.Post(c.In("/redemptions"), withCard(c.basket(home, 1), card.Token)).WantProblem(410, "access.card_revoked")

	neighbour := c.rich("李秀英", 40)
	keeper.Post(c.In("/redemptions"), withCard(c.basket(home, 1), c.Card(neighbour).Token)).WantProblem(409, "market.other_card")
	nearby := c.AsIn(core.RoleKeeper, c.Nearby)
	nearby.With("X-Card", c.Card(neighbour).Token).Get("/villages/"+c.Nearby.String()+"/till").WantProblem(409, "market.other_village")
	nearby.Get(c.In("/till?household="+home.String())).WantProblem(403, "access.forbidden")
	keeper.Get(c.In("/till")).WantProblem(422, "market.nobody")
}

func TestGoodsAndShopOverHTTP(t *testing.T) {
	c := openCounter(t)
	clerk := c.As(core.RoleClerk)
	path := c.In("/items/" + c.soap.ID.String())
	up := apitest.Read[item](clerk.Patch(path, map[string]any{"version": c.soap.Version, "price": 6, "name": "香皂"}).Want(200))
	if up.Price != 6 || up.Name != "香皂" || up.Qty != 10 || up.Cost != 3_450 || up.Version != c.soap.Version+1 {
		t.Errorf("updated %+v", up)
	}
	clerk.Patch(path, map[string]any{"version": c.soap.Version, "price": 7}).WantProblem(409, "market.item_changed")
	clerk.Post(path+"/receive", map[string]any{"qty": 1, "cost_fen": 96_551}).WantProblem(409, "market.fund_short")
	clerk.Post(path+"/receive", map[string]any{"qty": -1, "cost_fen": 1}).WantProblem(422, "market.bad_quantity")
	clerk.Patch(path, map[string]any{"version": up.Version, "state": "hidden"}).Want(200)
	var shown, all struct {
		Items []item `json:"items"`
	}
	clerk.Get(c.In("/items")).Want(200).Into(&shown)
	clerk.Get(c.In("/items?all=true")).Want(200).Into(&all)
	if len(shown.Items) != 0 || shown.Items == nil || len(all.Items) != 1 || all.Items[0].State != "hidden" {
		t.Errorf("shown %+v, all %+v", shown, all)
	}
	county := c.As(core.RoleCounty)
	same := map[string]any{"amount_fen": 100_000, "document": "织组拨〔2026〕3号"}
	county.Post(c.In("/shop/grants"), same).Want(201)
	same["amount_fen"] = 100_001
	county.Post(c.In("/shop/grants"), same).WantProblem(409, "market.document_used")
	for _, amount := range []int64{0, -1, 1_000_000_000_000_000_000} {
		county.Post(c.In("/shop/grants"), map[string]any{"amount_fen": amount, "document": "x"}).WantProblem(422, "market.bad_amount")
	}
	c.As(core.RoleClerk).Put(c.In("/shop"), map[string]any{"name": "x", "rate_fen": 1, "floor": 0, "state": "open", "version": 1}).WantProblem(403, "access.forbidden")
	c.Stranger().Get(c.In("/items")).WantProblem(401, "access.sign_in")
}

func TestGoodsHaveAPhotoThatEverybodySees(t *testing.T) {
	c := openCounter(t)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	clerk := c.As(core.RoleClerk)
	sent := apitest.Read[struct {
		ID core.ID `json:"id"`
	}](clerk.With("Content-Type", "application/octet-stream").Post(c.In("/files"), picture.Bytes()).Want(201))
	path := c.In("/items/" + c.soap.ID.String())
	up := apitest.Read[item](clerk.Patch(path, map[string]any{"version": c.soap.Version, "photo": sent.ID}).Want(200))
	if up.PhotoURL == "" {
		t.Fatalf("no address for the photo: %+v", up)
	}
	if seen := c.Stranger().Get(up.PhotoURL).Want(200); seen.Header.Get("Content-Type") != "image/jpeg" || len(seen.Body) == 0 {
		t.Errorf("the photo comes as %s, %d bytes", seen.Header.Get("Content-Type"), len(seen.Body))
	}
	clerk.Patch(path, map[string]any{"version": up.Version, "photo": c.soap.ID}).WantProblem(422, "market.no_photo")
	bare := apitest.Read[item](clerk.Patch(path, map[string]any{"version": up.Version, "photo": ""}).Want(200))
	if bare.PhotoURL != "" {
		t.Errorf("the photo was taken away, and is at %s", bare.PhotoURL)
	}
	c.Stranger().Get(up.PhotoURL).WantProblem(404, "files.no_file")
}
