package bench

import (
	"context"
	"fmt"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

const (
	county   core.Area = 520524
	password           = "feng-tiao-yu-shun"
)

// village is the n-th village of the bench's county.
func village(n int) core.Area { return core.Area(520524001001 + n/900*1000 + n%900) }

// actor is somebody with a role in a village; who keeps two of them apart.
func actor(id core.ID, role core.Role, area core.Area) core.Actor {
	return core.Actor{Kind: core.StaffActor, ID: id, Name: "张三", Grants: []core.Grant{{Role: role, Area: area}}, From: "127.0.0.1"}
}

// areas seeds a county of n villages.
func (b *bench) areas(ctx context.Context, n int) error {
	list := []directory.Area{directory.NewArea(county, "织金县"), directory.NewArea(county*1000+1, "双堰街道")}
	for i := range n {
		list = append(list, directory.NewArea(village(i), fmt.Sprintf("第%d村村民委员会", i)))
	}
	return b.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error { return directory.SeedAreas(ctx, tx, list) })
}

// households makes n households in a village.
func (b *bench) households(ctx context.Context, v core.Area, n int) ([]core.ID, error) {
	by := actor(1, core.RoleClerk, v)
	list := make([]core.ID, n)
	for i := range n {
		h, err := b.svc.Directory.Create(ctx, by, directory.CreateInput{Village: v, Head: "王建国"})
		if err != nil {
			return nil, err
		}
		list[i] = h.ID
	}
	return list, nil
}

// earn posts points straight into the book: the road there is measured elsewhere.
func (b *bench) earn(ctx context.Context, v core.Area, points int64, households ...core.ID) error {
	vouchers := make([][]ledger.Entry, len(households))
	for i, h := range households {
		vouchers[i] = []ledger.Entry{{Kind: ledger.Earned, Category: "council", Owner: h, Amount: points, MemoZh: "按时参加群众会并到会议结束"}}
	}
	return b.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := ledger.PostMany(ctx, tx, ledger.Stamp{Village: v, NowMs: b.clock.Now(), Actor: 1}, vouchers)
		return err
	})
}

// shop opens a village's shop with enough of one kind of goods.
func (b *bench) shop(ctx context.Context, v core.Area) (core.ID, error) {
	if _, err := b.svc.Market.SaveShop(ctx, actor(2, core.RoleSecretary, v), market.ShopInput{Village: v, Name: "积分超市", Rate: 100, State: market.ShopOpen}); err != nil {
		return 0, err
	}
	if _, err := b.svc.Market.GrantFunds(ctx, actor(3, core.RoleCounty, county), market.GrantInput{Village: v, Document: "织组通〔2026〕1号", Amount: 400_000_000}); err != nil {
		return 0, err
	}
	keeper := actor(4, core.RoleKeeper, v)
	item, err := b.svc.Market.CreateItem(ctx, keeper, market.ItemInput{Village: v, Name: "肥皂", Unit: "块", Price: 5})
	if err != nil {
		return 0, err
	}
	_, err = b.svc.Market.Receive(ctx, keeper, market.ReceiveInput{Village: v, Item: item.ID, Qty: core.MaxQty, Cost: 400_000_000})
	return item.ID, err
}

// keepers makes an account with the keeper's role in each village; the login is "keeper" and its number.
func (b *bench) keepers(ctx context.Context, villages int) error {
	list := make([]access.NewStaff, villages)
	for i := range list {
		list[i] = access.NewStaff{Login: fmt.Sprintf("keeper%d", i), Name: "周掌柜", Grants: []core.Grant{{Role: core.RoleKeeper, Area: village(i)}}}
	}
	_, err := b.svc.Access.CreateMany(ctx, core.System("bench"), list, password, false)
	return err
}

// rules puts the county's template into force in a village from the first of the next month.
func (b *bench) rules(ctx context.Context, v core.Area) error {
	err := b.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		return rulebook.SeedTemplate(ctx, tx, county, b.clock.today().Month().First(), b.clock.Now())
	})
	if err != nil {
		return err
	}
	by := actor(2, core.RoleSecretary, v)
	version, err := b.svc.Rules.Draft(ctx, by, rulebook.DraftInput{Area: v, Title: "本村积分细则"})
	if err != nil {
		return err
	}
	return b.svc.Rules.Enact(ctx, by, actor(3, core.RoleTownship, v.Parent()), rulebook.Enacted{
		FromDay: b.clock.today().Month().Next().First(), FilingNo: "2026-06", VoteInput: rulebook.VoteInput{Village: v, Version: version, NoticeDays: 3,
			Vote: rulebook.Vote{Kind: rulebook.Representatives, Day: b.clock.today(), Due: 30, Present: 28, InFavour: 27, MinutesNo: "2026-06"}}})
}
