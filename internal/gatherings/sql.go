package gatherings

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
	sqlInsert = `INSERT INTO gathering (village, id, kind, title, place, day, from_min, to_min, state, reason, version, by_id, by_name,
			claimed_name, claimed_ms, created_ms, changed_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'planned', '', 1, $9, $10, '', 0, $11, $11)`
	sqlInsertRule = `INSERT INTO gathering_rule (village, gathering, no, rule, who, hours) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlDropRules  = `DELETE FROM gathering_rule WHERE village = $1 AND gathering = $2`
	sqlTake       = `UPDATE gathering SET version = version WHERE village = $1 AND id = $2`
	sqlChange     = `UPDATE gathering SET kind = $1, title = $2, place = $3, day = $4, from_min = $5, to_min = $6, changed_ms = $7,
			version = version + 1
		WHERE village = $8 AND id = $9`
	sqlCancel = `UPDATE gathering SET state = 'cancelled', reason = $1, changed_ms = $2, version = version + 1
		WHERE village = $3 AND id = $4`
	sqlClaimed = `UPDATE gathering SET state = 'claimed', claimed_name = $1, claimed_ms = $2, changed_ms = $2, version = version + 1
		WHERE village = $3 AND id = $4`
)

const (
	sqlMark = `INSERT INTO gathering_mark (village, gathering, household, arrival, stayed, spoke, hours, by_name, at_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (village, gathering, household) DO UPDATE SET arrival = excluded.arrival, stayed = excluded.stayed,
			spoke = excluded.spoke, hours = excluded.hours, by_name = excluded.by_name, at_ms = excluded.at_ms`
	sqlUnmark = `DELETE FROM gathering_mark WHERE village = $1 AND gathering = $2 AND household = $3`
	sqlMarks  = `SELECT m.household, m.arrival, m.stayed, m.spoke, m.hours, m.by_name, m.at_ms, h.number, COALESCE(g.name, ''), h.head,
			COALESCE(d.at_ms, 0), COALESCE(d.how, '')
		FROM gathering_mark m
		JOIN household h ON h.village = m.village AND h.id = m.household
		LEFT JOIN area g ON g.code = h.grp
		LEFT JOIN gathering_scan d ON d.village = m.village AND d.gathering = m.gathering AND d.household = m.household
		WHERE m.village = $1 AND m.gathering = $2 ORDER BY h.number`
	sqlRoll = `SELECT h.id, COALESCE(m.arrival, ''), COALESCE(m.stayed, 0), COALESCE(m.spoke, 0), COALESCE(m.hours, 0),
			COALESCE(m.by_name, ''), COALESCE(m.at_ms, 0), h.number, COALESCE(g.name, ''), h.head, COALESCE(d.at_ms, 0), COALESCE(d.how, '')
		FROM household h
		LEFT JOIN gathering_mark m ON m.village = h.village AND m.household = h.id AND m.gathering = $1
		LEFT JOIN gathering_scan d ON d.village = h.village AND d.household = h.id AND d.gathering = $1
		LEFT JOIN area g ON g.code = h.grp
		WHERE h.village = $2 AND (h.state = 'active' OR m.gathering = $1) ORDER BY COALESCE(g.sort, 0), h.grp, h.number`
)

const (
	sqlInsertSheet = `INSERT INTO gathering_sheet (village, gathering, sheet, rule, claims, points) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlInsertLeft  = `INSERT INTO gathering_left (village, gathering, rule, household, code) VALUES ($1, $2, $3, $4, $5)`
	sqlSheets      = `SELECT sheet, rule, claims, points FROM gathering_sheet WHERE village = $1 AND gathering = $2 ORDER BY sheet`
	sqlLeft        = `SELECT l.rule, l.household, h.number, h.head, l.code
		FROM gathering_left l
		JOIN household h ON h.village = l.village AND h.id = l.household
		WHERE l.village = $1 AND l.gathering = $2 ORDER BY l.rule, h.number`
)

// columns reads a gathering with what its roll-call and its claims came to. $1 is the village, in its subqueries too.
const columns = `SELECT a.id, a.kind, a.title, a.place, a.day, a.from_min, a.to_min, a.state, a.reason, a.version, a.by_name,
		a.claimed_name, a.claimed_ms, a.created_ms, a.changed_ms,
		(SELECT COUNT(*) FROM gathering_mark m WHERE m.village = $1 AND m.gathering = a.id),
		COALESCE((SELECT CAST(SUM(s.claims) AS BIGINT) FROM gathering_sheet s WHERE s.village = $1 AND s.gathering = a.id), 0),
		COALESCE((SELECT CAST(SUM(t.points) AS BIGINT) FROM gathering_sheet t WHERE t.village = $1 AND t.gathering = a.id), 0)
	FROM gathering a WHERE a.village = $1`

const (
	sqlOne   = columns + ` AND a.id = $2`
	sqlList  = columns + ` AND (a.day, a.id) < ($2, $3) AND (a.state = $4 OR $4 = '') ORDER BY a.day DESC, a.id DESC LIMIT $5`
	sqlRules = `SELECT rule, who, hours FROM gathering_rule WHERE village = $1 AND gathering = $2 ORDER BY no`
)

func scan(village core.Area, r store.Row) (Gathering, error) {
	g := Gathering{Village: village}
	err := r.Scan(&g.ID, &g.Kind, &g.Title, &g.Place, &g.Day, &g.FromMin, &g.ToMin, &g.State, &g.Reason, &g.Version, &g.ByName,
		&g.ClaimedName, &g.ClaimedMs, &g.CreatedMs, &g.ChangedMs, &g.Marked, &g.Claims, &g.Points)
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "gatherings.no_gathering")
	}
	return g, err
}

// read reads a gathering with its rules.
func read(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Gathering, error) {
	g, err := scan(village, tx.Row(ctx, sqlOne, village, id))
	if err != nil {
		return g, err
	}
	if err := g.readRules(ctx, tx); err != nil {
		return g, err
	}
	return g, g.readTexts(ctx, tx)
}

// readRules adds what it counts for.
func (g *Gathering) readRules(ctx context.Context, tx *store.Tx) error {
	return tx.Rows(ctx, sqlRules, func(r store.Row) error {
		var c Counts
		err := r.Scan(&c.Rule, &c.Who, &c.Hours)
		g.Counts = append(g.Counts, c)
		return err
	}, g.Village, g.ID)
}

// readTexts adds the text of the rules of its day; a rule that is not in force any more has none.
func (g *Gathering) readTexts(ctx context.Context, tx *store.Tx) error {
	for i := range g.Counts {
		rule, _, err := rulebook.RuleAt(ctx, tx, g.Village, g.Day, g.Counts[i].Rule)
		if err != nil && errs.KindOf(err) != errs.NotFound && errs.KindOf(err) != errs.Conflict {
			return err
		}
		g.Counts[i].Text = rule
	}
	return nil
}

// Gathering is one gathering for the village's staff.
func (s *Service) Gathering(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Gathering, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return Gathering{}, err
	}
	return commands.Find(ctx, s.desk, village, id, read)
}

// Gatherings lists a village's gatherings, the latest day first; state "" takes all. next is "" on the last page.
func (s *Service) Gatherings(ctx context.Context, by core.Actor, village core.Area, state State, page core.Page) (list []Gathering, next string, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, "", err
	}
	if state != "" && !state.Valid() {
		return nil, "", errs.New(errs.Invalid, "gatherings.bad_state").At("state")
	}
	day, id, err := core.Before[core.Day](page)
	if err != nil {
		return nil, "", err
	}
	err = s.desk.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		err := tx.Rows(ctx, sqlList, func(r store.Row) error {
			g, err := scan(village, r)
			list = append(list, g)
			return err
		}, village, day, id, string(state), page.Size()+1)
		for i := 0; i < len(list) && err == nil; i++ {
			err = list[i].readRules(ctx, tx)
		}
		return err
	})
	if err == nil {
		list, next = core.Cut(list, page, func(g Gathering) string { return core.CursorAt(g.Day, g.ID) })
	}
	return list, next, err
}

// Roll is a gathering with all households of the village in the order of its list, by group and number, each with its
// mark; who has none is Absent. It is what the sign-in sheet is printed from and the roll is called by: all of it, for a
// village is one hall. A closed household stands on it only with a mark.
func (s *Service) Roll(ctx context.Context, by core.Actor, village core.Area, id core.ID) (g Gathering, roll []Marked, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return g, nil, err
	}
	err = s.desk.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if g, err = read(ctx, tx, village, id); err != nil {
			return err
		}
		return tx.Rows(ctx, sqlRoll, func(r store.Row) error {
			m, err := scanMark(r)
			roll = append(roll, m)
			return err
		}, id, village)
	})
	return g, roll, err
}

func marksOf(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (marks []Marked, err error) {
	err = tx.Rows(ctx, sqlMarks, func(r store.Row) error {
		m, err := scanMark(r)
		marks = append(marks, m)
		return err
	}, village, id)
	return marks, err
}

func scanMark(r store.Row) (m Marked, err error) {
	err = r.Scan(&m.Household, &m.Arrival, store.Bool(&m.Stayed), store.Bool(&m.Spoke), &m.Hours, &m.ByName, &m.AtMs, &m.Number, &m.Group, &m.Head, &m.ScanMs, &m.ScanHow)
	return m, err
}
