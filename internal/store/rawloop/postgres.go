package rawloop

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"qunyan/internal/store/multirow"
)

// postgresEngine keeps a group's rows and sends them when it commits: one statement of many rows for each table, the
// transaction's begin and end with them, all in one go.
type postgresEngine struct {
	conn  *pgx.Conn
	rows  map[string]*pile
	order []string
}

// pile is the rows of one statement.
type pile struct {
	text string
	rows [][]any
	at   map[string]int // key → index in rows
}

func openPostgres(ctx context.Context, url string) (*postgresEngine, error) {
	conn, err := pgx.Connect(ctx, url)
	return &postgresEngine{conn: conn, rows: map[string]*pile{}}, err
}

func (e *postgresEngine) close() error { return e.conn.Close(context.Background()) }

func (e *postgresEngine) begin(context.Context) error { return nil }

func (e *postgresEngine) put(_ context.Context, text string, args ...any) error {
	p := e.rows[text]
	if p == nil {
		p = &pile{text: text, at: map[string]int{}}
		e.rows[text], e.order = p, append(e.order, text)
	}
	for i, a := range args {
		if n, ok := a.(int); ok {
			args[i] = int64(n)
		}
	}
	if len(merges[text].keys) == 0 {
		p.rows = append(p.rows, args)
		return nil
	}
	var key strings.Builder
	for _, k := range merges[text].keys {
		fmt.Fprintf(&key, "%v|", args[k])
	}
	at, known := p.at[key.String()]
	if !known {
		p.at[key.String()] = len(p.rows)
		p.rows = append(p.rows, args)
		return nil
	}
	for _, k := range merges[text].adds {
		p.rows[at][k] = number(p.rows[at][k]) + number(args[k])
	}
	return nil
}

func number(a any) int64 {
	n, _ := a.(int64)
	return n
}

func (e *postgresEngine) commit(ctx context.Context) error {
	batch := &pgx.Batch{}
	batch.Queue("BEGIN")
	for _, text := range e.order {
		e.rows[text].queue(batch)
	}
	batch.Queue("COMMIT")
	clear(e.rows)
	e.order = e.order[:0]
	return e.conn.SendBatch(ctx, batch).Close()
}

// queue adds the pile's rows to what is sent, in statements of powers of two, so that few texts are ever prepared.
func (p *pile) queue(batch *pgx.Batch) {
	in, many := multirow.Parse(p.text)
	for from := 0; from < len(p.rows); {
		n := 1
		for many && n*2 <= len(p.rows)-from && n < multirow.Most {
			n *= 2
		}
		var args []any
		for _, r := range p.rows[from : from+n] {
			args = append(args, r...)
		}
		text := p.text
		if n > 1 {
			text = in.Text(n)
		}
		batch.Queue(text, args...)
		from += n
	}
}

func (e *postgresEngine) bytes(ctx context.Context) (size int64, err error) {
	err = e.conn.QueryRow(ctx, "SELECT CAST(COALESCE(SUM(pg_total_relation_size(oid)), 0) AS BIGINT) FROM pg_class WHERE relkind = 'r' AND relnamespace = CAST(current_schema() AS regnamespace)").Scan(&size)
	return size, err
}

func freshSchema(ctx context.Context, address, name string) (string, func() error, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", nil, errors.New("rawloop: the address of the database cannot be read")
	}
	name += fmt.Sprintf("_%08x", rand.Uint32()) // of two measurements on one server neither takes the other's
	do := func(text string) error {
		conn, err := pgx.Connect(context.WithoutCancel(ctx), address)
		if err != nil {
			return err
		}
		_, err = conn.Exec(context.WithoutCancel(ctx), text)
		return errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
	}
	quoted := pgx.Identifier{name}.Sanitize()
	drop := func() error { return do("DROP SCHEMA IF EXISTS " + quoted + " CASCADE") }
	if err := errors.Join(drop(), do("CREATE SCHEMA "+quoted)); err != nil {
		return "", nil, err
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String(), drop, nil
}
