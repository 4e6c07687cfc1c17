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

func keptCount() *store.Kept {
	return &store.Kept{
		Read: `SELECT n, amount FROM tally WHERE village = $1 AND month = 0 AND topic = $2 AND item = ''`,
		Write: `INSERT INTO tally (village, month, topic, item, n, amount) VALUES ($1, 0, $2, '', $3, $4)
			ON CONFLICT (village, month, topic, item) DO UPDATE SET n = excluded.n, amount = excluded.amount`,
		Lock: true,
	}
}

// kept runs a command in a transaction that keeps rows; on SQLite there is none.
func kept(t *testing.T, run func(ctx context.Context, tx *store.Tx, v core.Area) error) {
	t.Helper()
	st, v := storetest.Open(t), storetest.Village()
	err := st.TxAt(context.Background(), v, func(ctx context.Context, tx *store.Tx) error {
		if tx.Keeps() != (st.Engine() == "postgres") {
			return fmt.Errorf("%s keeps rows: %v", st.Engine(), tx.Keeps())
		}
		if !tx.Keeps() {
			_, err := tx.Records(ctx, keptCount().Of(v, "count"))
			if err == nil {
				err = errors.New("rows were given that are not kept")
			} else {
				err = nil
			}
			return err
		}
		return run(ctx, tx, v)
	}, keptCount().Of(v, "count"), keptCount().Of(v, "other"))
	if err != nil {
		t.Error(err)
	}
}

func raiseKept(ctx context.Context, tx *store.Tx, v core.Area, topic string) error {
	rows, err := tx.Records(ctx, keptCount().Of(v, topic))
	if err != nil {
		return err
	}
	n, amount := rows[0].Number(0)+1, rows[0].Number(1)+10
	return tx.Change(rows[0], []any{n, amount}, v, topic, n, amount)
}

// What is in memory is written before a statement looks, and what a statement writes is not hidden by what was in memory.
func TestKeptRowsAndStatementsSeeEachOther(t *testing.T) {
	t.Parallel()
	kept(t, func(ctx context.Context, tx *store.Tx, v core.Area) error {
		for _, topic := range []string{"count", "other", "count", "unasked"} {
			if err := raiseKept(ctx, tx, v, topic); err != nil {
				return err
			}
		}
		var n, amount int64
		look := func(want string) error {
			err := tx.Row(ctx, `SELECT n, amount FROM tally WHERE village = $1 AND topic = 'count'`, v).Scan(&n, &amount)
			if got := fmt.Sprint(n, amount); err == nil && got != want {
				err = fmt.Errorf("read %s, want %s", got, want)
			}
			return err
		}
		if err := look("2 20"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE tally SET n = n + 100 WHERE village = $1`, v); err != nil {
			return err
		}
		if err := raiseKept(ctx, tx, v, "count"); err != nil {
			return err
		}
		if err := look("103 30"); err != nil {
			return err
		}
		if err := tx.Count(ctx, countUp, 4, v, 0, "count", "", int64(1000), int64(0)); err != nil {
			return err
		}
		if err := raiseKept(ctx, tx, v, "count"); err != nil {
			return err
		}
		return look("1104 40")
	})
}

// A question asked ahead is not answered from before a write of the same transaction.
func TestAnAnswerAskedAheadIsForgottenWhenItsTableIsWritten(t *testing.T) {
	t.Parallel()
	st, v := storetest.Open(t), storetest.Village()
	const question = `SELECT COUNT(*) FROM tally WHERE village = $1`
	err := st.TxAt(context.Background(), v, func(ctx context.Context, tx *store.Tx) error {
		for want := range int64(3) {
			var n int64
			if err := tx.Row(ctx, question, v).Scan(&n); err != nil || n != want {
				return fmt.Errorf("counted %d rows, want %d: %w", n, want, err)
			}
			if err := tx.Later(ctx, insertRow, v, "row", fmt.Sprint(want)); err != nil {
				return err
			}
		}
		return nil
	}, store.AskAhead(question, v))
	if err != nil {
		t.Error(err)
	}
}

// A glance is one question.
func TestAGlanceIsOneSelect(t *testing.T) {
	t.Parallel()
	st, v := storetest.Open(t), storetest.Village()
	err := st.Glance(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM tally WHERE village = $1`, v); err == nil {
			return errors.New("a glance wrote")
		}
		var n int64
		if err := tx.Row(ctx, `SELECT COUNT(*) FROM tally WHERE village = $1`, v).Scan(&n); err != nil {
			return err
		}
		if tx.Row(ctx, `SELECT COUNT(*) FROM tally WHERE village = $1`, v).Scan(&n) == nil {
			return errors.New("a glance asked twice")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Commands that keep two rows, which are locked by one statement, beside commands that raise the same rows in transactions
// of their own: no raise is lost.
func TestKeptRowsMeetTheLocksOfOthers(t *testing.T) {
	t.Parallel()
	st, ok := onPostgres(t)
	if !ok {
		return
	}
	ctx, v := context.Background(), storetest.Village()
	topics := []string{"count", "other"}
	for _, topic := range topics {
		if err := st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
			return tx.Count(ctx, countUp, 4, v, 0, topic, "", int64(0), int64(0))
		}); err != nil {
			t.Fatal(err)
		}
	}
	const callers, rounds = 12, 20
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for range rounds {
				run := func(ctx context.Context, tx *store.Tx) error {
					for _, topic := range topics {
						if err := raiseKept(ctx, tx, v, topic); err != nil {
							return err
						}
					}
					return nil
				}
				beside := func(ctx context.Context, tx *store.Tx) error {
					for _, topic := range topics {
						if _, err := tx.Exec(ctx, `UPDATE tally SET n = n + 1 WHERE village = $1 AND topic = $2`, v, topic); err != nil {
							return err
						}
					}
					return nil
				}
				var err error
				if c%3 == 0 {
					err = st.Tx(ctx, beside)
				} else {
					err = st.TxAt(ctx, v, run, keptCount().Of(v, "other"), keptCount().Of(v, "count"))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	var fewest, most int64
	err := st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT MIN(n), MAX(n) FROM tally WHERE village = $1`, v).Scan(&fewest, &most)
	})
	if err != nil || fewest != callers*rounds || most != callers*rounds {
		t.Errorf("raised to %d and %d, want %d: %v", fewest, most, callers*rounds, err)
	}
}
