package claims_test

import (
	"context"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
)

// TestSeparationOfDuties tries every step of a claim as somebody who may not do it.
func TestSeparationOfDuties(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 4)
	ctx := context.Background()

	both := p.secretary // secretary of the village, and its keeper besides
	both.ID, both.Grants = p.ids.Next(), append(both.Grants[:1:1], core.Grant{Role: core.RoleKeeper, Area: p.village})
	neighbour := p.staff("李邻村", core.RoleSecretary, p.village+1)
	relative := p.supervisor
	relative.ID, relative.Village, relative.Household = p.ids.Next(), p.village, p.homes[0]
	county := p.staff("县", core.RoleCounty, p.village.Parent().Parent())

	plain := p.submit(p.clerk, p.deed(0, "A02"))
	bySecretary := p.submit(p.secretary, p.deed(1, "A02"))
	rescue := p.submit(p.clerk, p.deed(2, "D02"))
	for _, c := range []struct {
		name string
		by   core.Actor
		id   core.ID
		code string
	}{
		{"the clerk does not review at all", p.clerk, plain.ID, "access.forbidden"},
		{"nobody reviews what they submitted", p.secretary, bySecretary.ID, "claims.own_submission"},
		{"nobody reviews their own household", relative, plain.ID, "claims.own_household"},
		{"the keeper reviews nothing", p.keeper, plain.ID, "access.forbidden"},
		{"a secretary who keeps the shop reviews nothing", both, plain.ID, "access.forbidden"},
		{"another village's secretary", neighbour, plain.ID, "access.forbidden"},
		{"the township leaves the village's rules to the village", p.township, plain.ID, "claims.village_reviews"},
		{"the village leaves the township's rules to the township", p.supervisor, rescue.ID, "claims.township_reviews"},
		{"the county does not act in a village", county, plain.ID, "access.forbidden"},
		{"the auditor only reads", p.auditor, plain.ID, "access.forbidden"},
		{"a household does not review", p.card(1), plain.ID, "access.forbidden"},
		{"the public does not review", p.public("1.1.1.1"), plain.ID, "access.sign_in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := claims.Seen{ID: c.id}
			_, err := p.claims.Approve(ctx, c.by, p.village, seen)
			p.wants(err, c.code)
			_, err = p.claims.Return(ctx, c.by, p.village, seen, "请补充")
			p.wants(err, c.code)
			_, err = p.claims.Reject(ctx, c.by, p.village, seen, "不符合")
			p.wants(err, c.code)
			if got, err := p.claims.ApproveMany(ctx, c.by, p.village, asSeen(c.id)); err == nil && got[0].Code != c.code {
				t.Errorf("together with others: %+v", got)
			}
			if p.claim(c.id).Can(c.by).Review {
				t.Error("the screen would offer it")
			}
		})
	}
	p.approve(p.supervisor, plain.ID)
	p.approve(p.supervisor, bySecretary.ID)
	p.approve(p.township, rescue.ID)
	p.balanced()
}

// TestWhoAnswersObjections tries to answer as everybody who had a hand in the claim.
func TestWhoAnswersObjections(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 3)
	ctx := context.Background()
	bySecretary := p.submit(p.secretary, p.deed(0, "A02"))
	p.approve(p.supervisor, bySecretary.ID)
	notice := p.publish(202609)
	o, err := p.claims.Object(ctx, p.clerk, p.village, claims.Doubt{Notice: notice.ID, Claim: bySecretary.ID, Text: "村民口述：没有这回事"})
	p.wants(err, "")
	if o.ByKind != core.StaffActor || o.ByID != p.clerk.ID {
		t.Errorf("paper is typed in by the clerk: %+v", o)
	}
	relative := p.staff("王监督", core.RoleSupervisor, p.village)
	relative.Village, relative.Household = p.village, p.homes[0]
	other := p.staff("钱监督", core.RoleSupervisor, p.village)
	for _, c := range []struct {
		name string
		by   core.Actor
		code string
	}{
		{"who submitted the claim", p.secretary, "claims.answers_own_work"},
		{"who reviewed it", p.supervisor, "claims.answers_own_work"},
		{"somebody of the household", relative, "claims.own_household"},
		{"the clerk", p.clerk, "access.forbidden"},
		{"the auditor", p.auditor, "access.forbidden"},
		{"the public", p.public(""), "access.sign_in"},
		{"the township, where nobody is left in the village", p.township, ""},
		{"twice", other, "claims.already_answered"},
	} {
		_, err := p.claims.AnswerObjection(ctx, c.by, p.village, o.ID, claims.Answer{Outcome: claims.Dismissed, Text: "核实过，属实"})
		if got := codeOf(err); got != c.code {
			t.Errorf("%s: got %q, want %q", c.name, got, c.code)
		}
	}
}

// TestWhoKeepsTheMonth tries publishing, closing and reading as those who may not.
func TestWhoKeepsTheMonth(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 1)
	ctx := context.Background()
	c := p.submit(p.clerk, p.deed(0, "A02"))
	p.approve(p.secretary, c.ID)
	for _, by := range []core.Actor{p.supervisor, p.keeper, p.township, p.auditor, p.card(0), p.staff("邻", core.RoleClerk, p.village+1)} {
		_, err := p.claims.PublishNotice(ctx, by, p.village, 202609, 0)
		p.wants(err, "access.forbidden")
	}
	for _, by := range []core.Actor{p.clerk, p.supervisor, p.keeper, p.township, p.auditor, p.card(0)} {
		_, err := p.claims.Close(ctx, by, p.village, 202609)
		p.wants(err, "access.forbidden")
	}
	for _, by := range []core.Actor{p.card(0), p.staff("邻", core.RoleSecretary, p.village+1)} {
		_, _, err := p.claims.Claims(ctx, by, p.village, claims.Filter{}, core.Page{})
		p.wants(err, "access.forbidden")
		_, err = p.claims.Detail(ctx, by, p.village, c.ID)
		p.wants(err, "access.forbidden")
		_, err = p.claims.Month(ctx, by, p.village, 202609)
		p.wants(err, "access.forbidden")
		_, _, err = p.claims.Objections(ctx, by, p.village, "", core.Page{})
		p.wants(err, "access.forbidden")
		_, _, err = p.claims.Sheets(ctx, by, p.village, core.Page{})
		p.wants(err, "access.forbidden")
	}
}
