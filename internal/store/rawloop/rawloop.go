// Package rawloop is the reference that benchmarks are measured against: the rows that a redemption or a posting
// writes, put down by a bare loop over the same driver, with prepared statements, in groups, under the same durability,
// with no checks, no reading, no retries and no callers. What the product does above that is its price.
package rawloop

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"qunyan/internal/core"
)

// Loop is a database that raw rows are written to. One goroutine uses it.
type Loop struct {
	engine engine
	ids    *core.IDs
}

// engine is one connection with its prepared statements.
type engine interface {
	begin(ctx context.Context) error
	put(ctx context.Context, text string, args ...any) error
	commit(ctx context.Context) error
	bytes(ctx context.Context) (int64, error)
	close() error
}

// Open opens a database that has been migrated, "sqlite:PATH" or "postgres://…", with the settings of package store.
func Open(ctx context.Context, url string) (*Loop, error) {
	l := &Loop{ids: core.NewIDs(core.SystemClock{})}
	var err error
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		l.engine, err = openSQLite(ctx, path)
	} else {
		l.engine, err = openPostgres(ctx, url)
	}
	if err != nil {
		return nil, fmt.Errorf("rawloop: %w", err)
	}
	return l, nil
}

// Bytes is the size of the database, all indexes counted.
func (l *Loop) Bytes(ctx context.Context) (int64, error) { return l.engine.bytes(ctx) }

// Close closes the connection.
func (l *Loop) Close() error { return l.engine.close() }

// groups writes n units, one giving the rows of each, with one commit for every group of them.
func (l *Loop) groups(ctx context.Context, n, group int, one func(i int) error) error {
	for from := 0; from < n; from += group {
		if err := l.engine.begin(ctx); err != nil {
			return fmt.Errorf("rawloop: %w", err)
		}
		for i := from; i < min(from+group, n); i++ {
			if err := one(i); err != nil {
				return fmt.Errorf("rawloop: %w", err)
			}
		}
		if err := l.engine.commit(ctx); err != nil {
			return fmt.Errorf("rawloop: %w", err)
		}
	}
	return nil
}

// Posting is points given to a household under a client's key.
type Posting struct {
	Village   core.Area
	Household core.ID
	No        int64 // of its line
	Points    int64
	NowMs     int64
}

// Postings writes n postings of one line, next giving each, with one commit for every group of them.
func (l *Loop) Postings(ctx context.Context, n, group int, next func(i int) Posting) error {
	return l.groups(ctx, n, group, func(i int) error {
		p := next(i)
		id := l.ids.Next()
		return l.all(ctx, []put{
			{sqlTake, []any{p.Village, 1, p.NowMs}},
			{sqlMove, []any{p.Village, 11, 0, -p.Points, 1}},
			{sqlMove, []any{p.Village, 2, p.Household, p.Points, 1}},
			{sqlLine, row{p.Village, p.No, 11, 2, p.Household, p.Points, id, 0, "按时参加群众会", p.NowMs}.args()},
			{sqlTally, []any{p.Village, core.MonthOf(p.NowMs), "earned", "council", 1, p.Points}},
			{sqlIntent, []any{p.Village, "0192f3a0-7c1e-7d2a-9b3c-" + id.String(), make([]byte, 32), strconv.FormatInt(p.No, 10), p.NowMs}},
		})
	})
}

type put struct {
	text string
	args []any
}

func (l *Loop) all(ctx context.Context, puts []put) error {
	for _, p := range puts {
		if err := l.engine.put(ctx, p.text, p.args...); err != nil {
			return err
		}
	}
	return nil
}

// Redeem is a household paying for one piece of one kind of goods.
type Redeem struct {
	Village   core.Area
	Household core.ID
	Item      core.ID
	No        int64 // of the first of its two lines
	Points    int64
	Fen       int64
	NowMs     int64
}

// Redemptions writes n redemptions, next giving each, with one commit for every group of them.
func (l *Loop) Redemptions(ctx context.Context, n, group int, next func(i int) Redeem) error {
	return l.groups(ctx, n, group, func(i int) error { return l.redemption(ctx, next(i)) })
}

// redemption writes the fourteen rows of one redemption.
func (l *Loop) redemption(ctx context.Context, r Redeem) error {
	id, day := l.ids.Next(), core.DayOf(r.NowMs)
	const slip = `[{"item":"0ABCDEFGHJKMN","name":"肥皂","unit":"块","price":5,"qty":1,"cost":400}]`
	return l.all(ctx, []put{
		{sqlMove, []any{r.Village, 2, r.Household, -r.Points, 1}},
		{sqlMove, []any{r.Village, 13, 0, r.Points, 1}},
		{sqlMove, []any{r.Village, 22, 0, -r.Fen, 1}},
		{sqlMove, []any{r.Village, 24, 0, r.Fen, 1}},
		{sqlTake, []any{r.Village, 2, r.NowMs}},
		{sqlLine, row{r.Village, r.No, 2, 13, r.Household, r.Points, id, 0, "肥皂×1", r.NowMs}.args()},
		{sqlLine, row{r.Village, r.No + 1, 22, 24, 0, r.Fen, id, 0, "肥皂×1", r.NowMs}.args()},
		{sqlItem, []any{1, r.Fen, r.Village, r.Item}},
		{sqlTally, []any{r.Village, day.Month(), "redeemed", "", 1, r.Points}},
		{sqlMovement, []any{r.Village, l.ids.Next(), r.Item, id, r.NowMs}},
		{sqlRedemption, []any{r.Village, id, r.No, r.Household, day, r.Points, r.Fen, slip, r.NowMs}},
		{sqlAudit, []any{r.Village, l.ids.Next(), r.NowMs, id.String(), `{"household":12,"no":1204,"points":5}`}},
		{sqlIntent, []any{r.Village, "0192f3a0-7c1e-7d2a-9b3c-" + id.String(), make([]byte, 32), `{"id":"` + id.String() + `"}`, r.NowMs}},
	})
}

type row struct {
	village       core.Area
	no            int64
	debit, credit int64
	owner         core.ID
	amount        int64
	ref           core.ID
	memo          int64
	text          string
	nowMs         int64
}

func (r row) args() []any {
	return []any{r.village, r.no, r.no, core.DayOf(r.nowMs), r.nowMs, 4, "council", r.debit, r.credit, r.owner, r.amount, 1000, 1000,
		r.ref, 0, r.text, "", 1, r.memo}
}

// Lines writes n lines of one village, numbered from first, with one commit for all of them: what a month's close would
// cost if it were nothing but its lines.
func (l *Loop) Lines(ctx context.Context, village core.Area, first int64, n int, nowMs int64) error {
	return l.groups(ctx, n, n, func(i int) error {
		r := row{village, first + int64(i), 11, 2, l.ids.Next(), 2, l.ids.Next(), 7, "", nowMs}
		return l.engine.put(ctx, sqlLine, r.args()...)
	})
}

// Fresh makes an empty place in a database for a measurement: for "postgres://…" a schema of that name, given as an
// address of its own and thrown away by drop. A SQLite file needs no such thing.
func Fresh(ctx context.Context, address, name string) (fresh string, drop func() error, err error) {
	return freshSchema(ctx, address, name)
}
