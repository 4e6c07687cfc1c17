package claims

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// Certificate is what a village signs for when a month is closed.
type Certificate struct {
	Closing    ledger.Closing
	Totals     []CategoryTotal
	Households int64 // that got or lost points
	Notices    []Notice
	Objections []Resolved
	Expired    Expired
}

// Resolved is an objection to a line of the month and what became of it, by the household's number and the item's code:
// the paper goes into the village's file.
type Resolved struct {
	Number     int64
	Rule       string
	Points     core.Points
	Outcome    string // open, Upheld or Dismissed
	Answer     string
	AnsweredBy string
	Day        core.Day // of the answer
}

const (
	sqlCertHouseholds = `SELECT COUNT(DISTINCT household) FROM claim WHERE village = $1 AND state = 'noticed' AND month = $2`
	sqlCertTotals     = `SELECT category, month, COUNT(*), CAST(SUM(points) AS BIGINT) FROM claim
		WHERE village = $1 AND month BETWEEN $2 AND $3 AND state = 'noticed' GROUP BY category, month ORDER BY category, month`
	sqlCertObjections = `SELECT h.number, c.rule, c.points, o.state, o.answer, o.answered_name, o.answered_ms
		FROM notice n
		JOIN objection o ON o.village = n.village AND o.notice = n.id
		JOIN claim c ON c.village = o.village AND c.id = o.claim
		JOIN household h ON h.village = c.village AND h.id = c.household
		WHERE n.village = $1 AND n.month = $2 ORDER BY o.id LIMIT $3`
)

// mostResolved bounds the objections on a certificate.
const mostResolved = 500

// CertificateOf is a closed month as the paper shows it. Error: ledger.month_open.
func (s *Service) CertificateOf(ctx context.Context, by core.Actor, village core.Area, month core.Month) (c Certificate, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return c, err
	}
	if err := validMonth(month); err != nil {
		return c, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		closing, closed, err := closingOf(ctx, tx, village, month)
		if err != nil {
			return err
		}
		if !closed {
			return errs.New(errs.NotFound, "ledger.month_open", "month", month.String())
		}
		c.Closing = closing
		return c.read(ctx, tx, village, month)
	})
	return c, err
}

func (c *Certificate) read(ctx context.Context, tx *store.Tx, village core.Area, month core.Month) error {
	if err := tx.Row(ctx, sqlCertHouseholds, village, month).Scan(&c.Households); err != nil {
		return err
	}
	m := MonthView{Month: month}
	if err := tx.Rows(ctx, sqlCertTotals, m.addTotal, village, month.Prev(), month); err != nil {
		return err
	}
	c.Totals = m.Totals
	err := tx.Rows(ctx, sqlNotices, func(r store.Row) error {
		n, err := scanNotice(r)
		c.Notices = append(c.Notices, n)
		return err
	}, village, month, lastID, core.MaxPage)
	if err != nil {
		return err
	}
	err = tx.Rows(ctx, sqlCertObjections, func(r store.Row) error {
		var o Resolved
		var ms int64
		err := r.Scan(&o.Number, &o.Rule, &o.Points, &o.Outcome, &o.Answer, &o.AnsweredBy, &ms)
		if ms != 0 {
			o.Day = core.DayOf(ms)
		}
		c.Objections = append(c.Objections, o)
		return err
	}, village, month, mostResolved)
	if err != nil {
		return err
	}
	c.Expired, err = expiredBy(ctx, tx, village, month)
	return err
}
