package claims

import (
	"context"
	"strconv"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// PublicLine is a line of a notice as the public sees it (domain.md §5): the head's name masked, a deduction by its
// category only, nothing that points to a person's circumstances.
type PublicLine struct {
	Claim    core.ID
	No       int64 // place on the list, from 1
	Group    string
	Head     string // masked
	ItemZh   string // "" for a deduction whose rule does not say that its text is shown
	ItemEn   string
	Category string
	About    string // what a deduction belongs to, as its rule says; "" for all others
	Points   core.Points
	State    State // noticed, frozen, dropped, posted
}

// minorUnder is the age below which a head of household's name is not shown at all but for the family name. Only the year
// of birth is known, so whoever reaches the age this year is still taken for younger.
const minorUnder = 18

// The list's order is the village's own: groups as they are numbered, households as they are numbered, then as submitted.
const sqlPublicLines = `SELECT c.id, COALESCE(g.name, ''), h.head,
		CASE WHEN EXISTS (SELECT 1 FROM resident p WHERE p.village = $1 AND p.household = h.id AND p.name = h.head
			AND p.birth_year >= $2) THEN 1 ELSE 0 END,
		COALESCE(r.text_zh, ''), COALESCE(r.text_en, ''), c.category, c.points, ` + stateColumn + `,
		COALESCE(r.list_category, ''), COALESCE(r.list_text, 0)
	FROM claim c
	JOIN book b ON b.village = c.village
	JOIN household h ON h.village = c.village AND h.id = c.household
	LEFT JOIN area g ON g.code = h.grp
	LEFT JOIN rule r ON r.village = c.village AND r.version = c.version AND r.code = c.rule
	WHERE c.village = $1 AND c.notice = $3
	ORDER BY h.grp, h.number, c.id`

// PublicNotice is a notice for everybody: with all its lines, until 30 days after its end. After that, and for a notice
// that never was, it fails with claims.notice_down or claims.no_notice.
func (s *Service) PublicNotice(ctx context.Context, village core.Area, id core.ID) (n Notice, lines []PublicLine, err error) {
	today := core.DayOf(s.clock.Now())
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if n, err = noticeByID(ctx, tx, village, id); err != nil {
			return err
		}
		if n.Down(today) {
			return errs.New(errs.NotFound, "claims.notice_down", "days", DownAfterDays)
		}
		lines, err = publicLines(ctx, tx, village, id, today)
		return err
	})
	return n, lines, err
}

func publicLines(ctx context.Context, tx *store.Tx, village core.Area, id core.ID, today core.Day) (lines []PublicLine, err error) {
	err = tx.Rows(ctx, sqlPublicLines, func(r store.Row) error {
		l := PublicLine{No: int64(len(lines) + 1)}
		var minor, spelled bool
		if err := r.Scan(&l.Claim, &l.Group, &l.Head, store.Bool(&minor), &l.ItemZh, &l.ItemEn, &l.Category, &l.Points, &l.State,
			&l.About, store.Bool(&spelled)); err != nil {
			return err
		}
		l.Head = maskHead(l.Head, minor)
		if l.Points < 0 && !spelled {
			l.ItemZh, l.ItemEn = "", ""
		}
		lines = append(lines, l)
		return nil
	}, village, int64(today/10000)-minorUnder, id)
	return lines, err
}

// PublicLines is a page of a notice's lines; the cursor counts lines.
func (s *Service) PublicLines(ctx context.Context, village core.Area, id core.ID, page core.Page) (n Notice, lines []PublicLine, next string, err error) {
	from := 0
	if page.Cursor != "" {
		if from, err = strconv.Atoi(page.Cursor); err != nil || from < 1 {
			return n, nil, "", errs.New(errs.Invalid, "input.bad_cursor").At("cursor")
		}
	}
	if n, lines, err = s.PublicNotice(ctx, village, id); err != nil {
		return n, nil, "", err
	}
	lines = lines[min(from, len(lines)):]
	if len(lines) > page.Size() {
		lines = lines[:page.Size()]
		next = strconv.Itoa(from + len(lines))
	}
	return n, lines, next, nil
}

// PublicNotices lists the notices that are still up, newest first.
func (s *Service) PublicNotices(ctx context.Context, village core.Area) (list []Notice, err error) {
	today := core.DayOf(s.clock.Now())
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, sqlNoticesUp, func(r store.Row) error {
			n, err := scanNotice(r)
			list = append(list, n)
			return err
		}, village, today.Add(-DownAfterDays), core.MaxPage)
	})
	return list, err
}
