package households_test

import (
	"context"
	"strings"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/households"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// neighbour is an office of another village of the county, in the same database.
func (o *office) neighbour() *office {
	o.T.Helper()
	p := *o.Place
	p.Village = o.Village/1000*1000 + (o.Village%1000+1)%1000
	o.Wants(o.Store.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return directory.SeedAreas(ctx, tx, []directory.Area{directory.NewArea(p.Village, "红星村村民委员会")})
	}), "")
	grant := func(name string, role core.Role) core.Actor {
		return core.Actor{Kind: core.StaffActor, ID: o.IDs.Next(), Name: name, Grants: []core.Grant{{Role: role, Area: p.Village}}}
	}
	p.Secretary, p.Clerk = grant("何支书", core.RoleSecretary), grant("吕文书", core.RoleClerk)
	other := &office{Place: &p, cards: o.cards}
	other.homes = directory.New(p.Store, p.Clock, p.IDs, nil, func(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, all []core.ID) error {
		_, err := ledger.OpenHouseholds(ctx, tx, other.stamp(), ledger.OpeningPoints, all...)
		return err
	})
	other.svc = households.New(p.Store, p.Clock, p.IDs, other.homes, other.cards)
	return other
}

// waiting is the only change that waits in a village.
func (o *office) waiting() households.Change {
	o.T.Helper()
	all, _, err := o.svc.Changes(context.Background(), o.Clerk, o.Village, households.Filter{State: households.Proposed}, core.Page{})
	o.Wants(err, "")
	if len(all) != 1 {
		o.T.Fatalf("%d changes wait", len(all))
	}
	return all[0]
}

func (o *office) memo(h core.ID) string {
	o.T.Helper()
	lines, _, err := ledger.New(o.Store, o.Clock, o.IDs, nil).HouseholdLines(context.Background(), o.Clerk, o.Village, h, core.Page{})
	o.Wants(err, "")
	return lines[0].MemoZh
}

// A household moves to another village: a line in each book, both numbers, two people here and another there.
func TestAMoveToAnotherVillage(t *testing.T) {
	t.Parallel()
	a, ctx := open(t), context.Background()
	b := a.neighbour()
	old, _ := a.home("王建国", "李芬"), b.home("赵六")
	made := b.home("王建国", "李芬")
	a.Wants(a.post(earned(old.ID, 43)), "")
	in := households.Input{Kind: households.Move, Household: old.ID, To: b.Village, ToNumber: 9}
	a.refused(in, "households.none_there")
	in.ToNumber = made.Number
	seen, err := a.svc.Preview(ctx, a.Clerk, a.Village, in)
	a.Wants(err, "")
	if seen.Moved != (households.Shares{Spendable: 43}) || len(seen.Lines) != 1 || seen.Lines[0].Change != -43 || seen.Lines[0].After != 0 || seen.FarHead() != "王*国" {
		t.Errorf("preview: %+v", seen)
	}
	c := a.propose(in)
	_, err = a.svc.Confirm(ctx, a.Clerk, a.Village, c.ID, signed())
	a.Wants(err, "households.own_proposal")
	out := a.confirm(c)
	if h := a.read(old.ID); h.State != directory.Closed || a.points(old.ID).Spendable != 0 || a.points(old.ID).Base != 100 || out.Voucher == 0 {
		t.Errorf("here: %+v, %+v", h, a.points(old.ID))
	}
	if b.points(made.ID).Spendable != 0 {
		t.Error("the points came before anybody there took them in")
	}
	a.verify()
	b.verify()

	came := b.waiting()
	if came.Kind != households.Arrive || came.First.Number != made.Number || came.Far.Number != old.Number || came.Far.Voucher != out.Voucher || came.Moved.Spendable != 43 {
		t.Errorf("there: %+v", came)
	}
	d, err := a.svc.Detail(ctx, a.Auditor, a.Village, c.ID)
	if err != nil || d.There != households.Proposed {
		t.Errorf("%+v, %v", d.There, err)
	}
	in2, err := b.svc.Confirm(ctx, b.Secretary, b.Village, came.ID, signed())
	b.Wants(err, "")
	if b.points(made.ID).Spendable != 43 || b.points(made.ID).Base != 100 || in2.Voucher == 0 {
		t.Errorf("there: %+v, %+v", b.points(made.ID), in2)
	}
	if got, want := a.memo(old.ID), "迁往红星村：本村 1 号户迁到那边 2 号户"; got != want {
		t.Errorf("the old passbook says %q", got)
	}
	if got := b.memo(made.ID); !strings.HasPrefix(got, "由前进村迁来：那边 1 号户（账目第 ") || !strings.HasSuffix(got, "迁到本村 2 号户") {
		t.Errorf("the new passbook says %q", got)
	}
	a.verify()
	b.verify()
	_, err = a.svc.Propose(ctx, a.Clerk, a.Village, households.Input{Kind: households.Undo, Undoes: c.ID, Reason: "不去了"})
	a.Wants(err, "")
	_, err = a.svc.Confirm(ctx, a.Secretary, a.Village, a.waiting().ID, signed())
	a.Wants(err, "households.arrived_already")
	_, err = b.svc.Propose(ctx, b.Clerk, b.Village, households.Input{Kind: households.Undo, Undoes: came.ID, Reason: "不去了"})
	b.Wants(err, "households.wrong_state")
}

// The other village does not take it in, so it is taken back here; or one of the two lets no points travel.
func TestAMoveThatIsRefusedAndOneWithoutPoints(t *testing.T) {
	t.Parallel()
	a, ctx := open(t), context.Background()
	b := a.neighbour()
	old, made := a.home("王建国", "李芬"), b.home("王建国")
	a.Wants(a.post(earned(old.ID, 8)), "")
	in := households.Input{Kind: households.Move, Household: old.ID, To: b.Village, ToNumber: made.Number}
	c := a.propose(in)
	a.confirm(c)
	_, err := b.svc.Withdraw(ctx, b.Secretary, b.Village, b.waiting().ID, 0)
	b.Wants(err, "")
	a.confirm(a.propose(households.Input{Kind: households.Undo, Undoes: c.ID, Reason: "那边没有接收"}))
	if h := a.read(old.ID); h.State != directory.Active || h.Members != 2 || a.points(old.ID).Spendable != 8 {
		t.Errorf("taken back: %+v, %+v", h, a.points(old.ID))
	}
	a.verify()

	b.Wants(b.svc.SetTravel(ctx, b.Clerk, b.Village, false), "access.forbidden")
	b.Wants(b.svc.SetTravel(ctx, b.Secretary, b.Village, false), "")
	if travel, err := b.svc.Travel(ctx, b.Clerk, b.Village); err != nil || travel {
		t.Errorf("%v, %v", travel, err)
	}
	c = a.propose(in)
	out := a.confirm(c)
	done, err := b.svc.Confirm(ctx, b.Secretary, b.Village, b.waiting().ID, signed())
	b.Wants(err, "")
	if out.Voucher != 0 || done.Voucher != 0 || a.points(old.ID).Spendable != 8 || b.points(made.ID).Spendable != 0 {
		t.Errorf("points travelled: %+v, %+v", out, done)
	}
	a.verify()
	b.verify()
}

// Whatever stands in the way of a move is said before anybody signs, and points that another book did not give are found.
func TestWhatAMoveIsRefusedFor(t *testing.T) {
	t.Parallel()
	a, ctx := open(t), context.Background()
	b := a.neighbour()
	old, made := a.home("王建国"), b.home("王建国")
	in := households.Input{Kind: households.Move, Household: old.ID, To: a.Village, ToNumber: 1}
	a.refused(in, "households.same_village")
	in.To = b.Village + 1_000_000_000
	a.refused(in, "households.not_in_county")
	in.To = b.Village.Parent()
	a.refused(in, "households.not_in_county")
	in.To = b.Village
	deed := claims.Deed{Household: old.ID, Rule: "A01", Day: core.DayOf(a.Clock.Now()), Qty: 1, Step: -1}
	_, err := a.Claims.Submit(ctx, a.Clerk, a.Village, deed)
	a.Wants(err, "")
	a.refused(in, "households.claims_pending")

	c := b.propose(households.Input{Kind: households.Close, Household: made.ID, Cause: households.Moved, Points: households.Kept})
	b.confirm(c)
	_, err = a.svc.Preview(ctx, a.Clerk, a.Village, in)
	a.Wants(err, "directory.household_closed")

	other, there := a.home("孙七"), b.home("孙七")
	a.Wants(a.post(earned(other.ID, 5)), "")
	a.confirm(a.propose(households.Input{Kind: households.Move, Household: other.ID, To: b.Village, ToNumber: there.Number}))
	const more = `UPDATE household_change SET spendable = 50 WHERE village = $1 AND kind = 'arrive'`
	b.Wants(b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, more, b.Village)
		return err
	}), "")
	_, err = b.svc.Confirm(ctx, b.Secretary, b.Village, b.waiting().ID, signed())
	b.Wants(err, "")
	report, err := ledger.VerifyVillage(ctx, b.Store, b.Village, nil)
	b.Wants(err, "")
	if report.Fault == nil || !strings.Contains(report.Fault.What, "whose book gave 5") {
		t.Errorf("points out of nothing: %v", report.Fault)
	}
}
