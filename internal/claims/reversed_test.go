package claims_test

import (
	"context"
	"testing"

	"qunyan/internal/ledger"
)

// TestWhatWasTakenBackDoesNotCount: once a claim's line was reversed, the deed can be entered again under the same caps,
// and its claim is nobody's double.
func TestWhatWasTakenBackDoesNotCount(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 1)
	ctx := context.Background()
	day := p.deed(0, "A02").Day
	for range 2 {
		p.approve(p.supervisor, p.submit(p.clerk, p.deed(0, "A02")).ID)
	}
	wrong := p.submit(p.clerk, p.deed(0, "M01"))
	p.approve(p.supervisor, wrong.ID)
	n := p.publish(202609)
	p.clock.SetDay(n.ToDay.Add(1))
	done := p.close(202609)
	again := p.deed(0, "A02")
	again.Day = day
	_, err := p.claims.Submit(ctx, p.clerk, p.village, again)
	p.wants(err, "claims.cap_reached")
	book := ledger.New(p.st, p.clock, p.ids, nil)
	for no := done.FirstNo; no <= done.LastNo; no++ {
		if _, err := book.ReverseLine(ctx, p.secretary, ledger.ReverseInput{Village: p.village, No: no, Reason: "人记错了"}); err != nil {
			t.Fatal(err)
		}
	}
	if c := p.submit(p.clerk, again); c.Points != 10 || p.claim(c.ID).Duplicate {
		t.Errorf("entered again: %d points, a double %v", c.Points, p.claim(c.ID).Duplicate)
	}
	fine := p.deed(0, "M01")
	fine.Day = day
	if c := p.submit(p.clerk, fine); c.Points != -2 {
		t.Errorf("the deduction counted still: %d points", c.Points)
	}
}
