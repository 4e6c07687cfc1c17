package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

var errRefused = errs.New(errs.Conflict, "test.refused")

func bump(ctx context.Context, tx *store.Tx, village core.Area) (int64, error) {
	var n int64
	err := tx.Row(ctx, `INSERT INTO tally (village, month, topic, item, n, amount) VALUES ($1, 202609, 'test', '', 1, 0)
		ON CONFLICT (village, month, topic, item) DO UPDATE SET n = tally.n + 1 RETURNING n`, village).Scan(&n)
	return n, err
}

func count(t *testing.T, st *store.Store, village core.Area) int64 {
	t.Helper()
	var n int64
	err := st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		err := tx.Row(ctx, `SELECT n FROM tally WHERE village = $1 AND topic = 'test'`, village).Scan(&n)
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCommandsOfAGroupSucceedAndFailAlone(t *testing.T) {
	t.Parallel()
	st, village := storetest.Open(t), storetest.Village()
	const callers = 90
	var wg sync.WaitGroup
	got := make([]error, callers)
	for i := range callers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			got[i] = st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
				if _, err := bump(ctx, tx, village); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return errRefused
				case 2:
					panic("a command that panics")
				}
				return nil
			})
		}()
	}
	wg.Wait()
	for i, err := range got {
		switch i % 3 {
		case 0:
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		case 1:
			if !errors.Is(err, errRefused) {
				t.Errorf("caller %d: got %v, want its own refusal", i, err)
			}
		case 2:
			if err == nil || errs.KindOf(err) != errs.Internal {
				t.Errorf("caller %d: got %v, want an internal error", i, err)
			}
		}
	}
	if n := count(t, st, village); n != callers/3 {
		t.Errorf("%d writes are there, want %d", n, callers/3)
	}
}

func TestAStatementThatFailsTakesBackOnlyItsCommand(t *testing.T) {
	t.Parallel()
	st, village := storetest.Open(t), storetest.Village()
	ctx := context.Background()
	insert := func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO tally (village, month, topic, item, n, amount) VALUES ($1, 0, 'test', '', 1, 0)`, village)
		return err
	}
	if err := st.Tx(ctx, insert); err != nil {
		t.Fatal(err)
	}
	if err := st.Tx(ctx, insert); err == nil || errs.CodeOf(err) != "store.duplicate" {
		t.Errorf("got %v, want store.duplicate", err)
	}
	if n := count(t, st, village); n != 1 {
		t.Errorf("n = %d, want 1", n)
	}
}

func TestViewCannotWrite(t *testing.T) {
	t.Parallel()
	st, village := storetest.Open(t), storetest.Village()
	err := st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := bump(ctx, tx, village)
		return err
	})
	if err == nil || errs.CodeOf(err) != "store.read_only" {
		t.Errorf("got %v, want store.read_only", err)
	}
	if n := count(t, st, village); n != 0 {
		t.Errorf("n = %d, want 0", n)
	}
}

func TestAViewSeesOneMoment(t *testing.T) {
	t.Parallel()
	st, village := storetest.Open(t), storetest.Village()
	err := st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		read := func() (n int64) {
			if err := tx.Row(ctx, `SELECT count(*) FROM tally WHERE village = $1`, village).Scan(&n); err != nil {
				t.Error(err)
			}
			return n
		}
		before := read()
		if err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error { _, err := bump(ctx, tx, village); return err }); err != nil {
			return err
		}
		if after := read(); after != before {
			t.Errorf("the view changed from %d to %d rows while it was open", before, after)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestATxInsideATxIsRefusedNotDeadlocked(t *testing.T) {
	t.Parallel()
	st := storetest.Open(t)
	err := st.Tx(context.Background(), func(ctx context.Context, _ *store.Tx) error {
		return st.Tx(ctx, func(context.Context, *store.Tx) error { return nil })
	})
	if err == nil {
		t.Fatal("a nested Tx was accepted")
	}
}

func TestACallerWhoIsGoneIsNotServed(t *testing.T) {
	t.Parallel()
	st, village := storetest.Open(t), storetest.Village()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error { _, err := bump(ctx, tx, village); return err })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if n := count(t, st, village); n != 0 {
		t.Errorf("n = %d, want 0", n)
	}
}

func TestCloseFinishesWhatItAccepted(t *testing.T) {
	t.Parallel()
	address, village := storetest.URL(t), storetest.Village()
	st := storetest.OpenURL(t, address)
	started := make(chan struct{})
	finish := make(chan struct{})
	answer := make(chan error, 1)
	go func() {
		answer <- st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			close(started)
			<-finish
			_, err := bump(ctx, tx, village)
			return err
		})
	}()
	<-started
	closed := make(chan error, 1)
	go func() { closed <- st.Close() }()
	close(finish)
	if err := <-answer; err != nil {
		t.Errorf("the command that was running: %v", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
	if n := count(t, storetest.OpenURL(t, address), village); n != 1 {
		t.Errorf("n = %d after reopening, want 1", n)
	}
}

func TestTypesSurviveBothDrivers(t *testing.T) {
	t.Parallel()
	st, village := storetest.Open(t), storetest.Village()
	ctx := context.Background()
	ids := core.NewIDs(core.SystemClock{})
	id := ids.Next()
	err := st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO card (village, id, household, token_hash, code, pin_hash, pin_fails, locked_until_ms, state, issued_ms, revoked_ms, reason)
			VALUES ($1, $2, $3, $4, $5, '', 0, 0, '', $6, $7, '')`, village, id, id, []byte(nil), "王·👵", core.Day(20260908), true)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		var gotVillage core.Area
		var gotID core.ID
		var hash []byte
		var code string
		var day core.Day
		var flag bool
		if err := tx.Row(ctx, `SELECT village, id, token_hash, code, issued_ms, revoked_ms FROM card WHERE village = $1`, village).
			Scan(&gotVillage, &gotID, &hash, &code, &day, store.Bool(&flag)); err != nil {
			return err
		}
		if gotVillage != village || gotID != id || len(hash) != 0 || code != "王·👵" || day != 20260908 || !flag {
			t.Errorf("got %v %v %v %q %v %v", gotVillage, gotID, hash, code, day, flag)
		}
		err := tx.Row(ctx, `SELECT id FROM card WHERE village = $1 AND id = $2`, village, id+1).Scan(&gotID)
		if !errors.Is(err, store.ErrNone) {
			t.Errorf("got %v, want ErrNone", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNoStatementWhileRowsAreRead(t *testing.T) {
	t.Parallel()
	st, village := storetest.Open(t), storetest.Village()
	nested := func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, `SELECT 1 UNION SELECT 2`, func(store.Row) error {
			_, err := bump(ctx, tx, village)
			return err
		})
	}
	if err := st.Tx(context.Background(), nested); err == nil {
		t.Error("a statement ran on a connection that was busy with rows")
	}
	if err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error { _, err := bump(ctx, tx, village); return err }); err != nil {
		t.Errorf("the next command: %v", err)
	}
}

// TestManyAddsToOneRowAgainAndAgain holds because rows that meet in one statement are an error of PostgreSQL's.
func TestManyAddsToOneRowAgainAndAgain(t *testing.T) {
	t.Parallel()
	st, village := storetest.Open(t), storetest.Village()
	for _, rows := range []int64{40, 7} { // each row once, then each of seven many times
		err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			return tx.Many(ctx, `INSERT INTO tally (village, month, topic, item, n, amount) VALUES ($1, $2, $3, $4, $5, 0)
				ON CONFLICT (village, month, topic, item) DO UPDATE SET n = tally.n + excluded.n`, 40,
				func(i int) []any { return []any{village, 0, "again", fmt.Sprint(int64(i) % rows), 1} })
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var first, last, sum int64
	err := st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT MAX(n), MIN(n), CAST(SUM(n) AS BIGINT) FROM tally WHERE village = $1`, village).Scan(&first, &last, &sum)
	})
	if err != nil || first != 7 || last != 1 || sum != 80 {
		t.Errorf("most %d, least %d, sum %d, %v", first, last, sum, err)
	}
}

func TestManyRunsEachOnce(t *testing.T) {
	t.Parallel()
	st, village := storetest.Open(t), storetest.Village()
	const n = 1201
	err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Many(ctx, `INSERT INTO tally (village, month, topic, item, n, amount) VALUES ($1, 0, 'many', $2, $3, 0)`, n,
			func(i int) []any { return []any{village, fmt.Sprint(i), i} })
	})
	if err != nil {
		t.Fatal(err)
	}
	var rows, sum int64
	err = st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT count(*), CAST(sum(n) AS BIGINT) FROM tally WHERE village = $1`, village).Scan(&rows, &sum)
	})
	if err != nil || rows != n || sum != n*(n-1)/2 {
		t.Errorf("rows %d, sum %d, %v", rows, sum, err)
	}
}

func TestOnceAnswersTheSameIntentOnce(t *testing.T) {
	t.Parallel()
	st, village := storetest.Open(t), storetest.Village()
	by := core.Actor{Intent: core.Intent{Key: "k1", Hash: [32]byte{1}}}
	send := func(by core.Actor) (n int64, err error) {
		err = st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			n, err = store.Once(ctx, tx, by, village, 1, func() (int64, error) { return bump(ctx, tx, village) })
			return err
		})
		return n, err
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if n, err := send(by); err != nil || n != 1 {
				t.Errorf("got %d, %v; want the first answer, 1", n, err)
			}
		}()
	}
	wg.Wait()
	if n := count(t, st, village); n != 1 {
		t.Errorf("the command ran %d times", n)
	}
	other := by
	other.Intent.Hash = [32]byte{2}
	if _, err := send(other); err == nil || errs.CodeOf(err) != "store.key_reused" {
		t.Errorf("another body under the same key: got %v, want store.key_reused", err)
	}
	if n, err := send(core.Actor{}); err != nil || n != 2 {
		t.Errorf("without a key: got %d, %v", n, err)
	}
}

func TestMigrateIsRepeatableAndRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	st := storetest.Open(t)
	ctx := context.Background()
	if n, err := st.Migrate(ctx, 0); err != nil || n != 0 {
		t.Errorf("a second migration ran %d scripts: %v", n, err)
	}
	newer := func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO schema_version (version, name, sum, applied_ms) VALUES (9999, 'future', 'x', 0)`)
		return err
	}
	if err := st.Tx(ctx, newer); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Migrate(ctx, 0); err == nil || errs.CodeOf(err) != "store.schema_newer" {
		t.Errorf("a newer schema: got %v, want store.schema_newer", err)
	}
}

func TestOpenExplainsABadAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "mysql://x", "sqlite:", "postgres://secret-password@127.0.0.1:1/x?connect_timeout=1"} {
		st, err := store.Open(context.Background(), address, store.Options{})
		if err == nil {
			_ = st.Close()
			t.Errorf("%q was accepted", address)
		}
	}
}

// A refusal may rest on what an earlier command of the group wrote, so it is not given when that is not kept.
func TestARefusalIsNotGivenWithoutTheCommit(t *testing.T) {
	t.Parallel()
	st := storetest.Open(t)
	if st.Engine() != "sqlite" {
		return // a command that ends the shared transaction is found out otherwise there
	}
	ctx, holds := context.Background(), make(chan struct{})
	var coming, all sync.WaitGroup
	coming.Add(2)
	all.Go(func() {
		_ = st.Tx(ctx, func(context.Context, *store.Tx) error { // the others gather behind it
			close(holds)
			coming.Wait()
			return nil
		})
	})
	<-holds
	before := st.Stats().Commits
	all.Go(func() {
		coming.Done()
		err := st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `ROLLBACK`) // leaves nothing to commit
			return err
		})
		if err == nil {
			t.Error("a command without a commit is answered as done")
		}
	})
	all.Go(func() {
		coming.Done()
		if err := st.Tx(ctx, func(context.Context, *store.Tx) error { return errRefused }); err == nil {
			t.Error("a refusal is answered as done")
		} else if errors.Is(err, errRefused) && st.Stats().Commits != before+2 { // one was the holder's
			t.Error("a refusal is given without a commit")
		}
	})
	all.Wait()
}
