package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

const countUp = `INSERT INTO tally (village, month, topic, item, n, amount) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (village, month, topic, item) DO UPDATE SET n = tally.n + excluded.n, amount = tally.amount + excluded.amount`

const insertRow = `INSERT INTO tally (village, month, topic, item, n, amount) VALUES ($1, 0, $2, $3, 0, 0)`

// Commands of a few villages from two processes at once: each writes a row and counts, some fail after that, some panic,
// some meet a row that is there. Whoever was answered without an error is there whole, the others not at all.
func TestVillagesCommandsStandOrFallAlone(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	stores := []*store.Store{storetest.OpenURL(t, url), storetest.OpenURL(t, url)}
	villages := []core.Area{storetest.Village(), storetest.Village(), storetest.Village()}
	refused := errors.New("refused")
	ctx := context.Background()
	const callers, rounds = 24, 6
	var mu sync.Mutex
	answered := map[core.Area]int64{}
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for r := range rounds {
				v := villages[(c+r)%len(villages)]
				err := stores[c%2].TxAt(ctx, v, func(ctx context.Context, tx *store.Tx) error {
					row := fmt.Sprintf("%d-%d", c, r)
					if (c+r)%7 == 3 {
						row = "the same"
					}
					if err := tx.Later(ctx, insertRow, v, "row", row); err != nil {
						return err
					}
					if err := tx.Count(ctx, countUp, 4, v, 0, "count", "", int64(1), int64(2)); err != nil {
						return err
					}
					switch (c + r) % 11 {
					case 4:
						return refused
					case 9:
						panic("a command that panics")
					}
					return nil
				})
				mu.Lock()
				if err == nil {
					answered[v]++
				} else if (c+r)%7 != 3 && (c+r)%11 != 4 && (c+r)%11 != 9 {
					t.Errorf("caller %d, round %d: %v", c, r, err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, v := range villages {
		var rows, n, amount int64
		err := stores[0].View(ctx, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.Row(ctx, `SELECT COUNT(*) FROM tally WHERE village = $1 AND topic = 'row'`, v).Scan(&rows); err != nil {
				return err
			}
			return tx.Row(ctx, `SELECT n, amount FROM tally WHERE village = $1 AND topic = 'count'`, v).Scan(&n, &amount)
		})
		if err != nil || rows != answered[v] || n != answered[v] || amount != 2*answered[v] {
			t.Errorf("village %s: %d rows, count %d and %d after %d answers, %v", v, rows, n, amount, answered[v], err)
		}
	}
}

// What a command wrote is there when it looks, however late it is sent.
func TestACommandSeesWhatItWroteLater(t *testing.T) {
	t.Parallel()
	st, v := storetest.Open(t), storetest.Village()
	err := st.TxAt(context.Background(), v, func(ctx context.Context, tx *store.Tx) error {
		for range 3 {
			if err := tx.Count(ctx, countUp, 4, v, 0, "count", "", int64(1), int64(2)); err != nil {
				return err
			}
		}
		var n, none int64
		queries := []store.Query{
			{SQL: `SELECT n FROM tally WHERE village = $1 AND topic = 'count'`, Args: []any{v}, Dest: []any{&n}},
			{SQL: `SELECT n FROM tally WHERE village = $1 AND topic = 'none'`, Args: []any{v}, Dest: []any{&none}},
		}
		if err := tx.Batch(ctx, queries); err != nil {
			return err
		}
		if n != 3 || queries[0].None || !queries[1].None {
			t.Errorf("n %d, none %v and %v", n, queries[0].None, queries[1].None)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// The same wish twice in one group has one effect and one answer.
func TestOneWishTwiceAtOnceHasOneAnswer(t *testing.T) {
	t.Parallel()
	st, v := storetest.Open(t), storetest.Village()
	by := core.Actor{Intent: core.Intent{Key: "0192f3a0-7c1e-7d2a-9b3c-000000000001"}}
	var mu sync.Mutex
	effects := 0
	answers := map[int]bool{}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			var answer int
			err := st.TxAt(context.Background(), v, func(ctx context.Context, tx *store.Tx) (err error) {
				answer, err = store.Once(ctx, tx, by, v, 0, func() (int, error) {
					mu.Lock()
					defer mu.Unlock()
					effects++
					return effects, tx.Count(ctx, countUp, 4, v, 0, "wish", "", int64(1), int64(0))
				})
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			answers[answer] = true
		})
	}
	wg.Wait()
	var n int64
	err := st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT n FROM tally WHERE village = $1 AND topic = 'wish'`, v).Scan(&n)
	})
	if err != nil || n != 1 || len(answers) != 1 {
		t.Errorf("%d effects, answers %v, %v", n, answers, err)
	}
}

// A wish that is answered beside the lane, while a group has the same wish under way, has one effect: the group finds
// that out when a later command looks, and no command before it may stay.
func TestAWishAnsweredBesideTheLaneHasOneEffect(t *testing.T) {
	t.Parallel()
	st, ok := onPostgres(t)
	if !ok {
		return // SQLite has one writer and no beside
	}
	ctx, v := context.Background(), storetest.Village()
	by := core.Actor{Intent: core.Intent{Key: "0192f3a0-7c1e-7d2a-9b3c-000000000002"}}
	wish := func(ctx context.Context, tx *store.Tx, beside func()) error {
		_, err := store.Once(ctx, tx, by, v, 0, func() (int, error) {
			beside()
			return 1, tx.Count(ctx, countUp, 4, v, 0, "wish", "", int64(1), int64(0))
		})
		return err
	}
	var first sync.Once
	beside := func() {
		first.Do(func() {
			err := st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error { return wish(ctx, tx, func() {}) })
			if err != nil {
				t.Error(err)
			}
		})
	}
	const callers = 8
	var coming, all sync.WaitGroup
	coming.Add(callers)
	holds := make(chan struct{})
	all.Go(func() {
		err := st.TxAt(ctx, v, func(context.Context, *store.Tx) error { // the others gather behind it
			close(holds)
			coming.Wait()
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-holds
	for range callers {
		all.Go(func() {
			coming.Done()
			err := st.TxAt(ctx, v, func(ctx context.Context, tx *store.Tx) error { return wish(ctx, tx, beside) })
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	var n int64
	err := st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT n FROM tally WHERE village = $1 AND topic = 'wish'`, v).Scan(&n)
	})
	if err != nil || n != 1 {
		t.Errorf("the wish had %d effects, %v", n, err)
	}
}
