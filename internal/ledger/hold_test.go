package ledger_test

import (
	"context"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

func (b *bench) hold(h ledger.Hold) error {
	return b.tx(func(ctx context.Context, tx *store.Tx) error { return ledger.PlaceHold(ctx, tx, b.stamp(), h) })
}

func (b *bench) settle(id core.ID, entries ...ledger.Entry) (first int64, err error) {
	err = b.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		first, _, err = ledger.SettleHold(ctx, tx, b.stamp(), id, entries...)
		return err
	})
	return first, err
}

func (b *bench) voidHold(id core.ID) error {
	return b.tx(func(ctx context.Context, tx *store.Tx) error { return ledger.VoidHold(ctx, tx, b.stamp(), id) })
}

func (b *bench) purse(t failer, owner core.ID) (p ledger.Balances) {
	t.Helper()
	err := b.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = ledger.BalancesOf(ctx, tx, b.village, owner, b.clock.Now())
		return err
	})
	if err != nil {
		t.Fatalf("purse: %v", err)
	}
	return p
}

func TestPointsOnHoldAreNotSpentOnTheWayToARightSum(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	b.mustPost(t, earned(h, 35))
	if err := b.hold(ledger.Hold{ID: 1, Owner: h, Points: 25, Ref: 3, ExpiresMs: b.clock.Now() + 1000}); err != nil {
		t.Fatal(err)
	}
	for _, earns := range []int64{10, 26} { // less and more than is spent
		_, _, err := b.post(redeemed(h, 24), earned(h, earns))
		wantCode(t, err, "ledger.insufficient")
	}
	b.mustPost(t, earned(h, 26), redeemed(h, 24))
}

func TestPointsOnHoldCannotBeSpentByAnythingElse(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	b.mustPost(t, earned(h, 20))
	if err := b.hold(ledger.Hold{ID: 1, Owner: h, Points: 15, Ref: 3, ExpiresMs: b.clock.Now() + 1000}); err != nil {
		t.Fatal(err)
	}
	if p := b.purse(t, h); p.Spendable != 20 || p.Held != 15 || p.Free() != 5 {
		t.Errorf("purse %+v", p)
	}
	_, _, err := b.post(redeemed(h, 6))
	wantCode(t, err, "ledger.insufficient")
	wantCode(t, b.hold(ledger.Hold{ID: 2, Owner: h, Points: 6, ExpiresMs: b.clock.Now() + 1000}), "ledger.insufficient")
	_, err = b.reverse(1, "登记错了")
	wantCode(t, err, "ledger.reversal_short")
	b.mustPost(t, redeemed(h, 5))
	first, err := b.settle(1, redeemed(h, 12))
	if err != nil || first != 3 {
		t.Fatalf("settled as line %d: %v", first, err)
	}
	if p := b.purse(t, h); p.Spendable != 3 || p.Held != 0 {
		t.Errorf("purse after settling %+v", p)
	}
	var kept ledger.Hold
	if err := b.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		kept, err = ledger.HoldByID(ctx, tx, b.village, 1)
		return err
	}); err != nil || kept.State != ledger.HoldSettled || kept.Line != 3 || kept.EndedMs == 0 {
		t.Errorf("hold %+v, %v", kept, err)
	}
	b.mustVerify(t)
}

func TestAHoldEndsOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2)
	h := b.households[0]
	b.mustPost(t, earned(h, 30))
	until := b.clock.Now() + 60_000
	for id := core.ID(1); id <= 3; id++ {
		if err := b.hold(ledger.Hold{ID: id, Owner: h, Points: 10, ExpiresMs: until}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := b.settle(1, redeemed(h, 11))
	wantCode(t, err, "ledger.insufficient") // of the hold's ten
	_, err = b.settle(1, redeemed(b.households[1], 1))
	wantCode(t, err, "ledger.hold_other")
	if err := b.voidHold(1); err != nil {
		t.Fatal(err)
	}
	wantCode(t, b.voidHold(1), "ledger.hold_ended")
	_, err = b.settle(1, redeemed(h, 1))
	wantCode(t, err, "ledger.hold_ended")
	wantCode(t, b.voidHold(99), "ledger.no_hold")
	if _, err := b.settle(2, redeemed(h, 10)); err != nil {
		t.Fatal(err)
	}
	b.clock.Set(until)
	_, err = b.settle(3, redeemed(h, 10))
	wantCode(t, err, "ledger.hold_ended")
	if p := b.purse(t, h); p.Free() != 20 {
		t.Errorf("free %d after the last hold ran out", p.Free())
	}
	var n int64
	if err := b.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = ledger.ExpireHolds(ctx, tx, b.stamp())
		return err
	}); err != nil || n != 1 {
		t.Errorf("expired %d, %v", n, err)
	}
	b.mustPost(t, redeemed(h, 20))
	b.mustVerify(t)
}

func TestHoldsThatCannotBe(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	b.mustPost(t, earned(h, 10))
	soon := b.clock.Now() + 1000
	for _, points := range []core.Points{0, -1, core.MaxPoints + 1} {
		wantCode(t, b.hold(ledger.Hold{ID: 1, Owner: h, Points: points, ExpiresMs: soon}), "ledger.bad_amount")
	}
	wantCode(t, b.hold(ledger.Hold{ID: 1, Owner: h, Points: 1, ExpiresMs: b.clock.Now()}), "ledger.hold_ended")
	wantCode(t, b.hold(ledger.Hold{ID: 1, Owner: 12345, Points: 1, ExpiresMs: soon}), "ledger.insufficient")
}
