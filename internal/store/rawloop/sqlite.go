package rawloop

import (
	"context"
	"database/sql"
	"errors"
	"net/url"

	_ "modernc.org/sqlite" // the driver "sqlite", as package store uses it
)

// sqliteEngine runs each row's statement at once: SQLite has no way to a server that several rows could share.
type sqliteEngine struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func openSQLite(ctx context.Context, path string) (*sqliteEngine, error) {
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(16000)", "cache_size(-32768)", "temp_store(MEMORY)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &sqliteEngine{db: db, conn: conn, stmts: map[string]*sql.Stmt{}}, nil
}

func (e *sqliteEngine) close() error { return errors.Join(e.conn.Close(), e.db.Close()) }

func (e *sqliteEngine) begin(ctx context.Context) error { return e.exec(ctx, "BEGIN IMMEDIATE") }

func (e *sqliteEngine) commit(ctx context.Context) error { return e.exec(ctx, "COMMIT") }

func (e *sqliteEngine) put(ctx context.Context, text string, args ...any) error {
	return e.exec(ctx, text, args...)
}

func (e *sqliteEngine) exec(ctx context.Context, text string, args ...any) error {
	s := e.stmts[text]
	if s == nil {
		var err error
		if s, err = e.conn.PrepareContext(ctx, text); err != nil {
			return err
		}
		e.stmts[text] = s
	}
	_, err := s.ExecContext(ctx, args...)
	return err
}

func (e *sqliteEngine) bytes(ctx context.Context) (int64, error) {
	var pages, size int64
	err := errors.Join(e.conn.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages), e.conn.QueryRowContext(ctx, "PRAGMA page_size").Scan(&size))
	return pages * size, err
}
