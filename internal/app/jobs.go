package app

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

// job is something done now and then, by one of the processes that share a database.
type job struct {
	name  string
	every time.Duration
	run   func(ctx context.Context) (done int64, err error)
}

// intentsFor is how long an answer is kept for a request that is sent again: longer than a till stays offline.
const intentsFor = 30 * 24 * time.Hour

func (a *App) jobs() []job {
	return []job{
		{"purge-intents", time.Hour, a.purgeIntents},
		{"purge-sessions", time.Hour, a.Services.Access.PurgeSessions},
		{"sweep-photos", time.Hour, a.Services.Files.Sweep},
		{"finish-closings", time.Minute, a.Services.Claims.FinishClosings},
		{"seal-books", time.Hour, a.Services.Ledger.SealDue},
		{"seal-audit", time.Hour, a.sealAudit},
	}
}

const purgeIntentsSQL = `DELETE FROM intent WHERE at_ms < $1`

func (a *App) purgeIntents(ctx context.Context) (n int64, err error) {
	err = a.store.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = tx.Exec(ctx, purgeIntentsSQL, a.cfg.Clock.Now()-intentsFor.Milliseconds())
		return err
	})
	return n, err
}

func (a *App) sealAudit(ctx context.Context) (int64, error) {
	return audit.SealAll(ctx, a.store, a.keeper, a.cfg.Clock.Now())
}

// leaseSQL takes a job's lease if nobody has it. The lease lasts until the job is due again, so that it also keeps
// count of when the job last ran, whichever process ran it.
const leaseSQL = `INSERT INTO lease (job, holder, until_ms) VALUES ($1, $2, $3)
	ON CONFLICT (job) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms WHERE lease.until_ms <= $4`

// lease says whether this process may run a job now.
func lease(ctx context.Context, st *store.Store, clock core.Clock, name, holder string, every time.Duration) (mine bool, err error) {
	err = st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := clock.Now()
		n, err := tx.Exec(ctx, leaseSQL, name, holder, now+every.Milliseconds(), now)
		mine = n == 1
		return err
	})
	return mine, err
}

// runningJobs is the goroutine that looks after the jobs.
type runningJobs struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// lookEvery is how often a process looks whether a job is due.
const lookEvery = time.Minute

func (a *App) startJobs(ctx context.Context) *runningJobs {
	ctx, cancel := context.WithCancel(ctx)
	r := &runningJobs{cancel: cancel}
	holder := rand.Text()
	r.done.Go(func() {
		everyMinute(ctx, func() {
			for _, j := range a.jobs() {
				a.runDue(ctx, j, holder)
			}
		})
	})
	if a.cfg.BackupTo != "" { // beside the others: a large one takes its time
		r.done.Go(func() { everyMinute(ctx, func() { a.lookAfterBackups(ctx, holder) }) })
	}
	return r
}

// everyMinute looks at once and then again and again, until ctx ends.
func everyMinute(ctx context.Context, look func()) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		look()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// runDue runs one job if it is due. A failure is logged; the job comes round again.
func (a *App) runDue(ctx context.Context, j job, holder string) {
	mine, err := lease(ctx, a.store, a.cfg.Clock, j.name, holder, j.every)
	if err == nil && mine {
		var n int64
		if n, err = j.run(ctx); err == nil {
			a.log.Debug("job done", "job", j.name, "rows", n)
		}
	}
	if err != nil && ctx.Err() == nil {
		a.log.Warn("job failed", "job", j.name, "error", err)
	}
}

// stop waits for the job that is running.
func (r *runningJobs) stop() {
	r.cancel()
	r.done.Wait()
}
