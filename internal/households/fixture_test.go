package households_test

import (
	"context"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/claims/claimstest"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/households"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// office is a village with a directory whose households have people and base points.
type office struct {
	*claimstest.Place
	svc   *households.Service
	homes *directory.Service
	cards *access.Service
}

func open(t testing.TB) *office {
	p := claimstest.New(t, 0)
	o := &office{Place: p, cards: access.New(p.Store, p.Clock, p.IDs, access.Options{Key: make([]byte, 32)})}
	o.homes = directory.New(p.Store, p.Clock, p.IDs, nil, func(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, all []core.ID) error {
		_, err := ledger.OpenHouseholds(ctx, tx, o.stamp(), ledger.OpeningPoints, all...)
		return err
	})
	o.svc = households.New(p.Store, p.Clock, p.IDs, o.homes, o.cards)
	return o
}

func (o *office) stamp() ledger.Stamp {
	return ledger.Stamp{Village: o.Village, NowMs: o.Clock.Now(), Actor: 7}
}

// home makes a household: the head first.
func (o *office) home(names ...string) directory.Household {
	o.T.Helper()
	in := directory.CreateInput{Village: o.Village, Head: names[0]}
	for _, name := range names[1:] {
		in.Residents = append(in.Residents, directory.ResidentInput{Name: name})
	}
	h, err := o.homes.Create(context.Background(), o.Clerk, in)
	o.Wants(err, "")
	return h
}

// people are the ids of those who live in a household, the head first.
func (o *office) people(h core.ID) (ids []core.ID) {
	o.T.Helper()
	all, err := o.homes.Residents(context.Background(), o.Clerk, o.Village, h)
	o.Wants(err, "")
	for _, r := range all {
		if r.State == directory.Active {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func (o *office) read(h core.ID) directory.Household {
	o.T.Helper()
	one, err := o.homes.Household(context.Background(), o.Clerk, o.Village, h)
	o.Wants(err, "")
	return one
}

func (o *office) post(entries ...ledger.Entry) error {
	return o.Store.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, _, err := ledger.Post(ctx, tx, o.stamp(), entries...)
		return err
	})
}

func earned(h core.ID, n int64) ledger.Entry {
	return ledger.Entry{Kind: ledger.Earned, Category: "council", Owner: h, Amount: n, Ref: 1, MemoZh: "按时参加群众会"}
}

func redeemed(h core.ID, n int64) ledger.Entry {
	return ledger.Entry{Kind: ledger.Redeemed, Owner: h, Amount: n, Ref: 2, MemoZh: "肥皂"}
}

func (o *office) points(h core.ID) (b ledger.Balances) {
	o.T.Helper()
	o.Wants(o.Store.View(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		b, err = ledger.BalancesOf(ctx, tx, o.Village, h, o.Clock.Now())
		return err
	}), "")
	return b
}

// verify wants the village's book without a fault.
func (o *office) verify() {
	o.T.Helper()
	report, err := ledger.VerifyVillage(context.Background(), o.Store, o.Village, nil)
	o.Wants(err, "")
	if report.Fault != nil {
		o.T.Fatal(report.Fault)
	}
}

// signed is what the paper says.
func signed() households.Confirmation {
	return households.Confirmation{Paper: "2026-户-3", Signed: "王建国", SignedOther: "王小明"}
}

func (o *office) propose(in households.Input) households.Change {
	o.T.Helper()
	if in.Reason == "" {
		in.Reason = "儿子成家"
	}
	c, err := o.svc.Propose(context.Background(), o.Clerk, o.Village, in)
	o.Wants(err, "")
	return c
}

func (o *office) confirm(c households.Change) households.Change {
	o.T.Helper()
	c, err := o.svc.Confirm(context.Background(), o.Secretary, o.Village, c.ID, signed())
	o.Wants(err, "")
	return c
}

// refused says what a change is refused with when it is proposed.
func (o *office) refused(in households.Input, code string) {
	o.T.Helper()
	in.Reason = "试一试"
	_, err := o.svc.Propose(context.Background(), o.Clerk, o.Village, in)
	o.Wants(err, code)
	_, err = o.svc.Preview(context.Background(), o.Clerk, o.Village, in)
	o.Wants(err, code)
}
