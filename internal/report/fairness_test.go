package report_test

import (
	"context"
	"slices"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/report"
	"qunyan/internal/store"
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
	f, err := c.reports.Fairness(ctx, as("审计", core.RoleAuditor, v.code), v.code, report.Span{})
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
	part := wide.ByVillage[slices.IndexFunc(wide.ByVillage, func(p report.BurdenPart) bool { return p.Area == v.code })]
	if part.Fields != b.Fields || part.Imported != b.Imported {
		t.Errorf("the village in the county's list: %+v, alone %+v", part, b)
	}
	queues, err := c.reports.Queues(ctx, township, v.code.Parent())
	if err != nil || len(queues) != 0 {
		t.Errorf("nothing waits: %+v, %v", queues, err)
	}
}

// TestBurdenTellsTypedFromRead: rows of a paper count as typed, rows of a workbook do not, and a redemption at the counter
// is no form of the village.
func TestBurdenTellsTypedFromRead(t *testing.T) {
	t.Parallel()
	c := newCounty(t, 12)
	ctx := context.Background()
	c.clock.SetDay(20260210)
	v := c.villages[0]
	clerk := core.Actor{Kind: core.StaffActor, ID: c.ids.Next(), Name: "张文书", Grants: []core.Grant{{Role: core.RoleClerk, Area: v.code}}}
	before, err := c.reports.Burden(ctx, clerk, v.code, 0)
	if err != nil {
		t.Fatal(err)
	}
	sheet := claims.Sheet{Rule: "A01", Day: 20260209, Title: "群众会"}
	for _, home := range v.homes[:2] {
		sheet.Rows = append(sheet.Rows, claims.SheetRow{Household: home, Qty: 1, Step: -1})
	}
	if _, err := c.claims.SubmitSheet(ctx, clerk, v.code, sheet); err != nil {
		t.Fatal(err)
	}
	err = c.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		file := sheet
		file.Title, file.File = "院坝会", true
		_, err := c.claims.PutSheet(ctx, tx, clerk, v.code, file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.reports.Burden(ctx, clerk, v.code, 0)
	if err != nil || b.Fields != before.Fields+3+2 || b.Imported != before.Imported+1 || b.RollRows != before.RollRows {
		t.Errorf("before %+v, then %+v, %v", before, b, err)
	}
	for _, act := range b.Acts {
		if act.Action == "market.redeem" || act.Action == "claims.import_sheet" {
			t.Errorf("counted as typed: %+v", act)
		}
	}
}
