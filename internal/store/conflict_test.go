package store_test

import (
	"context"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// onPostgres gives a store on PostgreSQL, where commands run beside each other and can get in each other's way; on
// SQLite they run one after the other, and there is nothing to try.
func onPostgres(t *testing.T) (st *store.Store, ok bool) {
	st = storetest.Open(t)
	return st, st.Engine() == "postgres"
}

const raise = `UPDATE tally SET n = n + 1 WHERE village = $1 AND topic = 'test'`

// Two commands that each hold what the other wants: the engine ends one, and the store runs it again.
func TestADeadlockReachesNoCaller(t *testing.T) {
	t.Parallel()
	st, ok := onPostgres(t)
	if !ok {
		return
	}
	villages := []core.Area{storetest.Village(), storetest.Village()}
	for _, v := range villages {
		if err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error { _, err := bump(ctx, tx, v); return err }); err != nil {
			t.Fatal(err)
		}
	}
	var holding, working sync.WaitGroup
	holding.Add(2)
	for i := range 2 {
		working.Go(func() {
			first := true
			err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.Exec(ctx, raise, villages[i]); err != nil {
					return err
				}
				if first {
					first = false
					holding.Done()
					holding.Wait()
				}
				_, err := tx.Exec(ctx, raise, villages[1-i])
				return err
			})
			if err != nil {
				t.Errorf("command %d: %v", i, err)
			}
		})
	}
	working.Wait()
	for _, v := range villages {
		if n := count(t, st, v); n != 3 {
			t.Errorf("the row was raised to %d, want 3", n)
		}
	}
	if st.Stats().Retries == 0 {
		t.Error("nothing had to be run again, so nothing was tried")
	}
}

// A command that has read what another changes meanwhile fails to serialize, and is run again on what is there now.
func TestASerializationFailureReachesNoCaller(t *testing.T) {
	t.Parallel()
	st, ok := onPostgres(t)
	if !ok {
		return
	}
	village := storetest.Village()
	raiseIt := func() error {
		return st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error { _, err := bump(ctx, tx, village); return err })
	}
	if err := raiseIt(); err != nil {
		t.Fatal(err)
	}
	runs := 0
	err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		runs++
		if _, err := tx.Exec(ctx, `SET TRANSACTION ISOLATION LEVEL SERIALIZABLE`); err != nil {
			return err
		}
		var n int64
		if err := tx.Row(ctx, `SELECT n FROM tally WHERE village = $1 AND topic = 'test'`, village).Scan(&n); err != nil {
			return err
		}
		if runs == 1 {
			if err := raiseIt(); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE tally SET n = $1 WHERE village = $2 AND topic = 'test'`, n+10, village)
		return err
	})
	if n := count(t, st, village); err != nil || runs != 2 || n != 12 {
		t.Errorf("%d runs left %d, want 2 and 12: %v", runs, n, err)
	}
}
