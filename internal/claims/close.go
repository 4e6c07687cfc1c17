package claims

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/rulebook"
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

// Close posts every claim of the month that stood on a notice for its whole window, as one command, and closes the
// month: what was not ready moves to the next month's list. While a window is open or an objection unanswered it fails
// with the first blocker's code and posts nothing. Closing the same month again gives the first result and changes
// nothing. Months close in order.
func (s *Service) Close(ctx context.Context, by core.Actor, village core.Area, month core.Month) (ledger.Closing, error) {
	if err := access.Require(by, access.OpCloseMonth, village); err != nil {
		return ledger.Closing{}, err
	}
	if err := validMonth(month); err != nil {
		return ledger.Closing{}, err
	}
	done, err := run(ctx, s, by, village, func(ctx context.Context, c *command) (ledger.Closing, error) {
		done, closed, err := closingOf(ctx, c.tx, village, month)
		if err != nil || closed {
			return done, err
		}
		if err := c.openMonth(month); err != nil {
			return ledger.Closing{}, err
		}
		blockers, err := blockersOf(ctx, c.tx, village, month, c.closed, c.today)
		if err != nil {
			return ledger.Closing{}, err
		}
		if len(blockers) > 0 {
			return ledger.Closing{}, blockers[0].refusal(blockers)
		}
		return c.close(ctx, month)
	})
	if err == nil {
		s.opt.Closed(ctx, village)
	}
	return done, err
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

// Until a village closes its first month, only lists that are out already keep a later month waiting.
const sqlEarlierNotice = `SELECT COALESCE(MIN(month), 0) FROM notice WHERE village = $1 AND state = 'open' AND month < $2`

const sqlOpenWindows = `SELECT COUNT(*), COALESCE(MAX(to_day), 0) FROM notice
	WHERE village = $1 AND month = $2 AND state = 'open' AND to_day >= $3`

const sqlFrozenLines = `SELECT COUNT(DISTINCT o.claim), COALESCE(MIN(o.due_day), 0) FROM claim c
	JOIN objection o ON o.village = c.village AND o.claim = c.id AND o.state = 'open'
	WHERE c.village = $1 AND c.state = 'frozen' AND c.month = $2`

// blockersOf lists what stands in the way of closing a month that is not closed.
func blockersOf(ctx context.Context, tx *store.Tx, village core.Area, month, closed core.Month, today core.Day) (all []Blocker, err error) {
	earlier := closed.Next()
	if closed == 0 {
		if err := tx.Row(ctx, sqlEarlierNotice, village, month).Scan(&earlier); err != nil {
			return nil, err
		}
	}
	if earlier != 0 && earlier < month {
		all = append(all, Blocker{Code: blockEarlier, N: int64(earlier), Month: earlier})
	}
	frozen, window := Blocker{Code: blockFrozen, Month: month}, Blocker{Code: blockWindow, Month: month}
	if err := tx.Row(ctx, sqlFrozenLines, village, month).Scan(&frozen.N, &frozen.Day); err != nil {
		return nil, err
	}
	if err := tx.Row(ctx, sqlOpenWindows, village, month, today).Scan(&window.N, &window.Day); err != nil {
		return nil, err
	}
	for _, b := range []Blocker{frozen, window} {
		if b.N > 0 {
			all = append(all, b)
		}
	}
	return all, nil
}

// due is a claim that is ready to be posted.
type due struct {
	id, household core.ID
	version       int64
	rule          string
	category      string
	points        core.Points
}

const sqlDue = `SELECT id, household, version, rule, category, points FROM claim
	WHERE village = $1 AND state = 'noticed' AND month = $2 ORDER BY id`

const (
	// What is not ready goes on to the next month. A reviewer sees the same claim as before, so its count of changes stays.
	sqlMove = `UPDATE claim SET month = $1 WHERE village = $2 AND state = $3 AND month <= $4`
	sqlLeft = `SELECT state, month, COUNT(*), CAST(SUM(points) AS BIGINT) FROM claim
		WHERE village = $1 AND state IN ('submitted', 'returned', 'approved') AND month <= $2 GROUP BY state, month`
	sqlCloseNotices = `UPDATE notice SET state = 'closed' WHERE village = $1 AND month = $2`
)

// close posts the month. Nothing in it asks the database claim by claim.
func (c *command) close(ctx context.Context, month core.Month) (ledger.Closing, error) {
	out := ledger.Closing{Month: month, Actor: c.by.ID, ActorName: c.by.Name, AtMs: c.now}
	if err := c.postDue(ctx, month, &out); err != nil {
		return out, err
	}
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
	return out, c.log(ctx, "claims.close_month", "month", month.String(), nil, map[string]any{
		"claims": out.Claims, "points": out.Points, "deducted": out.Deducted, "first_no": out.FirstNo, "last_no": out.LastNo, "moved": out.Moved})
}

func (c *command) postDue(ctx context.Context, month core.Month, out *ledger.Closing) error {
	var all []due
	err := c.tx.Rows(ctx, sqlDue, func(r store.Row) error {
		var d due
		err := r.Scan(&d.id, &d.household, &d.version, &d.rule, &d.category, &d.points)
		all = append(all, d)
		return err
	}, c.village, month)
	if err != nil {
		return err
	}
	vouchers := make([][]ledger.Entry, len(all))
	texts := memos{}
	for i, d := range all {
		rule, err := texts.of(ctx, c, d)
		if err != nil {
			return err
		}
		vouchers[i] = []ledger.Entry{d.entry(rule)}
	}
	lines, err := ledger.PostMany(ctx, c.tx, ledger.Stamp{Village: c.village, NowMs: c.now, Actor: c.by.ID}, vouchers)
	if err != nil {
		return err
	}
	out.Claims = int64(len(all))
	active := map[core.ID]bool{}
	for i, d := range all {
		add(out, lines[i])
		if d.points > 0 {
			active[d.household] = true
		}
		c.count(month, "claim", string(Noticed), -1, -int64(d.points))
		c.count(month, "claim", string(Posted), 1, int64(d.points))
	}
	c.count(month, tally.Active, "", int64(len(active)), 0)
	return nil
}

// memos keeps the rules whose texts the lines bear: a month has many lines and few rules.
type memos map[memo]rulebook.Rule

type memo struct {
	version int64
	rule    string
}

func (m memos) of(ctx context.Context, c *command, d due) (rulebook.Rule, error) {
	key := memo{d.version, d.rule}
	if rule, known := m[key]; known {
		return rule, nil
	}
	rule, err := rulebook.RuleOf(ctx, c.tx, c.village, d.version, d.rule)
	m[key] = rule
	return rule, err
}

// entry is the claim as the book knows it.
func (d due) entry(rule rulebook.Rule) ledger.Entry {
	e := ledger.Entry{Kind: ledger.Earned, Category: d.category, Owner: d.household, Amount: int64(d.points), Ref: d.id,
		MemoZh: rule.TextZh, MemoEn: rule.TextEn}
	if d.points < 0 {
		e.Kind, e.Amount = ledger.Deducted, -int64(d.points)
	}
	return e
}

// add sums up one line; a deduction that found nothing to take has none.
func add(out *ledger.Closing, l ledger.Line) {
	if l.No == 0 {
		return
	}
	if out.FirstNo == 0 {
		out.FirstNo = l.No
	}
	out.LastNo = l.No
	if l.Kind == ledger.Deducted {
		out.Deducted += core.Points(l.Amount)
	} else {
		out.Points += core.Points(l.Amount)
	}
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
	if err != nil {
		return err
	}
	for _, state := range []State{Submitted, Returned, Approved} {
		if _, err := c.tx.Exec(ctx, sqlMove, month.Next(), c.village, string(state), month); err != nil {
			return err
		}
	}
	return nil
}
