package report_test

import (
	"context"
	"slices"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/report"
)

func (c *county) submit(v *place, day core.Day) core.ID {
	c.t.Helper()
	claim, err := c.claims.Submit(context.Background(), c.actor(core.RoleClerk), v.code, claims.Deed{Household: v.homes[0], Rule: "A02", Day: day, Qty: 1, Step: -1})
	c.must(err)
	return claim.ID
}

func (c *county) needs(area core.Area) []report.Need {
	c.t.Helper()
	needs, err := c.reports.Attention(context.Background(), c.actor(core.RoleCounty), area)
	c.must(err)
	return needs
}

func TestAttentionNamesTheMatterInTheOrderOfTheList(t *testing.T) {
	t.Parallel()
	c := newCounty(t, 3)
	ctx := context.Background()
	waits, doubted, broke := c.villages[2], c.villages[1], c.villages[0]
	c.clock.SetDay(20260210)
	c.submit(waits, 20260209)
	c.submit(waits, 20260210)

	claim := c.submit(doubted, 20260210)
	_, err := c.claims.Approve(ctx, c.actor(core.RoleSupervisor), doubted.code, claims.Seen{ID: claim})
	c.must(err)
	notice, err := c.claims.PublishNotice(ctx, c.actor(core.RoleClerk), doubted.code, 202602, 3)
	c.must(err)
	_, err = c.claims.Object(ctx, core.Actor{}, doubted.code, claims.Doubt{Notice: notice.ID, Claim: claim, Text: "那天他没有来"})
	c.must(err)

	// A village that earned more than its shop can honour.
	for _, day := range []core.Day{20260203, 20260204} {
		id := c.submit(broke, day)
		_, err := c.claims.Approve(ctx, c.actor(core.RoleSupervisor), broke.code, claims.Seen{ID: id})
		c.must(err)
	}
	_, err = c.claims.PublishNotice(ctx, c.actor(core.RoleClerk), broke.code, 202602, 3)
	c.must(err)
	c.clock.SetDay(20260228)
	_, err = c.claims.Close(ctx, c.actor(core.RoleSecretary), broke.code, 202602)
	c.must(err)
	overview, err := c.reports.Overview(ctx, c.actor(core.RoleCounty), broke.code, report.Span{})
	c.must(err)
	lacks := overview.Totals.Liability - overview.Totals.Fund

	want := []report.Need{{Village: doubted.code, Township: 520524101, Name: "惠泽社区", Code: report.ObjectionWaiting, N: 1}}
	if lacks > 0 {
		want = slices.Insert(want, 0, report.Need{Village: broke.code, Township: 520524101, Name: "前进村", Code: report.ShopShort, N: int64(lacks)})
	}
	c.clock.SetDay(20260310)
	if got := c.needs(c.area); !slices.Equal(got, want) {
		t.Errorf("on the tenth:\n got %+v\nwant %+v", got, want)
	}
	want = append(want,
		report.Need{Village: waits.code, Township: 520524102, Name: "大寨村", Code: report.MonthOpen, N: 2})
	at := slices.IndexFunc(want, func(n report.Need) bool { return n.Code == report.ObjectionWaiting })
	want = slices.Insert(want, at, report.Need{Village: doubted.code, Township: 520524101, Name: "惠泽社区", Code: report.MonthOpen, N: 1})
	c.clock.SetDay(20260311)
	if got := c.needs(c.area); !slices.Equal(got, want) {
		t.Errorf("on the eleventh:\n got %+v\nwant %+v", got, want)
	}
	if got := c.needs(waits.code); len(got) != 1 || got[0].Code != report.MonthOpen {
		t.Errorf("a village sees its own: %+v", got)
	}
	if got := c.needs(520524103); len(got) != 0 {
		t.Errorf("a township that did nothing needs nothing: %+v", got)
	}
}
