// Package rawloop is the reference that benchmarks are measured against: the rows that a redemption or a posting
// writes, put down by a bare loop over the same driver, with prepared statements, in groups, under the same durability,
// with no checks, no reading, no retries and no callers. What the product does above that is its price.
package rawloop

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	_ "modernc.org/sqlite" // the driver "sqlite", as package store uses it

	"qunyan/internal/core"
)

// Loop is a database that raw rows are written to. One goroutine uses it.
type Loop struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	ids   *core.IDs
}

// Open opens a SQLite file that has been migrated, with the settings of package store.
func Open(ctx context.Context, path string) (*Loop, error) {
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(16000)", "cache_size(-32768)", "temp_store(MEMORY)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Loop{db: db, conn: conn, stmts: map[string]*sql.Stmt{}, ids: core.NewIDs(core.SystemClock{})}, nil
}

// Close closes the file.
func (l *Loop) Close() error { return errors.Join(l.conn.Close(), l.db.Close()) }

func (l *Loop) exec(ctx context.Context, text string, args ...any) error {
	s := l.stmts[text]
	if s == nil {
		var err error
		if s, err = l.conn.PrepareContext(ctx, text); err != nil {
			return fmt.Errorf("rawloop: %w", err)
		}
		l.stmts[text] = s
	}
	if _, err := s.ExecContext(ctx, args...); err != nil {
		return fmt.Errorf("rawloop: %w", err)
	}
	return nil
}

// Redeem is a household paying for one piece of one kind of goods.
type Redeem struct {
	Village   core.Area
	Household core.ID
	Item      core.ID
	Points    int64
	Fen       int64
	NowMs     int64
}

// Redemptions writes n redemptions, next giving each, with one commit for every group of them.
func (l *Loop) Redemptions(ctx context.Context, n, group int, next func(i int) Redeem) error {
	for from := 0; from < n; from += group {
		if err := l.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
			return err
		}
		for i := from; i < min(from+group, n); i++ {
			if err := l.redemption(ctx, i, next(i)); err != nil {
				return err
			}
		}
		if err := l.exec(ctx, "COMMIT"); err != nil {
			return err
		}
	}
	return nil
}

// redemption writes the fourteen rows of one redemption.
func (l *Loop) redemption(ctx context.Context, i int, r Redeem) error {
	id, day := l.ids.Next(), core.DayOf(r.NowMs)
	for _, move := range [4]struct {
		kind  int64
		owner core.ID
		by    int64
	}{{2, r.Household, -r.Points}, {13, 0, r.Points}, {22, 0, -r.Fen}, {24, 0, r.Fen}} {
		if err := l.exec(ctx, sqlMove, r.Village, move.kind, move.owner, move.by, 1); err != nil {
			return err
		}
	}
	if err := l.exec(ctx, sqlTake, r.Village, 2, r.NowMs); err != nil {
		return err
	}
	no := int64(i)*2 + 1
	if err := l.line(ctx, row{r.Village, no, 2, 13, r.Household, r.Points, id, "肥皂×1", r.NowMs}); err != nil {
		return err
	}
	if err := l.line(ctx, row{r.Village, no + 1, 22, 24, 0, r.Fen, id, "肥皂×1", r.NowMs}); err != nil {
		return err
	}
	writes := []struct {
		text string
		args []any
	}{
		{sqlItem, []any{r.Village, r.Item}},
		{sqlItemCost, []any{r.Fen, r.Village, r.Item}},
		{sqlTally, []any{r.Village, day.Month(), "redeemed", "", 1, r.Points}},
		{sqlMovement, []any{r.Village, l.ids.Next(), r.Item, id, r.NowMs}},
		{sqlRedemption, []any{r.Village, id, no, r.Household, day, r.Points, r.Fen, `[{"item":"0ABCDEFGHJKMN","name":"肥皂","unit":"块","price":5,"qty":1,"cost":400}]`, r.NowMs}},
		{sqlAudit, []any{r.Village, l.ids.Next(), r.NowMs, id.String(), `{"household":12,"no":1204,"points":5}`}},
		{sqlIntent, []any{r.Village, "0192f3a0-7c1e-7d2a-9b3c-" + id.String(), make([]byte, 32), `{"id":"` + id.String() + `"}`, r.NowMs}},
	}
	for _, w := range writes {
		if err := l.exec(ctx, w.text, w.args...); err != nil {
			return err
		}
	}
	return nil
}

type row struct {
	village       core.Area
	no            int64
	debit, credit int64
	owner         core.ID
	amount        int64
	ref           core.ID
	memo          string
	nowMs         int64
}

func (l *Loop) line(ctx context.Context, r row) error {
	return l.exec(ctx, sqlLine, r.village, r.no, r.no, core.DayOf(r.nowMs), r.nowMs, 4, "council", r.debit, r.credit, r.owner, r.amount, 1000, 1000, r.ref, 0, r.memo, "", 1)
}

// Lines writes n lines of one village, numbered from first, with one commit for all of them: what a month's close would
// cost if it were nothing but its lines.
func (l *Loop) Lines(ctx context.Context, village core.Area, first int64, n int, nowMs int64) error {
	if err := l.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for i := range n {
		r := row{village, first + int64(i), 11, 2, l.ids.Next(), 2, l.ids.Next(), "准时参加群众会并坚持到会议结束", nowMs}
		if err := l.line(ctx, r); err != nil {
			return err
		}
	}
	return l.exec(ctx, "COMMIT")
}
