package report_test

import (
	"context"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/report"
)

// TestOversight plays a few decisions and reads every figure that is made of them.
func TestOversight(t *testing.T) {
	t.Parallel()
	c := newCounty(t, 11)
	ctx := context.Background()
	c.clock.SetDay(20260210) // the rules are in force from this month on
	v := c.villages[0]
	as := func(name string, role core.Role, area core.Area) core.Actor {
		return core.Actor{Kind: core.StaffActor, ID: c.ids.Next(), Name: name, Grants: []core.Grant{{Role: role, Area: area}}}
	}
	clerk, one, other := as("张文书", core.RoleClerk, v.code), as("赵监督", core.RoleSupervisor, v.code), as("刘支书", core.RoleSecretary, v.code)
	township := as("周乡镇", core.RoleTownship, v.code.Parent())
	today := core.DayOf(c.clock.Now())
	var made []core.ID
	for _, home := range v.homes[:3] {
		got, err := c.claims.Submit(ctx, clerk, v.code, claims.Deed{Household: home, Rule: "A02", Day: today, Qty: 1, Step: -1})
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, got.ID)
	}
	c.clock.Advance(2 * 3_600_000)
	for i, id := range made {
		by := one
		if i == 2 {
			by = other
		}
		if _, err := c.claims.Approve(ctx, by, v.code, claims.Seen{ID: id}); err != nil {
			t.Fatal(err)
		}
		c.clock.Advance(3_000)
	}
	all, err := c.reports.Reviewers(ctx, township, v.code, report.Span{})
	if err != nil || len(all.Items) != 2 || !all.All {
		t.Fatalf("the township sees %+v, %v", all, err)
	}
	own, err := c.reports.Reviewers(ctx, one, v.code, report.Span{})
	if err != nil || len(own.Items) != 1 {
		t.Fatalf("a reviewer sees %+v, %v", own, err)
	}
	if r := own.Items[0]; r.Approved != 2 || r.WaitHours != 2 || r.PaceSec != 3 || r.Quick != 1 || r.Upheld != 0 {
		t.Errorf("the reviewer's figures: %+v", r)
	}
	f, err := c.reports.Fairness(ctx, township, v.code, report.Span{})
	if err != nil {
		t.Fatal(err)
	}
	if f.Approvals != 3 || len(f.Pairs) != 2 || f.Points != 30 || len(f.Rules) != 1 || f.Rules[0].Households != 3 || f.Quick != 1 || f.Paced != 1 {
		t.Errorf("fairness: %+v", f)
	}
	if len(f.ToVisit) != 0 || f.Nothing != 0 {
		t.Errorf("a village of a month has no household without points for a year: %+v", f)
	}
	b, err := c.reports.Burden(ctx, clerk, v.code, 0)
	if err != nil || b.Fields < 12 || b.Minutes != (b.Fields*b.FieldSec+59)/60 {
		t.Errorf("burden: %+v, %v", b, err)
	}
	wide, err := c.reports.Burden(ctx, as("县", core.RoleCounty, c.area), c.area, 0)
	if err != nil || len(wide.ByVillage) != 4 || wide.Fields < b.Fields {
		t.Errorf("the county's: %+v, %v", wide, err)
	}
	queues, err := c.reports.Queues(ctx, township, v.code.Parent())
	if err != nil || len(queues) != 0 {
		t.Errorf("nothing waits: %+v, %v", queues, err)
	}
}
