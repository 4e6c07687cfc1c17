package claims

import (
	"context"
	"errors"
	"slices"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/messages"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// Points expire only where a village voted so, after two years at least; without a vote nothing expires (domain.md §2).
const (
	MinExpiryMonths = 24
	MaxExpiryMonths = 120
	// warnMonths is how many months ahead people are told.
	warnMonths = 3
)

// Expiry is what a village voted on the expiry of points. The zero Expiry is that nothing expires.
type Expiry struct {
	ID      core.ID
	Months  int64    // 0: nothing expires
	FromDay core.Day // first of a month
	Since   core.Day // points earned before count as earned on this day, so that a vote never reaches back (domain.md §5, R5)
	rulebook.Meetings
	ByName string
}

// cutoff is the last day whose points expire with the close of a month on a day of today; 0 if none do. A month that is
// closed before it is over lets nothing expire before its time.
func (e Expiry) cutoff(month core.Month, today core.Day) core.Day {
	if e.Months == 0 {
		return 0
	}
	day := min(month, today.Month().Prev()).Add(-int(e.Months)).Last()
	if day < e.Since {
		return 0
	}
	return day
}

const expiryColumns = `SELECT id, months, from_day, since_day, vote_kind, vote_day, vote_due, vote_present, vote_for, minutes_no,
	party_day, party_due, party_present, party_for, party_minutes, by_name FROM expiry_vote WHERE village = $1`

const (
	sqlExpiryOn     = expiryColumns + ` AND from_day <= $2 ORDER BY id DESC LIMIT 1`
	sqlExpiryNewest = expiryColumns + ` ORDER BY id DESC LIMIT 1`
	sqlInsertExpiry = `INSERT INTO expiry_vote (village, id, months, from_day, since_day, vote_kind, vote_day, vote_due, vote_present, vote_for, minutes_no,
		party_day, party_due, party_present, party_for, party_minutes, by_name, created_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`
)

func scanExpiry(r store.Row) (e Expiry, err error) {
	v, p := &e.Vote, &e.Party
	err = r.Scan(&e.ID, &e.Months, &e.FromDay, &e.Since, (*string)(&v.Kind), &v.Day, &v.Due, &v.Present, &v.InFavour, &v.MinutesNo,
		&p.Day, &p.Due, &p.Present, &p.InFavour, &p.MinutesNo, &e.ByName)
	p.Kind = rulebook.PartyMembers
	if errors.Is(err, store.ErrNone) {
		return Expiry{}, nil
	}
	return e, err
}

// VoteExpiry records a village's vote that points expire so many months after they were earned, or with 0 that they do
// not, from the first of a coming month. Who may decide, the quorum and whether the Party members meet first are as for
// rules. A longer time keeps the beginning it had; a shorter one, or the first, counts points as earned when it begins.
//
// Errors: claims.expiry_months (least, most); claims.expiry_same; those of rulebook.CheckVote.
func (s *Service) VoteExpiry(ctx context.Context, by core.Actor, village core.Area, months int64, from core.Day, in rulebook.Meetings) (core.ID, error) {
	if err := access.Require(by, access.OpAdoptRules, village); err != nil {
		return 0, err
	}
	if months != 0 && (months < MinExpiryMonths || months > MaxExpiryMonths) {
		return 0, errs.New(errs.Invalid, "claims.expiry_months", "least", MinExpiryMonths, "most", MaxExpiryMonths).At("months")
	}
	return run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		bounds, err := rulebook.BoundsOn(ctx, c.tx, village, c.today)
		if err != nil {
			return 0, err
		}
		held, err := rulebook.CheckVote(in, bounds, from, c.today)
		if err != nil {
			return 0, err
		}
		before, err := scanExpiry(c.tx.Row(ctx, sqlExpiryNewest, village))
		if err != nil {
			return 0, err
		}
		if before.Months == months {
			return 0, errs.New(errs.Conflict, "claims.expiry_same")
		}
		since := from
		if before.Months != 0 && months > before.Months {
			since = before.Since
		}
		return c.writeExpiry(ctx, before, Expiry{ID: c.ids.Next(), Months: months, FromDay: from, Since: since, Meetings: held, ByName: c.by.Name})
	})
}

func (c *command) writeExpiry(ctx context.Context, before, e Expiry) (core.ID, error) {
	v, p := e.Vote, e.Party
	if _, err := c.tx.Exec(ctx, sqlInsertExpiry, c.village, e.ID, e.Months, e.FromDay, e.Since, string(v.Kind), v.Day, v.Due, v.Present, v.InFavour,
		v.MinutesNo, p.Day, p.Due, p.Present, p.InFavour, p.MinutesNo, e.ByName, c.now); err != nil {
		return 0, err
	}
	return e.ID, c.log(ctx, "claims.vote_expiry", "expiry", e.ID.String(), map[string]any{"months": before.Months},
		map[string]any{"months": e.Months, "from_day": e.FromDay, "kind": v.Kind, "vote_day": v.Day, "due": v.Due, "present": v.Present,
			"in_favour": v.InFavour, "minutes_no": v.MinutesNo, "party_day": p.Day, "party_due": p.Due, "party_present": p.Present,
			"party_for": p.InFavour, "party_minutes": p.MinutesNo})
}

// ExpiryOf is what is in force in a village today, and the newest vote, which may begin later.
func (s *Service) ExpiryOf(ctx context.Context, village core.Area) (now, newest Expiry, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if now, err = scanExpiry(tx.Row(ctx, sqlExpiryOn, village, core.DayOf(s.clock.Now()))); err != nil {
			return err
		}
		newest, err = scanExpiry(tx.Row(ctx, sqlExpiryNewest, village))
		return err
	})
	return now, newest, err
}

// Expired is what the close of a month let expire; all 0 for nothing.
type Expired struct {
	Households int64
	Points     core.Points
	FirstNo    int64
	LastNo     int64
}

const (
	sqlInsertExpired = `INSERT INTO month_expiry (village, month, households, points, first_no, last_no) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlExpired       = `SELECT households, points, first_no, last_no FROM month_expiry WHERE village = $1 AND month = $2`
)

func expiredBy(ctx context.Context, tx *store.Tx, village core.Area, month core.Month) (e Expired, err error) {
	err = tx.Row(ctx, sqlExpired, village, month).Scan(&e.Households, &e.Points, &e.FirstNo, &e.LastNo)
	if errors.Is(err, store.ErrNone) {
		return Expired{}, nil
	}
	return e, err
}

// expire posts what expires with the close of a month, after the month's own lines.
func (c *command) expire(ctx context.Context, month core.Month) error {
	rule, err := scanExpiry(c.tx.Row(ctx, sqlExpiryOn, c.village, c.today))
	day := rule.cutoff(month, c.today)
	if err != nil || day == 0 {
		return err
	}
	memo := map[string]any{"month": day.Month().String(), "n": rule.Months}
	lines, err := ledger.Expire(ctx, c.tx, ledger.Stamp{Village: c.village, NowMs: c.now, Actor: c.by.ID}, day, ledger.Entry{Ref: rule.ID,
		MemoZh: messages.Text(messages.Chinese, "book.memo.expired", memo), MemoEn: messages.Text(messages.English, "book.memo.expired", memo)})
	if err != nil || len(lines) == 0 {
		return err
	}
	sum := Expired{Households: int64(len(lines)), FirstNo: lines[0].No, LastNo: lines[len(lines)-1].No}
	for _, l := range lines {
		sum.Points += core.Points(l.Amount)
	}
	if _, err := c.tx.Exec(ctx, sqlInsertExpired, c.village, month, sum.Households, sum.Points, sum.FirstNo, sum.LastNo); err != nil {
		return err
	}
	return c.log(ctx, "claims.expire", "month", month.String(), nil, map[string]any{"points": sum.Points, "households": sum.Households,
		"first_no": sum.FirstNo, "last_no": sum.LastNo, "up_to": day})
}

// Expiring is what will expire with the close of a month if it is not spent before.
type Expiring struct {
	Month  core.Month
	Points core.Points
}

// Warnings tells what expires within the next three months of one household, or with household 0 of all together, and
// of how many. It shows balances, so the caller has decided who may see them.
func (s *Service) Warnings(ctx context.Context, village core.Area, household core.ID) (all []Expiring, households int, err error) {
	today := core.DayOf(s.clock.Now())
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		rule, err := scanExpiry(tx.Row(ctx, sqlExpiryOn, village, today))
		if err != nil || rule.Months == 0 {
			return err
		}
		closed, err := closedMonth(ctx, tx, village)
		if err != nil {
			return err
		}
		moves, err := ledger.FlowsOf(ctx, tx, village, household)
		if err != nil {
			return err
		}
		all, households = rule.warnings(moves, max(closed.Next(), today.Month().Prev()), today.Month().Add(warnMonths))
		return nil
	})
	return all, households, err
}

// warnings adds up what expires month by month from one month to another.
func (e Expiry) warnings(moves map[core.ID][]ledger.Flow, from, to core.Month) (all []Expiring, households int) {
	touched := map[core.ID]core.Points{}
	for month := from; month <= to; month = month.Next() {
		day := e.cutoff(month, month.Next().First())
		w := Expiring{Month: month}
		for owner, list := range moves {
			if day == 0 {
				continue
			}
			rest := ledger.Unspent(list, day)
			w.Points += rest - touched[owner]
			touched[owner] = rest
		}
		if w.Points > 0 {
			all = append(all, w)
		}
	}
	for _, points := range touched {
		if points > 0 {
			households++
		}
	}
	return slices.Clip(all), households
}
