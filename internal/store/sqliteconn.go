package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"

	"modernc.org/sqlite"

	"qunyan/internal/core"
	"qunyan/internal/store/multirow"
)

// sqliteConn is one connection with its prepared statements. It has one user at a time, so it speaks to the driver
// itself: database/sql's pool, locks and conversions cost a quarter of a short statement (docs/decisions).
type sqliteConn struct {
	dsn   string
	conn  driver.Conn // opened on first use
	stmts map[string]sqliteStmt
	args  []driver.NamedValue // reused from statement to statement

	wrote   bool // a statement that may change something ran since this was last set to false
	reading bool // a result is being read, row by row

	// lost is a failure that makes the engine end the transaction by itself. Until the transaction is given up no further
	// statement is run: it would be one of its own, committed at once.
	lost error
}

// errReading is what PostgreSQL's connection answers too, so code that passes on one engine passes on the other.
var errReading = errors.New("store: a statement while the rows of another are read; collect them first")

// drop closes the connection; the next use opens another.
func (c *sqliteConn) drop() {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	if c.conn != nil {
		_ = c.conn.Close()
	}
	c.conn, c.stmts, c.lost = nil, nil, nil
}

// failed turns a driver's error into ours, and remembers one that ends the transaction.
func (c *sqliteConn) failed(err error) error {
	if err == nil {
		return nil
	}
	ours := fault(err)
	if endsTransaction(err) {
		c.lost = ours
	}
	return ours
}

// sqliteStmt is a prepared statement, and whether it may change something.
type sqliteStmt struct {
	driver.Stmt
	writes bool
}

func (c *sqliteConn) prepared(text string) (driver.Stmt, error) {
	if c.reading {
		return nil, errReading
	}
	if c.lost != nil {
		return nil, c.lost
	}
	if s, known := c.stmts[text]; known {
		c.wrote = c.wrote || s.writes
		return s.Stmt, nil
	}
	if c.conn == nil {
		conn, err := (&sqlite.Driver{}).Open(c.dsn)
		if err != nil {
			return nil, err
		}
		c.conn, c.stmts = conn, make(map[string]sqliteStmt)
	}
	s, err := c.conn.Prepare(nameless(text))
	if err != nil {
		return nil, err
	}
	writes := !strings.HasPrefix(strings.TrimSpace(text), "SELECT")
	c.stmts[text] = sqliteStmt{s, writes}
	c.wrote = c.wrote || writes
	return s, nil
}

// bound brings a statement's arguments to the driver's types. The slice is good until the next statement.
func (c *sqliteConn) bound(args []any) ([]driver.NamedValue, error) {
	c.args = c.args[:0]
	for i, a := range args {
		v, err := driverValue(a)
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return c.args, nil
}

// do runs a statement without arguments or result.
func (c *sqliteConn) do(ctx context.Context, text string) error {
	_, err := c.exec(ctx, text, nil)
	return err
}

func (c *sqliteConn) exec(ctx context.Context, text string, args []any) (int64, error) {
	s, err := c.prepared(text)
	if err != nil {
		return 0, fault(err)
	}
	values, err := c.bound(args)
	if err != nil {
		return 0, err
	}
	res, err := s.(driver.StmtExecContext).ExecContext(ctx, values)
	if err != nil {
		return 0, c.failed(err)
	}
	return res.RowsAffected()
}

func (c *sqliteConn) query(ctx context.Context, text string, args []any) (*sqliteRows, error) {
	s, err := c.prepared(text)
	if err != nil {
		return nil, fault(err)
	}
	values, err := c.bound(args)
	if err != nil {
		return nil, err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(ctx, values)
	if err != nil {
		return nil, c.failed(err)
	}
	return &sqliteRows{conn: c, rows: rows, values: make([]driver.Value, len(rows.Columns()))}, nil
}

// sqliteRows is a running result, and the Row it stands on.
type sqliteRows struct {
	conn   *sqliteConn
	rows   driver.Rows
	values []driver.Value
}

// next moves to the next row; it answers io.EOF after the last.
func (r *sqliteRows) next() error {
	err := r.rows.Next(r.values)
	if err == io.EOF {
		return err
	}
	return r.conn.failed(err)
}

// Scan copies the row it stands on.
func (r *sqliteRows) Scan(dest ...any) error { return scanValues(r.values, dest) }

func (c *sqliteConn) row(ctx context.Context, text string, args []any) Row {
	rows, err := c.query(ctx, text, args)
	if err != nil {
		return failedRow{err}
	}
	return singleRow{rows}
}

// singleRow reads at most one row and ends the result.
type singleRow struct{ rows *sqliteRows }

func (r singleRow) Scan(dest ...any) (err error) {
	defer func() {
		// An UPDATE … RETURNING has done its work only once it is reset, so the error of that counts.
		err = errors.Join(err, r.rows.conn.failed(r.rows.rows.Close()))
	}()
	if err := r.rows.next(); err == io.EOF {
		return ErrNone
	} else if err != nil {
		return err
	}
	return r.rows.Scan(dest...)
}

type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }

func (c *sqliteConn) rows(ctx context.Context, text string, args []any, scan func(Row) error) (err error) {
	rows, err := c.query(ctx, text, args)
	if err != nil {
		return err
	}
	c.reading = true
	defer func() {
		c.reading = false
		err = errors.Join(err, c.failed(rows.rows.Close()))
	}()
	for {
		switch err := rows.next(); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if err := scan(rows); err != nil {
			return err
		}
	}
}

// sqliteRowsMost is how many rows one statement writes: with more, SQLite's own work for a row grows again.
const sqliteRowsMost = 16

func (c *sqliteConn) many(ctx context.Context, text string, n int, args func(i int) []any) error {
	from := 0
	if insert, rows := multirow.Parse(text); rows {
		full := insert.Text(sqliteRowsMost)
		for ; n-from >= sqliteRowsMost; from += sqliteRowsMost {
			all := make([]any, 0, sqliteRowsMost*insert.Params())
			for i := range sqliteRowsMost {
				all = append(all, args(from+i)...)
			}
			if _, err := c.exec(ctx, full, all); err != nil {
				return err
			}
		}
	}
	for ; from < n; from++ {
		if _, err := c.exec(ctx, text, args(from)); err != nil {
			return err
		}
	}
	return nil
}

func (c *sqliteConn) batch(ctx context.Context, queries []Query) error {
	for i := range queries {
		q := &queries[i]
		if err := c.row(ctx, string(q.SQL), q.Args).Scan(q.Dest...); errors.Is(err, ErrNone) {
			q.None = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

// later writes at once: there is no way to a server that rows could share.
func (c *sqliteConn) later(ctx context.Context, w laterWrite, args []any) error {
	n, err := c.exec(ctx, w.text, args)
	if err == nil && w.once && n == 0 {
		err = errAgain
	}
	return err
}

func (c *sqliteConn) answered(ctx context.Context, at core.Area, key string) Row {
	return c.row(ctx, sqlAnswered, []any{at, key})
}
