package claims

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
	"qunyan/internal/tally"
)

// Blocker is something that stands between a month and its close.
type Blocker struct {
	Code  string     `json:"code"`
	N     int64      `json:"n"`
	Day   core.Day   `json:"day"` // last day of the window, or the day an answer is due
	Month core.Month `json:"-"`
}

// What can stand in the way of a close.
const (
	blockEarlier = "claims.earlier_month_open" // N is that month, yyyymm
	blockWindow  = "claims.window_open"        // N lists, the last of which ends on Day
	blockFrozen  = "claims.lines_frozen"       // N lines, the first answer being due on Day
)

// Close posts every claim of the month that stood on a notice for its whole window and closes the month: what was not
// ready moves to the next month's list. A long month is posted in steps, so that other villages need not wait for it;
// until the last step the village's claims cannot change (claims.closing_now), and a close that was interrupted goes on
// where it was. While a window is open or an objection unanswered it fails with the first blocker's code and posts
// nothing. Closing the same month again gives the first result and changes nothing. Months close in order; one without
// claims and lists may be left out.
func (s *Service) Close(ctx context.Context, by core.Actor, village core.Area, month core.Month) (ledger.Closing, error) {
	if err := access.Require(by, access.OpCloseMonth, village); err != nil {
		return ledger.Closing{}, err
	}
	if err := validMonth(month); err != nil {
		return ledger.Closing{}, err
	}
	return s.close(ctx, by, village, month)
}

func (s *Service) close(ctx context.Context, by core.Actor, village core.Area, month core.Month) (ledger.Closing, error) {
	seal := s.opt.Sealing(village)
	all, err := s.postAhead(ctx, by, village, month, seal)
	if err != nil {
		return ledger.Closing{}, err
	}
	done, err := s.finish(ctx, by, village, month, all, seal)
	if errors.Is(err, errUnsealed) { // the month is closed whatever comes of the checkpoint
		seal.Failed(err)
		done, err = s.finish(ctx, by, village, month, all, unsealed{})
	}
	return done, err
}

// errUnsealed says that the close failed over its checkpoint alone.
var errUnsealed = errors.New("claims: no checkpoint could be made")

// finish posts what no step has posted, closes the month and signs the checkpoint, all in one transaction: it costs one
// flush of the disk, and no power cut falls between the close and what proves it.
func (s *Service) finish(ctx context.Context, by core.Actor, village core.Area, month core.Month, all *sums, seal Sealing) (done ledger.Closing, err error) {
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		done, err = store.Once(ctx, tx, by, village, s.clock.Now(), func() (none ledger.Closing, err error) {
			c, err := s.take(ctx, tx, by, village)
			if err != nil {
				return none, err
			}
			done, closed, err := c.mayClose(ctx, month)
			if err != nil || closed {
				return done, err
			}
			if done, err = c.close(ctx, month, all); err != nil {
				return none, err
			}
			if err := c.writeCounts(ctx); err != nil {
				return none, err
			}
			if err := seal.Sign(ctx, tx); err != nil {
				return none, errors.Join(errUnsealed, err)
			}
			return done, nil
		})
		return err
	})
	return done, err
}

// mayClose gives the closing of a month that is closed already, and fails while anything stands in the way of one that
// is not.
func (c *command) mayClose(ctx context.Context, month core.Month) (done ledger.Closing, closed bool, err error) {
	if done, closed, err = closingOf(ctx, c.tx, c.village, month); err != nil || closed {
		return done, closed, err
	}
	if err := c.openMonth(month); err != nil {
		return done, false, err
	}
	blockers, err := blockersOf(ctx, c.tx, c.village, month, c.closed, c.today)
	if err == nil && len(blockers) > 0 {
		err = blockers[0].refusal(blockers)
	}
	return done, false, err
}

// refusal is the error of a close that is blocked: the first blocker's sentence, and all of them for a program.
func (b Blocker) refusal(all []Blocker) error {
	e := errs.New(errs.Conflict, b.Code, "n", b.N, "day", b.Day.String(), "month", b.Month.String())
	e.Params["blockers"] = all
	return e
}

// closingOf is a month's closing, and whether it is closed at all.
func closingOf(ctx context.Context, tx *store.Tx, village core.Area, month core.Month) (ledger.Closing, bool, error) {
	c, err := ledger.ClosingOf(ctx, tx, village, month)
	if err != nil && errs.KindOf(err) == errs.NotFound {
		return ledger.Closing{}, false, nil
	}
	return c, err == nil, err
}

const sqlEarlierNotice = `SELECT COALESCE(MIN(month), 0) FROM notice WHERE village = $1 AND state = 'open' AND month < $2`

const sqlEarlierClaims = `SELECT COALESCE(MIN(month), 0) FROM claim WHERE village = $1
	AND state IN ('submitted', 'returned', 'approved', 'noticed', 'frozen') AND month > $2 AND month < $3`

const sqlOpenWindows = `SELECT COUNT(*), COALESCE(MAX(to_day), 0) FROM notice
	WHERE village = $1 AND month = $2 AND state = 'open' AND to_day >= $3`

const sqlFrozenLines = `SELECT COUNT(DISTINCT o.claim), COALESCE(MIN(o.due_day), 0) FROM claim c
	JOIN objection o ON o.village = c.village AND o.claim = c.id AND o.state = 'open'
	WHERE c.village = $1 AND c.state = 'frozen' AND c.month = $2`

// blockersOf lists what stands in the way of closing a month that is not closed.
func blockersOf(ctx context.Context, tx *store.Tx, village core.Area, month, closed core.Month, today core.Day) (all []Blocker, err error) {
	earlier, err := earlierOpen(ctx, tx, village, month, closed)
	if err != nil {
		return nil, err
	}
	if earlier != 0 {
		all = append(all, Blocker{Code: blockEarlier, N: int64(earlier), Month: earlier})
	}
	frozen, window := Blocker{Code: blockFrozen, Month: month}, Blocker{Code: blockWindow, Month: month}
	err = tx.Batch(ctx, []store.Query{
		{SQL: sqlFrozenLines, Args: []any{village, month}, Dest: []any{&frozen.N, &frozen.Day}},
		{SQL: sqlOpenWindows, Args: []any{village, month, today}, Dest: []any{&window.N, &window.Day}},
	})
	if err != nil {
		return nil, err
	}
	for _, b := range []Blocker{frozen, window} {
		if b.N > 0 {
			all = append(all, b)
		}
	}
	return all, nil
}

// earlierOpen is the first month before one that has something of its own to close, or 0: a month in which nothing
// happened is passed over. Until a village closes its first month, only lists that are out already keep a later month
// waiting.
func earlierOpen(ctx context.Context, tx *store.Tx, village core.Area, month, closed core.Month) (first core.Month, err error) {
	if err := tx.Row(ctx, sqlEarlierNotice, village, month).Scan(&first); err != nil || closed == 0 {
		return first, err
	}
	var waiting core.Month
	err = tx.Row(ctx, sqlEarlierClaims, village, closed, month).Scan(&waiting)
	if first == 0 || waiting != 0 && waiting < first {
		first = waiting
	}
	return first, err
}

const (
	// What is not ready goes on to the next month. A reviewer sees the same claim as before, so its count of changes stays.
	sqlMove = `UPDATE claim SET month = $1 WHERE village = $2 AND state IN ('submitted', 'returned', 'approved') AND month <= $3`
	sqlLeft = `SELECT state, month, COUNT(*), CAST(SUM(points) AS BIGINT) FROM claim
		WHERE village = $1 AND state IN ('submitted', 'returned', 'approved') AND month <= $2 GROUP BY state, month`
	sqlCloseNotices = `UPDATE notice SET state = 'closed' WHERE village = $1 AND month = $2`
	sqlPostedNow    = `SELECT COUNT(*), CAST(COALESCE(SUM(points), 0) AS BIGINT), COUNT(DISTINCT CASE WHEN points > 0 THEN household END)
		FROM claim WHERE village = $1 AND state = 'noticed' AND month = $2`
)

// close posts what no step has posted yet, and the month is closed. all is the sums of the month's claims, nil if they
// are to be read.
func (c *command) close(ctx context.Context, month core.Month, all *sums) (ledger.Closing, error) {
	p, err := c.resume(ctx, month)
	if err == nil {
		err = p.postRest(ctx, c, all)
	}
	if err != nil {
		return ledger.Closing{}, err
	}
	out := p.Closing
	out.AtMs = c.now
	if err := c.expire(ctx, month); err != nil {
		return out, err
	}
	if err := c.moveOn(ctx, month, &out); err != nil {
		return out, err
	}
	if _, err := c.tx.Exec(ctx, sqlCloseNotices, c.village, month); err != nil {
		return out, err
	}
	if err := ledger.CloseMonth(ctx, c.tx, c.village, out); err != nil {
		return out, err
	}
	if c.closing != 0 {
		if _, err := c.tx.Exec(ctx, sqlEndSteps, c.village); err != nil {
			return out, err
		}
	}
	return out, c.log(ctx, "claims.close_month", "month", month.String(), nil, map[string]any{
		"claims": out.Claims, "points": out.Points, "deducted": out.Deducted, "first_no": out.FirstNo, "last_no": out.LastNo, "moved": out.Moved})
}

// sums are what the claims of a month come to.
type sums struct {
	claims, points int64
	active         int64 // households that get any
}

// sumsOf adds claims up that stand by household.
func sumsOf(all []due) *sums {
	s := &sums{}
	var counted core.ID
	for _, d := range all {
		s.claims++
		s.points += int64(d.points)
		if d.points > 0 && d.household != counted {
			counted = d.household
			s.active++
		}
	}
	return s
}

// readSums reads what the month's claims come to, for a close that did not read all of them.
func (c *command) readSums(ctx context.Context, month core.Month) (*sums, error) {
	s := &sums{}
	err := c.tx.Row(ctx, sqlPostedNow, c.village, month).Scan(&s.claims, &s.points, &s.active)
	return s, err
}

// countPosted counts the month's claims out of their notices and into the book.
func (c *command) countPosted(month core.Month, s sums) {
	c.count(month, "claim", string(Noticed), -s.claims, -s.points)
	c.count(month, "claim", string(Posted), s.claims, s.points)
	c.count(month, tally.Active, "", s.active, 0)
}

// moveOn takes what is not ready to the next month's list, with its counts.
func (c *command) moveOn(ctx context.Context, month core.Month, out *ledger.Closing) error {
	err := c.tx.Rows(ctx, sqlLeft, func(r store.Row) error {
		var state State
		var was core.Month
		var n, points int64
		if err := r.Scan(&state, &was, &n, &points); err != nil {
			return err
		}
		c.count(was, "claim", string(state), -n, -points)
		c.count(month.Next(), "claim", string(state), n, points)
		out.Moved += n
		return nil
	}, c.village, month)
	if err != nil || out.Moved == 0 {
		return err
	}
	_, err = c.tx.Exec(ctx, sqlMove, month.Next(), c.village, month)
	return err
}
