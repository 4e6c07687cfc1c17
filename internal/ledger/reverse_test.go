package ledger_test

import (
	"context"
	"strings"
	"testing"

	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

func TestAReversalIsTheOppositeOfItsLine(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	b.open(t, 100)
	b.mustPost(t, earned(h, 5))
	b.mustPost(t, deducted(h, 30))
	back, err := b.reverse(2, " 登记错了人 ")
	if err != nil {
		t.Fatal(err)
	}
	if back.No != 4 || back.Kind != ledger.Reversal || back.Reverses != 2 || back.Debit != ledger.HouseholdSpendable ||
		back.Credit != ledger.PointsIssued || back.Amount != 5 || back.DebitAfter != 0 || back.Category != "council" ||
		back.MemoZh != "登记错了人" || back.Ref != 11 || back.Actor != 7 {
		t.Errorf("reversal %+v", back)
	}
	if _, err := b.reverse(3, "罚错了"); err != nil {
		t.Fatal(err)
	}
	if base := b.balance(t, ledger.HouseholdBase, h); base != 100 {
		t.Errorf("base %d after the deduction was taken back", base)
	}
	b.mustVerify(t)
}

func TestReversalsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	b.mustPost(t, earned(h, 5))
	b.mustPost(t, earned(h, 8))
	if _, err := b.reverse(1, "登记错了"); err != nil {
		t.Fatal(err)
	}
	b.mustPost(t, redeemed(h, 6))
	for _, c := range []struct {
		name, reason, code string
		no                 int64
	}{
		{"twice", "再来一次", "ledger.already_reversed", 1},
		{"a reversal", "冲错了", "ledger.not_reversible", 3},
		{"a line that is not there", "没有的", "ledger.no_line", 99},
		{"line zero", "没有的", "ledger.no_line", 0},
		{"below zero", "没有的", "ledger.no_line", -1},
		{"points used since", "登记错了", "ledger.reversal_short", 2},
		{"no reason", "  ", "ledger.reason_needed", 2},
		{"half a word", "错", "ledger.reason_needed", 2},
		{"a novel", strings.Repeat("错", 101), "ledger.reason_needed", 2},
	} {
		_, err := b.reverse(c.no, c.reason)
		if err == nil || errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
	_, err := b.reverse(2, "登记错了")
	if p := errs.From(err).Params; p["have"] != int64(2) || p["need"] != int64(8) {
		t.Errorf("params %v", p)
	}
	if n := b.mustVerify(t); n != 4 {
		t.Errorf("%d lines", n)
	}
}

func TestAVoidTakesBackPointsAndGoodsTogether(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	b.mustPost(t, granted(5000))
	b.mustPost(t, goodsIn(3000))
	b.mustPost(t, earned(h, 20))
	slip := b.mustPost(t, redeemed(h, 15), goodsOut(1200))
	b.mustPost(t, earned(h, 1))
	void := func(voucher int64) (lines []ledger.Line, err error) {
		err = b.tx(func(ctx context.Context, tx *store.Tx) (err error) {
			_, lines, err = ledger.VoidVoucher(ctx, tx, b.stamp(), voucher, "拿错了货")
			return err
		})
		return lines, err
	}
	_, err := void(slip[1].No) // a line in the middle is no voucher
	wantCode(t, err, "ledger.no_line")
	lines, err := void(slip[0].Voucher)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 2 || lines[0].Kind != ledger.Void || lines[0].Voucher != lines[0].No || lines[1].Voucher != lines[0].No {
		t.Errorf("void %+v", lines)
	}
	if p, s := b.balance(t, ledger.HouseholdSpendable, h), b.balance(t, ledger.ShopStock, 0); p != 21 || s != 3000 {
		t.Errorf("points %d, stock %d", p, s)
	}
	_, err = void(slip[0].Voucher)
	wantCode(t, err, "ledger.already_reversed")
	b.setGoods(t, 3000)
	b.mustVerify(t)
}

func TestCountsFollowTheLines(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	b.open(t, 20)
	b.mustPost(t, granted(900))
	b.mustPost(t, goodsIn(400))
	b.mustPost(t, earned(h, 5), earned(h, 6))
	b.mustPost(t, deducted(h, 30)) // 20 are left to take
	slip := b.mustPost(t, redeemed(h, 4))
	b.clock.SetDay(20261002)
	if _, err := b.reverse(5, "登记错了"); err != nil { // 6 points, counted in September, taken back in October
		t.Fatal(err)
	}
	if err := b.tx(func(ctx context.Context, tx *store.Tx) error {
		_, _, err := ledger.VoidVoucher(ctx, tx, b.stamp(), slip[0].Voucher, "拿错了货")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	type row struct {
		month, n, amount int64
		topic, item      string
	}
	var got []row
	err := b.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, `SELECT month, topic, item, n, amount FROM tally WHERE village = $1 ORDER BY month, topic, item`, func(r store.Row) error {
			var x row
			err := r.Scan(&x.month, &x.topic, &x.item, &x.n, &x.amount)
			got = append(got, x)
			return err
		}, b.village)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []row{
		{202609, 1, 400, "bought", ""}, {202609, 1, 20, "deducted", "deduction"}, {202609, 2, 11, "earned", "council"},
		{202609, 1, 900, "granted", ""}, {202609, 1, 4, "redeemed", ""},
		{202610, -1, -6, "earned", "council"}, {202610, -1, -4, "redeemed", ""},
	}
	if len(got) != len(want) {
		t.Fatalf("counts %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("count %v, want %v", got[i], want[i])
		}
	}
	b.setGoods(t, 400)
	b.mustVerify(t)
}
