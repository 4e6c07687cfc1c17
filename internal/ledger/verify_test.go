package ledger_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// lived is a village with a line of every kind, a closed month, a reversal and a void.
func lived(t *testing.T, b *bench) *bench {
	t.Helper()
	v := another(t, b, 3)
	h := v.households[0]
	v.open(t, 100)                                                                            // 1 2 3
	v.mustPost(t, granted(10000))                                                             // 4
	v.mustPost(t, goodsIn(4000))                                                              // 5
	if err := v.closeMonth(202608, earned(h, 20), earned(h, 5), deducted(h, 8)); err != nil { // 6 7 8
		t.Fatal(err)
	}
	v.clock.Advance(1000)
	v.mustPost(t, redeemed(h, 9), goodsOut(700)) // 9 10
	v.clock.Advance(1000)
	if _, err := v.reverse(7, "登记错了"); err != nil { // 11
		t.Fatal(err)
	}
	if err := v.tx(func(ctx context.Context, tx *store.Tx) error { // 12 13
		_, _, err := ledger.VoidVoucher(ctx, tx, v.stamp(), 9, "拿错了货")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	v.setGoods(t, 4000)
	if n := v.mustVerify(t); n != 13 {
		t.Fatalf("%d lines before anything was touched", n)
	}
	return v
}

// tampering is something done to a book by hand, and what is found then.
type tampering struct {
	name   string
	tamper func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error)
	no     int64
	what   string
}

// withLines touches what single lines say.
func withLines() []tampering {
	return []tampering{
		{"an amount raised", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET amount = amount + 1 WHERE village = $1 AND no = 6`, v)
		}, 6, "points_issued"},
		{"an amount and its balances raised", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET amount = amount + 1, debit_after = debit_after - 1, credit_after = credit_after + 1 WHERE village = $1 AND no = 6`, v)
		}, 7, "points_issued"},
		{"a balance raised", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET credit_after = credit_after + 1 WHERE village = $1 AND no = 7`, v)
		}, 7, "household_spendable"},
		{"a line removed", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `DELETE FROM line WHERE village = $1 AND no = 7`, v)
		}, 8, "stands after line 6"},
		{"the first line removed", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `DELETE FROM line WHERE village = $1 AND no = 1`, v)
		}, 2, "stands after line 0"},
		{"the newest line removed", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `DELETE FROM line WHERE village = $1 AND no = 13`, v)
		}, 0, "counts 13 lines; there are 12"},
		{"all lines removed", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `DELETE FROM line WHERE village = $1`, v)
		}, 0, "counts 13 lines; there are 0"},
		{"a line renumbered", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET no = 14 WHERE village = $1 AND no = 13`, v)
		}, 14, "stands after line 12"},
		{"a line given to another household", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET owner = (SELECT MAX(id) FROM household WHERE village = $1) WHERE village = $1 AND no = 6`, v)
		}, 7, "household_spendable"},
		{"a household the village does not have", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET owner = 99 WHERE village = $1 AND no = 6`, v)
		}, 6, "does not have"},
		{"a household for the fund", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET owner = (SELECT MIN(id) FROM household WHERE village = $1) WHERE village = $1 AND no = 4`, v)
		}, 4, "does not fit"},
		{"base points made spendable", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET credit = 2 WHERE village = $1 AND no = 2`, v)
		}, 2, "is not what opening does"},
		{"a kind changed", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET kind = 1 WHERE village = $1 AND no = 6`, v)
		}, 6, "is not what opening does"},
		{"a kind nobody knows", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET kind = 55 WHERE village = $1 AND no = 6`, v)
		}, 6, "nobody knows"},
		{"a category changed", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET category = 'honour' WHERE village = $1 AND no = 6`, v)
		}, 0, "the count earned"},
		{"a category removed", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET category = '' WHERE village = $1 AND no = 6`, v)
		}, 6, "category"},
		{"a nonsense amount", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET amount = -5 WHERE village = $1 AND no = 6`, v)
		}, 6, "amount -5"},
	}
}

// withOrder touches what holds lines together: vouchers, times and reversals.
func withOrder() []tampering {
	return []tampering{
		{"a voucher split", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET voucher = 10 WHERE village = $1 AND no = 10`, v)
		}, 13, "of another voucher"},
		{"a voucher torn apart", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET voucher = 3 WHERE village = $1 AND no = 8`, v)
		}, 8, "voucher 3"},
		{"a day moved", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET day = 20260907 WHERE village = $1 AND no = 6`, v)
		}, 6, "says day"},
		{"a time moved back", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET at_ms = at_ms - 5000 WHERE village = $1 AND no = 11`, v)
		}, 11, "before the line above"},
		{"a reversal that takes back another line", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET reverses = 6 WHERE village = $1 AND no = 11`, v)
		}, 11, "not the opposite of line 6"},
		{"a reversal of nothing", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET reverses = 0 WHERE village = $1 AND no = 11`, v)
		}, 11, "does not fit its kind"},
		{"a reversal of what is below it", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET reverses = 12 WHERE village = $1 AND no = 11`, v)
		}, 11, ""},
		{"an earned line dressed as a reversal", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE line SET reverses = 2 WHERE village = $1 AND no = 6`, v)
		}, 6, "does not fit its kind"},
	}
}

// withSums touches what the lines add up to.
func withSums() []tampering {
	return []tampering{
		{"an account raised", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE account SET balance = balance + 10 WHERE village = $1 AND kind = 2`, v)
		}, 0, "household_spendable"},
		{"an account invented", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `INSERT INTO account (village, kind, owner, balance, lines) VALUES ($1, 2, 77, 10, 1)`, v)
		}, 0, "has no lines"},
		{"an account removed", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `DELETE FROM account WHERE village = $1 AND kind = 21`, v)
		}, 0, "are kept"},
		{"an account's count of lines", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE account SET lines = lines + 1 WHERE village = $1 AND kind = 21`, v)
		}, 0, "shop_fund"},
		{"a report's count raised", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE tally SET amount = amount + 1 WHERE village = $1 AND topic = 'redeemed'`, v)
		}, 0, "the count redeemed"},
		{"a report's count removed", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `DELETE FROM tally WHERE village = $1 AND topic = 'granted'`, v)
		}, 0, "is missing"},
		{"a report's count invented", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `INSERT INTO tally (village, month, topic, item, n, amount) VALUES ($1, 202601, 'earned', 'council', 1, 5)`, v)
		}, 0, "of 2026-01"},
		{"goods that cost nothing", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE item SET cost = cost - 1 WHERE village = $1`, v)
		}, 0, "its goods cost 3999"},
		{"a closed month that earned more", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE book_close SET points = points + 1 WHERE village = $1`, v)
		}, 6, "begins the close of 2026-08"},
		{"a closed month of other lines", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE book_close SET last_no = 40 WHERE village = $1`, v)
		}, 0, "names lines 6 to 40"},
		{"a close removed", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `DELETE FROM book_close WHERE village = $1`, v)
		}, 0, "newest closed month"},
		{"a number handed out twice", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE book SET last_no = last_no - 1 WHERE village = $1`, v)
		}, 0, "counts 12 lines"},
		{"the book's time", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `UPDATE book SET last_ms = last_ms - 1 WHERE village = $1`, v)
		}, 0, "time"},
		{"the book removed", func(ctx context.Context, tx *store.Tx, v core.Area) (int64, error) {
			return tx.Exec(ctx, `DELETE FROM book WHERE village = $1`, v)
		}, 0, "no book"},
	}
}

// Everything somebody with the database's password could do to a book by hand is found, and named by its line.
func TestVerifyFindsTampering(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	for _, c := range slices.Concat(withLines(), withOrder(), withSums()) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := lived(t, b)
			if err := v.tx(func(ctx context.Context, tx *store.Tx) error {
				n, err := c.tamper(ctx, tx, v.village)
				if n == 0 && err == nil {
					t.Error("nothing was touched")
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			report, err := ledger.VerifyVillage(context.Background(), v.st, v.village, nil)
			switch {
			case err != nil:
				t.Fatal(err)
			case report.Fault == nil:
				t.Fatal("it was not found")
			case report.Fault.No != c.no || !strings.Contains(report.Fault.What, c.what):
				t.Errorf("found %v; want line %d: … %s …", report.Fault, c.no, c.what)
			}
		})
	}
}

// All villages are read in their order, and the first that is wrong ends it.
func TestVerifyStopsAtTheFirstVillageAtFault(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	villages := []*bench{lived(t, b), lived(t, b), lived(t, b)}
	var seen []core.Area
	report, err := ledger.Verify(context.Background(), b.st, nil, func(p ledger.Progress) { seen = append(seen, p.Village) })
	if err != nil || report.Fault != nil || report.Villages != 3 || report.Lines != 39 || report.Reversals != 9 || len(seen) != 3 {
		t.Fatalf("report %+v, %v, %v", report, seen, err)
	}
	last := seen[2]
	for _, v := range villages {
		if v.village == last {
			if err := v.tx(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE line SET amount = 7 WHERE village = $1 AND no = 4`, last)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	report, err = ledger.Verify(context.Background(), b.st, nil, nil)
	if err != nil || report.Fault == nil || report.Fault.Village != last || report.Fault.No != 4 || report.Villages != 3 {
		t.Fatalf("report %+v, %v", report, err)
	}
	if got := report.Fault.String(); !strings.HasPrefix(got, "village "+last.String()+", line 4: ") {
		t.Errorf("said %q", got)
	}
}
