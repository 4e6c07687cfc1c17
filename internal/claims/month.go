package claims

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// MonthView is where a village's month stands: what is on its list, what is out, and what stands between it and its
// close.
type MonthView struct {
	Month          core.Month
	Today          core.Day
	Closing        *ledger.Closing // nil while the month is open
	Steps          Steps           // of a close that is under way
	Skipped        bool            // a later month was closed, and nothing stood on this one
	Corrections    int64           // lines taken back that stand on no list yet
	Counts         map[State]int64
	Second         int64 // of the submitted ones: approved once, waiting for a second person
	Notices        []Notice
	OpenObjections int64
	Overdue        int64 // of them, those whose answer was due before today
	Blockers       []Blocker
	CanNotice      bool // the actor may, and something is approved
	CanClose       bool // the actor may, and nothing stands in the way
	Totals         []CategoryTotal
	Earned         core.Points // approved, on notice or posted
	Deducted       core.Points // as judged; what is really taken is known at the close
}

// Steps is how far a close in steps has come. The zero Steps is that none is under way.
type Steps struct {
	Done   int64 // claims in the book
	All    int64 // claims of the month
	ByName string
}

// CategoryTotal adds up the claims of a month that are approved, on a notice or posted, beside the month before.
type CategoryTotal struct {
	Category   string
	N          int64
	Points     core.Points
	LastPoints core.Points
}

const (
	sqlMonthCounts = `SELECT state, COUNT(*) FROM claim WHERE village = $1 AND month = $2
		AND state IN ('submitted', 'returned', 'withdrawn', 'approved', 'rejected', 'noticed', 'frozen', 'dropped')
		GROUP BY state ORDER BY state`
	sqlMonthSecond = `SELECT COUNT(*) FROM claim WHERE village = $1 AND month = $2 AND first_by <> 0 AND state = 'submitted'`
	sqlMonthTotals = `SELECT category, month, COUNT(*), CAST(SUM(points) AS BIGINT) FROM claim
		WHERE village = $1 AND month BETWEEN $2 AND $3 AND state IN ('approved', 'noticed', 'frozen')
		GROUP BY category, month ORDER BY category, month`
	sqlMonthObjections = `SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN o.due_day < $1 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM objection o JOIN claim c ON c.village = o.village AND c.id = o.claim
		WHERE o.village = $2 AND o.state = 'open' AND c.month = $3`
)

// Month tells staff where a month stands.
func (s *Service) Month(ctx context.Context, by core.Actor, village core.Area, month core.Month) (MonthView, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return MonthView{}, err
	}
	if err := validMonth(month); err != nil {
		return MonthView{}, err
	}
	m := MonthView{Month: month, Today: core.DayOf(s.clock.Now()), Counts: map[State]int64{}}
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return m.read(ctx, tx, by, village)
	})
	return m, err
}

func (m *MonthView) read(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area) error {
	if err := m.sumUp(ctx, tx, village); err != nil {
		return err
	}
	err := tx.Rows(ctx, sqlNotices, func(r store.Row) error {
		n, err := scanNotice(r)
		m.Notices = append(m.Notices, n)
		return err
	}, village, m.Month, lastID, core.MaxPage)
	if err != nil {
		return err
	}
	if err := tx.Row(ctx, sqlMonthObjections, m.Today, village, m.Month).Scan(&m.OpenObjections, &m.Overdue); err != nil {
		return err
	}
	closing, closed, err := closingOf(ctx, tx, village, m.Month)
	if err != nil {
		return err
	}
	if closed {
		m.Closing = &closing
		if n := m.Counts[Noticed]; n > 0 {
			m.Counts[Posted] = n
			delete(m.Counts, Noticed)
		}
		return nil
	}
	return m.judge(ctx, tx, by, village)
}

// sumUp counts the month's claims by state and by category.
func (m *MonthView) sumUp(ctx context.Context, tx *store.Tx, village core.Area) error {
	err := tx.Rows(ctx, sqlMonthCounts, func(r store.Row) error {
		var state State
		var n int64
		err := r.Scan(&state, &n)
		m.Counts[state] = n
		return err
	}, village, m.Month)
	if err != nil {
		return err
	}
	if err := tx.Row(ctx, sqlMonthSecond, village, m.Month).Scan(&m.Second); err != nil {
		return err
	}
	return tx.Rows(ctx, sqlMonthTotals, m.addTotal, village, m.Month.Prev(), m.Month)
}

// addTotal takes a row of category, month, count and points; the rows come ordered by category.
func (m *MonthView) addTotal(r store.Row) error {
	var category string
	var month core.Month
	var n int64
	var points core.Points
	if err := r.Scan(&category, &month, &n, &points); err != nil {
		return err
	}
	if len(m.Totals) == 0 || m.Totals[len(m.Totals)-1].Category != category {
		m.Totals = append(m.Totals, CategoryTotal{Category: category})
	}
	total := &m.Totals[len(m.Totals)-1]
	if month != m.Month {
		total.LastPoints = points
		return nil
	}
	total.N, total.Points = n, points
	if points < 0 {
		m.Deducted -= points
	} else {
		m.Earned += points
	}
	return nil
}

// judge says what can be done with an open month.
func (m *MonthView) judge(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area) error {
	closed, err := closedMonth(ctx, tx, village)
	if err != nil {
		return err
	}
	c := command{today: m.Today, closed: closed}
	if c.openMonth(m.Month) != nil {
		m.Skipped = m.Month <= closed
		return nil
	}
	if m.Blockers, err = blockersOf(ctx, tx, village, m.Month, closed, m.Today); err != nil {
		return err
	}
	if m.Corrections, err = correctionsWaiting(ctx, tx, village); err != nil {
		return err
	}
	m.CanNotice = m.Counts[Approved]+m.Corrections > 0 && access.Can(by, access.OpPublishNotice, village)
	m.CanClose = len(m.Blockers) == 0 && access.Can(by, access.OpCloseMonth, village)
	return m.follow(ctx, tx, village)
}

// follow reads how far a close of the month has come that is under way: until it ends nothing else can be done.
func (m *MonthView) follow(ctx context.Context, tx *store.Tx, village core.Area) error {
	p, err := stepsOf(ctx, tx, village)
	switch {
	case errors.Is(err, store.ErrNone):
		return nil
	case err != nil:
		return err
	case p.Month == m.Month:
		m.Steps = Steps{Done: p.Claims, All: m.Counts[Noticed], ByName: p.ActorName}
	}
	m.CanNotice, m.CanClose = false, false
	return nil
}
