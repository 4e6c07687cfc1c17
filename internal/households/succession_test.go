package households_test

import (
	"context"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/households"
	"qunyan/internal/ledger"
)

// TestAHeadDies follows a household past its head: account, number and card stay the household's, one passbook shows the
// lines from before and after, the widow splits nothing off, and who died heads nothing again.
func TestAHeadDies(t *testing.T) {
	t.Parallel()
	o, ctx := open(t), context.Background()
	h := o.home("王建国", "李芬", "王小明")
	o.Wants(o.post(earned(h.ID, 30), redeemed(h.ID, 8)), "")
	card, err := o.cards.IssueCard(ctx, o.Clerk, o.Village, h.ID)
	o.Wants(err, "")
	who := o.people(h.ID)
	in := directory.Succession{Village: o.Village, Household: h.ID, Version: h.Version, Head: who[1], Former: directory.Died}
	for _, by := range []core.Actor{o.Keeper, o.Supervisor, o.Auditor} {
		_, err = o.homes.Succeed(ctx, by, in)
		o.Wants(err, "access.forbidden")
	}
	o.refused(households.Input{Kind: households.Close, Household: h.ID, Cause: households.Died}, "households.others_live_there")
	wrong := in
	wrong.Head = who[0]
	_, err = o.homes.Succeed(ctx, o.Clerk, wrong)
	o.Wants(err, "directory.no_resident")
	after, err := o.homes.Succeed(ctx, o.Clerk, in)
	o.Wants(err, "")
	if after.ID != h.ID || after.Number != h.Number || after.Head != "李芬" || after.Members != 2 || after.State != directory.Active {
		t.Errorf("after the death: %+v", after)
	}
	_, err = o.homes.Succeed(ctx, o.Secretary, in) // another screen that was open meanwhile
	o.Wants(err, "directory.changed_meanwhile")
	all, err := o.homes.Residents(ctx, o.Clerk, o.Village, h.ID)
	o.Wants(err, "")
	for _, r := range all {
		if (r.ID == who[0]) != (r.State == directory.Died) || (r.ID == who[1]) != (r.Relation == directory.Head) {
			t.Errorf("%+v", r)
		}
	}
	o.Wants(o.post(earned(h.ID, 5)), "")
	if b := o.points(h.ID); b.Spendable != 27 || b.Base != 100 {
		t.Errorf("the account stays: %+v", b)
	}
	lines, _, err := ledger.New(o.Store, o.Clock, o.IDs, nil).HouseholdLines(ctx, o.Clerk, o.Village, h.ID, core.Page{})
	o.Wants(err, "")
	if len(lines) != 4 || lines[0].Amount != 5 || lines[2].Amount != 30 || lines[3].Kind != ledger.Opening {
		t.Errorf("the passbook: %+v", lines)
	}
	cards, err := o.cards.Cards(ctx, o.Clerk, o.Village, h.ID)
	if err != nil || len(cards) != 1 || cards[0].ID != card.ID || cards[0].State != "active" {
		t.Errorf("the card stays: %+v, %v", cards, err)
	}
	_, err = o.cards.IssueCard(ctx, o.Clerk, o.Village, h.ID) // it went with the late head's things
	o.Wants(err, "")
	active := 0
	cards, err = o.cards.Cards(ctx, o.Clerk, o.Village, h.ID)
	for _, c := range cards {
		if c.State == "active" {
			active++
		}
	}
	if err != nil || len(cards) != 2 || active != 1 {
		t.Errorf("a new card takes the place of the old: %+v, %v", cards, err)
	}
	o.verify()
}
