package app

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"qunyan/internal/core"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// Of many processes that look at the same time one runs the job, and the next time is not before it is due.
func TestAJobRunsInOneProcess(t *testing.T) {
	t.Parallel()
	clock, st := storetest.NewClock(20260908), storetest.Open(t)
	var ran atomic.Int64
	work := job{"count", time.Hour, func(context.Context) (int64, error) { return ran.Add(1), nil }}
	look := func() {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				a := &App{cfg: Config{Clock: clock}, log: quiet(), store: st}
				a.runDue(context.Background(), work, string(rune('a'+i)))
			})
		}
		wg.Wait()
	}
	for _, step := range []struct {
		after time.Duration
		want  int64
	}{{0, 1}, {time.Minute, 1}, {58 * time.Minute, 1}, {time.Minute, 2}, {3 * time.Hour, 3}} {
		clock.Advance(step.after.Milliseconds())
		look()
		if got := ran.Load(); got != step.want {
			t.Fatalf("after %v more: ran %d times, want %d", step.after, got, step.want)
		}
	}
}

func TestAnswersAreForgottenAfterThirtyDays(t *testing.T) {
	t.Parallel()
	clock, st := storetest.NewClock(20260908), storetest.Open(t)
	a := &App{cfg: Config{Clock: clock}, log: quiet(), store: st}
	village := storetest.Village()
	remember := func(key string) {
		by := core.Actor{Intent: core.Intent{Key: key}}
		err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			_, err := store.Once(ctx, tx, by, village, clock.Now(), func() (int, error) { return 1, nil })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	remember("old")
	clock.SetDay(20261008)
	remember("new")
	if n, err := a.purgeIntents(context.Background()); err != nil || n != 0 {
		t.Fatalf("after thirty days to the minute: purged %d, %v", n, err)
	}
	clock.Advance(1)
	if n, err := a.purgeIntents(context.Background()); err != nil || n != 1 {
		t.Fatalf("a moment later: purged %d, %v", n, err)
	}
}

func TestAFailingJobComesRoundAgain(t *testing.T) {
	t.Parallel()
	clock, st := storetest.NewClock(20260908), storetest.Open(t)
	a := &App{cfg: Config{Clock: clock}, log: quiet(), store: st}
	tries := 0
	work := job{"fail", time.Minute, func(context.Context) (int64, error) { tries++; return 0, io.ErrUnexpectedEOF }}
	for range 3 {
		a.runDue(context.Background(), work, "me")
		clock.Advance(time.Minute.Milliseconds())
	}
	if tries != 3 {
		t.Errorf("tried %d times", tries)
	}
}
