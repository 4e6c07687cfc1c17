package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"qunyan/internal/core"
)

// statement is SQL. The type is not exported and only untyped constants convert to it, so a query put together at run
// time does not compile: nothing a user types can become SQL.
type statement string

// ErrNone says that a Row found no row.
var ErrNone = errors.New("no such row")

// Row is one row of a result.
type Row interface {
	Scan(dest ...any) error
}

// Tx is a running View or command. It must not be kept after the function it was given to.
type Tx struct {
	q querier
}

// querier is a connection of one engine inside a transaction.
type querier interface {
	exec(ctx context.Context, sql string, args []any) (int64, error)
	row(ctx context.Context, sql string, args []any) Row
	rows(ctx context.Context, sql string, args []any, scan func(Row) error) error
	many(ctx context.Context, sql string, n int, args func(i int) []any) error
	batch(ctx context.Context, queries []Query) error
	later(ctx context.Context, w laterWrite, args []any) error
	answered(ctx context.Context, at core.Area, key string) Row // the stored answer of an intent
}

// Query is one statement of a Batch that gives at most one row.
type Query struct {
	SQL  statement
	Args []any
	Dest []any // where the row goes
	None bool  // set by Batch: there was no row
}

// Batch runs statements in order, none of which needs the answer of another. On PostgreSQL they are sent together, for
// the price of one way to the server.
func (tx *Tx) Batch(ctx context.Context, queries []Query) error {
	for i := range queries {
		queries[i].Args = plain(queries[i].Args)
	}
	return tx.q.batch(ctx, queries)
}

// Later writes a row whose fate nobody in the command waits for: an INSERT … VALUES, at the latest when the command
// ends. On PostgreSQL the rows of one table are then sent as one statement; a statement that names the table sees them. A
// row that cannot be written fails the command.
func (tx *Tx) Later(ctx context.Context, sql statement, args ...any) error {
	return tx.q.later(ctx, laterWrite{text: string(sql)}, plain(args))
}

// Count is Later for an INSERT … ON CONFLICT DO UPDATE that adds: its first keys arguments name a row, and the others,
// int64 all of them, are added to what is there.
func (tx *Tx) Count(ctx context.Context, sql statement, keys int, args ...any) error {
	return tx.q.later(ctx, laterWrite{text: string(sql), keys: keys}, plain(args))
}

// laterWrite is a statement of Later.
type laterWrite struct {
	text string
	keys int  // of Count; 0 for rows that are not summed
	once bool // a row that is there already means: run the command again
}

// Exec runs a statement and says how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, sql statement, args ...any) (int64, error) {
	return tx.q.exec(ctx, string(sql), plain(args))
}

// Row runs a statement that gives at most one row; Scan answers ErrNone if there is none.
func (tx *Tx) Row(ctx context.Context, sql statement, args ...any) Row {
	return tx.q.row(ctx, string(sql), plain(args))
}

// Rows calls scan for each row, in order, and stops at the first error. scan runs no statement of its own: the connection
// is busy with these rows.
func (tx *Tx) Rows(ctx context.Context, sql statement, scan func(Row) error, args ...any) error {
	return tx.q.rows(ctx, string(sql), plain(args), scan)
}

// Many runs one statement n times, with the arguments that args gives for each. On PostgreSQL the n are sent together.
func (tx *Tx) Many(ctx context.Context, sql statement, n int, args func(i int) []any) error {
	return tx.q.many(ctx, string(sql), n, func(i int) []any { return plain(args(i)) })
}

// plain brings arguments to what both drivers take alike: a flag is a number, and no bytes are not NULL.
func plain(args []any) []any {
	for i, a := range args {
		switch v := a.(type) {
		case bool:
			args[i] = Flag(v)
		case []byte:
			if v == nil {
				args[i] = []byte{}
			}
		}
	}
	return args
}

// Flag is the number a flag is stored as.
func Flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Bool scans a stored flag into b.
func Bool(b *bool) any { return (*flag)(b) }

type flag bool

// Scan implements sql.Scanner, which both drivers honour.
func (f *flag) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("store: a flag is stored as %T", src)
	}
	*f = n != 0
	return nil
}

// panicked keeps what a command panicked with, and where, for the log.
type panicked struct {
	value any
	stack []byte
}

func newPanicked(value any) *panicked { return &panicked{value, debug.Stack()} }

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }
