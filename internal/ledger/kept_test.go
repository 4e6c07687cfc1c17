package ledger_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// crowded runs commands so that they come into the village's lane while another holds it up: they form a group.
func (b *bench) crowded(t *testing.T, commands ...func() error) []error {
	t.Helper()
	results := make([]error, len(commands))
	var coming, all sync.WaitGroup
	coming.Add(len(commands))
	holds := make(chan struct{})
	var once sync.Once
	all.Go(func() {
		err := b.st.TxAt(context.Background(), b.village, func(context.Context, *store.Tx) error {
			once.Do(func() { close(holds) })
			coming.Wait()
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-holds
	for i, run := range commands {
		all.Go(func() {
			coming.Done()
			results[i] = run()
		})
	}
	all.Wait()
	return results
}

// at runs a posting in the village's lane.
func (b *bench) at(ctx context.Context, entries ...ledger.Entry) error {
	return b.st.TxAt(ctx, b.village, func(ctx context.Context, tx *store.Tx) error {
		_, _, err := ledger.Post(ctx, tx, b.stamp(), entries...)
		return err
	}, ledger.Ahead(b.village, entries...)...)
}

// Who comes too late in a group is told what those before have left.
func TestAnOverdraftInAGroupIsRefusedWithWhatIsLeft(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2)
	h := b.households[0]
	b.mustPost(t, earned(h, 10))
	spend := func() error { return b.at(context.Background(), redeemed(h, 4)) }
	refused := 0
	for _, err := range b.crowded(t, spend, spend, spend, spend) {
		if err == nil {
			continue
		}
		refused++
		if e := errs.From(err); e.Code != "ledger.insufficient" || fmt.Sprint(e.Params["have"], e.Params["need"]) != "2 4" {
			t.Errorf("refused with %v: %v", err, e.Params)
		}
	}
	if left := b.balance(t, ledger.HouseholdSpendable, h); refused != 2 || left != 2 {
		t.Errorf("%d of 4 refused, %d points left", refused, left)
	}
	b.mustVerify(t)
}

// A command that fails behind its posting, among others that stand: its lines, its balances and its number are gone, in
// the others' eyes too.
func TestWhatAFailedCommandPostedIsForgotten(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	stands := func() error { return b.at(context.Background(), earned(h, 3)) }
	fails := func() error {
		err := b.st.TxAt(context.Background(), b.village, func(ctx context.Context, tx *store.Tx) error {
			if _, _, err := ledger.Post(ctx, tx, b.stamp(), earned(h, 1000)); err != nil {
				return err
			}
			return errUndone
		}, ledger.Ahead(b.village, earned(h, 1))...)
		if errs.CodeOf(err) != "test.undone" {
			return fmt.Errorf("a command that fails was answered %w", err)
		}
		return nil
	}
	for _, err := range b.crowded(t, stands, fails, stands, stands, fails, stands) {
		if err != nil {
			t.Error(err)
		}
	}
	if have := b.balance(t, ledger.HouseholdSpendable, h); have != 12 {
		t.Errorf("the household has %d points, want 12", have)
	}
	if n := b.mustVerify(t); n != 4 {
		t.Errorf("%d lines, want 4", n)
	}
}

// One command that reads and writes accounts past the memory, between two postings of the same transaction.
func TestAStatementPastTheMemorySeesIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	err := b.st.TxAt(context.Background(), b.village, func(ctx context.Context, tx *store.Tx) error {
		if _, _, err := ledger.Post(ctx, tx, b.stamp(), earned(h, 5)); err != nil {
			return err
		}
		all, err := ledger.AllBalances(ctx, tx, b.village)
		if err != nil || all[h].Spendable != 5 {
			return fmt.Errorf("read %v behind a posting: %w", all, err)
		}
		many := []ledger.Entry{earned(h, 1), earned(h, 1), earned(h, 1), earned(h, 1), earned(h, 1)} // are written past it
		if _, _, err := ledger.Post(ctx, tx, b.stamp(), many...); err != nil {
			return err
		}
		_, lines, err := ledger.Post(ctx, tx, b.stamp(), redeemed(h, 10))
		if err == nil && (lines[0].DebitAfter != 0 || lines[0].No != 7) {
			t.Errorf("line %d leaves %d", lines[0].No, lines[0].DebitAfter)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	b.mustVerify(t)
}

// Two processes, and in each of them both ways into the book.
func TestTwoProcessesPostInOneVillage(t *testing.T) {
	t.Parallel()
	if os.Getenv("TEST_DATABASE_URL") == "" {
		return // a SQLite file has one process that writes
	}
	address := storetest.URL(t)
	clock := storetest.NewClock(20260908)
	b := another(t, &bench{st: storetest.OpenURL(t, address), clock: clock, ids: core.NewIDs(clock)}, 3)
	processes := []*bench{b, {st: storetest.OpenURL(t, address), clock: clock, ids: b.ids, village: b.village, households: b.households}}
	const callers, rounds = 16, 12
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for r := range rounds {
				p := processes[c%2]
				h := b.households[(c+r)%3]
				if _, _, err := p.post(earned(h, 2)); err != nil {
					t.Errorf("caller %d, round %d: %v", c, r, err)
				}
				if _, _, err := p.post(redeemed(h, 1)); err != nil {
					t.Errorf("caller %d, round %d: %v", c, r, err)
				}
			}
		})
	}
	all.Wait()
	if n := b.mustVerify(t); n != 2*callers*rounds {
		t.Errorf("%d lines, want %d", n, 2*callers*rounds)
	}
}

// The server ends connections, in the middle of groups and of their commits. Whoever is told that nobody knows sends the
// same wish again; in the end each wish is in the book once.
func TestKilledConnectionsLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	server := os.Getenv("TEST_DATABASE_URL")
	if server == "" {
		return // SQLite has no connections to a server
	}
	u, err := url.Parse(storetest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("application_name", q.Get("search_path"))
	killer := storetest.OpenURL(t, u.String())
	u.RawQuery = q.Encode()
	clock := storetest.NewClock(20260908)
	b := another(t, &bench{st: storetest.OpenURL(t, u.String()), clock: clock, ids: core.NewIDs(clock)}, 4)
	const callers, rounds = 24, 20
	answered := make(chan struct{}, callers*rounds)
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for r := range rounds {
				by := core.Actor{Intent: core.Intent{Key: fmt.Sprintf("killed-%d-%d", c, r)}}
				err := b.wish(by, earned(b.households[c%4], 1))
				for errs.CodeOf(err) == "store.unavailable" {
					err = b.wish(by, earned(b.households[c%4], 1))
				}
				if err != nil {
					t.Error(err)
				}
				answered <- struct{}{}
			}
		})
	}
	for i := range callers * rounds {
		<-answered
		if i%16 != 15 {
			continue
		}
		err := killer.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			return tx.Rows(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1`,
				func(store.Row) error { return nil }, q.Get("search_path"))
		})
		if err != nil {
			t.Error(err)
		}
	}
	all.Wait()
	b.st = killer // whose connections are whole
	if n := b.mustVerify(t); n != callers*rounds {
		t.Errorf("%d lines for %d wishes", n, callers*rounds)
	}
}

// wish posts under a client's key; nil if it is done.
func (b *bench) wish(by core.Actor, entry ledger.Entry) error {
	return b.st.TxAt(context.Background(), b.village, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Once(ctx, tx, by, b.village, b.clock.Now(), func() (int64, error) {
			no, _, err := ledger.Post(ctx, tx, b.stamp(), entry)
			return no, err
		})
		return err
	}, append(ledger.Ahead(b.village, entry), store.OnceAhead(by, b.village))...)
}

// The same wish from many callers, in two processes, at the same moment.
func TestOneWishInTwoProcessesIsPostedOnce(t *testing.T) {
	t.Parallel()
	address := storetest.URL(t)
	clock := storetest.NewClock(20260908)
	b := another(t, &bench{st: storetest.OpenURL(t, address), clock: clock, ids: core.NewIDs(clock)}, 1)
	second := b
	if b.st.Engine() == "postgres" {
		second = &bench{st: storetest.OpenURL(t, address), clock: clock, ids: b.ids, village: b.village, households: b.households}
	}
	const rounds = 12
	for r := range rounds {
		by := core.Actor{Intent: core.Intent{Key: fmt.Sprintf("same-%d", r)}}
		one := func(p *bench) func() error { return func() error { return p.wish(by, earned(b.households[0], 1)) } }
		for _, err := range b.crowded(t, one(b), one(second), one(b), one(second), one(b)) {
			if err != nil {
				t.Error(err)
			}
		}
	}
	if n := b.mustVerify(t); n != rounds {
		t.Errorf("%d lines for %d wishes", n, rounds)
	}
}
