package offline_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/offline"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// stage is a village with an open shop that may work offline, soap and rice on its shelf, and the people around.
type stage struct {
	t       testing.TB
	st      *store.Store
	clock   *storetest.Clock
	ids     *core.IDs
	cards   *access.Service
	market  *market.Service
	offline *offline.Service
	village core.Area
	soap    market.Item
	rice    market.Item

	secretary, clerk, supervisor, keeper, keeper2, county core.Actor
}

func setUp(t *testing.T) *stage {
	t.Parallel()
	return newStage(t)
}

func newStage(t testing.TB) *stage {
	s := &stage{t: t, st: storetest.Open(t), clock: storetest.NewClock(20260305), village: storetest.Village()}
	s.ids = core.NewIDs(s.clock)
	s.cards = access.New(s.st, s.clock, s.ids, access.Options{Key: make([]byte, 32)})
	s.market = market.New(s.st, s.clock, s.ids, s.cards)
	s.offline = offline.New(s.st, s.clock, s.ids, s.market, []byte("a secret that only tests have  "))
	as := func(id core.ID, name string, role core.Role, area core.Area) core.Actor {
		return core.Actor{Kind: core.StaffActor, ID: id, Name: name, Grants: []core.Grant{{Role: role, Area: area}}}
	}
	s.county = as(1, "县组织部", core.RoleCounty, s.village/1e6)
	s.secretary = as(2, "陈支书", core.RoleSecretary, s.village)
	s.clerk = as(3, "王文书", core.RoleClerk, s.village)
	s.keeper = as(4, "李管理", core.RoleKeeper, s.village)
	s.keeper2 = as(5, "赵管理", core.RoleKeeper, s.village)
	s.supervisor = as(6, "孙监督", core.RoleSupervisor, s.village)
	ctx := context.Background()
	must(s.market.SaveShop(ctx, s.secretary, market.ShopInput{Village: s.village, Name: "前进村积分超市", Rate: 100, Floor: 100, State: market.ShopOpen}))(t)
	s.soap = s.stocked("肥皂", 5, 600, 60_000)
	s.rice = s.stocked("大米", 50, 20, 80_000)
	s.rule(offline.Rule{Share: 50, Total: 2000, Days: 7, Tills: 2})
	return s
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if err == nil {
		t.Fatalf("accepted, want %s", code)
	}
	if got := errs.From(err); got.Code != code {
		t.Fatalf("got %v, want %s", got, code)
	}
}

func (s *stage) rule(r offline.Rule) {
	s.t.Helper()
	ctx := context.Background()
	r.Version = must(s.offline.Rule(ctx, s.clerk, s.village))(s.t).Version
	must(s.offline.SaveRule(ctx, s.secretary, s.village, r))(s.t)
}

func (s *stage) stocked(name string, price core.Points, qty int64, cost core.Fen) market.Item {
	s.t.Helper()
	ctx := context.Background()
	must(s.market.GrantFunds(ctx, s.county, market.GrantInput{Village: s.village, Document: "织组拨〔2026〕" + name, Amount: cost}))(s.t)
	item := must(s.market.CreateItem(ctx, s.clerk, market.ItemInput{Village: s.village, Name: name, Unit: "块", Price: price}))(s.t)
	return must(s.market.Receive(ctx, s.keeper, market.ReceiveInput{Village: s.village, Item: item.ID, Qty: qty, Cost: cost, Note: "县供销社"}))(s.t)
}

func (s *stage) exec(fn func(ctx context.Context, tx *store.Tx) error) {
	s.t.Helper()
	if err := s.st.Tx(context.Background(), fn); err != nil {
		s.t.Fatal(err)
	}
}

// households puts n households on the list, each with points to spend.
func (s *stage) households(n int, points core.Points, head string) []core.ID {
	s.t.Helper()
	homes := make([]core.ID, n)
	s.exec(func(ctx context.Context, tx *store.Tx) error {
		at := ledger.Stamp{Village: s.village, NowMs: s.clock.Now()}
		vouchers := make([][]ledger.Entry, n)
		for i := range homes {
			homes[i] = s.ids.Next()
			_, err := tx.Exec(ctx, `INSERT INTO household (village, id, grp, number, head, pinyin, initials, sort, cadre, members, state, version, created_ms, changed_ms)
				VALUES ($1, $2, 0, $3, $4, 'wang', 'w', 'wang', 0, 1, 'active', 1, 0, 0)`, s.village, homes[i], int64(i+1)+s.clock.Now()%1000*1000, head)
			if err != nil {
				return err
			}
			vouchers[i] = []ledger.Entry{{Kind: ledger.Earned, Category: "council", Owner: homes[i], Amount: int64(points), MemoZh: "开会"}}
		}
		if _, err := ledger.OpenHouseholds(ctx, tx, at, ledger.OpeningPoints, homes...); err != nil {
			return err
		}
		_, err := ledger.PostMany(ctx, tx, at, vouchers)
		return err
	})
	s.clock.Advance(1)
	return homes
}

func (s *stage) spendable(home core.ID) (n int64) {
	s.t.Helper()
	s.exec(func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = ledger.Balance(ctx, tx, s.village, ledger.HouseholdSpendable, home)
		return err
	})
	return n
}

func (s *stage) item(id core.ID) market.Item {
	s.t.Helper()
	for _, it := range must(s.market.Items(context.Background(), s.keeper, s.village, true))(s.t) {
		if it.ID == id {
			return it
		}
	}
	s.t.Fatalf("no item %v", id)
	return market.Item{}
}

// check compares the book with the shelves, to the last fen.
func (s *stage) check() {
	s.t.Helper()
	var cost core.Fen
	for _, it := range must(s.market.Items(context.Background(), s.keeper, s.village, true))(s.t) {
		cost += it.Cost
	}
	s.exec(func(ctx context.Context, tx *store.Tx) error {
		stock, err := ledger.Balance(ctx, tx, s.village, ledger.ShopStock, 0)
		if err == nil && stock != int64(cost) {
			s.t.Errorf("the book has stock of %d fen, the shelves %d", stock, cost)
		}
		return err
	})
}

// phone is a till as its own program works: it knows its key and its allowance.
type phone struct {
	s         *stage
	by        core.Actor
	id        core.ID
	key       []byte
	allowance offline.Allowance
}

func (s *stage) phone(by core.Actor, name string) *phone {
	s.t.Helper()
	e := must(s.offline.Enrol(context.Background(), by, s.village, name))(s.t)
	p := &phone{s: s, by: by, id: e.ID, key: e.Key}
	p.fetch()
	if !ed25519.Verify(e.Sign, []byte(p.allowance.Text), p.allowance.Signature) {
		s.t.Error("the allowance is not signed by the key that was given")
	}
	return p
}

func (p *phone) fetch() {
	p.s.t.Helper()
	p.allowance = must(p.s.offline.Issue(context.Background(), p.by, p.s.village, p.id))(p.s.t)
}

// rows are the households as the allowance lists them: number, id, head, group, limit, free, card, token, code, born.
func (p *phone) rows() map[string][]string {
	p.s.t.Helper()
	lines := strings.Split(p.allowance.Text, "\n")
	var top struct{ Households int }
	if err := json.Unmarshal([]byte(lines[1]), &top); err != nil || lines[0] != "qunyan offline allowance 1" {
		p.s.t.Fatalf("header %q: %v", lines[0], err)
	}
	rows := map[string][]string{}
	for _, l := range lines[2 : 2+top.Households] {
		f := strings.Split(l, "|")
		rows[f[1]] = f
	}
	return rows
}

// wish is what the phone writes down.
type wish struct {
	A core.ID     `json:"a"`
	H core.ID     `json:"h"`
	C core.ID     `json:"c"`
	M int64       `json:"m"`
	P core.Points `json:"p"`
	L []wishLine  `json:"l"`
}

type wishLine struct {
	I core.ID     `json:"i"`
	Q int64       `json:"q"`
	P core.Points `json:"p"`
}

func (p *phone) wish(home core.ID, it market.Item, qty int64) wish {
	return wish{A: p.allowance.ID, H: home, M: p.s.clock.Now(), P: it.Price * core.Points(qty), L: []wishLine{{it.ID, qty, it.Price}}}
}

func newKey() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func (p *phone) seal(key string, w wish) offline.Envelope {
	p.s.t.Helper()
	text := must(json.Marshal(w))(p.s.t)
	block := must(aes.NewCipher(p.key))(p.s.t)
	aead := must(cipher.NewGCM(block))(p.s.t)
	nonce := make([]byte, 12)
	_, _ = rand.Read(nonce)
	aad := "qunyan offline intent 1\n" + p.s.village.String() + "\n" + p.id.String() + "\n" + key
	return offline.Envelope{Key: key, Sealed: aead.Seal(nonce, nonce, text, []byte(aad))}
}

func (p *phone) send(batch ...offline.Envelope) []offline.Answer {
	p.s.t.Helper()
	return must(p.s.offline.Sync(context.Background(), p.by, p.s.village, p.id, batch))(p.s.t).Answers
}

// sendOne seals and sends one wish and wants one result of it; code is the reason's, or "".
func (p *phone) sendOne(w wish, want offline.Result, code string) offline.Answer {
	p.s.t.Helper()
	a := p.send(p.seal(newKey(), w))[0]
	got := ""
	if a.Reason != nil {
		got = a.Reason.Code
	}
	if a.Result != want || got != code {
		p.s.t.Errorf("got %s %q, want %s %q", a.Result, got, want, code)
	}
	return a
}
