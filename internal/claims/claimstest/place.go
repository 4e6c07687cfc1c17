// Package claimstest gives the tests of whatever makes claims a village with rules, households and the people who run it.
package claimstest

import (
	"context"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// Today is the day every place begins on; its rules are in force since the first of that month.
const Today core.Day = 20260910

// Place is a village by the county's template.
type Place struct {
	T       testing.TB
	Store   *store.Store
	Clock   *storetest.Clock
	IDs     *core.IDs
	Claims  *claims.Service
	Village core.Area
	Homes   []core.ID // numbers 1, 2, 3 …

	Secretary, Clerk, Supervisor, Keeper, Township, Auditor core.Actor
}

// New makes a village of n households with 100 base points each.
func New(t testing.TB, n int) *Place {
	t.Helper()
	clock := storetest.NewClock(Today)
	p := &Place{T: t, Store: storetest.Open(t), Clock: clock, IDs: core.NewIDs(clock), Village: storetest.Village()}
	p.Claims = claims.New(p.Store, clock, p.IDs, claims.Options{})
	county := p.Village.Parent().Parent()
	p.Secretary = p.staff("刘支书", core.RoleSecretary, p.Village)
	p.Clerk = p.staff("张文书", core.RoleClerk, p.Village)
	p.Supervisor = p.staff("赵监督", core.RoleSupervisor, p.Village)
	p.Keeper = p.staff("孙管理", core.RoleKeeper, p.Village)
	p.Township = p.staff("周乡镇", core.RoleTownship, p.Village.Parent())
	p.Auditor = p.staff("吴审计", core.RoleAuditor, county)
	err := p.Store.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		areas := []directory.Area{directory.NewArea(county, "织金县"), directory.NewArea(p.Village.Parent(), "白泥镇"), directory.NewArea(p.Village, "前进村村民委员会")}
		if err := directory.SeedAreas(ctx, tx, areas); err != nil {
			return err
		}
		if err := rulebook.SeedTemplate(ctx, tx, county, 20260101, clock.Now()); err != nil {
			return err
		}
		return p.addHomes(ctx, tx, n)
	})
	p.Wants(err, "")
	p.adopt()
	return p
}

func (p *Place) staff(name string, role core.Role, area core.Area) core.Actor {
	return core.Actor{Kind: core.StaffActor, ID: p.IDs.Next(), Name: name, Grants: []core.Grant{{Role: role, Area: area}}}
}

func (p *Place) adopt() {
	p.T.Helper()
	ctx, rules := context.Background(), rulebook.New(p.Store, p.Clock, p.IDs)
	p.Clock.SetDay(20260810)
	_, err := rules.Draft(ctx, p.Clerk, rulebook.DraftInput{Area: p.Village, Title: "前进村积分细则"})
	p.Wants(err, "")
	p.Wants(rules.Enact(ctx, p.Secretary, p.Township, rulebook.Enacted{FromDay: 20260901, FilingNo: "白泥备〔2026〕3号",
		VoteInput: rulebook.VoteInput{Village: p.Village, Version: 1, NoticeDays: 3,
			Vote: rulebook.Vote{Kind: rulebook.Representatives, Day: 20260809, Due: 30, Present: 25, InFavour: 20, MinutesNo: "〔2026〕3号"}}}), "")
	p.Clock.SetDay(Today)
}

const putHome = `INSERT INTO household (village, id, grp, number, head, pinyin, initials, sort, cadre, members, state, version, created_ms, changed_ms)
	VALUES ($1, $2, 0, $3, $4, '', '', '', 0, 3, 'active', 1, 0, 0)`

func (p *Place) addHomes(ctx context.Context, tx *store.Tx, n int) error {
	heads := []string{"王建国", "李芬", "陈永贵", "欧阳明"}
	for range n {
		p.Homes = append(p.Homes, p.IDs.Next())
	}
	if err := tx.Many(ctx, putHome, n, func(i int) []any {
		return []any{p.Village, p.Homes[i], i + 1, heads[i%len(heads)]}
	}); err != nil {
		return err
	}
	_, err := ledger.OpenHouseholds(ctx, tx, ledger.Stamp{Village: p.Village, NowMs: p.Clock.Now()}, ledger.OpeningPoints, p.Homes...)
	return err
}

// Card is the unlocked card of the i-th household.
func (p *Place) Card(i int) core.Actor {
	return core.Actor{Kind: core.CardActor, ID: p.Homes[i] + 1, Village: p.Village, Household: p.Homes[i], Unlocked: true, From: "10.0.0.1"}
}

// Wants fails unless err has the code; "" wants none.
func (p *Place) Wants(err error, code string) {
	p.T.Helper()
	switch {
	case err == nil && code != "":
		p.T.Errorf("no error, want %q", code)
	case err != nil && code == "":
		p.T.Fatal(err)
	case err != nil && errs.CodeOf(err) != code:
		p.T.Errorf("%v, want %q", err, code)
	}
}

// ClaimsOf lists a household's claims, newest first.
func (p *Place) ClaimsOf(i int) []claims.Claim {
	p.T.Helper()
	list, _, err := p.Claims.Claims(context.Background(), p.Clerk, p.Village, claims.Filter{Household: p.Homes[i]}, core.Page{})
	p.Wants(err, "")
	return list
}

// Actions lists what the village's audit trail says was done, newest first.
func (p *Place) Actions(prefix string) (actions []string) {
	p.T.Helper()
	err := p.Store.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, `SELECT action FROM audit WHERE village = $1 AND action LIKE $2 ORDER BY id DESC`, func(r store.Row) error {
			var action string
			err := r.Scan(&action)
			actions = append(actions, action)
			return err
		}, p.Village, prefix+"%")
	})
	p.Wants(err, "")
	return actions
}

// Close closes the i-th household.
func (p *Place) Close(i int) {
	p.T.Helper()
	p.Wants(p.Store.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE household SET state = 'closed' WHERE village = $1 AND id = $2`, p.Village, p.Homes[i])
		return err
	}), "")
}
