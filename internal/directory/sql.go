package directory

import (
	"context"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

const householdColumns = `h.village, h.id, h.grp, COALESCE(g.name, ''), h.number, h.head, h.sort, h.cadre, h.members, h.state, h.version,
	h.created_ms, h.changed_ms`

const householdFrom = `SELECT ` + householdColumns + ` FROM household h LEFT JOIN area g ON g.code = h.grp `

const (
	householdSQL         = householdFrom + `WHERE h.village = $1 AND h.id = $2`
	householdByNumberSQL = householdFrom + `WHERE h.village = $1 AND h.number = $2`

	// A list narrows by state and group ('' and 0 take all) and goes on behind a key.
	listHouseholdsSQL = householdFrom + `WHERE h.village = $1 AND (h.sort, h.id) > ($2, $3)
		AND (h.state = $4 OR $4 = '') AND (h.grp = $5 OR $5 = 0)`
	householdsSQL        = listHouseholdsSQL + ` ORDER BY h.sort, h.id LIMIT $6`
	householdsByNumSQL   = listHouseholdsSQL + ` AND h.number = $6 ORDER BY h.sort, h.id LIMIT $7`
	householdsByNamesSQL = listHouseholdsSQL + ` AND (h.head LIKE $6 ESCAPE '\' OR ' ' || h.pinyin LIKE $7 ESCAPE '\' OR ' ' || h.initials LIKE $7 ESCAPE '\'
		OR EXISTS (SELECT 1 FROM resident p WHERE p.village = $1 AND p.household = h.id AND p.state = 'active'
			AND (p.name LIKE $6 ESCAPE '\' OR ' ' || p.pinyin LIKE $7 ESCAPE '\')))
		ORDER BY h.sort, h.id LIMIT $8`

	nextNumberSQL      = `SELECT COALESCE(MAX(number), 0) + 1 FROM household WHERE village = $1`
	insertHouseholdSQL = `INSERT INTO household (village, id, grp, number, head, pinyin, initials, sort, cadre, members, state, version, created_ms, changed_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (village, number) DO NOTHING`
	// lockHouseholdSQL comes first in a command that changes a household or its residents: of two such commands the
	// second then waits and reads what the first wrote.
	lockHouseholdSQL   = `UPDATE household SET changed_ms = changed_ms WHERE village = $1 AND id = $2`
	updateHouseholdSQL = `UPDATE household SET grp = $1, number = $2, head = $3, pinyin = $4, initials = $5, sort = $6, cadre = $7, members = $8,
		state = $9, version = $10, changed_ms = $11 WHERE village = $12 AND id = $13`
)

const residentColumns = `p.village, p.id, p.household, p.name, p.relation, p.sex, p.birth_year, p.phone, p.party, p.id_hash, p.id_last4, p.state,
	p.created_ms, p.changed_ms, p.tags`

const (
	residentSQL  = `SELECT ` + residentColumns + ` FROM resident p WHERE p.village = $1 AND p.id = $2`
	residentsSQL = `SELECT ` + residentColumns + ` FROM resident p WHERE p.village = $1 AND p.household = $2
		ORDER BY CASE WHEN p.relation = 'head' THEN 0 ELSE 1 END, p.id`
	idHoldersSQL      = `SELECT p.id, p.household FROM resident p WHERE p.village = $1 AND p.id_hash = $2 AND p.state = 'active'`
	insertResidentSQL = `INSERT INTO resident (village, id, household, name, pinyin, relation, sex, birth_year, phone, party, id_hash, id_last4, state,
		created_ms, changed_ms, tags) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`
	updateResidentSQL = `UPDATE resident SET name = $1, pinyin = $2, relation = $3, sex = $4, birth_year = $5, phone = $6, party = $7, id_hash = $8,
		id_last4 = $9, state = $10, changed_ms = $11, tags = $12 WHERE village = $13 AND id = $14`
)

func householdArgs(h Household) []any {
	n := namesOf(h.Head)
	return []any{h.Village, h.ID, h.Group, h.Number, h.Head, n.pinyin, n.initials, n.sort, h.Cadre, h.Members, h.State, h.Version, h.CreatedMs, h.ChangedMs}
}

func updateHousehold(ctx context.Context, tx *store.Tx, h Household) error {
	_, err := tx.Exec(ctx, updateHouseholdSQL, updateHouseholdArgs(h)...)
	if errors.Is(err, errs.New(errs.Conflict, "store.duplicate")) { // the only other unique key is the number
		return numberTaken(h.Number)
	}
	return err
}

func updateHouseholdArgs(h Household) []any {
	n := namesOf(h.Head)
	return []any{h.Group, h.Number, h.Head, n.pinyin, n.initials, n.sort, h.Cadre, h.Members, h.State, h.Version, h.ChangedMs, h.Village, h.ID}
}

func scanHousehold(r store.Row) (h Household, err error) {
	err = r.Scan(&h.Village, &h.ID, &h.Group, &h.GroupName, &h.Number, &h.Head, &h.sort, store.Bool(&h.Cadre), &h.Members, &h.State, &h.Version,
		&h.CreatedMs, &h.ChangedMs)
	return h, err
}

// HouseholdByID reads a household of a village; directory.no_household if there is none there.
func HouseholdByID(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Household, error) {
	h, err := scanHousehold(tx.Row(ctx, householdSQL, village, id))
	if errors.Is(err, store.ErrNone) {
		return Household{}, errs.New(errs.NotFound, "directory.no_household")
	}
	return h, err
}

// HouseholdByNumber reads a household by the number in its village's list; directory.no_household if there is none.
func HouseholdByNumber(ctx context.Context, tx *store.Tx, village core.Area, number int64) (Household, error) {
	h, err := scanHousehold(tx.Row(ctx, householdByNumberSQL, village, number))
	if errors.Is(err, store.ErrNone) {
		return Household{}, errs.New(errs.NotFound, "directory.no_household")
	}
	return h, err
}

// lockHousehold makes the rest of a command on a household wait for whoever is changing it, and reads it.
func lockHousehold(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Household, error) {
	if _, err := tx.Exec(ctx, lockHouseholdSQL, village, id); err != nil {
		return Household{}, err
	}
	return HouseholdByID(ctx, tx, village, id)
}

func insertResidents(ctx context.Context, tx *store.Tx, residents []Resident) error {
	return tx.Many(ctx, insertResidentSQL, len(residents), func(i int) []any {
		r := residents[i]
		return []any{r.Village, r.ID, r.Household, r.Name, residentPinyin(r.Name), r.Relation, r.Sex, r.BirthYear, r.phone, r.Party, r.idHash,
			r.IDLast4, r.State, r.CreatedMs, r.ChangedMs, r.Tags}
	})
}

func updateResidents(ctx context.Context, tx *store.Tx, residents []Resident) error {
	return tx.Many(ctx, updateResidentSQL, len(residents), func(i int) []any {
		r := residents[i]
		return []any{r.Name, residentPinyin(r.Name), r.Relation, r.Sex, r.BirthYear, r.phone, r.Party, r.idHash, r.IDLast4, r.State, r.ChangedMs,
			r.Tags, r.Village, r.ID}
	})
}

func scanResident(r store.Row) (p Resident, err error) {
	err = r.Scan(&p.Village, &p.ID, &p.Household, &p.Name, &p.Relation, &p.Sex, &p.BirthYear, &p.phone, store.Bool(&p.Party), &p.idHash, &p.IDLast4,
		&p.State, &p.CreatedMs, &p.ChangedMs, &p.Tags)
	return p, err
}

// residentsOf reads the people of a household, the head first, then in the order in which they were entered.
func residentsOf(ctx context.Context, tx *store.Tx, village core.Area, household core.ID) (residents []Resident, err error) {
	err = tx.Rows(ctx, residentsSQL, func(r store.Row) error {
		p, err := scanResident(r)
		residents = append(residents, p)
		return err
	}, village, household)
	return residents, err
}
