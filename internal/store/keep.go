package store

import (
	"context"
	"regexp"

	"qunyan/internal/core"
)

// Kept describes rows that a command may keep in memory until it ends, instead of writing each change to the server: on
// PostgreSQL commands of one village run one after the other in a shared transaction (TxAt), and a row that all of them
// change is then read once, locked, and written once. Nothing of it applies on SQLite, where a statement costs no way to
// a server; Tx.Keeps says which of the two it is.
//
// Whoever else writes such rows has to meet the lock: the row's own (Lock), or that of a row with a smaller Turn that
// every writer takes first.
type Kept struct {
	Read  statement // SELECT of one row by its key: numbers (BIGINT) and texts
	Make  statement // run with the key when Read finds no row, so that there is one to be locked; "" if there need not be
	Write statement // writes a changed row; its first parameters, or its last, are the key
	Lock  bool      // take the row when it is read
	Turn  int       // rows with a smaller one are read, and locked, first
}

// Ahead is something a command will ask for first. A lane asks it for all commands of a group in one go.
type Ahead struct {
	kept *Kept
	text string
	args []any
	turn int
}

// Of names the row with a key.
func (k *Kept) Of(key ...any) Ahead {
	return Ahead{kept: k, text: string(k.Read), args: key, turn: k.Turn}
}

// lastTurn is that of reads without a lock.
const lastTurn = 100

// AskAhead is a SELECT of at most one row that the command asks with Row and the same arguments, numbers and texts. It
// must not name a table that commands of a village write in the same village without telling: what is asked ahead is as
// old as the transaction, though a statement of the transaction that writes such a table makes it forgotten.
func AskAhead(sql statement, args ...any) Ahead {
	return Ahead{text: string(sql), args: args, turn: lastTurn}
}

// OnceAhead is the answer that Once looks for.
func OnceAhead(by core.Actor, at core.Area) Ahead {
	return Ahead{text: sqlAnswered, args: []any{at, by.Intent.Key}, turn: lastTurn}
}

// Record is a kept row. It belongs to the transaction and is not used after it.
type Record struct {
	Values []any // int64 and string, in the order of the columns
	None   bool  // there is no such row yet

	ahead Ahead
	write []any // arguments of the statement that writes it; nil while it is as the server has it
}

// Number is a column that holds a number; 0 if there is no row.
func (r *Record) Number(column int) int64 {
	if r.None {
		return 0
	}
	n, _ := r.Values[column].(int64)
	return n
}

// Text is a column that holds a text; "" if there is no row.
func (r *Record) Text(column int) string {
	if r.None {
		return ""
	}
	s, _ := r.Values[column].(string)
	return s
}

// Scan copies the row, as it does of one that was just asked.
func (r *Record) Scan(dest ...any) error {
	if r.None {
		return ErrNone
	}
	return scanValues(r.Values, dest)
}

// Keeps says whether rows are kept in this transaction. If not, a command reads and writes with statements that guard
// themselves.
func (tx *Tx) Keeps() bool {
	p, ok := tx.q.(*postgresTx)
	return ok && p.known != nil
}

// Records gives kept rows, reading those that are not known yet. Only where Keeps.
func (tx *Tx) Records(ctx context.Context, rows ...Ahead) ([]*Record, error) {
	p, ok := tx.q.(*postgresTx)
	if !ok {
		return nil, errNotKept
	}
	return p.records(ctx, rows)
}

// Change says that the command has changed a row, whose values are now these, and gives the arguments of the statement
// that writes it. It is written at the latest before the commit or before a statement that names its table; of several
// changes only the last.
func (tx *Tx) Change(r *Record, values []any, write ...any) error {
	p, ok := tx.q.(*postgresTx)
	if !ok {
		return errNotKept
	}
	r.Values, r.None = values, false
	return p.change(r, plain(write))
}

var (
	fromTable    = regexp.MustCompile(`\bFROM (\w+)`)
	writtenTable = regexp.MustCompile(`^\s*(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)`)
)
