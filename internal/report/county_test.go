package report_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/report"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// county is a small county whose people do things at random, by the product's own commands.
type county struct {
	t     *testing.T
	rng   *rand.Rand
	st    *store.Store
	clock *storetest.Clock
	ids   *core.IDs

	directory *directory.Service
	rules     *rulebook.Service
	claims    *claims.Service
	market    *market.Service
	ledger    *ledger.Service
	reports   *report.Service

	area     core.Area
	villages []*place
}

type place struct {
	code  core.Area
	homes []core.ID
	items []market.Item
	open  []core.ID // claims, in any state
}

// newCounty makes two townships with two villages each and a third that does nothing.
func newCounty(t *testing.T, seed uint64) *county {
	t.Helper()
	c := &county{t: t, rng: rand.New(rand.NewPCG(seed, 7)), st: storetest.Open(t), clock: storetest.NewClock(20260115), area: 520524}
	c.ids = core.NewIDs(c.clock)
	c.directory = directory.New(c.st, c.clock, c.ids, make([]byte, 32), func(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, homes []core.ID) error {
		_, err := ledger.OpenHouseholds(ctx, tx, ledger.Stamp{Village: village, NowMs: c.clock.Now()}, ledger.OpeningPoints, homes...)
		return err
	})
	c.rules, c.claims = rulebook.New(c.st, c.clock, c.ids), claims.New(c.st, c.clock, c.ids, claims.Options{})
	c.market = market.New(c.st, c.clock, c.ids, access.New(c.st, c.clock, c.ids, access.Options{Key: make([]byte, 32)}))
	c.ledger, c.reports = ledger.New(c.st, c.clock, c.ids, nil), report.New(c.st, c.clock)
	areas := []directory.Area{directory.NewArea(520524, "织金县"), directory.NewArea(520524101, "桂果镇"), directory.NewArea(520524102, "牛场镇"), directory.NewArea(520524103, "猫场镇")}
	for i, name := range []string{"前进村村民委员会", "惠泽社区居民委员会", "大寨村村民委员会", "化垮社区居民委员会"} {
		code := core.Area(520524101_201 + i%2 + i/2*1000)
		areas = append(areas, directory.NewArea(code, name))
		c.villages = append(c.villages, &place{code: code})
	}
	err := c.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		if err := directory.SeedAreas(ctx, tx, areas); err != nil {
			return err
		}
		return rulebook.SeedTemplate(ctx, tx, c.area, 20260101, c.clock.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range c.villages {
		c.settle(v)
	}
	return c
}

func (c *county) actor(role core.Role) core.Actor {
	ids := map[core.Role]core.ID{core.RoleCounty: 1, core.RoleTownship: 2, core.RoleSecretary: 3, core.RoleClerk: 4, core.RoleKeeper: 5, core.RoleSupervisor: 6}
	return core.Actor{Kind: core.StaffActor, ID: ids[role], Name: string(role), Grants: []core.Grant{{Role: role, Area: c.area}}}
}

func (c *county) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// may lets a command be refused: half of what people try at random is not possible. A fault of ours is not a refusal.
func (c *county) may(err error) bool {
	c.t.Helper()
	if err != nil && errs.KindOf(err) == errs.Internal {
		c.t.Fatal(err)
	}
	return err == nil
}

func (c *county) settle(v *place) {
	ctx := context.Background()
	for range 2 + c.rng.IntN(5) {
		h, err := c.directory.Create(ctx, c.actor(core.RoleClerk), directory.CreateInput{Village: v.code, Head: "王建国",
			Residents: []directory.ResidentInput{{Name: "李秀英", Relation: directory.Spouse}}})
		c.must(err)
		v.homes = append(v.homes, h.ID)
	}
	version, err := c.rules.Draft(ctx, c.actor(core.RoleSecretary), rulebook.DraftInput{Area: v.code, Title: "积分细则"})
	c.must(err)
	secretary, township := c.actor(core.RoleSecretary), c.actor(core.RoleTownship)
	township.ID = secretary.ID + 1 // whoever sends it does not confirm it
	c.must(c.rules.Enact(ctx, secretary, township, rulebook.Enacted{FromDay: 20260201, FilingNo: "2026-1",
		VoteInput: rulebook.VoteInput{Village: v.code, Version: version, NoticeDays: 3,
			Vote: rulebook.Vote{Kind: rulebook.Representatives, Day: 20260110, Due: 30, Present: 25, InFavour: 20, MinutesNo: "2026-1"}}}))
	rate := core.Fen(50 + c.rng.IntN(100))
	_, err = c.market.SaveShop(ctx, c.actor(core.RoleSecretary), market.ShopInput{Village: v.code, Name: "积分超市", Rate: rate, State: market.ShopOpen})
	c.must(err)
	c.grant(v)
	for i, price := range []core.Points{1, 2, 5} {
		item, err := c.market.CreateItem(ctx, c.actor(core.RoleClerk), market.ItemInput{Village: v.code, Name: fmt.Sprint("货", i), Unit: "个", Price: price})
		c.must(err)
		v.items = append(v.items, item)
	}
}

func (c *county) grant(v *place) {
	_, err := c.market.GrantFunds(context.Background(), c.actor(core.RoleCounty), market.GrantInput{
		Village: v.code, Document: fmt.Sprint("第", c.ids.Next(), "号"), Amount: core.Fen(1 + c.rng.IntN(30_000))})
	c.must(err)
}

// live plays some months: every day each village does a few things at random, and closes its month when it can.
func (c *county) live(months int) {
	for day, last := core.Day(20260201), core.Month(202602).Add(months-1).Last(); day <= last; day = day.Add(1) {
		for hour := range 3 {
			c.clock.Set(day.Ms() + int64(9+3*hour)*3_600_000)
			for _, v := range c.villages {
				c.act(v, day)
			}
		}
		if day.Month() != day.Add(1).Month() {
			for _, v := range c.villages {
				_, err := c.claims.Close(context.Background(), c.actor(core.RoleSecretary), v.code, day.Month())
				c.may(err)
			}
		}
	}
}

func (c *county) act(v *place, day core.Day) {
	ctx := context.Background()
	secretary, clerk, keeper, supervisor := c.actor(core.RoleSecretary), c.actor(core.RoleClerk), c.actor(core.RoleKeeper), c.actor(core.RoleSupervisor)
	home := v.homes[c.rng.IntN(len(v.homes))]
	switch c.rng.IntN(14) {
	case 0, 1, 2, 3:
		rule := []string{"A01", "A02", "B02", "C01", "D01", "E01", "M01", "M03"}[c.rng.IntN(8)]
		d := claims.Deed{Household: home, Rule: rule, Day: day.Add(-c.rng.IntN(9)), Qty: 1, Step: -1, Event: fmt.Sprint("事", c.ids.Next())}
		if rule == "E01" {
			d.Step = int64(c.rng.IntN(3))
		}
		claim, err := c.claims.Submit(ctx, clerk, v.code, d)
		if c.may(err) {
			v.open = append(v.open, claim.ID)
		}
	case 4, 5, 6:
		if len(v.open) == 0 {
			return
		}
		seen := claims.Seen{ID: v.open[c.rng.IntN(len(v.open))]}
		var err error
		switch c.rng.IntN(8) {
		case 0:
			_, err = c.claims.Return(ctx, supervisor, v.code, seen, "照片不清楚")
		case 1:
			_, err = c.claims.Reject(ctx, supervisor, v.code, seen, "没有这回事")
		case 2:
			_, err = c.claims.Withdraw(ctx, clerk, v.code, seen.ID)
		default:
			_, err = c.claims.Approve(ctx, supervisor, v.code, seen)
		}
		c.may(err)
	case 7:
		_, err := c.claims.PublishNotice(ctx, clerk, v.code, day.Month(), 0)
		c.may(err)
	case 8:
		c.object(v)
	case 9:
		item := &v.items[c.rng.IntN(len(v.items))]
		_, err := c.market.Receive(ctx, keeper, market.ReceiveInput{Village: v.code, Item: item.ID, Qty: int64(1 + c.rng.IntN(20)), Cost: core.Fen(c.rng.IntN(900))})
		c.may(err)
	case 10, 11, 12:
		c.redeem(v, home, keeper, secretary)
	default:
		c.rarely(v, home)
	}
}

func (c *county) object(v *place) {
	ctx := context.Background()
	open, _, err := c.claims.Objections(ctx, c.actor(core.RoleSupervisor), v.code, "open", core.Page{})
	c.must(err)
	if len(open) > 0 && c.rng.IntN(2) == 0 {
		outcome := []string{claims.Upheld, claims.Dismissed}[c.rng.IntN(2)]
		_, err := c.claims.AnswerObjection(ctx, c.actor(core.RoleSecretary), v.code, open[0].ID, claims.Answer{Outcome: outcome, Text: "查过了，情况如此"})
		c.may(err)
		return
	}
	notices, err := c.claims.PublicNotices(ctx, v.code)
	c.must(err)
	if len(notices) == 0 || len(v.open) == 0 {
		return
	}
	_, err = c.claims.Object(ctx, core.Actor{From: fmt.Sprint(c.ids.Next())}, v.code, claims.Doubt{Notice: notices[0].ID, Claim: v.open[c.rng.IntN(len(v.open))], Text: "那天他没来开会"})
	c.may(err)
}

func (c *county) redeem(v *place, home core.ID, keeper, other core.Actor) {
	ctx := context.Background()
	item, qty := v.items[c.rng.IntN(len(v.items))], int64(1+c.rng.IntN(3))
	r, err := c.market.Redeem(ctx, keeper, market.RedeemInput{Village: v.code, Household: home, Points: item.Price * core.Points(qty),
		Items: []market.CartLine{{Item: item.ID, Qty: qty, Price: item.Price}}})
	if c.may(err) && c.rng.IntN(5) == 0 {
		_, err := c.market.Void(ctx, other, market.VoidInput{Village: v.code, ID: r.ID, Reason: "拿错了东西"})
		c.must(err)
	}
}

func (c *county) rarely(v *place, home core.ID) {
	ctx := context.Background()
	switch c.rng.IntN(4) {
	case 0:
		c.grant(v)
	case 1:
		if len(v.homes) > 2 {
			c.may(c.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
				h, err := directory.LockHouseholds(ctx, tx, v.code, home)
				if err == nil {
					_, err = c.directory.Dissolve(ctx, tx, c.actor(core.RoleClerk), h[0], directory.Left)
				}
				return err
			}))
		}
	case 2:
		_, err := c.ledger.ReverseLine(ctx, c.actor(core.RoleSecretary), ledger.ReverseInput{Village: v.code, No: 1 + c.rng.Int64N(200), Reason: "记错了户"})
		c.may(err)
	default:
		shop, err := c.market.PublicShop(ctx, v.code)
		c.must(err)
		state := market.ShopOpen
		if shop.State == market.ShopOpen && c.rng.IntN(3) == 0 {
			state = market.ShopClosed
		}
		_, err = c.market.SaveShop(ctx, c.actor(core.RoleSecretary), market.ShopInput{Village: v.code, Name: shop.Name, Rate: shop.Rate, State: state, Version: shop.Version})
		c.must(err)
	}
}
