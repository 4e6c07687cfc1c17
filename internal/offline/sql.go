package offline

import (
	"context"
	"encoding/json"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Rules and tills ----------------------------------------------------------------------------------------------------

const (
	sqlWriteRule = `INSERT INTO offline_rule (village, share, total, days, tills, second_from, version, changed_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (village) DO UPDATE SET share = excluded.share, total = excluded.total, days = excluded.days, tills = excluded.tills,
			second_from = excluded.second_from, version = excluded.version, changed_ms = excluded.changed_ms
		WHERE offline_rule.version = $9`
	sqlTouchRule = `UPDATE offline_rule SET version = version WHERE village = $1`

	sqlInsertTill = `INSERT INTO till (village, id, name, staff, staff_name, state, enrolled_ms, seen_ms, ended_by, ended_name, reason, ended_ms)
		VALUES ($1, $2, $3, $4, $5, 'active', $6, $7, 0, '', '', 0)`
	sqlRevokeTill = `UPDATE till SET state = 'revoked', ended_by = $1, ended_name = $2, reason = $3, ended_ms = $4
		WHERE village = $5 AND id = $6`
	sqlTouchTill = `UPDATE till SET state = state WHERE village = $1 AND id = $2`
	sqlSeen      = `UPDATE till SET seen_ms = $1 WHERE village = $2 AND id = $3`
)

// ruleOf reads a village's rule; one that allows nothing if it never set any.
func ruleOf(ctx context.Context, tx *store.Tx, village core.Area) (Rule, error) {
	rule := Rule{Days: MaxDays, Tills: 1}
	err := tx.Row(ctx, `SELECT share, total, days, tills, second_from, version FROM offline_rule WHERE village = $1`, village).
		Scan(&rule.Share, &rule.Total, &rule.Days, &rule.Tills, &rule.SecondFrom, &rule.Version)
	if errors.Is(err, store.ErrNone) {
		err = nil
	}
	return rule, err
}

func writeRule(ctx context.Context, tx *store.Tx, village core.Area, r Rule, seen, now int64) (bool, error) {
	n, err := tx.Exec(ctx, sqlWriteRule, village, r.Share, r.Total, r.Days, r.Tills, r.SecondFrom, r.Version, now, seen)
	return n == 1, err
}

func countTills(ctx context.Context, tx *store.Tx, village core.Area) (n int64, err error) {
	err = tx.Row(ctx, `SELECT COUNT(*) FROM till WHERE village = $1 AND state = 'active'`, village).Scan(&n)
	return n, err
}

const tillColumns = `SELECT t.id, t.name, t.staff, t.staff_name, t.state, t.enrolled_ms, t.seen_ms, t.ended_name, t.reason, t.ended_ms`

func (t *Till) fields() []any {
	return []any{&t.ID, &t.Name, &t.Staff, &t.StaffName, &t.State, &t.EnrolledMs, &t.SeenMs, &t.EndedName, &t.Reason, &t.EndedMs}
}

func tillOf(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Till, error) {
	t := Till{Village: village}
	err := tx.Row(ctx, tillColumns+` FROM till t WHERE t.village = $1 AND t.id = $2`, village, id).Scan(t.fields()...)
	return t, notFound(err, "offline.no_till")
}

const sqlTills = tillColumns + `,
		COALESCE((SELECT MAX(a.until_ms) FROM allowance a WHERE a.village = $1 AND a.till = t.id AND a.ended_ms = 0 AND a.until_ms > $2), 0),
		(SELECT COUNT(*) FROM offline_redemption r WHERE r.village = $1 AND r.till = t.id AND r.state = 'review')
	FROM till t WHERE t.village = $1 ORDER BY t.id DESC`

func tillsOf(ctx context.Context, tx *store.Tx, village core.Area, now int64) (tills []Till, err error) {
	err = tx.Rows(ctx, sqlTills, func(r store.Row) error {
		t := Till{Village: village}
		err := r.Scan(append(t.fields(), &t.UntilMs, &t.Waiting)...)
		tills = append(tills, t)
		return err
	}, village, now)
	return tills, err
}

// Allowances ---------------------------------------------------------------------------------------------------------

const (
	sqlInsertAllowance = `INSERT INTO allowance (village, id, till, staff, staff_name, home_village, home, share, total, issued_ms, until_ms, ended_ms, limits)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12)`
	sqlEndAllowances = `UPDATE allowance SET ended_ms = $1 WHERE village = $2 AND till = $3 AND ended_ms = 0`
	sqlHeldByOthers  = `SELECT CAST(COALESCE(SUM(share), 0) AS BIGINT), CAST(COALESCE(SUM(total), 0) AS BIGINT) FROM allowance
		WHERE village = $1 AND till <> $2 AND ended_ms = 0 AND until_ms > $3`
	sqlGranted = `SELECT till, staff, staff_name, home_village, home, total, issued_ms, until_ms, limits FROM allowance WHERE village = $1 AND id = $2`
)

func heldByOthers(ctx context.Context, tx *store.Tx, t Till, now int64) (p part, err error) {
	err = tx.Row(ctx, sqlHeldByOthers, t.Village, t.ID, now).Scan(&p.share, &p.total)
	return p, err
}

// granted is an allowance as the server holds a till to it.
type granted struct {
	till, staff       core.ID
	staffName         string
	homeVillage       core.Area
	home              core.ID
	total             core.Points
	issuedMs, untilMs int64
	limits            []byte
}

func grantedOf(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (g granted, err error) {
	err = tx.Row(ctx, sqlGranted, village, id).
		Scan(&g.till, &g.staff, &g.staffName, &g.homeVillage, &g.home, &g.total, &g.issuedMs, &g.untilMs, &g.limits)
	return g, err
}

func openShop(ctx context.Context, tx *store.Tx, village core.Area) (name string, floor core.Points, err error) {
	var state string
	err = tx.Row(ctx, `SELECT name, floor, state FROM shop WHERE village = $1`, village).Scan(&name, &floor, &state)
	if err == nil && state != "open" {
		err = errs.New(errs.Conflict, "market.shop_closed")
	}
	return name, floor, notFound(err, "market.no_shop")
}

// homesOf lists the active households in the order of the village's list.
func homesOf(ctx context.Context, tx *store.Tx, village core.Area) (homes []home, err error) {
	born := map[core.ID]int64{}
	err = tx.Rows(ctx, `SELECT household, birth_year FROM resident WHERE village = $1 AND relation = 'head' AND state = 'active'`, func(r store.Row) error {
		var id core.ID
		var year int64
		err := r.Scan(&id, &year)
		born[id] = year
		return err
	}, village)
	if err != nil {
		return nil, err
	}
	err = tx.Rows(ctx, `SELECT id, number, head, grp FROM household WHERE village = $1 AND state = 'active' ORDER BY number`, func(r store.Row) error {
		var h home
		err := r.Scan(&h.id, &h.number, &h.head, &h.group)
		h.born = born[h.id]
		homes = append(homes, h)
		return err
	}, village)
	return homes, err
}

// holdsOf is what the households have set aside.
func holdsOf(ctx context.Context, tx *store.Tx, village core.Area, now int64) (map[core.ID]core.Points, error) {
	held := map[core.ID]core.Points{}
	err := tx.Rows(ctx, `SELECT owner, points FROM hold WHERE village = $1 AND state = 'pending' AND expires_ms > $2`, func(r store.Row) error {
		var owner core.ID
		var points core.Points
		err := r.Scan(&owner, &points)
		held[owner] += points
		return err
	}, village, now)
	return held, err
}

// groupsOf numbers the village's groups from 1; 0 is none.
func groupsOf(ctx context.Context, tx *store.Tx, village core.Area) (map[core.Area]int, []string, error) {
	numbers, names := map[core.Area]int{}, []string{}
	err := tx.Rows(ctx, `SELECT code, short FROM area WHERE parent = $1 ORDER BY code`, func(r store.Row) error {
		var code core.Area
		var short string
		err := r.Scan(&code, &short)
		names = append(names, short)
		numbers[code] = len(names)
		return err
	}, village)
	return numbers, names, err
}

func cardsOf(ctx context.Context, tx *store.Tx, village core.Area) (map[core.ID]cardRow, error) {
	cards := map[core.ID]cardRow{}
	err := tx.Rows(ctx, `SELECT id, household, token_hash, code FROM card WHERE village = $1 AND state = 'active' ORDER BY id`, func(r store.Row) error {
		var c cardRow
		err := r.Scan(&c.id, &c.household, &c.token, &c.code)
		cards[c.household] = c
		return err
	}, village)
	return cards, err
}

func cardOf(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (household core.ID, state string, err error) {
	err = tx.Row(ctx, `SELECT household, state FROM card WHERE village = $1 AND id = $2`, village, id).Scan(&household, &state)
	return household, state, err
}

func scanGood(r store.Row) (g good, err error) {
	err = r.Scan(&g.id, &g.name, &g.unit, &g.price, &g.qty)
	return g, err
}

// Goods that a restricted fund keeps for the households on its list are handed out where the list can be asked.
const sqlGoods = `SELECT i.id, i.name, i.unit, i.price, i.qty FROM item i
	WHERE i.village = $1 AND i.state = 'active'
		AND NOT EXISTS (SELECT 1 FROM fund f WHERE f.village = $1 AND f.id = i.fund AND f.listed = 1)
	ORDER BY i.sort, i.id`

// goodsOf lists what a till may hand out, in the order of the shelf.
func goodsOf(ctx context.Context, tx *store.Tx, village core.Area) (goods []good, err error) {
	err = tx.Rows(ctx, sqlGoods, func(r store.Row) error {
		g, err := scanGood(r)
		goods = append(goods, g)
		return err
	}, village)
	return goods, err
}

func allGoods(ctx context.Context, tx *store.Tx, village core.Area) (map[core.ID]good, error) {
	goods := map[core.ID]good{}
	err := tx.Rows(ctx, `SELECT id, name, unit, price, qty FROM item WHERE village = $1`, func(r store.Row) error {
		g, err := scanGood(r)
		goods[g.id] = g
		return err
	}, village)
	return goods, err
}

// What came back -----------------------------------------------------------------------------------------------------

const (
	sqlInsertRecord = `INSERT INTO offline_redemption (village, id, key, code, hash, till, allowance, household, card, points, items, made_ms, came_ms,
			state, reason, params, redemption, maker, maker_name, wish, wish_by, wish_name, note, ended_by, ended_name, ended_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, $17, $18, '', 0, '', '', 0, '', 0)
		ON CONFLICT (village, key) DO NOTHING`
	sqlSetRedemption = `UPDATE offline_redemption SET redemption = $1 WHERE village = $2 AND id = $3`
	sqlTouchCase     = `UPDATE offline_redemption SET state = state WHERE village = $1 AND id = $2`
	sqlWish          = `UPDATE offline_redemption SET wish = $1, wish_by = $2, wish_name = $3, note = $4 WHERE village = $5 AND id = $6`
	sqlSettle        = `UPDATE offline_redemption SET state = $1, redemption = $2, note = $3, ended_by = $4, ended_name = $5, ended_ms = $6
		WHERE village = $7 AND id = $8`
	sqlSpentUnder = `SELECT CAST(COALESCE(SUM(points), 0) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN household = $1 THEN points ELSE 0 END), 0) AS BIGINT)
		FROM offline_redemption WHERE village = $2 AND allowance = $3 AND state IN ('done', 'accepted')`
	sqlByKey = `SELECT x.id, x.key, x.code, x.hash, x.state, x.came_ms, x.reason, x.params, x.maker, x.maker_name, x.redemption, COALESCE(r.no, 0)
		FROM offline_redemption x
		LEFT JOIN redemption r ON r.village = x.village AND r.id = x.redemption
		WHERE x.village = $1 AND x.key = $2`
)

// insertRecord says whether the key was free.
func insertRecord(ctx context.Context, tx *store.Tx, t Till, r record, in intent) (bool, error) {
	items, err := json.Marshal(in.items())
	if err != nil {
		return false, err
	}
	code, params := "", []byte("{}")
	if r.Reason != nil {
		code = r.Reason.Code
		if params, err = json.Marshal(r.Reason.Params); err != nil {
			return false, err
		}
	}
	n, err := tx.Exec(ctx, sqlInsertRecord, t.Village, r.ID, r.Key, r.Code, in.hash, t.ID, in.Allowance, in.Household, in.Card, in.Points,
		string(items), in.MadeMs, r.CameMs, r.State, code, string(params), r.Maker, r.MakerName)
	return n == 1, err
}

func byKey(ctx context.Context, tx *store.Tx, village core.Area, key string) (r record, err error) {
	var code, params string
	err = tx.Row(ctx, sqlByKey, village, key).
		Scan(&r.ID, &r.Key, &r.Code, &r.hash, &r.State, &r.CameMs, &code, &params, &r.Maker, &r.MakerName, &r.Redemption, &r.No)
	if err == nil {
		r.Reason, err = reasonFrom(code, params)
	}
	return r, err
}

// reasonFrom is the error that a row keeps; nil for none.
func reasonFrom(code, params string) (*errs.Error, error) {
	if code == "" {
		return nil, nil
	}
	e := errs.New(errs.Conflict, code)
	return e, json.Unmarshal([]byte(params), &e.Params)
}

// spentUnder is what an allowance paid for so far: in all, and one household's.
func spentUnder(ctx context.Context, tx *store.Tx, village core.Area, allowance, household core.ID) (all, own core.Points, err error) {
	err = tx.Row(ctx, sqlSpentUnder, household, village, allowance).Scan(&all, &own)
	return all, own, err
}

const caseColumns = `SELECT x.id, x.key, x.code, x.state, x.reason, x.params, x.till, COALESCE(t.name, ''), x.maker, x.maker_name, x.household,
		COALESCE(h.number, 0), COALESCE(h.head, ''), COALESCE(g.short, ''), x.points, x.items, x.made_ms, x.came_ms, COALESCE(r.no, 0), x.redemption,
		x.wish, x.wish_by, x.wish_name, x.note, x.ended_name, x.ended_ms
	FROM offline_redemption x
	LEFT JOIN till t ON t.village = x.village AND t.id = x.till
	LEFT JOIN household h ON h.village = x.village AND h.id = x.household
	LEFT JOIN area g ON g.code = h.grp
	LEFT JOIN redemption r ON r.village = x.village AND r.id = x.redemption
	WHERE x.village = $1`

func scanCase(r store.Row) (c Case, err error) {
	var code, params, items string
	err = r.Scan(&c.ID, &c.key, &c.Code, &c.State, &code, &params, &c.Till, &c.TillName, &c.maker, &c.MakerName, &c.Household,
		&c.Number, &c.Head, &c.GroupName, &c.Points, &items, &c.MadeMs, &c.CameMs, &c.No, &c.Redemption,
		&c.Wish, &c.wishBy, &c.WishName, &c.Note, &c.EndedName, &c.EndedMs)
	if err != nil {
		return c, err
	}
	if c.Reason, err = reasonFrom(code, params); err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(items), &c.Lines)
}

const (
	sqlCases        = caseColumns + ` AND x.id < $2 ORDER BY x.id DESC LIMIT $3`
	sqlCasesInState = caseColumns + ` AND x.state = $2 AND x.id < $3 ORDER BY x.id DESC LIMIT $4`
)

func casesOf(ctx context.Context, tx *store.Tx, village core.Area, state string, before core.ID, limit int) (cases []Case, err error) {
	add := func(r store.Row) error {
		c, err := scanCase(r)
		cases = append(cases, c)
		return err
	}
	if state == "" {
		err = tx.Rows(ctx, sqlCases, add, village, before, limit)
	} else {
		err = tx.Rows(ctx, sqlCasesInState, add, village, state, before, limit)
	}
	return cases, err
}

func caseOf(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Case, error) {
	c, err := scanCase(tx.Row(ctx, caseColumns+` AND x.id = $2`, village, id))
	return c, notFound(err, "offline.no_case")
}
