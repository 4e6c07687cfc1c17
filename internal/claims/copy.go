package claims

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Way is how a list reaches people.
type Way string

// The ways. The page is the list itself; the others are told of by whoever put them up.
const (
	OnPage    Way = "page"
	OnBoardA4 Way = "board_a4"
	OnBoardA3 Way = "board_a3"
	InChat    Way = "chat"
)

// Copy is one place where a list was posted: when, by whom, where, and when it was taken away.
type Copy struct {
	ID       core.ID // 0 for the page
	Way      Way
	Place    string // which board or group, "" for the page
	ByName   string
	PostedMs int64
	DownName string // "" while it is up, and where we took it down ourselves
	DownMs   int64  // 0 while it is up
	Due      bool   // it is up and should not be any more (domain.md §5: posted lists come down after 30 days)
}

const (
	maxPlace = 60
	// maxCopies bounds the copies of one list: more boards than a village has.
	maxCopies = 50
)

const (
	sqlCopies = `SELECT id, way, place, by_name, posted_ms, down_name, down_ms FROM notice_copy
		WHERE village = $1 AND notice = $2 ORDER BY id LIMIT $3`
	sqlCountCopies = `SELECT COUNT(*) FROM notice_copy WHERE village = $1 AND notice = $2`
	sqlInsertCopy  = `INSERT INTO notice_copy (village, id, notice, way, place, by_id, by_name, posted_ms, down_name, down_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0)`
	sqlCopyDown = `UPDATE notice_copy SET down_name = $1, down_ms = $2 WHERE village = $3 AND notice = $4 AND id = $5 AND down_ms = 0`
	sqlPageDown = `SELECT down_ms FROM notice WHERE village = $1 AND id = $2`
)

// Copies tells staff, the auditor among them, where a list was posted and when it was taken away; the page comes first.
func (s *Service) Copies(ctx context.Context, by core.Actor, village core.Area, notice core.ID) (all []Copy, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, err
	}
	today := core.DayOf(s.clock.Now())
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := noticeByID(ctx, tx, village, notice)
		if err != nil {
			return err
		}
		page := Copy{Way: OnPage, ByName: n.ByName, PostedMs: n.PublishedMs}
		if err := tx.Row(ctx, sqlPageDown, village, notice).Scan(&page.DownMs); err != nil {
			return err
		}
		all = []Copy{page}
		return tx.Rows(ctx, sqlCopies, func(r store.Row) error {
			var c Copy
			err := r.Scan(&c.ID, (*string)(&c.Way), &c.Place, &c.ByName, &c.PostedMs, &c.DownName, &c.DownMs)
			c.Due = c.DownMs == 0 && n.Down(today)
			all = append(all, c)
			return err
		}, village, notice, maxCopies)
	})
	return all, err
}

// RecordCopy writes down that the list was put on a board or sent to a chat group. It cannot be taken off the record.
// Errors: claims.bad_way; claims.text_missing for the place; claims.notice_down; claims.too_many_copies.
func (s *Service) RecordCopy(ctx context.Context, by core.Actor, village core.Area, notice core.ID, way Way, place string) (core.ID, error) {
	if err := access.Require(by, access.OpPublishNotice, village); err != nil {
		return 0, err
	}
	if way != OnBoardA4 && way != OnBoardA3 && way != InChat {
		return 0, errs.New(errs.Invalid, "claims.bad_way").At("way")
	}
	place, err := NeedText(place, "place", maxPlace)
	if err != nil {
		return 0, err
	}
	return run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		n, err := noticeByID(ctx, c.tx, village, notice)
		if err != nil {
			return 0, err
		}
		if n.Down(c.today) {
			return 0, errs.New(errs.Conflict, "claims.notice_down", "days", DownAfterDays)
		}
		var copies int
		if err := c.tx.Row(ctx, sqlCountCopies, village, notice).Scan(&copies); err != nil {
			return 0, err
		}
		if copies >= maxCopies {
			return 0, errs.New(errs.Conflict, "claims.too_many_copies", "most", maxCopies)
		}
		id := c.ids.Next()
		if _, err := c.tx.Exec(ctx, sqlInsertCopy, village, id, notice, string(way), place, c.by.ID, c.by.Name, c.now); err != nil {
			return 0, err
		}
		return id, c.log(ctx, "claims.post_copy", "notice", notice.String(), nil, map[string]any{"copy": id, "way": way, "place": place})
	})
}

// TakeCopyDown writes down that a paper came off the board, or that a group was told the list is over. Doing it again
// changes nothing. Error: claims.no_copy.
func (s *Service) TakeCopyDown(ctx context.Context, by core.Actor, village core.Area, notice, id core.ID) error {
	if err := access.Require(by, access.OpPublishNotice, village); err != nil {
		return err
	}
	_, err := run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		known := false
		err := c.tx.Rows(ctx, sqlCopies, func(r store.Row) error {
			var one Copy
			err := r.Scan(&one.ID, (*string)(&one.Way), &one.Place, &one.ByName, &one.PostedMs, &one.DownName, &one.DownMs)
			known = known || one.ID == id
			return err
		}, village, notice, maxCopies)
		if err != nil {
			return 0, err
		}
		if !known {
			return 0, errs.New(errs.NotFound, "claims.no_copy")
		}
		n, err := c.tx.Exec(ctx, sqlCopyDown, c.by.Name, c.now, village, notice, id)
		if err != nil || n == 0 {
			return id, err
		}
		return id, c.log(ctx, "claims.take_copy_down", "notice", notice.String(), nil, map[string]any{"copy": id})
	})
	return err
}

// sqlDueDown finds lists whose page should be down; the oldest first, so that what fails does not hide the rest for ever.
const sqlDueDown = `SELECT village, id FROM notice WHERE down_ms = 0 AND to_day < $1 ORDER BY to_day, village LIMIT 500`

const sqlTakeDown = `UPDATE notice SET down_ms = $1 WHERE village = $2 AND id = $3 AND down_ms = 0`

// TakeDownDue takes down the pages of lists that ended more than 30 days ago (domain.md §5), each in its village with an
// audit line, and says how many. That a page shows its list no longer does not wait for it.
func (s *Service) TakeDownDue(ctx context.Context) (down int64, err error) {
	type list struct {
		village core.Area
		id      core.ID
	}
	for {
		var due []list
		before := core.DayOf(s.clock.Now()).Add(-DownAfterDays)
		err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			return tx.Rows(ctx, sqlDueDown, func(r store.Row) error {
				var l list
				err := r.Scan(&l.village, &l.id)
				due = append(due, l)
				return err
			}, before)
		})
		if err != nil || len(due) == 0 {
			return down, err
		}
		for _, l := range due {
			_, err := run(ctx, s, core.System("take-down-notices"), l.village, func(ctx context.Context, c *command) (core.ID, error) {
				n, err := c.tx.Exec(ctx, sqlTakeDown, c.now, l.village, l.id)
				if err != nil || n == 0 {
					return l.id, err
				}
				return l.id, c.log(ctx, "claims.take_down_notice", "notice", l.id.String(), nil, map[string]any{"way": OnPage})
			})
			if err != nil {
				return down, err
			}
			down++
		}
	}
}
