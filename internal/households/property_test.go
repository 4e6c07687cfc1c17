package households_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/households"
)

// Shares by heads: whole, never more than there is, and more people never take less.
func TestSharesByHeads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.Int64Range(1, 60).Draw(t, "all")
		going := rapid.Int64Range(0, all).Draw(t, "going")
		base, free := core.Points(rapid.Int64Range(0, int64(core.MaxPoints)).Draw(t, "base")), core.Points(rapid.Int64Range(-5, 500).Draw(t, "free"))
		s := households.ByHeads(base, free, going, all)
		rest := households.ByHeads(base, free, all-going, all)
		if s.Base < 0 || s.Spendable < 0 || s.Base+rest.Base > base || base-s.Base-rest.Base > 1 {
			t.Fatalf("%d of %d people get %d of %d base points, the others %d", going, all, s.Base, base, rest.Base)
		}
		if going == all && (s.Base != base || s.Spendable != max(free, 0)) {
			t.Fatalf("everybody gets %+v of %d and %d", s, base, free)
		}
	})
}

// Whatever splits, merges, moves away and is taken back: the points of the village stay as many as they were, no member
// is lost, and the book is right.
func TestPointsAreConserved(t *testing.T) {
	t.Parallel()
	o, ctx := open(t), context.Background()
	o.home("王建国", "李芬", "王小明", "赵丽", "王小花")
	o.home("陈永贵", "陈小军", "陈小红")
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 4).Draw(rt, "steps") {
			homes, _, err := o.homes.Households(ctx, o.Clerk, o.Village, directory.Filter{State: directory.Active}, core.Page{})
			o.Wants(err, "")
			h := rapid.SampledFrom(homes).Draw(rt, "household")
			in := households.Input{Household: h.ID, Reason: "随便一件"}
			switch rapid.IntRange(0, 4).Draw(rt, "what") {
			case 0:
				o.Wants(o.post(earned(h.ID, rapid.Int64Range(1, 30).Draw(rt, "points"))), "")
				continue
			case 1, 2:
				who := o.people(h.ID)
				n := rapid.IntRange(1, len(who)).Draw(rt, "going")
				in.Kind, in.Residents, in.Head = households.Split, who[len(who)-n:], who[len(who)-1]
			case 3:
				in.Kind, in.Into = households.Merge, rapid.SampledFrom(homes).Draw(rt, "into").ID
			default:
				all, _, err := o.svc.Changes(ctx, o.Clerk, o.Village, households.Filter{State: households.Done}, core.Page{})
				o.Wants(err, "")
				if len(all) == 0 {
					continue
				}
				in.Kind, in.Undoes = households.Undo, rapid.SampledFrom(all).Draw(rt, "undoes").ID
			}
			base, spendable, people := o.sum()
			c, err := o.svc.Propose(ctx, o.Clerk, o.Village, in)
			if err == nil {
				if _, err = o.svc.Confirm(ctx, o.Secretary, o.Village, c.ID, signed()); err != nil {
					_, other := o.svc.Withdraw(ctx, o.Secretary, o.Village, c.ID, 0)
					o.Wants(other, "")
				}
			}
			if err != nil && errs.KindOf(err) != errs.Conflict && errs.KindOf(err) != errs.Invalid {
				rt.Fatalf("%s: %v", in.Kind, err)
			}
			if b, s, p := o.sum(); b != base || s != spendable || p != people {
				rt.Fatalf("%s: %d base, %d spendable, %d people became %d, %d, %d (%v)", in.Kind, base, spendable, people, b, s, p, err)
			}
		}
		o.verify()
	})
}

// sum counts the points of all households, and the people of those that are there.
func (o *office) sum() (base, spendable core.Points, people int64) {
	o.T.Helper()
	for cursor := ""; ; {
		homes, next, err := o.homes.Households(context.Background(), o.Clerk, o.Village, directory.Filter{}, core.Page{Cursor: cursor, Limit: 200})
		o.Wants(err, "")
		for _, h := range homes {
			b := o.points(h.ID)
			base, spendable = base+b.Base, spendable+b.Spendable
			if n := int64(len(o.people(h.ID))); h.State == directory.Active && n != h.Members {
				o.T.Fatalf("household %d counts %d members, %d live there", h.Number, h.Members, n)
			}
			people += h.Members
		}
		if cursor = next; cursor == "" {
			return base, spendable, people
		}
	}
}

// The counter, the office and the office once more at the same moment: nothing is spent twice, nothing is lost.
func TestARedemptionRacesASplit(t *testing.T) {
	t.Parallel()
	o, ctx := open(t), context.Background()
	h := o.home("王建国", "李芬")
	o.Wants(o.post(earned(h.ID, 40)), "")
	who := o.people(h.ID)
	c := o.propose(households.Input{Kind: households.Split, Household: h.ID, Residents: who[1:], Head: who[1]})
	errors := make([]error, 8)
	var all sync.WaitGroup
	for i := range errors {
		all.Go(func() {
			if i%4 == 0 { // both of them: one is too late
				_, errors[i] = o.svc.Confirm(ctx, o.Secretary, o.Village, c.ID, signed())
				return
			}
			errors[i] = o.post(redeemed(h.ID, 6))
		})
	}
	all.Wait()
	left, done := core.Points(40), 0
	for i, err := range errors {
		switch {
		case err == nil && i%4 == 0:
			done++
		case err == nil:
			left -= 6
		case !slices.Contains([]string{"ledger.insufficient", "households.wrong_state", "households.points_changed"}, errs.CodeOf(err)):
			t.Errorf("%d: %v", i, err)
		}
	}
	c, err := o.svc.Change(ctx, o.Clerk, o.Village, c.ID)
	o.Wants(err, "")
	mine, theirs := o.points(h.ID), o.points(c.Other.ID)
	if mine.Spendable+theirs.Spendable != left || (done == 1) != (c.State == households.Done) || done == 1 && theirs.Spendable != 20 {
		t.Errorf("%d left, %d and %d, state %s", left, mine.Spendable, theirs.Spendable, c.State)
	}
	o.verify()
}

// Two mergers of one household into two others: one happens.
func TestTwoProposalsRace(t *testing.T) {
	t.Parallel()
	o, ctx := open(t), context.Background()
	a, b, c := o.home("王建国"), o.home("陈永贵"), o.home("欧阳明")
	errors := make([]error, 6)
	var all sync.WaitGroup
	for i := range errors {
		all.Go(func() {
			into := []core.ID{b.ID, c.ID}[i%2]
			_, errors[i] = o.svc.Propose(ctx, o.Clerk, o.Village, households.Input{Kind: households.Merge, Household: a.ID, Into: into, Reason: "并户"})
		})
	}
	all.Wait()
	made := 0
	for _, err := range errors {
		if err == nil {
			made++
		} else if errs.CodeOf(err) != "households.already_proposed" {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d proposals", made)
	}
}
