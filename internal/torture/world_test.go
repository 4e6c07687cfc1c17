package torture

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/api"
	"qunyan/internal/app"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

const (
	county   core.Area = 520524
	township           = county*1000 + 1
	password           = "feng-tiao-yu-shun"
)

// world is a small county whose past was played with a clock of its own: shops with goods, households with points, and
// a month on the notice that can be closed today.
type world struct {
	t        *testing.T
	data, db string
	today    core.Day
	shops    []shop
	months   []core.Area // villages whose last month waits for its close
	empty    core.Area   // a village without households
}

type shop struct {
	village core.Area
	homes   []core.ID
	item    core.ID
}

const (
	monthHomes = 20
	price      = 5
	cost       = 400 // fen a piece
)

// newWorld makes a county with a few shops and, if wanted, villages whose month can be closed.
func newWorld(t *testing.T, data, db string, shops, months int) *world {
	t.Helper()
	w := &world{t: t, data: data, db: db, today: core.DayOf(core.SystemClock{}.Now())}
	ctx := context.Background()
	st, err := store.Open(ctx, db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}()
	clock := storetest.NewClock(w.lastMonth().First())
	if _, err := st.Migrate(ctx, clock.Now()); err != nil {
		t.Fatal(err)
	}
	keys, err := app.LoadKeys(data)
	if err != nil {
		t.Fatal(err)
	}
	p := &past{w: w, t: t, st: st, clock: clock, svc: app.Wire(app.Parts{Store: st, Clock: clock, IDs: core.NewIDs(clock), Keys: keys,
		Files: filepath.Join(data, "files"), Access: access.Options{HashMemoryKiB: 64}})}
	p.settle(shops, months)
	return w
}

// lastMonth is over whatever happens while the test runs.
func (w *world) lastMonth() core.Month { return w.today.Month().Prev() }

func village(n int) core.Area { return township*1000 + 201 + core.Area(n) }

// past plays what happened before the test.
type past struct {
	w     *world
	t     *testing.T
	st    *store.Store
	clock *storetest.Clock
	svc   api.Services
}

func (p *past) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *past) settle(shops, months int) {
	p.t.Helper()
	ctx, w := context.Background(), p.w
	areas := []directory.Area{directory.NewArea(county, "织金县"), directory.NewArea(township, "双堰街道")}
	everywhere := map[core.Role][]core.Grant{}
	for i := range shops + months + 1 {
		areas = append(areas, directory.NewArea(village(i), fmt.Sprintf("第%d村村民委员会", i)))
		for _, role := range []core.Role{core.RoleKeeper, core.RoleClerk, core.RoleSupervisor, core.RoleSecretary} {
			everywhere[role] = append(everywhere[role], core.Grant{Role: role, Area: village(i)})
		}
	}
	w.empty = village(shops + months)
	p.must(p.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := directory.SeedAreas(ctx, tx, areas); err != nil {
			return err
		}
		return rulebook.SeedTemplate(ctx, tx, county, w.lastMonth().Prev().First(), p.clock.Now())
	}))
	staff := []access.NewStaff{{Login: "county", Name: "赵县官", Grants: []core.Grant{{Role: core.RoleCounty, Area: county}}}}
	for role, grants := range everywhere {
		staff = append(staff, access.NewStaff{Login: string(role), Name: "周吴郑", Grants: grants})
	}
	_, err := p.svc.Access.CreateMany(ctx, core.System("test"), staff, password, false)
	p.must(err)

	p.clock.SetDay(w.lastMonth().Prev().First())
	together(shops+months, func(i int) { p.adopt(village(i)) })
	p.clock.SetDay(w.lastMonth().First() + 9)
	w.shops, w.months = make([]shop, shops), make([]core.Area, months)
	together(shops+months, func(i int) {
		if i < shops {
			w.shops[i] = p.shop(village(i))
		} else {
			w.months[i-shops] = village(i)
			p.sheet(village(i))
		}
	})
	p.clock.SetDay(w.lastMonth().First() + 10)
	together(months, func(i int) {
		_, err := p.svc.Claims.PublishNotice(ctx, actor(1, core.RoleClerk, w.months[i]), w.months[i], w.lastMonth(), 3)
		p.must(err)
	})
}

// together runs fn(0..n-1) at once, so that what they write shares its commits.
func together(n int, fn func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { fn(i) })
	}
	wg.Wait()
}

func actor(id core.ID, role core.Role, area core.Area) core.Actor {
	return core.Actor{Kind: core.StaffActor, ID: id, Name: "张三", Grants: []core.Grant{{Role: role, Area: area}}, From: "127.0.0.1"}
}

// adopt puts the county's rules into force in a village from the first of the month after.
func (p *past) adopt(v core.Area) {
	ctx, by := context.Background(), actor(2, core.RoleSecretary, v)
	version, err := p.svc.Rules.Draft(ctx, by, rulebook.DraftInput{Area: v, Title: "本村积分细则"})
	p.must(err)
	p.must(p.svc.Rules.Enact(ctx, by, actor(3, core.RoleTownship, v.Parent()), rulebook.Enacted{FromDay: p.w.lastMonth().First(), FilingNo: "2026-06",
		VoteInput: rulebook.VoteInput{Village: v, Version: version, NoticeDays: 3, Vote: rulebook.Vote{Kind: rulebook.Representatives,
			Day: p.w.lastMonth().Prev().First(), Due: 30, Present: 28, InFavour: 27, MinutesNo: "2026-06"}}}))
}

func (p *past) households(v core.Area, n int) []core.ID {
	list := make([]core.ID, n)
	for i := range list {
		h, err := p.svc.Directory.Create(context.Background(), actor(1, core.RoleClerk, v), directory.CreateInput{Village: v, Head: "王建国"})
		p.must(err)
		list[i] = h.ID
	}
	return list
}

// shop opens a shop whose goods and points outlast any test.
func (p *past) shop(v core.Area) shop {
	ctx, keeper := context.Background(), actor(4, core.RoleKeeper, v)
	s := shop{village: v, homes: p.households(v, 8)}
	vouchers := make([][]ledger.Entry, len(s.homes))
	for i, h := range s.homes {
		vouchers[i] = []ledger.Entry{{Kind: ledger.Earned, Category: "council", Owner: h, Amount: 900_000, MemoZh: "按时参加群众会并到会议结束"}}
	}
	p.must(p.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := ledger.PostMany(ctx, tx, ledger.Stamp{Village: v, NowMs: p.clock.Now(), Actor: 1}, vouchers)
		return err
	}))
	_, err := p.svc.Market.SaveShop(ctx, actor(2, core.RoleSecretary, v), market.ShopInput{Village: v, Name: "积分超市", Rate: 100, State: market.ShopOpen})
	p.must(err)
	_, err = p.svc.Market.GrantFunds(ctx, actor(3, core.RoleCounty, county), market.GrantInput{Village: v, Document: "织组通〔2026〕1号", Amount: 800_000_000})
	p.must(err)
	item, err := p.svc.Market.CreateItem(ctx, keeper, market.ItemInput{Village: v, Name: "肥皂", Unit: "块", Price: price})
	p.must(err)
	_, err = p.svc.Market.Receive(ctx, keeper, market.ReceiveInput{Village: v, Item: item.ID, Qty: 500_000, Cost: 500_000 * cost})
	p.must(err)
	s.item = item.ID
	return s
}

// sheet has a village's households earn points that stand on the month's notice.
func (p *past) sheet(v core.Area) {
	ctx := context.Background()
	homes := p.households(v, monthHomes)
	for _, rule := range []string{"A01", "B02"} {
		rows := make([]claims.SheetRow, len(homes))
		for i, h := range homes {
			rows[i] = claims.SheetRow{Household: h, Qty: 1, Step: -1}
		}
		sheet, err := p.svc.Claims.SubmitSheet(ctx, actor(1, core.RoleClerk, v), v, claims.Sheet{Rule: rule, Day: p.w.lastMonth().First() + 8, Title: rule, Rows: rows})
		p.must(err)
		ids := make([]core.ID, len(sheet.Rows))
		for i, row := range sheet.Rows {
			ids[i] = row.Claim
		}
		_, err = p.svc.Claims.ApproveMany(ctx, actor(5, core.RoleSupervisor, v), v, ids)
		p.must(err)
	}
}
