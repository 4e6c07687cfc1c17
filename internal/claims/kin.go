package claims

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Kin is a registered relation of a household with another of the village, or with somebody who works for it. It holds in
// both directions from its first to its last day.
type Kin struct {
	ID        core.ID
	Household core.ID
	Other     core.ID // 0 for staff
	Staff     core.ID // 0 for a household
	StaffName string
	Relation  string // spouse parent child sibling inlaw other
	FromDay   core.Day
	UntilDay  core.Day // last day; 0 while it lasts
	ByName    string
	Number    int64 // of Household, and of Other below
	Head      string
	OtherNo   int64
	OtherHead string
}

// Colleague is somebody who reviews in a village.
type Colleague struct {
	ID   core.ID
	Name string
	Role core.Role
}

func validRelation(relation string) bool {
	switch relation {
	case "spouse", "parent", "child", "sibling", "inlaw", "other":
		return true
	}
	return false
}

const (
	sqlPutKin = `INSERT INTO kin (village, id, household, other, staff, staff_name, relation, from_day, until_day, by_name, created_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10) ON CONFLICT (village, household, other, staff) WHERE until_day = 0 DO NOTHING`
	sqlEndKin = `UPDATE kin SET until_day = $1 WHERE village = $2 AND id = $3 AND until_day = 0 RETURNING household`
	sqlKin    = `SELECT k.id, k.household, k.other, k.staff, k.staff_name, k.relation, k.from_day, k.until_day, k.by_name, h.number, h.head,
			COALESCE(o.number, 0), COALESCE(o.head, '')
		FROM kin k JOIN household h ON h.village = k.village AND h.id = k.household
		LEFT JOIN household o ON o.village = k.village AND o.id = k.other
		WHERE k.village = $1 AND k.id < $2 ORDER BY k.id DESC LIMIT $3`
	sqlColleagues = `SELECT s.id, s.name, g.role FROM staff_grant g JOIN staff s ON s.id = g.staff
		WHERE (g.area = $1 OR g.area = $2) AND g.role IN ('township', 'secretary', 'supervisor') AND s.state = 'active' ORDER BY s.id, g.role`
)

// AddKin registers a relation. It fails with claims.kin_known when the two are registered as relatives already.
func (s *Service) AddKin(ctx context.Context, by core.Actor, village core.Area, in Kin) (core.ID, error) {
	if err := access.Require(by, access.OpRegisterKin, village); err != nil {
		return 0, err
	}
	switch {
	case !validRelation(in.Relation):
		return 0, errs.New(errs.Invalid, "claims.bad_relation").At("relation")
	case !in.FromDay.Valid():
		return 0, errs.New(errs.Invalid, "claims.bad_day").At("from_day")
	case (in.Other == 0) == (in.Staff == 0) || in.Other == in.Household:
		return 0, errs.New(errs.Invalid, "claims.kin_of_whom").At("other")
	}
	if in.Other != 0 && in.Other < in.Household {
		in.Household, in.Other = in.Other, in.Household
	}
	return run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) { return c.addKin(ctx, in) })
}

func (c *command) addKin(ctx context.Context, in Kin) (core.ID, error) {
	for _, home := range []core.ID{in.Household, in.Other} {
		if home == 0 {
			continue
		}
		if _, err := activeHousehold(ctx, c.tx, c.village, home); err != nil {
			return 0, err
		}
	}
	if in.Staff != 0 {
		all, err := colleagues(ctx, c.tx, c.village)
		if err != nil {
			return 0, err
		}
		for _, one := range all {
			if one.ID == in.Staff {
				in.StaffName = one.Name
			}
		}
		if in.StaffName == "" {
			return 0, errs.New(errs.NotFound, "claims.no_colleague").At("staff")
		}
	}
	id := c.ids.Next()
	n, err := c.tx.Exec(ctx, sqlPutKin, c.village, id, in.Household, in.Other, in.Staff, in.StaffName, in.Relation, in.FromDay, c.by.Name, c.now)
	if err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, errs.New(errs.Conflict, "claims.kin_known")
	}
	return id, c.log(ctx, "claims.add_kin", "kin", id.String(), nil, map[string]any{
		"household": in.Household, "other": in.Other, "staff": in.Staff, "relation": in.Relation, "from_day": in.FromDay})
}

// EndKin ends a relation today: a marriage that was dissolved, or an entry made by mistake. Today is its last day, so that
// nobody ends it, reviews and registers it again within the day. What begins later than today never holds. It stays readable.
func (s *Service) EndKin(ctx context.Context, by core.Actor, village core.Area, id core.ID) error {
	if err := access.Require(by, access.OpRegisterKin, village); err != nil {
		return err
	}
	_, err := run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		var household core.ID
		err := c.tx.Row(ctx, sqlEndKin, c.today, c.village, id).Scan(&household)
		if errors.Is(err, store.ErrNone) {
			return 0, errs.New(errs.NotFound, "claims.no_kin")
		}
		if err != nil {
			return 0, err
		}
		return id, c.log(ctx, "claims.end_kin", "kin", id.String(), map[string]any{"household": household}, map[string]any{"until_day": c.today})
	})
	return err
}

// Kin lists a village's registered relations, newest first, with those who review there.
func (s *Service) Kin(ctx context.Context, by core.Actor, village core.Area, page core.Page) (list []Kin, people []Colleague, next string, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, nil, "", err
	}
	before, err := readID(page.Cursor)
	if err != nil {
		return nil, nil, "", err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if people, err = colleagues(ctx, tx, village); err != nil {
			return err
		}
		return tx.Rows(ctx, sqlKin, func(r store.Row) error {
			var k Kin
			err := r.Scan(&k.ID, &k.Household, &k.Other, &k.Staff, &k.StaffName, &k.Relation, &k.FromDay, &k.UntilDay, &k.ByName, &k.Number,
				&k.Head, &k.OtherNo, &k.OtherHead)
			list = append(list, k)
			return err
		}, village, before, page.Size()+1)
	})
	if len(list) > page.Size() {
		list = list[:page.Size()]
		next = list[len(list)-1].ID.String()
	}
	return list, people, next, err
}

func colleagues(ctx context.Context, tx *store.Tx, village core.Area) (all []Colleague, err error) {
	err = tx.Rows(ctx, sqlColleagues, func(r store.Row) error {
		var p Colleague
		err := r.Scan(&p.ID, &p.Name, &p.Role)
		all = append(all, p)
		return err
	}, village, village.Parent())
	return all, err
}
