package households

import (
	"context"
	"encoding/json"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

const (
	sqlInsert = `INSERT INTO household_change (village, id, kind, state, household, other, undoes, plan, base, spendable, voucher, reason,
			paper, signed, signed_other, by_id, by_name, created_ms, ended_by, ended_name, ended_ms, version, far_village, far_household, far_number, far_name, far_head,
			far_voucher)
		VALUES ($1, $2, $3, 'proposed', $4, $5, $6, $7, $8, $9, 0, $10, '', '', '', $11, $12, $13, 0, '', 0, 1, $14, $15, $16, $17, $18, $19)`
	sqlDone = `UPDATE household_change SET state = 'done', other = $1, plan = $2, base = $3, spendable = $4, voucher = $5, paper = $6,
			signed = $7, signed_other = $8, ended_by = $9, ended_name = $10, ended_ms = $11, version = version + 1
		WHERE village = $12 AND id = $13`
	sqlWithdraw = `UPDATE household_change SET state = 'withdrawn', ended_by = $1, ended_name = $2, ended_ms = $3, version = version + 1
		WHERE village = $4 AND id = $5`
	sqlUndone = `UPDATE household_change SET state = 'undone', version = version + 1 WHERE village = $1 AND id = $2`

	sqlTake = `UPDATE household_change SET version = version WHERE village = $1 AND id = $2`

	// Of one household one change waits at a time.
	sqlWaiting = `SELECT COUNT(*) FROM household_change
		WHERE village = $1 AND state = 'proposed' AND (household = $2 OR other = $2)`
	// What came after a change of the same households has to be taken back before it.
	sqlLater = `SELECT COUNT(*) FROM household_change WHERE village = $1 AND id > $2 AND state = 'done' AND kind <> 'undo'
		AND (household = $3 OR other = $3 OR household = $4 OR other = $4)`
	sqlMergedInto = `SELECT COUNT(*) FROM household_change
		WHERE village = $1 AND household = $2 AND other = $3 AND kind = 'merge' AND state = 'done'`
	// A move is taken back only while the other village has not taken the household in.
	sqlRecall = `UPDATE household_change SET state = 'withdrawn', ended_by = $1, ended_name = $2, ended_ms = $3, version = version + 1
		WHERE village = $4 AND id = $5 AND kind = 'arrive' AND state IN ('proposed', 'withdrawn')`
	sqlTravel    = `SELECT COALESCE(MIN(travel), 1) FROM move_setting WHERE village = $1`
	sqlSetTravel = `INSERT INTO move_setting (village, travel, by_name, changed_ms) VALUES ($1, $2, $3, $4)
		ON CONFLICT (village) DO UPDATE SET travel = $2, by_name = $3, changed_ms = $4`
	sqlFloor = `SELECT COALESCE(MAX(floor), 0) FROM shop WHERE village = $1`
)

const columns = `SELECT x.id, x.kind, x.state, x.household, h.number, h.head, h.state, x.other, COALESCE(o.number, 0), COALESCE(o.head, ''),
		COALESCE(o.state, ''), x.undoes, COALESCE(u.kind, ''), x.plan, x.base, x.spendable, x.voucher, x.reason, x.paper, x.signed,
		x.signed_other, x.by_id, x.by_name, x.created_ms, x.ended_name, x.ended_ms, x.version,
		x.far_village, x.far_household, x.far_number, x.far_name, x.far_head, x.far_voucher
	FROM household_change x
	JOIN household h ON h.village = x.village AND h.id = x.household
	LEFT JOIN household o ON o.village = x.village AND o.id = x.other
	LEFT JOIN household_change u ON u.village = x.village AND u.id = x.undoes
	WHERE x.village = $1`

const (
	sqlOne         = columns + ` AND x.id = $2`
	sqlList        = columns + ` AND x.id < $2 AND (x.state = $3 OR $3 = '') ORDER BY x.id DESC LIMIT $4`
	sqlOfHousehold = columns + ` AND x.id < $2 AND (x.state = $3 OR $3 = '') AND (x.household = $4 OR x.other = $4) ORDER BY x.id DESC LIMIT $5`
)

func scan(r store.Row) (c Change, err error) {
	var plan string
	err = r.Scan(&c.ID, &c.Kind, &c.State, &c.First.ID, &c.First.Number, &c.First.Head, &c.First.State, &c.Other.ID, &c.Other.Number, &c.Other.Head,
		&c.Other.State, &c.Undoes, &c.UndoesKind, &plan, &c.Moved.Base, &c.Moved.Spendable, &c.Voucher, &c.Reason, &c.Paper, &c.Signed,
		&c.SignedOther, &c.ByID, &c.ByName, &c.CreatedMs, &c.EndedName, &c.EndedMs, &c.Version,
		&c.Far.Village, &c.Far.Household, &c.Far.Number, &c.Far.Name, &c.Far.Head, &c.Far.Voucher)
	if errors.Is(err, store.ErrNone) {
		return c, errs.New(errs.NotFound, "households.no_change")
	}
	if err == nil {
		err = json.Unmarshal([]byte(plan), &c.Plan)
	}
	return c, err
}

func (p Plan) stored() (string, error) {
	b, err := json.Marshal(p)
	return string(b), err
}

// Filter narrows a list of changes; zero values take everything.
type Filter struct {
	State     State
	Household core.ID // on either side
}

// Changes lists a village's changes of households for its staff, newest first. next is "" on the last page.
func (s *Service) Changes(ctx context.Context, by core.Actor, village core.Area, f Filter, page core.Page) (found []Change, next string, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, "", err
	}
	if f.State != "" && !f.State.Valid() {
		return nil, "", errs.New(errs.Invalid, "households.bad_state").At("state")
	}
	before, err := page.BeforeID()
	if err != nil {
		return nil, "", err
	}
	limit := page.Size() + 1 // one more tells whether there is another page
	take := func(r store.Row) error {
		one, err := scan(r)
		found = append(found, one)
		return err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		found = nil
		if f.Household != 0 {
			return tx.Rows(ctx, sqlOfHousehold, take, village, before, string(f.State), f.Household, limit)
		}
		return tx.Rows(ctx, sqlList, take, village, before, string(f.State), limit)
	})
	if err == nil {
		found, next = core.Cut(found, page, func(one Change) string { return one.ID.String() })
	}
	return found, next, err
}

// Change reads one change for the village's staff. Error: households.no_change.
func (s *Service) Change(ctx context.Context, by core.Actor, village core.Area, id core.ID) (c Change, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return c, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = scan(tx.Row(ctx, sqlOne, village, id))
		return err
	})
	return c, err
}
