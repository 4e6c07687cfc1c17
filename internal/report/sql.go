package report

import (
	"context"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

func areaName(ctx context.Context, tx *store.Tx, area core.Area) (name string, err error) {
	err = tx.Row(ctx, `SELECT short FROM area WHERE code = $1`, area).Scan(&name)
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "directory.no_area")
	}
	return name, err
}

func eachChild(ctx context.Context, tx *store.Tx, parent core.Area, fn func(code core.Area, name string)) error {
	return tx.Rows(ctx, `SELECT code, short FROM area WHERE parent = $1 ORDER BY sort, code`, func(r store.Row) error {
		var code core.Area
		var name string
		err := r.Scan(&code, &name)
		fn(code, name)
		return err
	}, parent)
}

// village is the heads of a village's book, shop and accounts.
type village struct {
	code     core.Area
	name     string
	closed   core.Month
	rate     core.Fen
	issued   core.Points // balance of the account points are issued from: what was earned, as a negative number
	redeemed core.Points
	expired  core.Points
	fund     core.Fen
	stock    core.Fen
}

// spendable is the sum of all households' spendable points. Every line of theirs has one of three other sides, so what
// was issued and neither redeemed nor expired is theirs: three numbers instead of one for each household.
func (v village) spendable() core.Points { return -(v.issued + v.redeemed + v.expired) }

// liability is what the shop would have to hand out for every point that can be spent.
func (v village) liability() core.Fen { return core.Fen(v.spendable()) * v.rate }

// short is what fund and stock lack to cover the liability, with the stock at nine tenths of its cost because not
// everything on a shelf finds a taker (domain.md §4); 0 if they cover it. Rounded up to whole fen.
func (v village) short() core.Fen {
	tenths := 10*v.liability() - 10*v.fund - 9*v.stock
	return max(0, (tenths+9)/10)
}

// The five accounts are ledger's PointsIssued, PointsRedeemed, PointsExpired, ShopFund and ShopStock.
const sqlVillages = `SELECT v.code, v.short, COALESCE(b.closed, 0), COALESCE(s.rate, 0), COALESCE(i.balance, 0), COALESCE(r.balance, 0), COALESCE(x.balance, 0),
		COALESCE(f.balance, 0), COALESCE(g.balance, 0)
	FROM area v
	JOIN area t ON t.code = v.parent
	LEFT JOIN book b ON b.village = v.code
	LEFT JOIN shop s ON s.village = v.code
	LEFT JOIN account i ON i.village = v.code AND i.kind = 11 AND i.owner = 0
	LEFT JOIN account r ON r.village = v.code AND r.kind = 13 AND r.owner = 0
	LEFT JOIN account x ON x.village = v.code AND x.kind = 16 AND x.owner = 0
	LEFT JOIN account f ON f.village = v.code AND f.kind = 21 AND f.owner = 0
	LEFT JOIN account g ON g.village = v.code AND g.kind = 22 AND g.owner = 0
	WHERE v.code >= $1 AND v.code <= $2
	ORDER BY t.sort, t.code, v.sort, v.code`

func eachVillage(ctx context.Context, tx *store.Tx, area core.Area, fn func(village)) error {
	low, high := area.Span()
	return tx.Rows(ctx, sqlVillages, func(r store.Row) error {
		var v village
		err := r.Scan(&v.code, &v.name, &v.closed, &v.rate, &v.issued, &v.redeemed, &v.expired, &v.fund, &v.stock)
		fn(v)
		return err
	}, low, high)
}

// part is the divisor that turns a village's code into its part of the area: the township of a county, the village
// itself elsewhere.
func part(area core.Area) int64 {
	if area.Level() == core.County {
		return 1000
	}
	return 1
}

// count is one sum of the tally.
type count struct {
	part      core.Area
	topic     string
	item      string
	n, amount int64
}

// What has come back to nothing (claims that moved on to another state) is a third of the rows, and not worth sorting.
const sqlCounts = `SELECT village / $1, topic, item, CAST(SUM(n) AS BIGINT), CAST(SUM(amount) AS BIGINT) FROM tally
	WHERE village >= $2 AND village <= $3 AND month >= $4 AND month <= $5 AND (n <> 0 OR amount <> 0)
	GROUP BY village / $1, topic, item`

// eachCount sums the tally over a span; the zero span is the counts that have no month.
func eachCount(ctx context.Context, tx *store.Tx, area core.Area, span Span, fn func(count)) error {
	low, high := area.Span()
	return tx.Rows(ctx, sqlCounts, func(r store.Row) error {
		var c count
		err := r.Scan(&c.part, &c.topic, &c.item, &c.n, &c.amount)
		fn(c)
		return err
	}, part(area), low, high, span.From, span.To)
}

const sqlMonths = `SELECT month, topic, CAST(SUM(n) AS BIGINT), CAST(SUM(amount) AS BIGINT) FROM tally
	WHERE month >= $1 AND month <= $2 AND topic IN ('earned', 'redeemed') AND village >= $3 AND village <= $4
	GROUP BY month, topic ORDER BY month, topic`

func eachMonth(ctx context.Context, tx *store.Tx, area core.Area, span Span, fn func(month core.Month, topic string, n, amount int64)) error {
	low, high := area.Span()
	return tx.Rows(ctx, sqlMonths, func(r store.Row) error {
		var month core.Month
		var topic string
		var n, amount int64
		err := r.Scan(&month, &topic, &n, &amount)
		fn(month, topic, n, amount)
		return err
	}, span.From, span.To, low, high)
}

// waiting is the claims of a village that have not come to their end.
type waiting struct {
	late   int64 // on the list of a month that should have been closed
	frozen int64 // by an open objection
}

// A claim never stays in a closed month, so the months after it are few, however long the book is.
const sqlWaiting = `SELECT t.village, t.month, t.item, t.n FROM area v
	LEFT JOIN book b ON b.village = v.code
	JOIN tally t ON t.village = v.code AND t.month > COALESCE(b.closed, 0) AND t.topic = 'claim'
	WHERE v.code >= $1 AND v.code <= $2 AND t.n > 0 AND t.item IN ('submitted', 'approved', 'noticed', 'frozen')`

func waitingClaims(ctx context.Context, tx *store.Tx, area core.Area, due core.Month) (map[core.Area]waiting, error) {
	low, high := area.Span()
	all := map[core.Area]waiting{}
	err := tx.Rows(ctx, sqlWaiting, func(r store.Row) error {
		var village core.Area
		var month core.Month
		var state string
		var n int64
		if err := r.Scan(&village, &month, &state, &n); err != nil {
			return err
		}
		w := all[village]
		if month <= due {
			w.late += n
		}
		if state == "frozen" {
			w.frozen += n
		}
		all[village] = w
		return nil
	}, low, high)
	return all, err
}
