package branch

import (
	"context"
	"encoding/json"
	"errors"
	"math"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// Members ----------------------------------------------------------------------------------------------------------

const memberColumns = `m.id, m.resident, p.name, p.household, h.number, m.class, m.joined_day, m.left_day, m.version
	FROM branch_member m
	JOIN resident p ON p.village = m.village AND p.id = m.resident
	JOIN household h ON h.village = m.village AND h.id = p.household
	WHERE m.village = $1`

const (
	sqlMembers = `SELECT ` + memberColumns + ` ORDER BY m.id`
	sqlMember  = `SELECT ` + memberColumns + ` AND m.id = $2`

	sqlResident = `SELECT party, state FROM resident WHERE village = $1 AND id = $2`
	sqlMemberOf = `SELECT id, left_day FROM branch_member WHERE village = $1 AND resident = $2`

	sqlCandidates = `SELECT p.id, p.name, h.number, h.head
		FROM resident p
		JOIN household h ON h.village = p.village AND h.id = p.household
		WHERE p.village = $1 AND p.party = 1 AND p.state = 'active'
			AND NOT EXISTS (SELECT 1 FROM branch_member m WHERE m.village = $1 AND m.resident = p.id AND m.left_day = 0)
		ORDER BY p.household, p.id`

	sqlInsertMember = `INSERT INTO branch_member (village, id, resident, class, joined_day, left_day, version) VALUES ($1, $2, $3, $4, $5, 0, 1)`
	sqlUpdateMember = `UPDATE branch_member SET class = $1, joined_day = $2, left_day = $3, version = version + 1 WHERE village = $4 AND id = $5`

	sqlPlace = `SELECT short FROM area WHERE code = $1`
)

func scanMember(r store.Row) (m Member, err error) {
	err = r.Scan(&m.ID, &m.Resident, &m.Name, &m.Household, &m.Number, &m.Class, &m.JoinedDay, &m.LeftDay, &m.Version)
	return m, err
}

// Schemes ----------------------------------------------------------------------------------------------------------

const schemeColumns = `SELECT year, state, body, from_day, vote_day, due, present, in_favour, minutes_no, by_name, changed_ms, version
	FROM branch_scheme WHERE village = $1`

const (
	sqlSchemes = schemeColumns + ` ORDER BY year DESC`
	sqlScheme  = schemeColumns + ` AND year = $2`

	sqlPutScheme = `INSERT INTO branch_scheme (village, year, state, body, from_day, vote_day, due, present, in_favour, minutes_no, by_name, changed_ms, version)
		VALUES ($1, $2, 'draft', $3, 0, 0, 0, 0, 0, '', $4, $5, 1)
		ON CONFLICT (village, year) DO UPDATE SET body = excluded.body, by_name = excluded.by_name, changed_ms = excluded.changed_ms,
			version = branch_scheme.version + 1`
	sqlAdopt = `UPDATE branch_scheme SET state = 'in_force', from_day = $1, vote_day = $2, due = $3, present = $4, in_favour = $5, minutes_no = $6,
			by_name = $7, changed_ms = $8, version = version + 1
		WHERE village = $9 AND year = $10`
	sqlEvaluated = `UPDATE branch_scheme SET state = 'evaluated', version = version + 1 WHERE village = $1 AND year = $2 AND state = 'in_force'`
)

func scanScheme(r store.Row) (s Scheme, err error) {
	var body string
	s.Vote.Kind = rulebook.PartyMembers
	err = r.Scan(&s.Year, &s.State, &body, &s.FromDay, &s.Vote.Day, &s.Vote.Due, &s.Vote.Present, &s.Vote.InFavour, &s.Vote.MinutesNo, &s.ByName,
		&s.ChangedMs, &s.Version)
	if err == nil {
		err = json.Unmarshal([]byte(body), &s.Content)
	}
	return s, err
}

// Years ------------------------------------------------------------------------------------------------------------

const (
	sqlInsertYear = `INSERT INTO branch_year (village, id, year, member, class, base) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (village, year, member) DO NOTHING`
	sqlYearOf = `SELECT id FROM branch_year WHERE village = $1 AND year = $2 AND member = $3`

	sqlYears = `SELECT y.id, y.class, m.id, m.resident, p.name, p.household, h.number, m.class, m.joined_day, m.left_day, m.version
		FROM branch_year y
		JOIN branch_member m ON m.village = y.village AND m.id = y.member
		JOIN resident p ON p.village = y.village AND p.id = m.resident
		JOIN household h ON h.village = y.village AND h.id = p.household
		WHERE y.village = $1 AND y.year = $2 ORDER BY m.id`

	// The lines of every member's year. What a reversal takes back is one row by its whole key.
	sqlMovements = `SELECT l.owner, l.no, l.day, l.kind, l.amount, COALESCE(o.kind, 0)
		FROM branch_year y
		JOIN line l ON l.village = y.village AND l.owner = y.id
		LEFT JOIN line o ON o.village = l.village AND o.no = l.reverses
		WHERE y.village = $1 AND y.year = $2 ORDER BY y.id, l.no`
)

func scanRow(r store.Row) (row Row, err error) {
	m := &row.Member
	err = r.Scan(&row.Owner, &row.Opened, &m.ID, &m.Resident, &m.Name, &m.Household, &m.Number, &m.Class, &m.JoinedDay, &m.LeftDay, &m.Version)
	return row, err
}

func scanMovement(r store.Row) (m Movement, err error) {
	var old ledger.Kind
	err = r.Scan(&m.Owner, &m.No, &m.Day, (*int64)(&m.Kind), &m.Points, (*int64)(&old))
	if old != 0 {
		m.Kind, m.Back = old, true
	}
	return m, err
}

// Entries ----------------------------------------------------------------------------------------------------------

const entryColumns = `SELECT e.id, e.owner, e.year, y.member, p.name, p.household, e.state, e.item, e.times, e.points, e.day, e.note, e.undoes, e.undone_by,
		e.told_day, e.until_day, e.answer, e.answer_day, e.by_id, e.by_name, e.created_ms, e.decided_name, e.decided_ms, e.reason, e.line, e.version
	FROM branch_entry e
	JOIN branch_year y ON y.village = e.village AND y.id = e.owner
	JOIN branch_member m ON m.village = e.village AND m.id = y.member
	JOIN resident p ON p.village = e.village AND p.id = m.resident
	WHERE e.village = $1`

const (
	sqlEntry         = entryColumns + ` AND e.id = $2`
	sqlEntriesOfYear = entryColumns + ` AND e.year = $2 ORDER BY e.id`
	sqlEntries       = entryColumns + ` AND e.year = $2 AND e.id < $3 AND (e.state = $4 OR $4 = '') AND (y.member = $5 OR $5 = 0) ORDER BY e.id DESC LIMIT $6`

	sqlInsertEntry = `INSERT INTO branch_entry (village, id, owner, year, state, item, times, points, day, note, undoes, undone_by, told_day, until_day,
			answer, answer_day, by_id, by_name, created_ms, decided_name, decided_ms, reason, line, version)
		VALUES ($1, $2, $3, $4, 'proposed', $5, $6, $7, $8, $9, $10, 0, $11, $12, '', 0, $13, $14, $15, '', 0, '', 0, 1)`
	sqlAnswer = `UPDATE branch_entry SET answer = $1, answer_day = $2, version = version + 1 WHERE village = $3 AND id = $4`
	sqlEnd    = `UPDATE branch_entry SET state = $1, decided_name = $2, decided_ms = $3, reason = $4, line = $5, version = version + 1
		WHERE village = $6 AND id = $7`
	sqlUndone = `UPDATE branch_entry SET undone_by = $1, version = version + 1 WHERE village = $2 AND id = $3`

	// How often an item was posted and waits to be, without what was taken back.
	sqlTimes = `SELECT CAST(COALESCE(SUM(CASE WHEN state = 'posted' AND undone_by = 0 THEN times ELSE 0 END), 0) AS BIGINT),
			CAST(COALESCE(SUM(CASE WHEN state = 'proposed' THEN times ELSE 0 END), 0) AS BIGINT)
		FROM branch_entry WHERE village = $1 AND owner = $2 AND item = $3 AND undoes = 0`
	sqlUndoing = `SELECT COUNT(*) FROM branch_entry WHERE village = $1 AND owner = $2 AND undoes = $3 AND state = 'proposed'`
)

func scanEntry(r store.Row) (e Entry, err error) {
	err = r.Scan(&e.ID, &e.Owner, &e.Year, &e.Member, &e.Name, &e.Household, &e.State, &e.Item, &e.Times, &e.Points, &e.Day, &e.Note, &e.Undoes, &e.UndoneBy,
		&e.ToldDay, &e.UntilDay, &e.Answer, &e.AnswerDay, &e.ByID, &e.ByName, &e.CreatedMs, &e.DecidedName, &e.DecidedMs, &e.Reason, &e.Line, &e.Version)
	return e, err
}

func entryByID(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Entry, error) {
	e, err := scanEntry(tx.Row(ctx, sqlEntry, village, id))
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "branch.no_entry")
	}
	return e, err
}

// Filter narrows a list of entries.
type Filter struct {
	Year   int64
	State  EntryState // '' takes all
	Member core.ID    // 0 takes all
}

// Entries are a year's entries, the newest first. next is "" on the last page.
func (s *Service) Entries(ctx context.Context, by core.Actor, village core.Area, f Filter, page core.Page) (found []Entry, next string, err error) {
	before := core.ID(math.MaxInt64)
	if page.Cursor != "" {
		if before, err = core.ParseID(page.Cursor); err != nil {
			return nil, "", errs.New(errs.Invalid, "input.bad_cursor").At("cursor")
		}
	}
	limit := page.Size() + 1
	err = s.view(ctx, by, village, func(ctx context.Context, tx *store.Tx) error {
		found = nil
		return tx.Rows(ctx, sqlEntries, func(r store.Row) error {
			e, err := scanEntry(r)
			found = append(found, e)
			return err
		}, village, f.Year, before, string(f.State), f.Member, limit)
	})
	if err == nil && len(found) == limit {
		found = found[:limit-1]
		next = found[limit-2].ID.String()
	}
	return found, next, err
}

// Evaluations ------------------------------------------------------------------------------------------------------

const (
	sqlEvaluations = `SELECT id, year, day, due, present, minutes_no, body, reason, by_name, at_ms
		FROM branch_evaluation WHERE village = $1 AND year = $2 ORDER BY id DESC`
	sqlInsertEvaluation = `INSERT INTO branch_evaluation (village, id, year, day, due, present, minutes_no, body, reason, by_name, at_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
)
