package claims_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// longMonth is a village whose September takes several steps to close: 150 households with three claims each.
func longMonth(t *testing.T) *place {
	t.Helper()
	p := newPlace(t, 150)
	for _, rule := range []string{"A01", "B02", "A02"} {
		rows := make([]claims.SheetRow, len(p.homes))
		for i, h := range p.homes {
			rows[i] = claims.SheetRow{Household: h, Qty: 1, Step: -1}
		}
		sheet, err := p.claims.SubmitSheet(context.Background(), p.clerk, p.village, claims.Sheet{Rule: rule, Day: startDay, Title: rule, Rows: rows})
		p.wants(err, "")
		var ids []claims.Seen
		for _, r := range sheet.Rows {
			ids = append(ids, claims.Seen{ID: r.Claim, Changes: 1})
		}
		_, err = p.claims.ApproveMany(context.Background(), p.supervisor, p.village, ids)
		p.wants(err, "")
	}
	p.publish(202609)
	p.clock.SetDay(startDay.Add(4))
	return p
}

// verified fails the test if the book does not hold.
func (p *place) verified() {
	p.t.Helper()
	r, err := ledger.VerifyVillage(context.Background(), p.st, p.village, nil)
	if err != nil || r.Fault != nil {
		p.t.Fatalf("verify: %v, %v", r.Fault, err)
	}
}

func TestALongMonthIsClosedInSteps(t *testing.T) {
	t.Parallel()
	p := longMonth(t)
	before := p.st.Stats().Commands
	by := p.intent(p.secretary)
	done, err := p.claims.Close(context.Background(), by, p.village, 202609)
	p.wants(err, "")
	if steps := p.st.Stats().Commands - before; steps < 4 {
		t.Errorf("it took %d transactions", steps)
	}
	if done.Claims != 450 || done.LastNo-done.FirstNo != 449 || done.Points != 450/3*17 || done.Actor != p.secretary.ID {
		t.Errorf("closed: %+v", done)
	}
	again, err := p.claims.Close(context.Background(), by, p.village, 202609)
	if err != nil || again != done {
		t.Errorf("asked again: %+v, %v", again, err)
	}
	p.balanced()
	p.verified()
}

// interrupt lets a close of the long month end after its first step, as a power cut would.
func interrupt(p *place) {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cut := claims.New(p.st, &cutting{p.clock, 3, cancel}, p.ids, claims.Options{})
	if _, err := cut.Close(ctx, p.secretary, p.village, 202609); !errors.Is(err, context.Canceled) {
		p.t.Fatalf("the close was not interrupted: %v", err)
	}
	p.view(func(ctx context.Context, tx *store.Tx) error {
		var posted, closed, closing int64
		const inBook = `SELECT (SELECT COUNT(*) FROM line WHERE village = $1 AND kind = 2), closed, closing FROM book WHERE village = $1`
		err := tx.Row(ctx, inBook, p.village).Scan(&posted, &closed, &closing)
		if posted == 0 || posted >= 450 || closed != 0 || closing != 202609 {
			p.t.Errorf("%d lines, closed %d, closing %d", posted, closed, closing)
		}
		return err
	})
	p.verified()
}

// cutting is a clock that ends the caller's patience when it has been read so many times.
type cutting struct {
	core.Clock
	left int
	cut  func()
}

func (c *cutting) Now() int64 {
	if c.left--; c.left == 0 {
		c.cut()
	}
	return c.Clock.Now()
}

func TestAnInterruptedCloseGoesOn(t *testing.T) {
	t.Parallel()
	p := longMonth(t)
	interrupt(p)
	ctx := context.Background()
	_, err := p.claims.Submit(ctx, p.clerk, p.village, p.deed(0, "A02"))
	p.wants(err, "claims.closing_now")
	_, err = p.claims.PublishNotice(ctx, p.clerk, p.village, 202609, 0)
	p.wants(err, "claims.closing_now")

	if done := p.close(202609); done.Claims != 450 || done.Points != 450/3*17 {
		t.Errorf("closed: %+v", done)
	}
	if p.spendable(0) != 17 || p.spendable(149) != 17 {
		t.Errorf("the first household has %d, the last %d", p.spendable(0), p.spendable(149))
	}
	p.balanced()
	p.verified()
	p.submit(p.clerk, p.deed(0, "A02"))
}

func TestAJobFinishesWhatWasInterrupted(t *testing.T) {
	t.Parallel()
	p := longMonth(t)
	interrupt(p)
	if _, err := p.claims.FinishClosings(context.Background()); err != nil {
		t.Fatal(err)
	}
	p.view(func(ctx context.Context, tx *store.Tx) error {
		var closing int64
		err := tx.Row(ctx, `SELECT closing FROM book WHERE village = $1`, p.village).Scan(&closing)
		if closing != 202609 {
			t.Error("a close that has only just begun was taken for an interrupted one")
		}
		return err
	})
	p.clock.SetDay(startDay.Add(5))
	if _, err := p.claims.FinishClosings(context.Background()); err != nil {
		t.Fatal(err)
	}
	p.view(func(ctx context.Context, tx *store.Tx) error {
		done, err := ledger.ClosingOf(ctx, tx, p.village, 202609)
		if done.Claims != 450 || done.ActorName != p.secretary.Name {
			t.Errorf("closed: %+v", done)
		}
		return err
	})
	p.balanced()
	p.verified()
}

func TestTwoClosesOfALongMonthPostItOnce(t *testing.T) {
	t.Parallel()
	p := longMonth(t)
	var wg sync.WaitGroup
	results := make([]ledger.Closing, 4)
	for i := range results {
		by := p.intent(p.secretary)
		wg.Go(func() {
			var err error
			if results[i], err = p.claims.Close(context.Background(), by, p.village, 202609); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, r := range results {
		if r != results[0] || r.Claims != 450 {
			t.Errorf("one says %+v, another %+v", r, results[0])
		}
	}
	p.balanced()
	p.verified()
}

func TestAUsedKeyBeginsNoCloseInSteps(t *testing.T) {
	t.Parallel()
	p := longMonth(t)
	by := p.intent(p.secretary)
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Once(ctx, tx, by, p.village, p.clock.Now(), func() (int, error) { return 1, nil })
		return err
	})
	by.Intent.Hash[0]++ // the same key over another body
	_, err := p.claims.Close(context.Background(), by, p.village, 202609)
	p.wants(err, "store.key_reused")
	p.view(func(ctx context.Context, tx *store.Tx) error {
		var posted, closing int64
		err := tx.Row(ctx, `SELECT (SELECT COUNT(*) FROM line WHERE village = $1 AND kind = 2), closing FROM book WHERE village = $1`, p.village).Scan(&posted, &closing)
		if posted != 0 || closing != 0 {
			t.Errorf("%d lines were posted, closing %d", posted, closing)
		}
		return err
	})
}

// TestEverybodySeesHowFarACloseIs, also who did not begin it; and nothing else is offered meanwhile.
func TestEverybodySeesHowFarACloseIs(t *testing.T) {
	t.Parallel()
	p := longMonth(t)
	ctx := context.Background()
	m, err := p.claims.Month(ctx, p.clerk, p.village, 202609)
	p.wants(err, "")
	if m.Steps != (claims.Steps{}) {
		t.Errorf("before it began: %+v", m.Steps)
	}
	interrupt(p)
	for _, who := range []core.Actor{p.secretary, p.clerk, p.auditor} {
		m, err = p.claims.Month(ctx, who, p.village, 202609)
		p.wants(err, "")
		if m.Steps.All != 450 || m.Steps.Done == 0 || m.Steps.Done >= 450 || m.Steps.ByName != p.secretary.Name || m.CanClose || m.CanNotice {
			t.Errorf("%s sees %+v, may close %v, publish %v", who.Name, m.Steps, m.CanClose, m.CanNotice)
		}
	}
	p.close(202609)
	if m, err = p.claims.Month(ctx, p.clerk, p.village, 202609); err != nil || m.Steps != (claims.Steps{}) || m.Closing == nil {
		t.Errorf("afterwards: %+v, %v", m, err)
	}
}
