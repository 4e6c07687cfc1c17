package appraisal

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/commands"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

const (
	sqlWay    = `SELECT method, minutes_no, by_name, changed_ms FROM appraisal_way WHERE village = $1`
	sqlPutWay = `INSERT INTO appraisal_way (village, method, minutes_no, by_name, changed_ms) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (village) DO UPDATE SET method = excluded.method, minutes_no = excluded.minutes_no,
			by_name = excluded.by_name, changed_ms = excluded.changed_ms`
)

const (
	sqlInsert = `INSERT INTO appraisal (village, id, rule, month, day, title, method, state, reason, by_id, by_name, claimed_name,
			claimed_ms, created_ms, changed_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', '', $8, $9, '', 0, $10, $10)`
	sqlInsertRater = `INSERT INTO appraisal_rater (village, appraisal, no, name, household) VALUES ($1, $2, $3, $4, $5)`
	sqlSame        = `SELECT COUNT(*) FROM appraisal WHERE village = $1 AND month = $2 AND rule = $3 AND state <> 'cancelled'`
	sqlTake        = `UPDATE appraisal SET changed_ms = changed_ms WHERE village = $1 AND id = $2`
	sqlCancel      = `UPDATE appraisal SET state = 'cancelled', reason = $1, changed_ms = $2 WHERE village = $3 AND id = $4`
	sqlClaimed     = `UPDATE appraisal SET state = 'claimed', claimed_name = $1, claimed_ms = $2, changed_ms = $2
		WHERE village = $3 AND id = $4`
)

const (
	sqlMark = `INSERT INTO appraisal_mark (village, appraisal, household, rater, mark, by_name, at_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (village, appraisal, household, rater) DO UPDATE SET mark = excluded.mark, by_name = excluded.by_name,
			at_ms = excluded.at_ms`
	sqlUnmark = `DELETE FROM appraisal_mark WHERE village = $1 AND appraisal = $2 AND household = $3 AND rater = $4`
	sqlMarks  = `SELECT household, rater, mark FROM appraisal_mark WHERE village = $1 AND appraisal = $2`
	sqlLines  = `SELECT h.id, h.number, COALESCE(g.name, ''), h.head, CASE WHEN h.state = 'active' THEN 0 ELSE 1 END
		FROM household h
		LEFT JOIN area g ON g.code = h.grp
		WHERE h.village = $1 AND (h.state = 'active' OR EXISTS (SELECT 1 FROM appraisal_mark m
			WHERE m.village = $1 AND m.appraisal = $2 AND m.household = h.id))
		ORDER BY COALESCE(g.sort, 0), h.grp, h.number`
)

const (
	sqlInsertSheet = `INSERT INTO appraisal_sheet (village, appraisal, sheet, claims, points) VALUES ($1, $2, $3, $4, $5)`
	sqlInsertLeft  = `INSERT INTO appraisal_left (village, appraisal, household, code) VALUES ($1, $2, $3, $4)`
	sqlSheets      = `SELECT sheet, claims, points FROM appraisal_sheet WHERE village = $1 AND appraisal = $2 ORDER BY sheet`
	sqlLeft        = `SELECT household, code FROM appraisal_left WHERE village = $1 AND appraisal = $2`
)

// columns reads an appraisal with the number of its marks. $1 is the village, in the subquery too.
const columns = `SELECT a.id, a.rule, a.month, a.day, a.title, a.method, a.state, a.reason, a.by_name, a.claimed_name, a.claimed_ms,
		a.created_ms, (SELECT COUNT(*) FROM appraisal_mark m WHERE m.village = $1 AND m.appraisal = a.id)
	FROM appraisal a WHERE a.village = $1`

const (
	sqlOne    = columns + ` AND a.id = $2`
	sqlList   = columns + ` AND (a.month, a.id) < ($2, $3) ORDER BY a.month DESC, a.id DESC LIMIT $4`
	sqlRaters = `SELECT r.no, r.name, r.household, COALESCE(h.number, 0)
		FROM appraisal_rater r
		LEFT JOIN household h ON h.village = r.village AND h.id = r.household
		WHERE r.village = $1 AND r.appraisal = $2 ORDER BY r.no`
)

func scan(village core.Area, r store.Row) (Appraisal, error) {
	a := Appraisal{Village: village}
	err := r.Scan(&a.ID, &a.Rule, &a.Month, &a.Day, &a.Title, &a.Method, &a.State, &a.Reason, &a.ByName, &a.ClaimedName, &a.ClaimedMs,
		&a.CreatedMs, &a.Marked)
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "appraisal.no_appraisal")
	}
	return a, err
}

// read reads an appraisal with its raters, its rule and its sheets.
func read(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Appraisal, error) {
	a, err := scan(village, tx.Row(ctx, sqlOne, village, id))
	if err != nil {
		return a, err
	}
	return a, a.fill(ctx, tx)
}

func (a *Appraisal) fill(ctx context.Context, tx *store.Tx) error {
	err := tx.Rows(ctx, sqlRaters, func(r store.Row) error {
		var one Rater
		err := r.Scan(&one.No, &one.Name, &one.Household, &one.Number)
		a.Raters = append(a.Raters, one)
		return err
	}, a.Village, a.ID)
	if err != nil {
		return err
	}
	// A rule that is not in force any more leaves an old appraisal without its texts.
	rule, _, err := rulebook.RuleAt(ctx, tx, a.Village, a.Day, a.Rule)
	if err != nil && errs.KindOf(err) != errs.NotFound && errs.KindOf(err) != errs.Conflict {
		return err
	}
	if err == nil {
		a.Text, a.Grades = rule, grades(rule)
	}
	return tx.Rows(ctx, sqlSheets, func(r store.Row) error {
		var sheet core.ID
		var n int64
		var points core.Points
		err := r.Scan(&sheet, &n, &points)
		a.Add(sheet, n, points)
		return err
	}, a.Village, a.ID)
}

// lines reads all households in the order of the village's list with their marks and grades. A closed household stands
// among them only with a mark; a rater's mark for the own household is passed over, should there ever be one.
func (a Appraisal) lines(ctx context.Context, tx *store.Tx) (lines []Line, err error) {
	own := map[core.ID]int64{}
	for _, r := range a.Raters {
		if r.Household != 0 {
			own[r.Household] = r.No
		}
	}
	at := map[core.ID]int{}
	err = tx.Rows(ctx, sqlLines, func(r store.Row) error {
		l := Line{Marks: make([]int64, len(a.Raters))}
		for i := range l.Marks {
			l.Marks[i] = -1
		}
		err := r.Scan(&l.Household, &l.Number, &l.Group, &l.Head, store.Bool(&l.Closed))
		l.Own = own[l.Household]
		at[l.Household] = len(lines)
		lines = append(lines, l)
		return err
	}, a.Village, a.ID)
	if err != nil {
		return nil, err
	}
	err = tx.Rows(ctx, sqlMarks, func(r store.Row) error {
		var household core.ID
		var rater, mark int64
		if err := r.Scan(&household, &rater, &mark); err != nil {
			return err
		}
		if i, known := at[household]; known && own[household] != rater && rater >= 1 && rater <= int64(len(a.Raters)) {
			lines[i].Marks[rater-1] = mark
		}
		return nil
	}, a.Village, a.ID)
	for i := range lines {
		lines[i].settle(a.Method)
	}
	return lines, err
}

func wayOf(ctx context.Context, tx *store.Tx, village core.Area) (w Way, err error) {
	err = tx.Row(ctx, sqlWay, village).Scan(&w.Method, &w.MinutesNo, &w.ByName, &w.ChangedMs)
	if errors.Is(err, store.ErrNone) {
		return Way{Method: Median}, nil
	}
	return w, err
}

// Way is how the village makes one grade of several marks; the median until it chose.
func (s *Service) Way(ctx context.Context, by core.Actor, village core.Area) (w Way, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return w, err
	}
	err = s.desk.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		w, err = wayOf(ctx, tx, village)
		return err
	})
	return w, err
}

// Appraisal is one appraisal for the village's staff.
func (s *Service) Appraisal(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Appraisal, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return Appraisal{}, err
	}
	return commands.Find(ctx, s.desk, village, id, read)
}

// Appraisals lists a village's appraisals, the latest month first. next is "" on the last page.
func (s *Service) Appraisals(ctx context.Context, by core.Actor, village core.Area, page core.Page) (list []Appraisal, next string, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, "", err
	}
	month, id, err := core.Before[core.Month](page)
	if err != nil {
		return nil, "", err
	}
	err = s.desk.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		err := tx.Rows(ctx, sqlList, func(r store.Row) error {
			a, err := scan(village, r)
			list = append(list, a)
			return err
		}, village, month, id, page.Size()+1)
		for i := 0; i < len(list) && err == nil; i++ {
			err = list[i].fill(ctx, tx)
		}
		return err
	})
	if err == nil {
		list, next = core.Cut(list, page, func(a Appraisal) string { return core.CursorAt(a.Month, a.ID) })
	}
	return list, next, err
}

// Form is an appraisal with all households in the order of the village's list, without marks: what a blank rating sheet
// is printed from.
func (s *Service) Form(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Appraisal, []Line, error) {
	a, lines, err := s.marks(ctx, by, access.OpReadVillage, village, id)
	for i := range lines {
		lines[i] = Line{Household: lines[i].Household, Number: lines[i].Number, Group: lines[i].Group, Head: lines[i].Head, Closed: lines[i].Closed, Own: lines[i].Own}
	}
	return a, lines, err
}

// Marks is an appraisal with all households in the order of the village's list, each rater's marks and what they come to.
// Who marked how concerns the office and its supervisors only.
func (s *Service) Marks(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Appraisal, []Line, error) {
	return s.marks(ctx, by, access.OpReadMarks, village, id)
}

func (s *Service) marks(ctx context.Context, by core.Actor, op access.Op, village core.Area, id core.ID) (a Appraisal, lines []Line, err error) {
	if err := access.Require(by, op, village); err != nil {
		return a, nil, err
	}
	err = s.desk.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if a, err = read(ctx, tx, village, id); err != nil {
			return err
		}
		lines, err = a.lines(ctx, tx)
		return err
	})
	return a, lines, err
}
