package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

const (
	sqliteCacheKiB  = 32 << 10
	sqliteReadKiB   = 4 << 10
	sqliteGroupMost = 256
	sqliteQueue     = 1024
)

// sqliteDB is one writing connection, owned by the writer's goroutine, and a few reading ones.
type sqliteDB struct {
	write, read *sql.DB
	readers     chan *sqliteConn
	writer      *writer
}

func openSQLite(ctx context.Context, path string, opt Options, counted *counters) (*sqliteDB, error) {
	if path == "" {
		return nil, errors.New("no path: write sqlite:PATH")
	}
	abs, err := filepath.Abs(strings.TrimPrefix(path, "//"))
	if err != nil {
		return nil, err
	}
	// busy_timeout comes first: setting the journal mode may already have to wait.
	write, err := sql.Open("sqlite", sqliteDSN(abs, "busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)",
		"wal_autocheckpoint(16000)", "journal_size_limit(134217728)", fmt.Sprintf("cache_size(-%d)", or(opt.CacheKiB, sqliteCacheKiB)), "temp_store(MEMORY)"))
	if err != nil {
		return nil, err
	}
	db := &sqliteDB{write: write}
	conn, err := write.Conn(ctx)
	if err != nil {
		_ = write.Close()
		return nil, fault(err)
	}
	db.read, err = sql.Open("sqlite", sqliteDSN(abs, "busy_timeout(10000)", "query_only(1)", fmt.Sprintf("cache_size(-%d)", sqliteReadKiB), "temp_store(MEMORY)"))
	if err != nil {
		_ = write.Close()
		return nil, err
	}
	n := or(opt.Readers, max(4, runtime.NumCPU()))
	db.readers = make(chan *sqliteConn, n)
	for range n {
		db.readers <- &sqliteConn{db: db.read}
	}
	db.writer = newWriter(&sqliteConn{db: write, conn: conn}, or(opt.GroupMost, sqliteGroupMost), or(opt.Queue, sqliteQueue), counted)
	return db, nil
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
	db.writer.stop()
	for range cap(db.readers) {
		(<-db.readers).drop()
	}
	return errors.Join(db.read.Close(), db.write.Close())
}

func (db *sqliteDB) view(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	var c *sqliteConn
	select {
	case c = <-db.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { db.readers <- c }()
	if err := c.do(ctx, "BEGIN"); err != nil {
		c.drop() // whatever state it is in, the next reader starts from a fresh one
		return err
	}
	err := call(ctx, &Tx{c}, fn)
	if end := c.do(context.WithoutCancel(ctx), "ROLLBACK"); end != nil {
		c.drop()
	}
	return err
}

func (db *sqliteDB) tx(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return db.writer.run(ctx, fn)
}

func (db *sqliteDB) migrating(context.Context, *Tx) error { return nil } // the writer is alone anyway

func (db *sqliteDB) script(_ context.Context, text string) (string, error) {
	return strings.ReplaceAll(text, "BIGINT", "INTEGER"), nil
}

// sqliteConn is one connection with its prepared statements. It has one user at a time.
type sqliteConn struct {
	db    *sql.DB
	conn  *sql.Conn
	mu    sync.Mutex // a late interrupt of the driver may still run beside a drop
	stmts map[string]*sql.Stmt
}

// drop closes the connection; the next use opens another.
func (c *sqliteConn) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.stmts {
		_ = s.Close()
	}
	if c.conn != nil {
		_ = c.conn.Raw(func(any) error { return driver.ErrBadConn }) // do not hand it back to the pool
		_ = c.conn.Close()
	}
	c.conn, c.stmts = nil, nil
}

func (c *sqliteConn) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.stmts[text]; s != nil {
		return s, nil
	}
	if c.conn == nil {
		conn, err := c.db.Conn(ctx)
		if err != nil {
			return nil, err
		}
		c.conn = conn
	}
	s, err := c.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if c.stmts == nil {
		c.stmts = make(map[string]*sql.Stmt)
	}
	c.stmts[text] = s
	return s, nil
}

// do runs a statement without arguments or result.
func (c *sqliteConn) do(ctx context.Context, text string) error {
	_, err := c.exec(ctx, text, nil)
	return err
}

func (c *sqliteConn) exec(ctx context.Context, text string, args []any) (int64, error) {
	s, err := c.prepared(ctx, text)
	if err != nil {
		return 0, fault(err)
	}
	res, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, fault(err)
	}
	return res.RowsAffected()
}

func (c *sqliteConn) row(ctx context.Context, text string, args []any) Row {
	s, err := c.prepared(ctx, text)
	if err != nil {
		return failedRow{fault(err)}
	}
	return sqliteRow{s.QueryRowContext(ctx, args...)}
}

type sqliteRow struct{ row *sql.Row }

func (r sqliteRow) Scan(dest ...any) error {
	err := r.row.Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNone
	}
	return fault(err)
}

type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }

func (c *sqliteConn) rows(ctx context.Context, text string, args []any, scan func(Row) error) error {
	s, err := c.prepared(ctx, text)
	if err != nil {
		return fault(err)
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return fault(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return fault(rows.Err())
}

func (c *sqliteConn) many(ctx context.Context, text string, n int, args func(i int) []any) error {
	for i := range n {
		if _, err := c.exec(ctx, text, args(i)); err != nil {
			return err
		}
	}
	return nil
}
