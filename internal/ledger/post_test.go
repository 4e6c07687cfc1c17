package ledger_test

import (
	"context"
	"errors"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

func TestLinesAreNumberedAndCarryBothBalances(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2)
	first, second := b.households[0], b.households[1]
	b.mustPost(t, earned(first, 5))
	b.mustPost(t, earned(second, 7))
	lines := b.mustPost(t, earned(first, 3), redeemed(first, 6))
	if lines[0].No != 3 || lines[1].No != 4 || lines[0].Voucher != 3 || lines[1].Voucher != 3 {
		t.Errorf("numbers %d %d, vouchers %d %d", lines[0].No, lines[1].No, lines[0].Voucher, lines[1].Voucher)
	}
	if l := lines[0]; l.DebitAfter != -15 || l.CreditAfter != 8 {
		t.Errorf("after the earned line: %d and %d", l.DebitAfter, l.CreditAfter)
	}
	if l := lines[1]; l.DebitAfter != 2 || l.CreditAfter != 6 || l.Day != 20260908 || l.AtMs != b.clock.Now() {
		t.Errorf("redeemed line: %+v", l)
	}
	if account, change, balance := lines[1].OfHousehold(); account != ledger.HouseholdSpendable || change != -6 || balance != 2 {
		t.Errorf("in the passbook: %v %d %d", account, change, balance)
	}
	if n := b.mustVerify(t); n != 4 {
		t.Errorf("verify saw %d lines", n)
	}
}

func TestAnAccountNeverGoesBelowZero(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	b.mustPost(t, earned(h, 5))
	b.mustPost(t, granted(1000))
	for _, c := range []struct {
		name       string
		entries    []ledger.Entry
		have, need int64
	}{
		{"more than earned", []ledger.Entry{redeemed(h, 6)}, 5, 6},
		{"twice in one voucher", []ledger.Entry{redeemed(h, 3), redeemed(h, 3)}, 5, 6},
		{"first out, then in", []ledger.Entry{redeemed(h, 6), earned(h, 6)}, 5, 6},
		{"goods nobody bought", []ledger.Entry{redeemed(h, 5), goodsOut(1)}, 0, 1},
		{"goods above the fund", []ledger.Entry{goodsIn(1001)}, 1000, 1001},
		{"in a large posting", []ledger.Entry{earned(h, 1), earned(h, 1), earned(h, 1), redeemed(h, 4), redeemed(h, 5)}, 4, 5},
	} {
		_, _, err := b.post(c.entries...)
		wantCode(t, err, "ledger.insufficient")
		if p := errs.From(err).Params; p["have"] != c.have || p["need"] != c.need {
			t.Errorf("%s: %v, want have %d need %d", c.name, p, c.have, c.need)
		}
	}
	if n := b.mustVerify(t); n != 2 {
		t.Errorf("%d lines after failed postings, want 2", n)
	}
}

func TestADeductionStopsAtZeroAndNeverTouchesSpendablePoints(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	b.open(t, 10)
	b.mustPost(t, earned(h, 50))
	lines := b.mustPost(t, deducted(h, 7), deducted(h, 7), deducted(h, 7))
	if lines[0].Amount != 7 || lines[1].Amount != 3 || lines[2].Amount != 0 || lines[2].No != 0 {
		t.Errorf("took %d, %d, %d", lines[0].Amount, lines[1].Amount, lines[2].Amount)
	}
	first, lines, err := b.post(deducted(h, 1))
	if err != nil || first != 0 || len(lines) != 1 || lines[0].No != 0 {
		t.Errorf("with nothing left: first %d, lines %v, %v", first, lines, err)
	}
	if base, spendable := b.balance(t, ledger.HouseholdBase, h), b.balance(t, ledger.HouseholdSpendable, h); base != 0 || spendable != 50 {
		t.Errorf("base %d, spendable %d", base, spendable)
	}
	if n := b.mustVerify(t); n != 4 {
		t.Errorf("%d lines, want 4", n)
	}
}

func TestPostRefusesWhatNoLineMaySay(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	for _, amount := range []int64{0, -1, int64(core.MaxPoints) + 1, 1_000_000_000_000_000_000, -1 << 63} {
		_, _, err := b.post(earned(h, amount))
		wantCode(t, err, "ledger.bad_amount")
	}
	_, _, err := b.post(granted(int64(core.MaxFen) + 1))
	wantCode(t, err, "ledger.bad_amount")
	for name, e := range map[string]ledger.Entry{
		"no household":               earned(0, 1),
		"a household for the fund":   {Kind: ledger.Granted, Owner: h, Amount: 1},
		"no category":                {Kind: ledger.Earned, Owner: h, Amount: 1},
		"a category for goods":       {Kind: ledger.Redeemed, Owner: h, Amount: 1, Category: "council"},
		"a reversal without a line":  {Kind: ledger.Reversal, Owner: h, Amount: 1},
		"a kind nobody knows":        {Kind: 77, Owner: h, Amount: 1},
		"no kind":                    {Owner: h, Amount: 1},
		"a void that takes anything": {Kind: ledger.Void, Owner: h, Amount: 1},
	} {
		if _, _, err := b.post(e); err == nil || errs.KindOf(err) != errs.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
	err = b.tx(func(ctx context.Context, tx *store.Tx) error {
		_, _, err := ledger.Post(ctx, tx, ledger.Stamp{Village: 520524, NowMs: 1}, granted(1))
		return err
	})
	if err == nil {
		t.Error("a county got a book")
	}
	if _, lines, err := b.post(); err != nil || len(lines) != 0 {
		t.Errorf("posting nothing: %v %v", lines, err)
	}
}

func TestAFailedCommandLeavesNoGap(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	b.mustPost(t, earned(h, 5))
	late := errors.New("something after the posting")
	if err := b.tx(func(ctx context.Context, tx *store.Tx) error {
		if _, _, err := ledger.Post(ctx, tx, b.stamp(), earned(h, 5)); err != nil {
			return err
		}
		return late
	}); !errors.Is(err, late) {
		t.Fatal(err)
	}
	if err := b.tx(func(ctx context.Context, tx *store.Tx) error {
		_, _, _ = ledger.Post(ctx, tx, b.stamp(), earned(h, 5))
		panic("in the middle")
	}); err == nil {
		t.Fatal("a panic was no error")
	}
	if lines := b.mustPost(t, earned(h, 1)); lines[0].No != 2 || lines[0].CreditAfter != 6 {
		t.Errorf("next line: %+v", lines[0])
	}
	b.mustVerify(t)
}

func TestAClockSetBackDatesNothingBackwards(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	b.clock.SetDay(20261001)
	b.mustPost(t, earned(h, 5))
	before := b.clock.Now()
	b.clock.SetDay(20260930)
	lines := b.mustPost(t, earned(h, 5))
	if l := lines[0]; l.AtMs != before || l.Day != 20261001 {
		t.Errorf("dated %d, day %s", l.AtMs, l.Day)
	}
	many := b.mustPost(t, earned(h, 1), earned(h, 1), earned(h, 1), earned(h, 1), earned(h, 1), earned(h, 1))
	if l := many[5]; l.AtMs != before || l.Day != 20261001 {
		t.Errorf("in a large posting: dated %d, day %s", l.AtMs, l.Day)
	}
	b.mustVerify(t)
}

func TestPostManyKeepsVouchersApart(t *testing.T) {
	t.Parallel()
	b := newBench(t, 3)
	b.open(t, 100)
	var vouchers [][]ledger.Entry
	for _, h := range b.households {
		vouchers = append(vouchers, []ledger.Entry{earned(h, 4), deducted(h, 90)}, nil, []ledger.Entry{deducted(h, 90)}, []ledger.Entry{deducted(h, 1)})
	}
	var lines []ledger.Line
	err := b.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		lines, err = ledger.PostMany(ctx, tx, b.stamp(), vouchers)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 12 {
		t.Fatalf("%d lines for 12 entries", len(lines))
	}
	want := []struct{ no, voucher, amount int64 }{{4, 4, 4}, {5, 4, 90}, {6, 6, 10}, {0, 0, 0}, {7, 7, 4}, {8, 7, 90}, {9, 9, 10}, {0, 0, 0}}
	for i, w := range want {
		if l := lines[i]; l.No != w.no || l.Voucher != w.voucher || l.Amount != w.amount {
			t.Errorf("entry %d: no %d voucher %d amount %d, want %v", i, l.No, l.Voucher, l.Amount, w)
		}
	}
	b.mustVerify(t)
}

func TestOpeningIsDoneOncePerHousehold(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5)
	if n := b.open(t, 0); n != 0 {
		t.Errorf("opened %d with nothing", n)
	}
	one := &bench{st: b.st, clock: b.clock, ids: b.ids, village: b.village, households: b.households[2:3]}
	if n := one.open(t, ledger.OpeningPoints); n != 1 {
		t.Errorf("opened %d, want 1", n)
	}
	b.households = append(b.households, b.households[0]) // a list may name a household twice
	if n := b.open(t, ledger.OpeningPoints); n != 4 {
		t.Errorf("opened %d, want the other 4", n)
	}
	if n := b.open(t, ledger.OpeningPoints); n != 0 {
		t.Errorf("opened %d again", n)
	}
	for _, h := range b.households {
		if base := b.balance(t, ledger.HouseholdBase, h); base != 100 {
			t.Errorf("household %s has %d base points", h, base)
		}
	}
	if n := b.mustVerify(t); n != 5 {
		t.Errorf("%d lines", n)
	}
}
