package branch_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/branch"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// Whatever is added, deducted and taken back: a year's total is base + additions − deductions, it is what the account of the
// book holds, it is never below zero, the quarters sum to the year, and the book is right.
func TestTheTotalIsTheBooks(t *testing.T) {
	t.Parallel()
	p, ctx := open(t, "王建国", "李芬", "陈永贵"), context.Background()
	p.adopt(20260101)
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			today := core.DayOf(p.Clock.Now())
			if rapid.IntRange(0, 4).Draw(rt, "wait") == 0 && today < 20261120 {
				p.Clock.SetDay(today.Add(rapid.IntRange(1, 25).Draw(rt, "days")))
			}
			m := rapid.SampledFrom(p.Members).Draw(rt, "member")
			e := p.anEntry(rt, m)
			if e.ID == 0 {
				continue
			}
			if e.Takes() {
				p.answer(e)
			}
			e, err := p.svc.Decide(ctx, p.Secretary, p.Village, branch.Decision{ID: e.ID, Post: true})
			if code := errs.CodeOf(err); err != nil && code != "branch.too_few_points" && code != "branch.most_reached" {
				rt.Fatal(err, e)
			}
		}
		p.agrees(rt)
	})
	p.verify()
}

// anEntry proposes an item or takes a posted entry back; the zero Entry if that was refused as it may be.
func (p *party) anEntry(rt *rapid.T, m branch.Member) branch.Entry {
	ctx, today := context.Background(), core.DayOf(p.Clock.Now())
	in := branch.ProposeInput{Year: year, Member: m.ID, Item: rapid.SampledFrom([]string{"A1", "A2", "M1"}).Draw(rt, "item"),
		Times: rapid.Int64Range(1, 4).Draw(rt, "times"), Day: today, Note: "记录在案", Told: today}
	if rapid.IntRange(0, 3).Draw(rt, "back") == 0 {
		posted, _, err := p.svc.Entries(ctx, p.Clerk, p.Village, branch.Filter{Year: year, State: branch.Posted, Member: m.ID}, core.Page{})
		p.Wants(err, "")
		if len(posted) > 0 {
			in.Undoes = rapid.SampledFrom(posted).Draw(rt, "old").ID
		}
	}
	e, err := p.svc.Propose(ctx, p.Clerk, p.Village, in)
	if err == nil {
		return e
	}
	switch errs.CodeOf(err) {
	case "branch.most_reached", "branch.undone_before", "branch.not_posted", "branch.undo_waits":
		return branch.Entry{}
	}
	rt.Fatal(err)
	return e
}

func (p *party) agrees(rt *rapid.T) {
	all := p.list(0)
	within := make([]branch.Sums, len(all.Rows))
	for q := int64(1); q <= 4; q++ {
		for i, row := range p.list(q).Rows {
			w := &within[i]
			w.Base, w.Added, w.Deducted, w.Total = w.Base+row.Within.Base, w.Added+row.Within.Added, w.Deducted+row.Within.Deducted, w.Total+row.Within.Total
			if q == 4 && row.Until != all.Rows[i].Until {
				rt.Fatalf("the fourth quarter ends with %+v, the year with %+v", row.Until, all.Rows[i].Until)
			}
		}
	}
	for i, row := range all.Rows {
		s := row.Until
		var entries core.Points
		for _, e := range all.Entries {
			if e.Owner == row.Owner {
				entries += e.Points
			}
		}
		balance := p.balance(row.Owner)
		if s.Total != s.Base+s.Added-s.Deducted || int64(s.Total) != balance || s.Total != s.Base+entries || s.Total < 0 || within[i] != s {
			rt.Fatalf("%s: %+v by the lines, %+v by the quarters, %d by the entries, %d in the account", row.Name, s, within[i], s.Base+entries, balance)
		}
	}
}

func (p *party) balance(owner core.ID) (balance int64) {
	p.Wants(p.Store.View(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		balance, err = ledger.Balance(ctx, tx, p.Village, ledger.MemberPoints, owner)
		return err
	}), "")
	return balance
}
