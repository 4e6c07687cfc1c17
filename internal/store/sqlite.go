package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

const (
	sqliteCacheKiB  = 32 << 10
	sqliteReadKiB   = 4 << 10
	sqliteGroupMost = 256
	sqliteQueue     = 1024
)

// sqliteDB is one writing connection, owned by the writer's goroutine, and a few reading ones.
type sqliteDB struct {
	path    string
	readers chan *sqliteConn
	writer  *writer
	closing sync.Once
	closed  chan struct{} // no reader comes back to wait for
}

func openSQLite(ctx context.Context, path string, opt Options, counted *counters) (*sqliteDB, error) {
	if path == "" {
		return nil, errors.New("no path: write sqlite:PATH")
	}
	abs, err := filepath.Abs(strings.TrimPrefix(path, "//"))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(abs); opt.Existing && errors.Is(err, fs.ErrNotExist) {
		return nil, errs.New(errs.Unavailable, "store.no_database").Because(err)
	}
	// busy_timeout comes first: setting the journal mode may already have to wait.
	write := &sqliteConn{dsn: sqliteDSN(abs, "busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)",
		"wal_autocheckpoint(16000)", "journal_size_limit(134217728)", fmt.Sprintf("cache_size(-%d)", or(opt.CacheKiB, sqliteCacheKiB)), "temp_store(MEMORY)")}
	if err := write.do(ctx, "SELECT 1"); err != nil {
		return nil, reason(filepath.Dir(abs), err)
	}
	db := &sqliteDB{path: abs, readers: make(chan *sqliteConn, or(opt.Readers, max(4, runtime.NumCPU()))), closed: make(chan struct{})}
	for range cap(db.readers) {
		db.readers <- &sqliteConn{dsn: sqliteDSN(abs, "busy_timeout(10000)", "query_only(1)", fmt.Sprintf("cache_size(-%d)", sqliteReadKiB), "temp_store(MEMORY)")}
	}
	db.writer = newWriter(write, or(opt.GroupMost, sqliteGroupMost), or(opt.Queue, sqliteQueue), counted)
	return db, nil
}

// reason asks the file system why a database in a folder could not be opened; SQLite knows only that it could not.
func reason(folder string, err error) error {
	f, probe := os.CreateTemp(folder, ".probe-*")
	if probe == nil {
		_, probe = f.WriteString("?")
		probe = errors.Join(probe, f.Close(), os.Remove(f.Name()))
	}
	switch {
	case errors.Is(probe, syscall.ENOSPC):
		return errs.New(errs.Unavailable, "store.disk_full").Because(err)
	case errors.Is(probe, syscall.EROFS):
		return errs.New(errs.Unavailable, "store.read_only").Because(err)
	}
	return err
}

func sqliteDSN(path string, pragmas ...string) string {
	q := url.Values{}
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

func or(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

func (db *sqliteDB) close() error {
	db.closing.Do(func() {
		close(db.closed)
		db.writer.stop()
		for range cap(db.readers) {
			(<-db.readers).drop()
		}
	})
	return nil
}

func (db *sqliteDB) view(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return db.read(ctx, func(c *sqliteConn) error {
		if err := c.do(ctx, "BEGIN"); err != nil {
			c.drop() // whatever state it is in, the next reader starts from a fresh one
			return err
		}
		err := call(ctx, &Tx{c}, fn)
		if end := c.do(context.WithoutCancel(ctx), "ROLLBACK"); end != nil {
			c.drop()
		}
		return err
	})
}

func (db *sqliteDB) glance(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return db.read(ctx, func(c *sqliteConn) error {
		err := call(ctx, &Tx{&single{querier: c}}, fn)
		if c.lost != nil {
			c.drop()
		}
		return err
	})
}

// read lends a reading connection.
func (db *sqliteDB) read(ctx context.Context, fn func(c *sqliteConn) error) error {
	var c *sqliteConn
	select {
	case c = <-db.readers:
	case <-db.closed:
		return errs.New(errs.Unavailable, "store.closing")
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { db.readers <- c }()
	return fn(c)
}

func (db *sqliteDB) tx(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return db.writer.run(ctx, fn)
}

func (db *sqliteDB) txAt(ctx context.Context, _ core.Area, fn func(ctx context.Context, tx *Tx) error, _ []Ahead) error {
	return db.writer.run(ctx, fn)
}

func (db *sqliteDB) migrating(context.Context, *Tx) error { return nil } // the writer is alone anyway

func (db *sqliteDB) migrated(ctx context.Context, tx *Tx) error { return fixPlans(ctx, tx) }

func (db *sqliteDB) script(_ context.Context, text string) (string, error) {
	return strings.ReplaceAll(text, "BIGINT", "INTEGER"), nil
}
