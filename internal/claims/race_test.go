package claims_test

import (
	"context"
	"sync"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
)

// at runs the functions at once and gives the code of each one's error.
func at(fns ...func() error) []string {
	codes := make([]string, len(fns))
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i, fn := range fns {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			codes[i] = codeOf(fn())
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return codes
}

// TestTwoReviewersAtOnce, and a reviewer beside a submitter who withdraws: one of them wins, the other is told.
func TestTwoReviewersAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 12)
	ctx := context.Background()
	for i := range 12 {
		c := p.submit(p.clerk, p.deed(i, "A02"))
		seen := claims.Seen{ID: c.ID, Changes: c.Changes}
		other := func() error { _, err := p.claims.Reject(ctx, p.secretary, p.village, seen, "不对"); return err }
		lost := "claims.changed_meanwhile"
		if i%2 == 0 {
			other = func() error { _, err := p.claims.Withdraw(ctx, p.clerk, p.village, c.ID); return err }
		}
		codes := at(func() error { _, err := p.claims.Approve(ctx, p.supervisor, p.village, seen); return err }, other)
		won := 0
		for _, code := range codes {
			switch code {
			case "":
				won++
			case lost, "claims.wrong_state":
			default:
				t.Errorf("claim %d: %v", i, codes)
			}
		}
		if won != 1 {
			t.Errorf("claim %d: %v", i, codes)
		}
	}
	p.balanced()
}

// TestTheCapHoldsAgainstManyAtOnce: twenty claims sent together leave a household within its cap.
func TestTheCapHoldsAgainstManyAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 1)
	fns := make([]func() error, 20)
	for i := range fns {
		fns[i] = func() error {
			_, err := p.claims.Submit(context.Background(), p.clerk, p.village, p.deed(0, "B02"))
			return err
		}
	}
	made := 0
	for _, code := range at(fns...) {
		switch code {
		case "":
			made++
		case "claims.cap_reached":
		default:
			t.Error(code)
		}
	}
	if made != 4 {
		t.Errorf("%d claims of 5 points under a cap of 20", made)
	}
	p.balanced()
}

// TestTwoClosesAtOnce post once and both give the same answer.
func TestTwoClosesAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 40)
	p.onNotice(40)
	p.clock.SetDay(startDay.Add(4))
	answers := make([]ledger.Closing, 6)
	fns := make([]func() error, len(answers))
	for i := range fns {
		fns[i] = func() (err error) {
			answers[i], err = p.claims.Close(context.Background(), p.secretary, p.village, 202609)
			return err
		}
	}
	for i, code := range at(fns...) {
		if code != "" || answers[i] != answers[0] || answers[i].Claims != 40 {
			t.Errorf("close %d: %q %+v", i, code, answers[i])
		}
	}
	p.balanced()
}

// TestCloseBesideAnObjection: on the last evening either the objection freezes its line and the close is refused, or
// the close comes after the window and the objection is refused; never both, never a posted line that is frozen.
func TestCloseBesideAnObjection(t *testing.T) {
	t.Parallel()
	for range 6 {
		p := newPlace(t, 2)
		n, all := p.onNotice(2)
		p.clock.SetDay(n.ToDay)
		over := n.ToDay.Add(1).Ms()
		codes := at(
			func() error { _, err := p.object(p.public("1.1.1.1"), n, all[0].ID, "不对"); return err },
			func() error {
				p.clock.Set(over)
				_, err := p.claims.Close(context.Background(), p.secretary, p.village, 202609)
				return err
			},
		)
		state := p.claim(all[0].ID).State
		switch {
		case codes[0] == "" && codes[1] == "claims.lines_frozen" && state == claims.Frozen:
		case codes[0] == "claims.notice_over" && codes[1] == "" && state == claims.Posted:
		default:
			t.Errorf("%v, the line is %s", codes, state)
		}
		p.balanced()
	}
}

// TestSubmittingBesideAClose: whatever is not posted stands on an open month's list.
func TestSubmittingBesideAClose(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 20)
	p.onNotice(5)
	p.clock.SetDay(startDay.Add(4))
	fns := []func() error{func() error {
		_, err := p.claims.Close(context.Background(), p.secretary, p.village, 202609)
		return err
	}}
	ids := make([]core.ID, 15)
	for i := range ids {
		fns = append(fns, func() error {
			c, err := p.claims.Submit(context.Background(), p.clerk, p.village, p.deed(i+5, "A02"))
			ids[i] = c.ID
			return err
		})
	}
	for _, code := range at(fns...) {
		p.wantsCode(code, "")
	}
	for _, id := range ids {
		if c := p.claim(id); c.Month != 202610 {
			t.Errorf("a claim is left behind on the closed list of %d", c.Month)
		}
	}
	p.balanced()
}

func (p *place) wantsCode(got, want string) {
	p.t.Helper()
	if got != want {
		p.t.Errorf("got %q, want %q", got, want)
	}
}
