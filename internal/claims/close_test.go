package claims_test

import (
	"context"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// TestCloseRefuses while anything stands in the way, says what, and changes nothing.
func TestCloseRefuses(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	ctx := context.Background()
	c, d := p.submit(p.clerk, p.deed(0, "A02")), p.submit(p.clerk, p.deed(1, "A02"))
	p.approve(p.supervisor, c.ID)
	first := p.publish(202609)
	p.approve(p.supervisor, d.ID)
	p.clock.SetDay(startDay.Add(2))
	second := p.publish(202609)
	if first.Seq != 1 || second.Seq != 2 || second.ToDay != startDay.Add(5) {
		t.Fatalf("lists: %+v, %+v", first, second)
	}
	o, err := p.claims.Object(ctx, p.public("1.1.1.1"), p.village, claims.Doubt{Notice: first.ID, Claim: c.ID, Text: "不对"})
	p.wants(err, "")

	p.clock.SetDay(startDay.Add(4)) // the first list is over, the second is not
	_, err = p.claims.Close(ctx, p.secretary, p.village, 202609)
	p.wants(err, "claims.lines_frozen")
	blockers := errs.From(err).Params["blockers"].([]claims.Blocker)
	if len(blockers) != 2 || blockers[0].N != 1 || blockers[0].Day != o.DueDay || blockers[1].Code != "claims.window_open" || blockers[1].Day != second.ToDay {
		t.Errorf("blockers: %+v", blockers)
	}
	m, err := p.claims.Month(ctx, p.secretary, p.village, 202609)
	p.wants(err, "")
	if len(m.Blockers) != 2 || m.CanClose || m.CanNotice || m.OpenObjections != 1 || len(m.Notices) != 2 || m.Counts[claims.Frozen] != 1 {
		t.Errorf("month: %+v", m)
	}
	_, err = p.claims.AnswerObjection(ctx, p.secretary, p.village, o.ID, claims.Answer{Outcome: claims.Dismissed, Text: "属实"})
	p.wants(err, "")
	_, err = p.claims.Close(ctx, p.secretary, p.village, 202609)
	p.wants(err, "claims.window_open")
	p.clock.SetDay(startDay.Add(6))
	if m, err = p.claims.Month(ctx, p.secretary, p.village, 202609); err != nil || !m.CanClose {
		t.Errorf("nothing stands in the way any more: %+v, %v", m, err)
	}
	if m, err = p.claims.Month(ctx, p.clerk, p.village, 202609); err != nil || m.CanClose {
		t.Errorf("the clerk does not close: %+v, %v", m, err)
	}
	if done := p.close(202609); done.Claims != 2 || done.Points != 20 {
		t.Errorf("close: %+v", done)
	}
	if m, err = p.claims.Month(ctx, p.secretary, p.village, 202609); err != nil || m.Closing == nil || m.Counts[claims.Posted] != 2 || m.CanClose {
		t.Errorf("closed month: %+v, %v", m, err)
	}
	p.balanced()
}

// TestMonthsCloseInOrder and never before they begin.
func TestMonthsCloseInOrder(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	ctx := context.Background()
	august := p.deed(0, "A02")
	august.Day = 20260820
	c := p.submit(p.clerk, august)
	p.approve(p.supervisor, c.ID)
	_, err := p.claims.Close(ctx, p.secretary, p.village, 202610)
	p.wants(err, "claims.month_in_future")
	_, err = p.claims.Close(ctx, p.secretary, p.village, 202613)
	p.wants(err, "claims.bad_month")
	p.publish(202608)
	_, err = p.claims.Close(ctx, p.secretary, p.village, 202609)
	p.wants(err, "claims.earlier_month_open")
	p.clock.SetDay(startDay.Add(4))
	p.close(202608)

	late := p.submit(p.clerk, august) // a deed of a closed month comes on the next list
	if late.Month != 202609 {
		t.Errorf("a late claim stands on the list of %d", late.Month)
	}
	_, err = p.claims.PublishNotice(ctx, p.clerk, p.village, 202608, 0)
	p.wants(err, "claims.month_closed")
	_, err = p.claims.Close(ctx, p.secretary, p.village, 202607)
	p.wants(err, "claims.month_closed")
	_, err = p.claims.PublishNotice(ctx, p.clerk, p.village, 202609, 0)
	p.wants(err, "claims.nothing_to_notice")

	p.clock.SetDay(20261203)
	_, err = p.claims.Close(ctx, p.secretary, p.village, 202611)
	p.wants(err, "claims.earlier_month_open")
	for _, month := range []core.Month{202609, 202610, 202611} { // months without a list close too
		if done := p.close(month); done.Claims != 0 || done.FirstNo != 0 || done.Moved != 1 {
			t.Errorf("close of %d: %+v", month, done)
		}
	}
	if c := p.claim(late.ID); c.Month != 202612 || c.State != claims.Submitted {
		t.Errorf("what was never reviewed moves on: %+v", c)
	}
	p.balanced()
}

// TestDeductionsStopAtZero: of two, the second takes what is left, and the third writes no line.
func TestDeductionsStopAtZero(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 1)
	earned := p.submit(p.clerk, p.deed(0, "A02"))
	var fines []claims.Claim
	for range 3 {
		fines = append(fines, p.submit(p.clerk, p.deed(0, "M03")))
	}
	for _, c := range append(fines, earned) {
		p.approve(p.supervisor, c.ID)
	}
	p.publish(202609)
	p.clock.SetDay(startDay.Add(4))
	done := p.close(202609)
	if done.Claims != 4 || done.Deducted != 100 || done.Points != 10 || done.LastNo-done.FirstNo != 2 {
		t.Errorf("close: %+v", done)
	}
	if p.base(0) != 0 || p.spendable(0) != 10 {
		t.Errorf("base %d, spendable %d", p.base(0), p.spendable(0))
	}
	for i, c := range fines {
		if now := p.claim(c.ID); now.State != claims.Posted || (now.Line == 0) != (i == 2) {
			t.Errorf("deduction %d: state %s, line %d", i, now.State, now.Line)
		}
	}
	p.balanced()
}

// TestListsByState: noticed and posted claims are told apart by the close, in every list.
func TestListsByState(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 3)
	ctx := context.Background()
	for i := range 3 {
		p.approve(p.supervisor, p.submit(p.clerk, p.deed(i, "A02")).ID)
	}
	p.publish(202609)
	p.clock.SetDay(startDay.Add(4))
	p.close(202609)
	p.clock.SetDay(20261005)
	p.approve(p.supervisor, p.submit(p.clerk, p.deed(0, "A02")).ID)
	p.publish(202610)
	for _, c := range []struct {
		filter claims.Filter
		n      int
	}{
		{claims.Filter{}, 4},
		{claims.Filter{State: claims.Posted}, 3},
		{claims.Filter{State: claims.Noticed}, 1},
		{claims.Filter{State: claims.Posted, Month: 202610}, 0},
		{claims.Filter{State: claims.Noticed, Month: 202609}, 0},
		{claims.Filter{Month: 202609}, 3},
		{claims.Filter{Household: p.homes[0]}, 2},
		{claims.Filter{Household: p.homes[0], State: claims.Posted}, 1},
		{claims.Filter{Household: p.homes[0], State: claims.Noticed}, 1},
		{claims.Filter{State: claims.Submitted}, 0},
	} {
		seen, cursor := 0, ""
		for {
			page, next, err := p.claims.Claims(ctx, p.secretary, p.village, c.filter, core.Page{Cursor: cursor, Limit: 1})
			p.wants(err, "")
			for _, claim := range page {
				if c.filter.State != "" && claim.State != c.filter.State {
					t.Errorf("%+v lists a claim that is %s", c.filter, claim.State)
				}
			}
			seen += len(page)
			if cursor = next; cursor == "" {
				break
			}
		}
		if seen != c.n {
			t.Errorf("%+v lists %d claims, want %d", c.filter, seen, c.n)
		}
	}
	for _, bad := range []string{"x", "1.2", "202609.", "202609.ABC"} {
		_, _, err := p.claims.Claims(ctx, p.secretary, p.village, claims.Filter{}, core.Page{Cursor: bad})
		p.wants(err, "input.bad_cursor")
	}
	_, _, err := p.claims.Claims(ctx, p.secretary, p.village, claims.Filter{State: "lost"}, core.Page{})
	p.wants(err, "claims.bad_state")
}

// TestAMonthWithoutClaimsIsPassedOver, or closed by itself; one with a claim is not.
func TestAMonthWithoutClaimsIsPassedOver(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	ctx := context.Background()
	first, _ := p.onNotice(2)
	p.clock.SetDay(first.ToDay.Add(1))
	p.close(202609)
	p.clock.SetDay(20261105)
	p.approve(p.supervisor, p.submit(p.clerk, p.deed(1, "B02")).ID)
	november := p.publish(202611)
	p.clock.SetDay(november.ToDay.Add(1))
	if done := p.close(202611); done.Claims != 1 { // October had nothing
		t.Errorf("closed: %+v", done)
	}
	m, err := p.claims.Month(ctx, p.secretary, p.village, 202610)
	if err != nil || !m.Skipped || m.Closing != nil || m.CanClose || m.CanNotice {
		t.Errorf("the month passed over: %+v, %v", m, err)
	}
	_, err = p.claims.Close(ctx, p.secretary, p.village, 202610)
	p.wants(err, "claims.month_closed")

	p.clock.SetDay(20261205)
	p.submit(p.clerk, p.deed(0, "B02"))
	p.clock.SetDay(20270205)
	_, err = p.claims.Close(ctx, p.secretary, p.village, 202701)
	p.wants(err, "claims.earlier_month_open")
	p.close(202612)
	p.balanced()
}
