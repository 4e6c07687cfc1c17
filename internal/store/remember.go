package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"qunyan/internal/store/multirow"
)

var errNotKept = errors.New("store: no rows are kept in this transaction")

// noKeyUpdate keeps others from changing the row, as an UPDATE of it would.
const noKeyUpdate = "FOR NO KEY UPDATE"

// key tells one thing asked from another.
func (a Ahead) key() string { return a.text + "\x00" + keyOf(a.args...) }

func (a Ahead) lock() string {
	if a.kept != nil && a.kept.Lock {
		return noKeyUpdate
	}
	return ""
}

// question is one statement with all that is asked by it.
type question struct {
	text, lock string
	asked      []*Record
}

// unknown brings what is asked and not known into statements, in the order in which rows are locked: turn by turn, and
// within one by their keys, the same in every process.
func (p *postgresTx) unknown(asked []Ahead) (all []*question, err error) {
	coming := map[string]bool{}
	var missing []*Record
	for _, a := range asked {
		key := a.key()
		if p.known[key] != nil || coming[key] {
			continue
		}
		coming[key] = true
		r := &Record{ahead: a, None: true}
		r.ahead.args = make([]any, len(a.args))
		for i, v := range a.args {
			if r.ahead.args[i], err = driverValue(v); err != nil {
				return nil, err
			}
		}
		missing = append(missing, r)
	}
	slices.SortStableFunc(missing, func(a, b *Record) int {
		return cmp.Or(cmp.Compare(a.ahead.turn, b.ahead.turn), strings.Compare(a.ahead.text, b.ahead.text),
			slices.CompareFunc(a.ahead.args, b.ahead.args, compareValues))
	})
	for _, r := range missing {
		if len(all) == 0 || all[len(all)-1].text != r.ahead.text {
			all = append(all, &question{text: r.ahead.text, lock: r.ahead.lock()})
		}
		q := all[len(all)-1]
		q.asked = append(q.asked, r)
	}
	return all, nil
}

func compareValues(a, b any) int {
	if n, ok := a.(int64); ok {
		m, _ := b.(int64)
		return cmp.Compare(n, m)
	}
	s, _ := a.(string)
	t, _ := b.(string)
	return strings.Compare(s, t)
}

func (q *question) queue(batch *pgx.Batch) {
	if len(q.asked) == 1 {
		batch.Queue(strings.TrimSpace(q.text+" "+q.lock), q.asked[0].ahead.args...)
		return
	}
	rows := make([][]any, len(q.asked))
	for i, r := range q.asked {
		rows[i] = r.ahead.args
	}
	arrays, types := columns(rows)
	batch.Queue(multirow.Ask(q.text, q.lock, types), arrays...)
}

// columns turns rows of int64, string and bytes into an array for each column.
func columns(rows [][]any) (arrays []any, types []string) {
	for c, v := range rows[0] {
		switch v.(type) {
		case int64:
			arrays, types = append(arrays, columnOf[int64](rows, c)), append(types, "bigint")
		case string:
			arrays, types = append(arrays, columnOf[string](rows, c)), append(types, "text")
		default:
			arrays, types = append(arrays, columnOf[[]byte](rows, c)), append(types, "bytea")
		}
	}
	return arrays, types
}

func columnOf[T any](rows [][]any, c int) []T {
	column := make([]T, len(rows))
	for i, r := range rows {
		column[i], _ = r[c].(T)
	}
	return column
}

// answer takes the rows of the question out of the results.
func (q *question) answer(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		at := int64(1)
		if len(q.asked) > 1 {
			at, _ = values[0].(int64)
			values = values[1:]
		}
		q.asked[at-1].Values, q.asked[at-1].None = values, false
	}
	return rows.Err()
}

// ask sends the questions, behind what first has queued, and remembers the answers.
func (p *postgresTx) ask(ctx context.Context, asked []Ahead, first *pgx.Batch) error {
	questions, err := p.unknown(asked)
	if err != nil {
		return err
	}
	before := first.Len()
	for _, q := range questions {
		q.queue(first)
	}
	if first.Len() == 0 {
		return nil
	}
	results := p.conn.SendBatch(ctx, first)
	for range before {
		if _, err := results.Exec(); err != nil {
			return errors.Join(fault(err), results.Close())
		}
	}
	var absent []*Record
	for _, q := range questions {
		if err := q.answer(results); err != nil {
			return errors.Join(fault(err), results.Close())
		}
		for _, r := range q.asked {
			p.known[r.ahead.key()] = r
			if r.None && r.ahead.kept != nil && r.ahead.kept.Make != "" {
				absent = append(absent, r)
			}
		}
	}
	if err := results.Close(); err != nil {
		return fault(err)
	}
	return p.create(ctx, asked, absent)
}

// create makes rows that have to be there to be locked, and asks everything again: what was read behind a lock that
// nobody held may be old.
func (p *postgresTx) create(ctx context.Context, asked []Ahead, absent []*Record) error {
	if len(absent) == 0 {
		return nil
	}
	made := &pgx.Batch{}
	for _, r := range absent {
		made.Queue(string(r.ahead.kept.Make), r.ahead.args...)
	}
	for _, a := range asked {
		if r := p.known[a.key()]; r != nil && r.write == nil {
			delete(p.known, a.key())
		}
	}
	return p.ask(ctx, asked, made)
}

func (p *postgresTx) records(ctx context.Context, asked []Ahead) ([]*Record, error) {
	if p.known == nil {
		return nil, errNotKept
	}
	for _, a := range asked {
		if p.known[a.key()] == nil {
			if err := p.seen(ctx, a.text); err != nil {
				return nil, err
			}
		}
	}
	if err := p.ask(ctx, asked, &pgx.Batch{}); err != nil {
		return nil, err
	}
	all := make([]*Record, len(asked))
	for i, a := range asked {
		all[i] = p.known[a.key()]
		if all[i] == nil {
			return nil, fmt.Errorf("store: not answered: %s", a.text)
		}
	}
	return all, nil
}

func (p *postgresTx) change(r *Record, write []any) error {
	p.wrote = true
	for i, v := range write {
		var err error
		if write[i], err = driverValue(v); err != nil {
			return err
		}
	}
	if r.write == nil {
		p.changed = append(p.changed, r)
		table := tableOf(fromTable, r.ahead.text)
		if !slices.Contains(p.ahead, table) {
			p.ahead = append(p.ahead, table)
			p.forgetAnswers(table)
		}
	}
	r.write = write
	return nil
}

func tableOf(in *regexp.Regexp, text string) string {
	if m := in.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// forgetAnswers drops the answers that name a table which is about to be changed. Kept rows of it stay: they are what
// it is changed to.
func (p *postgresTx) forgetAnswers(table string) {
	for key, r := range p.known {
		if r.ahead.kept == nil && names(r.ahead.text, table) {
			delete(p.known, key)
		}
	}
}

// written drops everything that is remembered of a table that a statement writes.
func (p *postgresTx) written(table string) {
	for key, r := range p.known {
		if table == "" || names(r.ahead.text, table) {
			delete(p.known, key)
		}
	}
}

// forget drops everything, and what waits to be written.
func (p *postgresTx) forget() {
	p.piles, p.changed, p.ahead, p.lost = nil, nil, nil, nil
	if p.known != nil {
		clear(p.known)
	}
}

// queueChanged adds the rows that were changed to what is sent, each once.
func (p *postgresTx) queueChanged(batch *pgx.Batch) {
	byText := map[statement][][]any{}
	var order []statement
	for _, r := range p.changed {
		text := r.ahead.kept.Write
		if byText[text] == nil {
			order = append(order, text)
		}
		byText[text] = append(byText[text], r.write)
		r.write = nil
	}
	p.changed, p.ahead = nil, nil
	for _, text := range order {
		rows := byText[text]
		if insert, many := multirow.Parse(string(text)); many && len(rows) > 1 {
			arrays, types := columns(rows)
			batch.Queue(insert.Arrays(types), arrays...)
			continue
		}
		for _, args := range rows {
			batch.Queue(string(text), args...)
		}
	}
}
