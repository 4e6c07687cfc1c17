package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/market"
	"qunyan/internal/rulebook"
)

// village is a place and what its people have in mind. One goroutine at a time acts for it.
type village struct {
	d        *Demo
	code     core.Area
	name     string // 前进村
	township string
	building bool // groups are buildings: a community
	rng      *rand.Rand

	size   int
	slow   bool // does not get round to closing its last month
	topped bool // gets more money than the county's start

	secretary, clerk, keeper, supervisor core.Actor
	reviewer, colleague                  core.Actor // of the township; where the village is shown a second supervisor

	rules  int64 // version of its rules
	groups []core.Area
	homes  []home
	at     map[core.ID]int // index into homes

	agenda  map[core.Day][]task
	pending []pending // submitted and not decided
	shop    shop
}

// home is a household as its village knows it.
type home struct {
	id     core.ID
	number int64
	head   string
	zeal   int         // of a hundred meetings, how many it comes to
	points core.Points // it can spend, as far as the village knows
	card   core.Actor  // its card after the PIN; nobody if it has none
	token  string
}

// task is something planned for an hour of a day.
type task struct {
	hour int
	do   func(ctx context.Context) error
}

func newVillage(d *Demo, a directory.Area, township string) *village {
	return &village{d: d, code: a.Code, name: a.Short, township: township, building: a.Kind == directory.KindCommunity,
		rng: seeded(a.Code), at: map[core.ID]int{}, agenda: map[core.Day][]task{}}
}

func (v *village) isShown() bool { return v == v.d.village || v == v.d.community }

// plan puts something on the agenda. What would lie beyond the end of history never happens.
func (v *village) plan(day core.Day, hour int, do func(ctx context.Context) error) {
	v.agenda[day] = append(v.agenda[day], task{hour, do})
}

func (v *village) busy(day core.Day, hour int) bool {
	for _, t := range v.agenda[day] {
		if t.hour == hour {
			return true
		}
	}
	return v.shop.openAt(hour)
}

func (v *village) act(ctx context.Context, day core.Day, hour int) error {
	for _, t := range v.agenda[day] {
		if t.hour != hour {
			continue
		}
		if err := t.do(ctx); err != nil {
			return err
		}
	}
	if hour == evening {
		delete(v.agenda, day)
	}
	if v.shop.openAt(hour) {
		return v.serve(ctx, day, hour)
	}
	return nil
}

// settle makes groups and households in every village that is played.
func (d *Demo) settle(ctx context.Context) error {
	d.at(d.cal.start(), morning+30)
	return d.each(ctx, d.played, func(ctx context.Context, v *village) error {
		if err := v.makeGroups(ctx); err != nil {
			return err
		}
		return v.makeHomes(ctx)
	})
}

func (v *village) makeGroups(ctx context.Context) error {
	for i := range min(3+v.size/25, 12) {
		name, kind := []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}[i]+"组", directory.KindGroup
		if v.building {
			name, kind = fmt.Sprintf("%d号楼", i+1), directory.KindBuilding
		}
		group, err := v.d.p.Directory.CreateGroup(ctx, v.clerk, directory.GroupInput{Village: v.code, Name: name, Kind: kind})
		if err != nil {
			return err
		}
		v.groups = append(v.groups, group.Code)
	}
	return nil
}

func (v *village) makeHomes(ctx context.Context) error {
	names := newNames(v.rng)
	year := int(v.d.cal.start()) / 10000
	for i := range v.size {
		in := directory.CreateInput{Village: v.code, Number: int64(i + 1), Group: v.groups[i*len(v.groups)/v.size], Cadre: v.rng.IntN(25) == 0}
		for _, p := range names.family(year) {
			in.Residents = append(in.Residents, directory.ResidentInput{Name: p.name, Relation: p.relation, Sex: p.sex, BirthYear: p.born, Party: p.party})
		}
		made, err := v.d.p.Directory.Create(ctx, v.clerk, in)
		if err != nil {
			return err
		}
		v.at[made.ID] = len(v.homes)
		v.homes = append(v.homes, home{id: made.ID, number: made.Number, head: made.Head, zeal: 25 + v.rng.IntN(75)})
	}
	return nil
}

// adopt lets the villages draft their rules from the county's template and vote on them: some give meetings another
// weight, some leave a line out. The township puts them on file.
func (d *Demo) adopt(ctx context.Context) error {
	villages := d.played
	if d.scale.Plenty { // a demo is looked at anywhere: every shop's village has rules
		villages = d.shops
	}
	d.at(d.cal.start().Add(4), afternoon)
	if err := d.each(ctx, villages, func(ctx context.Context, v *village) error { return v.draft(ctx) }); err != nil {
		return err
	}
	d.at(d.cal.start().Add(10), evening)
	return d.each(ctx, villages, func(ctx context.Context, v *village) error {
		due := int64(30 + v.rng.IntN(40))
		present := due - v.rng.Int64N(due/4)
		vote := rulebook.Vote{Kind: rulebook.Representatives, Day: d.cal.start().Add(9), Due: due, Present: present, InFavour: present - v.rng.Int64N(present/4),
			MinutesNo: fmt.Sprintf("%s代表会〔%d〕1号", short(v.name), d.cal.setup/100)}
		return d.p.Rules.Enact(ctx, v.secretary, v.reviewer, rulebook.Enacted{FromDay: d.cal.first.First(),
			FilingNo:  fmt.Sprintf("%s备〔%d〕%d号", v.township, d.cal.setup/100, v.code%1000),
			VoteInput: rulebook.VoteInput{Village: v.code, Version: v.rules, NoticeDays: 3, Vote: vote}})
	})
}

func (v *village) draft(ctx context.Context) (err error) {
	v.rules, err = v.d.p.Rules.Draft(ctx, v.secretary, rulebook.DraftInput{Area: v.code, Title: v.name + "积分细则"})
	if err != nil {
		return err
	}
	rules, err := rulebook.Template()
	if err != nil {
		return err
	}
	for _, r := range rules {
		in := rulebook.EditInput{Village: v.code, Version: v.rules, Code: r.Code, Enabled: true, Points: r.Points, CapPoints: r.CapPoints, CapCount: r.CapCount, Self: r.Self}
		switch {
		case r.Code == "A02" && v.rng.IntN(3) == 0:
			in.Points = min(r.Points+2, r.PointsMax)
		case r.Code == "B03" && v.rng.IntN(4) == 0:
			in.Enabled = false
		default:
			continue
		}
		if _, err := v.d.p.Rules.EditRule(ctx, v.secretary, in); err != nil {
			return err
		}
	}
	return nil
}

// openShops opens every shop with the county's money in its fund and the first goods on its shelf.
func (d *Demo) openShops(ctx context.Context) error {
	day := d.cal.start().Add(12)
	d.at(day, morning)
	err := d.each(ctx, d.shops, func(ctx context.Context, v *village) error {
		_, err := d.p.Market.SaveShop(ctx, v.secretary, market.ShopInput{Village: v.code, Name: v.name + "积分超市", Rate: 100, Floor: v.floor(), State: market.ShopOpen})
		return err
	})
	if err != nil {
		return err
	}
	d.at(day.Add(1), morning)
	err = d.each(ctx, d.shops, func(ctx context.Context, v *village) error {
		return v.granted(ctx, fmt.Sprintf("织组拨〔%d〕7号", d.cal.setup/100), StartMoney)
	})
	if err != nil {
		return err
	}
	d.at(day.Add(2), afternoon)
	return d.each(ctx, d.shops, func(ctx context.Context, v *village) error { return v.stock(ctx) })
}

// floor lets a fifth of the shops ask for a clean record, which most villages of the newspaper's county do not.
func (v *village) floor() core.Points {
	if !v.isShown() && v.code%5 == 0 {
		return 90
	}
	return 0
}

func (v *village) granted(ctx context.Context, document string, amount core.Fen) error {
	_, err := v.d.p.Market.GrantFunds(ctx, v.d.official, market.GrantInput{Village: v.code, Document: document, Amount: amount})
	v.shop.fund += amount
	return err
}

// one draws a text.
func (v *village) one(texts []string) string { return texts[v.rng.IntN(len(texts))] }

// title names a meeting or clean-up of a month.
func title(month core.Month, what string) string {
	return strings.TrimLeft(fmt.Sprintf("%02d", month%100), "0") + "月" + what
}
