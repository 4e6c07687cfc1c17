package claims

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// How long a list stays for objections, in whole days (domain.md §3: three, five to seven where the village votes so),
// and how many days after its end it comes down (domain.md §5).
const (
	MinNoticeDays = 3
	MaxNoticeDays = 7
	DownAfterDays = 30
)

// Notice is a published list of a month's claims. A month may have several, numbered by Seq.
type Notice struct {
	ID          core.ID
	Month       core.Month
	Seq         int64
	FromDay     core.Day // the day after publication: a day that has begun is not counted (民法典 art. 201)
	ToDay       core.Day // last day on which objections are taken
	Claims      int64
	Points      core.Points // deductions subtracted
	Closed      bool        // its lines were posted
	ByName      string
	PublishedMs int64
}

// Open says whether objections are still taken on a day.
func (n Notice) Open(today core.Day) bool { return today <= n.ToDay && !n.Closed }

// Down says whether the list is no longer shown to the public on a day.
func (n Notice) Down(today core.Day) bool { return today > n.ToDay.Add(DownAfterDays) }

const sqlApproved = `SELECT COUNT(*), CAST(COALESCE(SUM(points), 0) AS BIGINT) FROM claim WHERE village = $1 AND state = 'approved' AND month = $2`

const sqlLastSeq = `SELECT COALESCE(MAX(seq), 0) FROM notice WHERE village = $1 AND month = $2`

const sqlInsertNotice = `INSERT INTO notice (village, id, month, seq, from_day, to_day, claims, points, state, by_name, published_ms, fixed_no)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11)`

const sqlNoticeClaims = `UPDATE claim SET state = 'noticed', notice = $1, changed_ms = $2, version_no = version_no + 1
	WHERE village = $3 AND state = 'approved' AND month = $4`

// PublishNotice puts the approved claims of a month on a public list for a number of days; 0 takes what the village voted
// with its rules, and fewer than that are refused (claims.bad_notice_days). A list may have corrections only. It fails with
// claims.nothing_to_notice when nothing is approved and nothing was taken back since the list before.
func (s *Service) PublishNotice(ctx context.Context, by core.Actor, village core.Area, month core.Month, days int) (Notice, error) {
	if err := access.Require(by, access.OpPublishNotice, village); err != nil {
		return Notice{}, err
	}
	if err := validMonth(month); err != nil {
		return Notice{}, err
	}
	if days != 0 && (days < MinNoticeDays || days > MaxNoticeDays) {
		return Notice{}, errs.New(errs.Invalid, "claims.bad_notice_days", "least", MinNoticeDays, "most", MaxNoticeDays).At("days")
	}
	id, err := run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		if err := c.openMonth(month); err != nil {
			return 0, err
		}
		return c.publish(ctx, month, days)
	})
	if err != nil {
		return Notice{}, err
	}
	var n Notice
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = noticeByID(ctx, tx, village, id)
		return err
	})
	return n, err
}

func (c *command) publish(ctx context.Context, month core.Month, days int) (core.ID, error) {
	n := Notice{ID: c.ids.Next(), Month: month}
	if err := c.tx.Row(ctx, sqlApproved, c.village, month).Scan(&n.Claims, &n.Points); err != nil {
		return 0, err
	}
	if n.Claims == 0 {
		fixed, err := correctionsWaiting(ctx, c.tx, c.village)
		if err == nil && fixed == 0 {
			err = errs.New(errs.Conflict, "claims.nothing_to_notice")
		}
		if err != nil {
			return 0, err
		}
	}
	rules, err := rulebook.InForce(ctx, c.tx, c.village, c.today)
	if err != nil {
		return 0, err
	}
	voted := min(max(int(rules.NoticeDays), MinNoticeDays), MaxNoticeDays)
	if days == 0 {
		days = voted
	}
	if days < voted {
		return 0, errs.New(errs.Invalid, "claims.bad_notice_days", "least", voted, "most", MaxNoticeDays).At("days")
	}
	n.FromDay, n.ToDay = c.today.Add(1), c.today.Add(days)
	if err := c.tx.Row(ctx, sqlLastSeq, c.village, month).Scan(&n.Seq); err != nil {
		return 0, err
	}
	n.Seq++
	if _, err := c.tx.Exec(ctx, sqlInsertNotice, c.village, n.ID, month, n.Seq, n.FromDay, n.ToDay, n.Claims, n.Points, c.by.Name, c.now, c.lastNo); err != nil {
		return 0, err
	}
	if _, err := c.tx.Exec(ctx, sqlNoticeClaims, n.ID, c.now, c.village, month); err != nil {
		return 0, err
	}
	c.count(month, "claim", string(Approved), -n.Claims, -int64(n.Points))
	c.count(month, "claim", string(Noticed), n.Claims, int64(n.Points))
	return n.ID, c.log(ctx, "claims.publish_notice", "notice", n.ID.String(), nil, map[string]any{
		"month": month, "seq": n.Seq, "from_day": n.FromDay, "to_day": n.ToDay, "claims": n.Claims, "points": n.Points})
}

// openMonth refuses months that are closed or have not begun.
func (c *command) openMonth(month core.Month) error {
	switch {
	case month > c.today.Month():
		return errs.New(errs.Conflict, "claims.month_in_future", "month", month.String())
	case c.closed != 0 && month <= c.closed:
		return errs.New(errs.Conflict, "claims.month_closed", "month", month.String())
	}
	return nil
}

func validMonth(month core.Month) error {
	if !month.Valid() {
		return errs.New(errs.Invalid, "claims.bad_month").At("month")
	}
	return nil
}

const noticeColumns = `SELECT id, month, seq, from_day, to_day, claims, points, state, by_name, published_ms FROM notice WHERE village = $1`

const (
	sqlNotice    = noticeColumns + ` AND id = $2`
	sqlNoticesUp = noticeColumns + ` AND to_day >= $2 ORDER BY id DESC LIMIT $3`
	sqlNotices   = noticeColumns + ` AND (month = $2 OR $2 = 0) AND id < $3 ORDER BY id DESC LIMIT $4`
)

func scanNotice(r store.Row) (Notice, error) {
	var n Notice
	var state string
	err := r.Scan(&n.ID, &n.Month, &n.Seq, &n.FromDay, &n.ToDay, &n.Claims, &n.Points, &state, &n.ByName, &n.PublishedMs)
	n.Closed = state == "closed"
	return n, err
}

func noticeByID(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Notice, error) {
	n, err := scanNotice(tx.Row(ctx, sqlNotice, village, id))
	if errors.Is(err, store.ErrNone) {
		return n, errs.New(errs.NotFound, "claims.no_notice")
	}
	return n, err
}
