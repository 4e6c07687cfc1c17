package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"qunyan/internal/errs"
)

const (
	pgTries      = 10                     // runs of one command before the caller is told to try later
	pgPauseMost  = 400 * time.Millisecond // longest pause between two runs
	pgPauseFirst = 2 * time.Millisecond
	pgBatch      = 500 // statements sent together

	pgConnectWithin = 5 * time.Second  // for each host, if the address does not say
	pgSilentMost    = 20 * time.Second // before a server that confirms nothing counts as gone
	pgKeepAlive     = 5 * time.Second  // between two looks at a server that has nothing to say; three are enough
	pgLanesMost     = 8
	pgGroupMost     = 64
	pgQueue         = 1024
)

// dialer notices when the server's machine is gone. Such a machine sends nothing that would end a connection, and
// without this every connection of the pool would wait a quarter of an hour for it, whatever server has taken over.
func dialer() *net.Dialer {
	return &net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: pgKeepAlive, Interval: pgKeepAlive, Count: 3},
		Control:         endUnanswered,
	}
}

type postgresDB struct {
	pool    *pgxpool.Pool
	counted *counters
	lanes   []*lane
	spread  bool // over the machines of a Citus cluster
}

func openPostgres(ctx context.Context, url string, opt Options, counted *counters) (*postgresDB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the address of the database cannot be read") // pgx's own text would show the password
	}
	if !strings.Contains(url, "pool_max_conns") {
		cfg.MaxConns = int32(or(opt.Readers, max(16, 4*runtime.NumCPU())))
	}
	for name, value := range map[string]string{"lock_timeout": "20s", "idle_in_transaction_session_timeout": "120s", "application_name": "qunyan"} {
		if cfg.ConnConfig.RuntimeParams[name] == "" {
			cfg.ConnConfig.RuntimeParams[name] = value
		}
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = pgConnectWithin
	}
	cfg.ConnConfig.DialFunc = dialer().DialContext
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fault(err)
	}
	db := &postgresDB{pool: pool, counted: counted}
	if err := pool.QueryRow(ctx, `SELECT to_regclass('pg_dist_partition') IS NOT NULL`).Scan(&db.spread); err != nil {
		pool.Close()
		return nil, fault(err)
	}
	for range max(2, min(pgLanesMost, runtime.NumCPU(), int(pool.Config().MaxConns)/2)) {
		db.lanes = append(db.lanes, newLane(db, or(opt.GroupMost, pgGroupMost), or(opt.Queue, pgQueue)))
	}
	return db, nil
}

func (db *postgresDB) close() error {
	for _, l := range db.lanes {
		l.stop()
	}
	db.pool.Close()
	return nil
}

func (db *postgresDB) view(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	tx, err := db.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	return call(ctx, &Tx{newPostgresTx(tx)}, fn)
}

func (db *postgresDB) glance(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return call(ctx, &Tx{&single{querier: newPostgresTx(db.pool)}}, fn)
}

// tx runs a command until it is decided. A lost connection before the commit was sent is a reason to run it again; one
// after it is not, because nobody here can know: the caller's key gets the first answer if it did commit.
func (db *postgresDB) tx(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	running := context.WithoutCancel(ctx)
	pause := pgPauseFirst
	for try := 1; ; try++ {
		again, err := db.try(running, fn)
		if err == nil || !again || try == pgTries {
			return err
		}
		db.counted.retries.Add(1)
		select {
		case <-time.After(pause/2 + rand.N(pause)):
		case <-ctx.Done():
			return err
		}
		pause = min(2*pause, pgPauseMost)
	}
}

func (db *postgresDB) try(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) (again bool, err error) {
	tx, err := db.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return unreachable(err), err
	}
	defer func() { _ = tx.Rollback(ctx) }() // does nothing after a commit
	q := newPostgresTx(tx)
	err = call(ctx, &Tx{q}, fn)
	if err == nil {
		err = q.flush(ctx)
	}
	if err != nil {
		return errors.Is(err, errAgain) || serialization(err) || unreachable(err), err
	}
	if err := tx.Commit(ctx); err != nil {
		if serialization(err) {
			return true, err
		}
		if unreachable(err) {
			return false, errs.New(errs.Unavailable, "store.unavailable").Because(err)
		}
		return false, err
	}
	db.counted.commits.Add(1)
	return false, nil
}

// migrating holds a lock for the length of the transaction. The number is arbitrary and ours. Where tables are spread
// over machines, the steps of one transaction must reach each machine over one connection; elsewhere nobody reads the
// setting.
func (db *postgresDB) migrating(ctx context.Context, tx *Tx) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(7155220524)`); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `SELECT set_config('citus.multi_shard_modify_mode', 'sequential', TRUE)`)
	return err
}

func (db *postgresDB) migrated(context.Context, *Tx) error { return nil } // it counts its rows itself

func (db *postgresDB) script(_ context.Context, text string) (string, error) {
	return strings.NewReplacer(") STRICT, WITHOUT ROWID", ")", ") STRICT", ")", "BLOB", "BYTEA").Replace(text), nil
}
