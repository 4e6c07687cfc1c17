package tally_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
	"qunyan/internal/tally"
)

func read(t *testing.T, st *store.Store, village core.Area, topic, item string) (n, amount int64) {
	t.Helper()
	err := st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT n, amount FROM tally WHERE village = $1 AND month = 202608 AND topic = $2 AND item = $3`,
			village, topic, item).Scan(&n, &amount)
	})
	if err != nil && !errors.Is(err, store.ErrNone) {
		t.Fatal(err)
	}
	return n, amount
}

func TestAddCountsUpAndDownFromManyWriters(t *testing.T) {
	t.Parallel()
	st, village := storetest.Open(t), storetest.Village()
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
				if err := tally.Add(ctx, tx, village, 202608, tally.Redeemed, "", 1, 22); err != nil {
					return err
				}
				return tally.Add(ctx, tx, village, 202608, tally.Claim, "approved", 2, -5)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n, amount := read(t, st, village, tally.Redeemed, ""); n != 16 || amount != 16*22 {
		t.Errorf("redeemed: n %d, amount %d", n, amount)
	}
	if n, amount := read(t, st, village, tally.Claim, "approved"); n != 32 || amount != -16*5 {
		t.Errorf("claims: n %d, amount %d", n, amount)
	}
	if n, _ := read(t, st, storetest.Village(), tally.Redeemed, ""); n != 0 {
		t.Errorf("another village's counter moved: %d", n)
	}
}

func TestACommandThatFailsCountsNothing(t *testing.T) {
	t.Parallel()
	st, village := storetest.Open(t), storetest.Village()
	failure := errors.New("no")
	err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		if err := tally.Add(ctx, tx, village, 202608, tally.Redeemed, "", 1, 1); err != nil {
			return err
		}
		return failure
	})
	if !errors.Is(err, failure) {
		t.Fatalf("got %v", err)
	}
	if n, _ := read(t, st, village, tally.Redeemed, ""); n != 0 {
		t.Errorf("counted %d", n)
	}
}
