package report_test

import (
	"context"
	"maps"
	"reflect"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/report"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// recomputed is the row of one village worked out from single households, claims, lines and redemptions.
func (c *county) recomputed(village core.Area, span report.Span, lastOver core.Month) report.Row {
	c.t.Helper()
	r := report.Row{Area: village, Villages: 1, Claims: map[string]int64{}, ByCategory: map[string]core.Points{}}
	err := c.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		var rate, closed int64
		for _, one := range []error{
			tx.Row(ctx, `SELECT COUNT(*) FROM household WHERE village = $1 AND state = 'active'`, village).Scan(&r.Households),
			tx.Row(ctx, `SELECT COUNT(*) FROM resident p JOIN household h ON h.village = p.village AND h.id = p.household
				WHERE p.village = $1 AND p.state = 'active' AND h.state = 'active'`, village).Scan(&r.Residents),
			tx.Row(ctx, `SELECT COUNT(*) FROM shop WHERE village = $1 AND state = 'open'`, village).Scan(&r.ShopsOpen),
			tx.Row(ctx, `SELECT COALESCE(MAX(rate), 0) FROM shop WHERE village = $1`, village).Scan(&rate),
			tx.Row(ctx, `SELECT COALESCE(MAX(month), 0) FROM book_close WHERE village = $1`, village).Scan(&closed),
			tx.Row(ctx, `SELECT COUNT(DISTINCT l.owner) FROM book_close k JOIN line l ON l.village = k.village AND l.no BETWEEN k.first_no AND k.last_no
				WHERE k.village = $1 AND k.month = $2 AND l.kind = 2`, village, lastOver).Scan(&r.ActiveHouseholds),
			tx.Row(ctx, `SELECT COUNT(*) FROM redemption WHERE village = $1 AND state = 'settled' AND day / 100 >= $2 AND day / 100 <= $3`,
				village, span.From, span.To).Scan(&r.Redemptions),
			tx.Rows(ctx, `SELECT state, month FROM claim WHERE village = $1 AND month >= $2 AND month <= $3`, func(row store.Row) error {
				var state string
				var month int64
				err := row.Scan(&state, &month)
				if state == "noticed" && month <= closed { // what stood on the list of a closed month was posted
					state = "posted"
				}
				r.Claims[state]++
				return err
			}, village, span.From, span.To),
			c.fromLines(ctx, tx, &r, span),
		} {
			if one != nil {
				return one
			}
		}
		r.Liability = core.Fen(int64(r.LiabilityPoints) * rate)
		if core.Month(closed) >= lastOver {
			r.ClosedVillages = 1
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

func (c *county) fromLines(ctx context.Context, tx *store.Tx, r *report.Row, span report.Span) error {
	return tx.Rows(ctx, `SELECT day, debit, credit, category, amount FROM line WHERE village = $1`, func(row store.Row) error {
		var day core.Day
		var debit, credit ledger.Account
		var category string
		var amount int64
		if err := row.Scan(&day, &debit, &credit, &category, &amount); err != nil {
			return err
		}
		sign := func(account ledger.Account) int64 {
			switch account {
			case credit:
				return amount
			case debit:
				return -amount
			}
			return 0
		}
		r.Fund += core.Fen(sign(ledger.ShopFund))
		r.Stock += core.Fen(sign(ledger.ShopStock))
		r.LiabilityPoints += core.Points(sign(ledger.HouseholdSpendable))
		if m := day.Month(); m < span.From || m > span.To {
			return nil
		}
		r.Deducted += core.Points(sign(ledger.PointsDeducted))
		r.Redeemed += core.Points(sign(ledger.PointsRedeemed))
		r.Granted -= core.Fen(sign(ledger.GrantsReceived))
		if issued := core.Points(sign(ledger.PointsIssued)); issued != 0 {
			r.Earned -= issued
			r.ByCategory[category] -= issued
		}
		return nil
	}, r.Area)
}

// same compares rows; a count of 0 is as good as none.
func same(a, b report.Row) bool {
	none := func(r report.Row) report.Row {
		r.Name = ""
		maps.DeleteFunc(r.Claims, func(_ string, n int64) bool { return n == 0 })
		maps.DeleteFunc(r.ByCategory, func(_ string, n core.Points) bool { return n == 0 })
		return r
	}
	return reflect.DeepEqual(none(a), none(b))
}

func plus(a, b report.Row) report.Row {
	a.Villages += b.Villages
	a.Households += b.Households
	a.ActiveHouseholds += b.ActiveHouseholds
	a.Residents += b.Residents
	a.Earned += b.Earned
	a.Deducted += b.Deducted
	a.Redemptions += b.Redemptions
	a.Redeemed += b.Redeemed
	a.ShopsOpen += b.ShopsOpen
	a.Granted += b.Granted
	a.Fund += b.Fund
	a.Stock += b.Stock
	a.LiabilityPoints += b.LiabilityPoints
	a.Liability += b.Liability
	a.ClosedVillages += b.ClosedVillages
	for k, v := range b.Claims {
		a.Claims[k] += v
	}
	for k, v := range b.ByCategory {
		a.ByCategory[k] += v
	}
	return a
}

func TestFiguresAreEqualToRecomputation(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		c := newCounty(t, seed)
		c.live(2)
		c.clock.Set(core.Day(20260405).Ms())
		for _, span := range []report.Span{{From: 202602, To: 202602}, {From: 202601, To: 202604}, {From: 202603, To: 202603}} {
			c.compare(span, min(span.To, 202603))
		}
	}
}

func (c *county) compare(span report.Span, lastOver core.Month) {
	c.t.Helper()
	ctx := context.Background()
	by := c.actor(core.RoleCounty)
	overview := func(area core.Area) report.Overview {
		o, err := c.reports.Overview(ctx, by, area, span)
		c.must(err)
		return o
	}
	empty := func(area core.Area) report.Row {
		return report.Row{Area: area, Claims: map[string]int64{}, ByCategory: map[string]core.Points{}}
	}
	whole := empty(c.area)
	for _, township := range []core.Area{520524101, 520524102, 520524103} {
		sum := empty(township)
		view := overview(township)
		for i, child := range view.Children {
			want := c.recomputed(child.Area, span, lastOver)
			if !same(child, want) {
				c.t.Errorf("%v in %s, months %+v:\n got %+v\nwant %+v", child.Area, child.Name, span, child, want)
			}
			if own := overview(child.Area); !same(own.Totals, want) || len(own.Children) != 0 {
				c.t.Errorf("%v by itself:\n got %+v\nwant %+v", child.Area, own, want)
			}
			if i > 0 && child.Area < view.Children[i-1].Area {
				c.t.Errorf("%v comes after %v", child.Area, view.Children[i-1].Area)
			}
			sum = plus(sum, want)
		}
		if !same(view.Totals, sum) {
			c.t.Errorf("township %v:\n got %+v\nwant %+v", township, view.Totals, sum)
		}
		whole = plus(whole, sum)
	}
	view := overview(c.area)
	if !same(view.Totals, whole) {
		c.t.Errorf("county:\n got %+v\nwant %+v", view.Totals, whole)
	}
	if len(view.Children) != 3 || view.Children[2].Name != "猫场镇" || view.Children[2].Villages != 0 {
		c.t.Errorf("townships: %+v", view.Children)
	}
	c.compareTrend(span, whole)
}

func (c *county) compareTrend(span report.Span, whole report.Row) {
	c.t.Helper()
	months, err := c.reports.Trend(context.Background(), c.actor(core.RoleCounty), c.area, span)
	c.must(err)
	var sum report.MonthRow
	for m := span.From; m <= span.To; m = m.Next() {
		if len(months) == 0 || months[0].Month != m {
			c.t.Fatalf("trend lacks %v: %+v", m, months)
		}
		sum.Earned, sum.Redeemed, sum.Redemptions = sum.Earned+months[0].Earned, sum.Redeemed+months[0].Redeemed, sum.Redemptions+months[0].Redemptions
		months = months[1:]
	}
	if sum.Earned != whole.Earned || sum.Redeemed != whole.Redeemed || sum.Redemptions != whole.Redemptions || len(months) != 0 {
		c.t.Errorf("trend adds up to %+v, the overview says %+v", sum, whole)
	}
}

func TestWhoMayReadWhat(t *testing.T) {
	t.Parallel()
	c := newCounty(t, 1)
	township := core.Actor{Kind: core.StaffActor, ID: 9, Grants: []core.Grant{{Role: core.RoleTownship, Area: 520524101}}}
	ctx := context.Background()
	for area, allowed := range map[core.Area]bool{520524: false, 520524101: true, 520524101201: true, 520524102: false, 520524102201: false} {
		_, overview := c.reports.Overview(ctx, township, area, report.Span{})
		_, trend := c.reports.Trend(ctx, township, area, report.Span{})
		_, attention := c.reports.Attention(ctx, township, area)
		for _, err := range []error{overview, trend, attention} {
			if (err == nil) != allowed {
				t.Errorf("%v: %v", area, err)
			}
		}
	}
}

func TestImpossibleSpansAndAreas(t *testing.T) {
	t.Parallel()
	st, clock := storetest.Open(t), storetest.NewClock(20260405)
	c := &county{t: t, st: st, clock: clock, area: 520524, reports: report.New(st, clock)}
	for _, span := range []report.Span{{From: 202613, To: 202612}, {From: 202604, To: 202603}, {From: 195001, To: 202604}, {From: -1, To: 202604}, {From: 202601, To: 99}} {
		if _, err := c.reports.Overview(context.Background(), c.actor(core.RoleCounty), c.area, span); err == nil {
			t.Errorf("%+v accepted", span)
		}
	}
	if _, err := c.reports.Overview(context.Background(), c.actor(core.RoleCounty), 520524999, report.Span{}); err == nil {
		t.Error("an area nobody knows has an overview")
	}
	if _, err := c.reports.Attention(context.Background(), c.actor(core.RoleCounty), 520524101201001); err == nil {
		t.Error("a group has no report")
	}
}
