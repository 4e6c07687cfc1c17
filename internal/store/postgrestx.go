package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"qunyan/internal/core"
	"qunyan/internal/store/multirow"
)

// sender is a connection inside a transaction.
type sender interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// postgresTx is a transaction with the rows that wait to be sent, and what is remembered of others. One goroutine uses it.
type postgresTx struct {
	conn  sender
	piles []*pile // in the order of their first row
	wrote bool    // something was written, or queued, since this was last set to false

	// lost is why rows that waited could not be sent. They may be an earlier command's, which thinks itself done, so nothing
	// is committed any more.
	lost error

	known   map[string]*Record // kept rows and what was asked ahead, by Ahead.key; nil where nothing is remembered
	changed []*Record          // rows that wait to be written, in the order of their first change
	ahead   []string           // tables that changed is ahead of
	intents map[string]bool    // keys of intents that this transaction has answered
}

func newPostgresTx(conn sender) *postgresTx { return &postgresTx{conn: conn} }

// pile is the waiting rows of one statement.
type pile struct {
	laterWrite
	table  string
	insert multirow.Insert
	rows   [][]any
	at     map[string]int // of Count and of intents: key → index in rows
}

var intoTable = regexp.MustCompile(`^\s*INSERT INTO (\w+)`)

func (p *postgresTx) later(ctx context.Context, w laterWrite, args []any) error {
	p.wrote = true
	var to *pile
	for _, known := range p.piles {
		if known.text == w.text {
			to = known
		}
	}
	if to == nil {
		insert, many := multirow.Parse(w.text)
		m := intoTable.FindStringSubmatch(w.text)
		if !many || m == nil {
			return fmt.Errorf("store: not an INSERT that can be written later: %s", w.text)
		}
		to = &pile{laterWrite: w, table: m[1], insert: insert, at: map[string]int{}}
		if !w.once { // the answers of intents are told apart by their keys
			if err := p.seen(ctx, "INTO "+to.table); err != nil {
				return err
			}
			p.written(to.table)
		}
		p.piles = append(p.piles, to)
	}
	for i, v := range args {
		var err error
		if args[i], err = driverValue(v); err != nil {
			return err
		}
	}
	if w.once && p.known != nil {
		p.intents[keyOf(args[:2]...)] = true
	}
	return to.add(args)
}

func (l *pile) add(args []any) error {
	if l.keys > 0 {
		key := keyOf(args[:l.keys]...)
		at, known := l.at[key]
		if known {
			for i := l.keys; i < len(args); i++ {
				sum, _ := l.rows[at][i].(int64)
				more, _ := args[i].(int64)
				l.rows[at][i] = sum + more
			}
			return nil
		}
		l.at[key] = len(l.rows)
	}
	if l.once {
		l.at[keyOf(args[:2]...)] = len(l.rows)
	}
	l.rows = append(l.rows, args)
	return nil
}

// keyOf tells rows apart by some of their values, each ended by a zero: no text holds one.
func keyOf(values ...any) string {
	b := make([]byte, 0, 64)
	for _, v := range values {
		switch v := v.(type) {
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case core.Area:
			b = strconv.AppendInt(b, int64(v), 10)
		case core.ID:
			b = strconv.AppendInt(b, int64(v), 10)
		case string:
			b = append(b, v...)
		default:
			if plain, err := driverValue(v); err == nil {
				v = plain
			}
			b = fmt.Append(b, v)
		}
		b = append(b, 0)
	}
	return string(b)
}

// flush sends what waits.
func (p *postgresTx) flush(ctx context.Context) error {
	if p.lost == nil && len(p.piles)+len(p.changed) > 0 {
		batch := &pgx.Batch{}
		p.lost = p.send(ctx, batch, p.queue(batch, false))
	}
	return p.lost
}

// queue adds what waits to what is sent, and tells how many rows each statement has to change; -1 is any number. At the
// end of a transaction an intent that is there already has to be an error, because the commit follows in the same breath.
func (p *postgresTx) queue(batch *pgx.Batch, end bool) (expect []int64) {
	p.queueChanged(batch)
	for batch.Len() > len(expect) {
		expect = append(expect, -1)
	}
	for _, l := range p.piles {
		if l.keys > 0 { // of two transactions that count the same things, each takes them in the same order
			slices.SortFunc(l.rows, func(a, b []any) int {
				return strings.Compare(keyOf(a[:l.keys]...), keyOf(b[:l.keys]...))
			})
		}
		insert := l.insert
		if l.once && end {
			insert = insert.Plain()
		}
		for _, part := range p.parts(len(l.rows), insert.Params()) {
			rows := l.rows[part[0]:part[1]]
			switch {
			case p.known == nil || len(rows) == 1:
				batch.Queue(insert.Text(len(rows)), slices.Concat(rows...)...)
			default:
				arrays, types := columns(rows)
				batch.Queue(insert.Arrays(types), arrays...)
			}
			if l.once && !end {
				expect = append(expect, int64(len(rows)))
			} else {
				expect = append(expect, -1)
			}
		}
	}
	p.piles = nil
	return expect
}

func (p *postgresTx) send(ctx context.Context, batch *pgx.Batch, expect []int64) error {
	results := p.conn.SendBatch(ctx, batch)
	for _, want := range expect {
		tag, err := results.Exec()
		if err == nil && want >= 0 && tag.RowsAffected() != want {
			err = errAgain
		}
		if err != nil {
			return errors.Join(fault(err), results.Close())
		}
	}
	return fault(results.Close())
}

// parts cuts the rows of a statement. As arrays they need no cutting.
func (p *postgresTx) parts(n, params int) [][2]int {
	if p.known != nil {
		return [][2]int{{0, n}}
	}
	return parts(n, params)
}

// parts cuts n rows into statements of powers of two, so that few texts are ever prepared.
func parts(n, params int) (all [][2]int) {
	most := multirow.Most
	for most*params > 60_000 { // the protocol counts parameters in sixteen bits
		most /= 2
	}
	for from := 0; from < n; {
		size := most
		for size > n-from {
			size /= 2
		}
		all = append(all, [2]int{from, from + size})
		from += size
	}
	return all
}

// seen makes sure that a statement sees what was written before it.
func (p *postgresTx) seen(ctx context.Context, text string) error {
	for _, l := range p.piles {
		if names(text, l.table) {
			return p.flush(ctx)
		}
	}
	for _, table := range p.ahead {
		if names(text, table) {
			return p.flush(ctx)
		}
	}
	return nil
}

// names says whether a statement has a word in it.
func names(text, word string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		at += from
		from = at + len(word)
		if (at == 0 || !inWord(text[at-1])) && (from == len(text) || !inWord(text[from])) {
			return true
		}
	}
}

func inWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func (p *postgresTx) before(ctx context.Context, text string) error {
	if strings.HasPrefix(strings.TrimSpace(text), "SELECT") {
		return p.seen(ctx, text)
	}
	p.wrote = true
	err := p.seen(ctx, text)
	p.written(tableOf(writtenTable, text))
	return err
}

func (p *postgresTx) exec(ctx context.Context, text string, args []any) (int64, error) {
	if err := p.before(ctx, text); err != nil {
		return 0, err
	}
	tag, err := p.conn.Exec(ctx, text, args...)
	return tag.RowsAffected(), fault(err)
}

func (p *postgresTx) row(ctx context.Context, text string, args []any) Row {
	if len(p.known) > 0 {
		if r := p.known[Ahead{text: text, args: args}.key()]; r != nil && r.ahead.kept == nil {
			return r
		}
	}
	if err := p.before(ctx, text); err != nil {
		return failedRow{err}
	}
	return postgresRow{p.conn.QueryRow(ctx, text, args...)}
}

// answered looks for an intent's answer. Intents that wait to be written are known by their keys, so that the first
// question of every command does not send the rows of the one before.
func (p *postgresTx) answered(ctx context.Context, at core.Area, key string) Row {
	for _, l := range p.piles {
		if l.once {
			if _, waits := l.at[keyOf(at, key)]; waits {
				return p.row(ctx, sqlAnswered, []any{at, key})
			}
		}
	}
	if p.known != nil && !p.intents[keyOf(at, key)] {
		if r := p.known[Ahead{text: sqlAnswered, args: []any{at, key}}.key()]; r != nil {
			return r
		}
	}
	return postgresRow{p.conn.QueryRow(ctx, sqlAnswered, at, key)}
}

type postgresRow struct{ row pgx.Row }

func (r postgresRow) Scan(dest ...any) error {
	err := r.row.Scan(dest...)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNone
	}
	return fault(err)
}

func (p *postgresTx) rows(ctx context.Context, text string, args []any, scan func(Row) error) error {
	if err := p.before(ctx, text); err != nil {
		return err
	}
	rows, err := p.conn.Query(ctx, text, args...)
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

// many writes INSERTs as statements of many rows. One that updates what is there must not meet the same row twice in one
// statement, which PostgreSQL refuses: if it would, its rows go one by one, sent together.
func (p *postgresTx) many(ctx context.Context, text string, n int, args func(i int) []any) error {
	if err := p.before(ctx, text); err != nil {
		return err
	}
	all := make([][]any, n)
	for i := range n {
		all[i] = args(i)
	}
	insert, rows := multirow.Parse(text)
	rows = rows && (!strings.Contains(text, "DO UPDATE") || distinct(all, insert.Keys()))
	for part := range slices.Chunk(all, pgBatch) {
		batch := &pgx.Batch{}
		if rows {
			for _, some := range parts(len(part), insert.Params()) {
				batch.Queue(insert.Text(some[1]-some[0]), slices.Concat(part[some[0]:some[1]]...)...)
			}
		} else {
			for _, row := range part {
				batch.Queue(text, row...)
			}
		}
		if err := p.conn.SendBatch(ctx, batch).Close(); err != nil {
			return fault(err)
		}
	}
	return nil
}

// distinct says that no two rows begin with the same keys values; never if there are no keys to tell by.
func distinct(rows [][]any, keys int) bool {
	seen := make(map[string]bool, len(rows))
	for _, r := range rows {
		seen[keyOf(r[:keys]...)] = true
	}
	return keys > 0 && len(seen) == len(rows)
}

func (p *postgresTx) batch(ctx context.Context, queries []Query) error {
	batch := &pgx.Batch{}
	for _, q := range queries {
		if err := p.before(ctx, string(q.SQL)); err != nil {
			return err
		}
		batch.Queue(string(q.SQL), q.Args...)
	}
	results := p.conn.SendBatch(ctx, batch)
	for i := range queries {
		q := &queries[i]
		switch err := results.QueryRow().Scan(q.Dest...); {
		case errors.Is(err, pgx.ErrNoRows):
			q.None = true
		case err != nil:
			return errors.Join(fault(err), results.Close())
		}
	}
	return fault(results.Close())
}
