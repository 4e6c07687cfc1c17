package claims

import (
	"context"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

const sqlInsert = `INSERT INTO claim (village, id, household, version, rule, category, day, month, step, qty, points, asked, event, note,
		proof, photo, state, source, sheet, by_kind, by_id, by_name, reviewer, reviewer_name, reviewed_ms, reason, notice,
		version_no, created_ms, changed_ms, resident, warned_day, warned_no, warned_what)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, 0, '', 0, '', 0,
		$23, $24, $25, $26, $27, $28, $29)`

// row is the claim as sqlInsert takes it.
func (c Claim) row() []any {
	return []any{c.Village, c.ID, c.Household, c.Version, c.Rule, c.Category, c.Day, c.Month, c.Step, c.Qty, c.Points, c.Asked,
		c.Event, c.Note, c.Proof, c.Photo, string(c.State), string(c.Source), c.Sheet, string(c.ByKind), c.ByID, c.ByName,
		c.Changes, c.CreatedMs, c.ChangedMs, c.Resident, c.Warned.Day, c.Warned.No, c.Warned.What}
}

const sqlResubmit = `UPDATE claim SET version = $1, category = $2, day = $3, month = $4, step = $5, qty = $6, points = $7, asked = $8,
		event = $9, note = $10, proof = $11, photo = $12, state = 'submitted', changed_ms = $13, resident = $14, warned_day = $15,
		warned_no = $16, warned_what = $17, first_by = 0, first_name = '', first_ms = 0, version_no = version_no + 1
	WHERE village = $18 AND id = $19`

const sqlSetState = `UPDATE claim SET state = $1, changed_ms = $2, version_no = version_no + 1 WHERE village = $3 AND id = $4`

const sqlReview = `UPDATE claim SET state = $1, reviewer = $2, reviewer_name = $3, reviewed_ms = $4, reason = $5, changed_ms = $4,
	version_no = version_no + 1 WHERE village = $6 AND id = $7`

const sqlDrop = `UPDATE claim SET state = 'dropped', reason = $1, changed_ms = $2, version_no = version_no + 1
	WHERE village = $3 AND id = $4`

// stateColumn is a claim's state. That a claim is posted is not written on it: closing a month makes every line that
// still stands on its list a posted one, all at once, and costs the same for ten lines as for two thousand.
const stateColumn = `CASE WHEN c.state = 'noticed' AND c.month <= b.closed THEN 'posted' ELSE c.state END`

// lineColumn finds a posted claim's line among those of its household that the month's close wrote; 0 if there is none.
const lineColumn = `COALESCE((SELECT l.no FROM book_close k
		JOIN line l ON l.village = k.village AND l.owner = c.household AND l.no BETWEEN k.first_no AND k.last_no AND l.ref = c.id
		WHERE k.village = $1 AND k.month = c.month), 0)`

// claimColumns reads a claim with its household, its rule's text and whether it has a double that stands. $1 is the village, in its
// subqueries too (docs/sql.md).
const claimColumns = `SELECT c.id, c.household, h.number, COALESCE(g.name, ''), h.head, c.version, c.rule, COALESCE(r.text_zh, ''),
		COALESCE(r.text_en, ''), COALESCE(r.approver, ''), c.category, c.day, c.month, c.step, c.qty, c.points, c.asked, c.event,
		c.note, c.proof, c.photo, ` + stateColumn + `, c.source, c.sheet, c.by_kind, c.by_id, c.by_name, c.reviewer, c.reviewer_name,
		c.reviewed_ms, c.reason, c.notice, ` + lineColumn + `, c.version_no, c.created_ms, c.changed_ms, h.grp, c.first_by, c.first_name, c.first_ms,
		CASE WHEN EXISTS (SELECT 1 FROM claim d WHERE d.village = $1 AND d.household = c.household AND d.day = c.day
			AND d.rule = c.rule AND d.resident = c.resident AND d.id <> c.id AND d.state IN ('submitted', 'approved', 'noticed', 'frozen')
			AND NOT EXISTS (SELECT 1 FROM line l JOIN line o ON o.village = l.village AND o.no = l.reverses
				WHERE l.village = $1 AND l.owner = c.household AND l.reverses <> 0 AND l.category <> '' AND o.ref = d.id))
			THEN 1 ELSE 0 END, c.resident, COALESCE(w.name, ''), c.warned_day, c.warned_no, c.warned_what
	FROM claim c
	JOIN book b ON b.village = c.village
	JOIN household h ON h.village = c.village AND h.id = c.household
	LEFT JOIN area g ON g.code = h.grp
	LEFT JOIN rule r ON r.village = c.village AND r.version = c.version AND r.code = c.rule
	LEFT JOIN resident w ON w.village = c.village AND w.id = c.resident
	WHERE c.village = $1`

const sqlClaim = claimColumns + ` AND c.id = $2`

// The lists. Open states are shown oldest first, so that nothing waits forever; ended ones newest first. Months are
// given as a range, because posted claims are the noticed ones of closed months.
const (
	sqlClaimsOldest = claimColumns + ` AND c.state = $2 AND c.month BETWEEN $3 AND $4 AND (c.month, c.id) > ($5, $6)
		ORDER BY c.month, c.id LIMIT $7`
	sqlClaimsNewest = claimColumns + ` AND c.state = $2 AND c.month BETWEEN $3 AND $4 AND (c.month, c.id) < ($5, $6)
		ORDER BY c.month DESC, c.id DESC LIMIT $7`
	sqlClaimsMixed       = claimColumns + ` AND c.month BETWEEN $2 AND $3 AND c.id < $4 ORDER BY c.id DESC LIMIT $5`
	sqlClaimsByHousehold = claimColumns + ` AND c.household = $2 AND (c.state = $3 OR $3 = '') AND c.month BETWEEN $4 AND $5
		AND c.id < $6 ORDER BY c.id DESC LIMIT $7`
	sqlClaimsBySheet = claimColumns + ` AND c.sheet = $2 AND (c.state = $3 OR $3 = '') AND c.month BETWEEN $4 AND $5
		AND c.id > $6 ORDER BY c.id LIMIT $7`
)

func scanClaim(village core.Area, r store.Row) (Claim, error) {
	c := Claim{Village: village}
	err := r.Scan(&c.ID, &c.Household, &c.Number, &c.Group, &c.Head, &c.Version, &c.Rule, &c.RuleZh, &c.RuleEn, &c.Approver,
		&c.Category, &c.Day, &c.Month, &c.Step, &c.Qty, &c.Points, &c.Asked, &c.Event, &c.Note, &c.Proof, &c.Photo, &c.State,
		&c.Source, &c.Sheet, &c.ByKind, &c.ByID, &c.ByName, &c.Reviewer, &c.ReviewedBy, &c.ReviewedMs, &c.Reason, &c.Notice,
		&c.Line, &c.Changes, &c.CreatedMs, &c.ChangedMs, &c.Grp, &c.FirstBy, &c.FirstName, &c.FirstMs, store.Bool(&c.Duplicate),
		&c.Resident, &c.Person, &c.Warned.Day, &c.Warned.No, &c.Warned.What)
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "claims.no_claim")
	}
	return c, err
}

// find reads one claim as it stands now, for an actor.
func (s *Service) find(ctx context.Context, by core.Actor, village core.Area, id core.ID) (claim Claim, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		tied, err := tiesOf(ctx, tx, by, village, core.DayOf(s.clock.Now()))
		if err != nil {
			return err
		}
		claim, err = scanClaim(village, tx.Row(ctx, sqlClaim, village, id))
		tied.mark(&claim)
		return err
	})
	return claim, err
}

// load reads a claim in order to change it. changes is the count the actor saw, 0 if nobody looked.
func (c *command) load(ctx context.Context, id core.ID, changes int64) (Claim, error) {
	claim, err := scanClaim(c.village, c.tx.Row(ctx, sqlClaim, c.village, id))
	if err == nil && changes != 0 && changes != claim.Changes {
		err = errs.New(errs.Conflict, "claims.changed_meanwhile")
	}
	return claim, err
}

// setState moves a claim without anything else.
func (c *command) setState(ctx context.Context, claim Claim, to State) error {
	if _, err := c.tx.Exec(ctx, sqlSetState, string(to), c.now, c.village, claim.ID); err != nil {
		return err
	}
	c.moved(claim, claim.State, to)
	return nil
}

// logState writes the audit line of a change of state.
func (c *command) logState(ctx context.Context, action string, claim Claim, to State, reason string) error {
	after := map[string]any{"state": to}
	if reason != "" {
		after["reason"] = reason
	}
	return c.log(ctx, action, "claim", claim.ID.String(), map[string]any{"state": claim.State}, after)
}

// trace is what the audit trail keeps of a claim's content.
func (c Claim) trace() map[string]any {
	t := map[string]any{"household": c.Household, "rule": c.Rule, "day": c.Day, "qty": c.Qty, "points": c.Points}
	if c.Asked != c.Points {
		t["asked"] = c.Asked
	}
	if c.Step >= 0 {
		t["step"] = c.Step
	}
	if c.Resident != 0 {
		t["resident"] = c.Resident
	}
	if c.Warned.Day != 0 {
		t["warned_day"], t["warned_no"] = c.Warned.Day, c.Warned.No
	}
	return t
}
