package households_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/households"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// A son marries: the shares by heads, both passbooks, the old card, and all of it taken back again.
func TestASplitAndItsUndo(t *testing.T) {
	t.Parallel()
	o, ctx := open(t), context.Background()
	old := o.home("王建国", "李芬", "王小明", "赵丽")
	o.Wants(o.post(earned(old.ID, 43)), "")
	card, err := o.cards.IssueCard(ctx, o.Clerk, o.Village, old.ID)
	o.Wants(err, "")
	who := o.people(old.ID)
	in := households.Input{Kind: households.Split, Household: old.ID, Residents: who[2:], Head: who[2]}
	seen, err := o.svc.Preview(ctx, o.Clerk, o.Village, in)
	o.Wants(err, "")
	if want := (households.Shares{Base: 50, Spendable: 21}); seen.Plan.Proposal != want || seen.Moved != want || len(seen.Lines) != 4 || seen.Lines[3].After != 21 {
		t.Errorf("preview: %+v", seen)
	}
	c := o.propose(in)
	if b := o.points(old.ID); b.Spendable != 43 || o.read(old.ID).Members != 4 {
		t.Errorf("before the confirmation: %+v", b)
	}
	done := o.confirm(c)
	made := o.read(done.Other.ID)
	if done.State != households.Done || made.Number != old.Number+1 || made.Head != "王小明" || made.Members != 2 || o.read(old.ID).Members != 2 {
		t.Errorf("done: %+v, %+v", done, made)
	}
	if a, b := o.points(old.ID), o.points(made.ID); a.Base != 50 || a.Spendable != 22 || b.Base != 50 || b.Spendable != 21 {
		t.Errorf("points: %+v and %+v", a, b)
	}
	detail, err := o.svc.Detail(ctx, o.Auditor, o.Village, c.ID)
	o.Wants(err, "")
	if len(detail.Lines) != 4 || detail.Lines[0].No != done.Voucher || detail.Lines[1].Number != made.Number || detail.Paper != signed().Paper {
		t.Errorf("detail: %+v", detail)
	}
	book := ledger.New(o.Store, o.Clock, o.IDs, nil)
	for _, h := range []core.ID{old.ID, made.ID} {
		lines, _, err := book.HouseholdLines(ctx, o.Clerk, o.Village, h, core.Page{})
		o.Wants(err, "")
		if memo := lines[0].MemoZh; memo != "分户：1 号户分给 2 号户" {
			t.Errorf("the passbook says %q", memo)
		}
	}
	if cards, err := o.cards.Cards(ctx, o.Clerk, o.Village, old.ID); err != nil || cards[0].ID != card.ID || cards[0].State != "active" {
		t.Errorf("the old card: %+v, %v", cards, err)
	}
	_, err = o.cards.IssueCard(ctx, o.Clerk, o.Village, made.ID)
	o.Wants(err, "")
	o.verify()

	undone := o.confirm(o.propose(households.Input{Kind: households.Undo, Undoes: c.ID, Reason: "登记错了"}))
	if a, b := o.points(old.ID), o.points(made.ID); a.Base != 100 || a.Spendable != 43 || b != (ledger.Balances{}) || undone.Voucher == 0 {
		t.Errorf("taken back: %+v and %+v, %+v", a, b, undone)
	}
	if h, n := o.read(made.ID), o.read(old.ID); h.State != directory.Closed || h.Number != old.Number+1 || n.Members != 4 || n.Head != "王建国" {
		t.Errorf("taken back: %+v, %+v", h, n)
	}
	if cards, err := o.cards.Cards(ctx, o.Clerk, o.Village, made.ID); err != nil || cards[0].State != "revoked" {
		t.Errorf("the new card: %+v, %v", cards, err)
	}
	if got, want := o.Actions("households."), []string{"households.confirm", "households.propose", "households.confirm", "households.propose"}; !slices.Equal(got, want) {
		t.Errorf("the trail: %v", got)
	}
	o.verify()
}

// The head goes, other shares were agreed on, and the new household is opened like any other.
func TestASplitAsTheHouseholdsAgreed(t *testing.T) {
	t.Parallel()
	o, ctx := open(t), context.Background()
	old := o.home("王建国", "李芬", "王小明")
	o.Wants(o.post(earned(old.ID, 30)), "")
	who := o.people(old.ID)
	in := households.Input{Kind: households.Split, Household: old.ID, Residents: who[:1], Head: who[0], Opening: true, Number: 88}
	o.refused(in, "directory.split_remaining")
	in.Remaining = who[2]
	more, none := core.Points(31), core.Points(0)
	in.Spendable = &more
	o.refused(in, "households.share_too_big")
	more = 25
	c := o.propose(in)
	if c.Moved != (households.Shares{Spendable: 25}) || c.Plan.Proposal != (households.Shares{Spendable: 10}) {
		t.Errorf("proposed: %+v", c)
	}
	in.Spendable, in.Base, in.Reason = &none, &none, "再提一次"
	_, err := o.svc.Propose(ctx, o.Clerk, o.Village, in)
	o.Wants(err, "households.already_proposed")
	done := o.confirm(c)
	if h, n := o.read(old.ID), o.read(done.Other.ID); h.Head != "王小明" || h.Members != 2 || n.Head != "王建国" || n.Number != 88 {
		t.Errorf("heads: %+v, %+v", h, n)
	}
	if a, b := o.points(old.ID), o.points(done.Other.ID); a.Base != 100 || a.Spendable != 5 || b.Base != 100 || b.Spendable != 25 {
		t.Errorf("points: %+v and %+v", a, b)
	}
	o.Wants(o.post(redeemed(done.Other.ID, 5)), "")
	_, err = o.svc.Propose(ctx, o.Clerk, o.Village, households.Input{Kind: households.Undo, Undoes: c.ID, Reason: "登记错了"})
	o.Wants(err, "")
	list, _, err := o.svc.Changes(ctx, o.Clerk, o.Village, households.Filter{State: households.Proposed, Household: done.Other.ID}, core.Page{})
	o.Wants(err, "")
	_, err = o.svc.Confirm(ctx, o.Secretary, o.Village, list[0].ID, signed())
	o.Wants(err, "ledger.reversal_short")
	o.verify()
}

// Two become one, and what comes into the old account afterwards follows.
func TestAMerger(t *testing.T) {
	t.Parallel()
	o, ctx := open(t), context.Background()
	a, b := o.home("王建国", "李芬"), o.home("陈永贵", "陈小军")
	o.Wants(o.post(earned(a.ID, 12)), "")
	o.Wants(o.post(earned(b.ID, 5)), "")
	card, err := o.cards.IssueCard(ctx, o.Clerk, o.Village, a.ID)
	o.Wants(err, "")
	in := households.Input{Kind: households.Merge, Household: a.ID, Into: b.ID}
	o.refused(households.Input{Kind: households.Merge, Household: a.ID, Into: a.ID}, "households.same")
	c := o.propose(in)
	o.Wants(o.post(earned(a.ID, 3)), "") // meanwhile
	done := o.confirm(c)
	if h, n := o.read(a.ID), o.read(b.ID); h.State != directory.Closed || h.Members != 0 || n.Members != 4 || n.Head != "陈永贵" {
		t.Errorf("households: %+v, %+v", h, n)
	}
	if x, y := o.points(a.ID), o.points(b.ID); x != (ledger.Balances{}) || y.Base != 200 || y.Spendable != 20 || done.Moved.Spendable != 15 {
		t.Errorf("points: %+v, %+v", x, y)
	}
	if _, err := o.cards.CardByToken(ctx, card.Token); err == nil {
		t.Error("the card of a household that is no more opens something")
	}
	found, _, err := o.homes.Households(ctx, o.Clerk, o.Village, directory.Filter{Q: "1"}, core.Page{})
	if err != nil || len(found) != 1 || found[0].ID != a.ID {
		t.Errorf("the old number finds %+v, %v", found, err)
	}
	o.refused(in, "directory.household_closed")
	o.Wants(o.post(earned(a.ID, 4)), "") // a redemption that was voided, say
	o.confirm(o.propose(in))
	if x, y := o.points(a.ID), o.points(b.ID); x != (ledger.Balances{}) || y.Spendable != 24 {
		t.Errorf("swept: %+v, %+v", x, y)
	}
	o.refused(households.Input{Kind: households.Undo, Undoes: c.ID}, "households.later_change")
	o.verify()
}

// A merger is taken back as long as its people are where it put them.
func TestAMergerTakenBack(t *testing.T) {
	t.Parallel()
	o, ctx := open(t), context.Background()
	a, b := o.home("王建国", "李芬"), o.home("陈永贵")
	c := o.confirm(o.propose(households.Input{Kind: households.Merge, Household: a.ID, Into: b.ID}))
	died, former := directory.Died, o.people(a.ID)
	if len(former) != 0 || len(o.people(b.ID)) != 3 {
		t.Errorf("people: %v", former)
	}
	undo := o.propose(households.Input{Kind: households.Undo, Undoes: c.ID, Reason: "两家又分开了"})
	gone := o.people(b.ID)[2]
	_, err := o.homes.UpdateResident(ctx, o.Clerk, directory.ResidentPatch{Village: o.Village, ID: gone, State: &died})
	o.Wants(err, "")
	_, err = o.svc.Confirm(ctx, o.Secretary, o.Village, undo.ID, signed())
	o.Wants(err, "directory.changed_since")
	back := directory.Active
	_, err = o.homes.UpdateResident(ctx, o.Clerk, directory.ResidentPatch{Village: o.Village, ID: gone, State: &back})
	o.Wants(err, "")
	o.confirm(undo)
	if h, n := o.read(a.ID), o.read(b.ID); h.State != directory.Active || h.Head != "王建国" || h.Members != 2 || n.Members != 1 {
		t.Errorf("households: %+v, %+v", h, n)
	}
	if o.points(a.ID).Base != 100 || o.points(b.ID).Base != 100 {
		t.Error("the points did not go back")
	}
	o.verify()
}

// A household moves away and comes back: its points wait for it in the book of the village.
func TestAClosing(t *testing.T) {
	t.Parallel()
	o, ctx := open(t), context.Background()
	h := o.home("王建国", "李芬")
	o.Wants(o.post(earned(h.ID, 12)), "")
	o.refused(households.Input{Kind: households.Close, Household: h.ID}, "households.bad_cause")
	o.refused(households.Input{Kind: households.Close, Household: h.ID, Cause: households.Moved}, "households.points_choice")
	o.refused(households.Input{Kind: households.Close, Household: h.ID, Cause: households.Moved, Points: households.Spent}, "households.points_left")
	o.refused(households.Input{Kind: households.Close, Household: h.ID, Cause: households.Died}, "households.others_live_there")
	c := o.confirm(o.propose(households.Input{Kind: households.Close, Household: h.ID, Cause: households.Moved, Points: households.Kept}))
	if c.Moved != (households.Shares{Base: 100, Spendable: 12}) || c.SignedOther != "" || o.read(h.ID).State != directory.Closed || len(o.people(h.ID)) != 0 {
		t.Errorf("closed: %+v", c)
	}
	o.refused(households.Input{Kind: households.Merge, Household: h.ID, Into: o.home("陈永贵").ID}, "directory.household_closed") // nobody inherits
	o.confirm(o.propose(households.Input{Kind: households.Undo, Undoes: c.ID, Reason: "迁回来了"}))
	if again := o.read(h.ID); again.State != directory.Active || again.Members != 2 || again.Head != "王建国" || o.points(h.ID).Spendable != 12 {
		t.Errorf("back: %+v", again)
	}
	alone := o.home("欧阳明")
	o.confirm(o.propose(households.Input{Kind: households.Close, Household: alone.ID, Cause: households.Died}))
	all, err := o.homes.Residents(ctx, o.Clerk, o.Village, alone.ID)
	if err != nil || all[0].State != directory.Died {
		t.Errorf("the last one: %+v, %v", all, err)
	}
	o.verify()
}

func TestAHouseholdThatEndsHasNothingOpen(t *testing.T) {
	t.Parallel()
	o, ctx := open(t), context.Background()
	a, b := o.home("王建国", "李芬"), o.home("陈永贵")
	merge := o.propose(households.Input{Kind: households.Merge, Household: a.ID, Into: b.ID})
	claim, err := o.Claims.Submit(ctx, o.Clerk, o.Village, claims.Deed{Household: a.ID, Rule: "A01", Day: 20260909, Qty: 1, Step: -1, Event: "群众会"})
	o.Wants(err, "")
	_, err = o.svc.Confirm(ctx, o.Secretary, o.Village, merge.ID, signed())
	o.Wants(err, "households.claims_pending")
	who := o.people(a.ID)
	_, err = o.svc.Withdraw(ctx, o.Clerk, o.Village, merge.ID, merge.Version)
	o.Wants(err, "")
	split, err := o.svc.Preview(ctx, o.Clerk, o.Village, households.Input{Kind: households.Split, Household: a.ID, Residents: who[1:], Head: who[1]})
	if err != nil || split.Pending != 1 {
		t.Errorf("a split: %+v, %v", split, err)
	}
	_, err = o.Claims.Withdraw(ctx, o.Clerk, o.Village, claim.ID)
	o.Wants(err, "")
	o.Wants(o.post(earned(a.ID, 9)), "")
	hold := ledger.Hold{ID: o.IDs.Next(), Owner: a.ID, Points: 4, ExpiresMs: o.Clock.Now() + 100000}
	o.Wants(o.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error { return ledger.PlaceHold(ctx, tx, o.stamp(), hold) }), "")
	o.refused(households.Input{Kind: households.Merge, Household: a.ID, Into: b.ID}, "households.points_held")
	all := core.Points(6)
	o.refused(households.Input{Kind: households.Split, Household: a.ID, Residents: who[1:], Head: who[1], Spendable: &all}, "households.share_too_big")
	split, err = o.svc.Preview(ctx, o.Clerk, o.Village, households.Input{Kind: households.Split, Household: a.ID, Residents: who[1:], Head: who[1]})
	if err != nil || split.Moved.Spendable != 2 || split.Held != 4 {
		t.Errorf("half of what is free: %+v, %v", split.Moved, err)
	}
}

func TestWhoConfirmsIsSomebodyElse(t *testing.T) {
	t.Parallel()
	o, ctx := open(t), context.Background()
	a, b := o.home("王建国", "李芬"), o.home("陈永贵")
	c := o.propose(households.Input{Kind: households.Merge, Household: a.ID, Into: b.ID})
	o.refusesProposing(a, b)
	_, err := o.svc.Confirm(ctx, o.Clerk, o.Village, c.ID, signed())
	o.Wants(err, "households.own_proposal")
	for _, home := range []core.ID{a.ID, b.ID} {
		neighbour := o.Secretary
		neighbour.Village, neighbour.Household = o.Village, home
		_, err = o.svc.Confirm(ctx, neighbour, o.Village, c.ID, signed())
		o.Wants(err, "households.own_household")
	}
	for name, by := range map[string]core.Actor{"keeper": o.Keeper, "auditor": o.Auditor} {
		if _, err := o.svc.Confirm(ctx, by, o.Village, c.ID, signed()); err == nil {
			t.Errorf("%s confirmed", name)
		}
	}
	_, err = o.svc.Confirm(ctx, o.Township, o.Village, c.ID, households.Confirmation{Paper: "3", Signed: "王建国"})
	o.Wants(err, "claims.text_missing")
	_, err = o.svc.Confirm(ctx, o.Township, o.Village, c.ID, households.Confirmation{Version: 7, Paper: "3", Signed: "王建国", SignedOther: "陈永贵"})
	o.Wants(err, "households.changed_meanwhile")
	_, err = o.svc.Confirm(ctx, o.Township, o.Village, c.ID, signed())
	o.Wants(err, "")
	_, err = o.svc.Confirm(ctx, o.Supervisor, o.Village, c.ID, signed())
	o.Wants(err, "households.wrong_state")
	_, err = o.svc.Withdraw(ctx, o.Supervisor, o.Village, c.ID, 0)
	o.Wants(err, "households.wrong_state")
	_, err = o.svc.Change(ctx, o.Clerk, o.Village, 4711)
	o.Wants(err, "households.no_change")
}

func (o *office) refusesProposing(a, b directory.Household) {
	o.T.Helper()
	in := households.Input{Kind: households.Merge, Household: b.ID, Into: a.ID, Reason: "又一件"}
	_, err := o.svc.Propose(context.Background(), o.Secretary, o.Village, in)
	o.Wants(err, "households.already_proposed")
	_, err = o.svc.Propose(context.Background(), o.Supervisor, o.Village, in)
	o.Wants(err, "access.forbidden")
	in.Reason = strings.Repeat("长", 101)
	_, err = o.svc.Propose(context.Background(), o.Secretary, o.Village, in)
	o.Wants(err, "claims.text_too_long")
	in.Kind, in.Reason = "eat", "又一件"
	_, err = o.svc.Propose(context.Background(), o.Secretary, o.Village, in)
	o.Wants(err, "households.bad_kind")
	in = households.Input{Kind: households.Split, Household: a.ID, Reason: "又一件", Residents: o.people(a.ID), Head: o.people(a.ID)[0]}
	_, err = o.svc.Propose(context.Background(), o.Secretary, o.Village, in)
	o.Wants(err, "directory.split_everybody")
	in.Residents = []core.ID{o.people(b.ID)[0]}
	_, err = o.svc.Propose(context.Background(), o.Secretary, o.Village, in)
	o.Wants(err, "directory.split_stranger")
}
