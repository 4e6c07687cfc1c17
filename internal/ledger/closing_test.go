package ledger_test

import (
	"context"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// closeMonth posts and closes a month the way a command does.
func (b *bench) closeMonth(month core.Month, entries ...ledger.Entry) error {
	return b.tx(func(ctx context.Context, tx *store.Tx) error {
		if _, err := ledger.Lock(ctx, tx, b.village); err != nil {
			return err
		}
		c := ledger.Closing{Month: month, Claims: int64(len(entries)), Actor: 7, ActorName: "李书记", AtMs: b.clock.Now()}
		for _, e := range entries {
			_, lines, err := ledger.Post(ctx, tx, b.stamp(), e)
			if err != nil {
				return err
			}
			l := lines[0]
			if c.FirstNo == 0 {
				c.FirstNo = l.No
			}
			c.LastNo = l.No
			if l.Kind == ledger.Earned {
				c.Points += core.Points(l.Amount)
			} else {
				c.Deducted += core.Points(l.Amount)
			}
		}
		return ledger.CloseMonth(ctx, tx, b.village, c)
	})
}

func (b *bench) closingOf(month core.Month) (c ledger.Closing, err error) {
	err = b.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = ledger.ClosingOf(ctx, tx, b.village, month)
		return err
	})
	return c, err
}

func TestAMonthIsClosedOnceAndInOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	b.open(t, 100)
	if _, err := b.closingOf(202608); err == nil {
		t.Error("an open month was found closed")
	}
	if err := b.closeMonth(202608, earned(h, 5), earned(h, 6), deducted(h, 3)); err != nil {
		t.Fatal(err)
	}
	c, err := b.closingOf(202608)
	if err != nil || c.FirstNo != 2 || c.LastNo != 4 || c.Points != 11 || c.Deducted != 3 || c.ActorName != "李书记" {
		t.Errorf("closing %+v, %v", c, err)
	}
	wantCode(t, b.closeMonth(202608, earned(h, 1)), "ledger.month_closed")
	wantCode(t, b.closeMonth(202607), "ledger.month_closed")
	if err := b.closeMonth(202613); err == nil {
		t.Error("a month no calendar has was closed")
	}
	if err := b.closeMonth(202609); err != nil { // a month without any line
		t.Fatal(err)
	}
	if n := b.mustVerify(t); n != 4 {
		t.Errorf("%d lines", n)
	}
	_, err = b.closingOf(202610)
	wantCode(t, err, "ledger.month_open")
}
