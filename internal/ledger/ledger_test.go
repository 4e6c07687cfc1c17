package ledger_test

import (
	"context"
	"sync/atomic"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// bench is a village with a book and some households.
type bench struct {
	st         *store.Store
	clock      *storetest.Clock
	ids        *core.IDs
	village    core.Area
	households []core.ID
	turn       atomic.Int64
}

func newBench(t testing.TB, households int) *bench {
	t.Helper()
	clock := storetest.NewClock(20260908)
	return another(t, &bench{st: storetest.Open(t), clock: clock, ids: core.NewIDs(clock)}, households)
}

// failer is what a test and a property have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// another is a fresh village in the same database.
func another(t failer, b *bench, households int) *bench {
	t.Helper()
	n := &bench{st: b.st, clock: storetest.NewClock(20260908), ids: b.ids, village: storetest.Village()}
	err := b.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		n.households = n.households[:0]
		for i := range households {
			id := b.ids.Next()
			n.households = append(n.households, id)
			if _, err := tx.Exec(ctx, `INSERT INTO household (village, id, grp, number, head, pinyin, initials, sort, cadre,
				members, state, version, created_ms, changed_ms) VALUES ($1, $2, 0, $3, '王建国', '', '', '', 0, 0, 'active', 1, 0, 0)`,
				n.village, id, i+1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("make households: %v", err)
	}
	return n
}

func (b *bench) stamp() ledger.Stamp {
	return ledger.Stamp{Village: b.village, NowMs: b.clock.Now(), Actor: 7}
}

// tx runs a command and gives its error. Commands take both ways in turn: in a transaction of their own, and with others
// of the village in one, where the book is kept in memory. Nothing but the time it takes may tell them apart.
func (b *bench) tx(fn func(ctx context.Context, tx *store.Tx) error) error {
	if b.turn.Add(1)%2 == 0 {
		return b.st.Tx(context.Background(), fn)
	}
	return b.st.TxAt(context.Background(), b.village, fn, ledger.Ahead(b.village, earned(b.households[0], 1))...)
}

// post runs a posting as a command of its own.
func (b *bench) post(entries ...ledger.Entry) (first int64, lines []ledger.Line, err error) {
	err = b.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		first, lines, err = ledger.Post(ctx, tx, b.stamp(), entries...)
		return err
	})
	return first, lines, err
}

func (b *bench) mustPost(t failer, entries ...ledger.Entry) []ledger.Line {
	t.Helper()
	_, lines, err := b.post(entries...)
	if err != nil {
		t.Fatalf("post: %v", err)
	}
	return lines
}

func (b *bench) reverse(no int64, reason string) (l ledger.Line, err error) {
	err = b.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		l, err = ledger.Reverse(ctx, tx, b.stamp(), no, reason)
		return err
	})
	return l, err
}

func (b *bench) open(t failer, points core.Points) int {
	t.Helper()
	var n int
	err := b.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = ledger.OpenHouseholds(ctx, tx, b.stamp(), points, b.households...)
		return err
	})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return n
}

func (b *bench) balance(t failer, account ledger.Account, owner core.ID) int64 {
	t.Helper()
	var balance int64
	err := b.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		balance, err = ledger.Balance(ctx, tx, b.village, account, owner)
		return err
	})
	if err != nil {
		t.Fatalf("balance: %v", err)
	}
	return balance
}

// mustVerify wants a book without a fault and gives the number of its lines.
func (b *bench) mustVerify(t failer) int64 {
	t.Helper()
	report, err := ledger.VerifyVillage(context.Background(), b.st, b.village, nil)
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	if report.Fault != nil {
		t.Fatalf("verify: %v", report.Fault)
	}
	return report.Lines
}

func wantCode(t failer, err error, code string) {
	t.Helper()
	if err == nil || errs.CodeOf(err) != code {
		t.Fatalf("error %v, want %s", err, code)
	}
}

func earned(household core.ID, points int64) ledger.Entry {
	return ledger.Entry{Kind: ledger.Earned, Category: "council", Owner: household, Amount: points, Ref: 11, MemoZh: "按时参加群众会", MemoEn: "Meeting"}
}

func deducted(household core.ID, points int64) ledger.Entry {
	return ledger.Entry{Kind: ledger.Deducted, Category: "deduction", Owner: household, Amount: points, Ref: 12, MemoZh: "乱倒垃圾"}
}

func redeemed(household core.ID, points int64) ledger.Entry {
	return ledger.Entry{Kind: ledger.Redeemed, Owner: household, Amount: points, Ref: 13, MemoZh: "酱油 1 瓶"}
}

// money of the shop, without goods: Verify compares the stock with them, so tests of points leave the stock alone.
func granted(fen int64) ledger.Entry {
	return ledger.Entry{Kind: ledger.Granted, Amount: fen, Ref: 14, MemoZh: "县里拨款"}
}

func goodsIn(fen int64) ledger.Entry {
	return ledger.Entry{Kind: ledger.GoodsIn, Amount: fen, Ref: 15, MemoZh: "进货"}
}

func goodsOut(fen int64) ledger.Entry {
	return ledger.Entry{Kind: ledger.GoodsOut, Amount: fen, Ref: 13, MemoZh: "酱油 1 瓶"}
}

// setGoods makes the shop's goods cost what the book says of its stock.
func (b *bench) setGoods(t failer, fen int64) {
	t.Helper()
	err := b.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO item (village, id, name, sort, unit, price, qty, cost, low, photo, state, version, created_ms,
			changed_ms) VALUES ($1, 1, '酱油', '', '瓶', 10, 1, $2, 0, 0, 'active', 1, 0, 0)
			ON CONFLICT (village, id) DO UPDATE SET cost = excluded.cost`, b.village, fen)
		return err
	})
	if err != nil {
		t.Fatalf("goods: %v", err)
	}
}
