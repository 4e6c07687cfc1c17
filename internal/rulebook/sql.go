package rulebook

import (
	"context"
	"encoding/json"
	"fmt"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

const rulesetColumns = `village, version, title, state, base_version, from_day, vote_day, vote_due, vote_present, vote_for,
	minutes_no, notice_days, created_ms, changed_ms, by_name`

const sqlRuleset = `SELECT ` + rulesetColumns + ` FROM ruleset WHERE village = $1 AND version = $2`

const sqlRulesets = `SELECT ` + rulesetColumns + ` FROM ruleset WHERE village = $1 ORDER BY version DESC`

const sqlInForce = `SELECT ` + rulesetColumns + ` FROM ruleset WHERE village = $1 AND state = 'adopted' AND from_day <= $2
	ORDER BY from_day DESC, version DESC LIMIT 1`

const sqlInsertRuleset = `INSERT INTO ruleset (` + rulesetColumns + `)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
	ON CONFLICT (village, version) DO NOTHING`

const sqlTouchDraft = `UPDATE ruleset SET changed_ms = $1 WHERE village = $2 AND version = $3 AND state = 'draft'`

const sqlAdopt = `UPDATE ruleset SET state = 'adopted', from_day = $1, vote_day = $2, vote_due = $3, vote_present = $4,
	vote_for = $5, minutes_no = $6, notice_days = $7, changed_ms = $8
	WHERE village = $9 AND version = $10 AND state = 'draft'`

const sqlWithdraw = `UPDATE ruleset SET state = 'withdrawn', changed_ms = $1 WHERE village = $2 AND version = $3 AND state = $4`

const ruleColumns = `code, sort, category, kind, text_zh, text_en, points, points_min, points_max, scale, per, unit_zh, unit_en,
	cap_period, cap_points, cap_count, proof_zh, proof_en, approver, self, who, who_tag, caps, unit_size, unit_round, list_category,
	list_text, warn_days, cond, cond_zh, cond_en`

const sqlRule = `SELECT ` + ruleColumns + ` FROM rule WHERE village = $1 AND version = $2 AND code = $3`

const sqlRules = `SELECT ` + ruleColumns + ` FROM rule WHERE village = $1 AND version = $2 ORDER BY sort, code`

const sqlPutRule = `INSERT INTO rule (village, version, ` + ruleColumns + `)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
		$26, $27, $28, $29, $30, $31, $32, $33)
	ON CONFLICT (village, version, code) DO UPDATE SET sort = excluded.sort, category = excluded.category,
		kind = excluded.kind, text_zh = excluded.text_zh, text_en = excluded.text_en, points = excluded.points,
		points_min = excluded.points_min, points_max = excluded.points_max, scale = excluded.scale, per = excluded.per,
		unit_zh = excluded.unit_zh, unit_en = excluded.unit_en, cap_period = excluded.cap_period,
		cap_points = excluded.cap_points, cap_count = excluded.cap_count, proof_zh = excluded.proof_zh,
		proof_en = excluded.proof_en, approver = excluded.approver, self = excluded.self,
		who = excluded.who, who_tag = excluded.who_tag, caps = excluded.caps, unit_size = excluded.unit_size,
		unit_round = excluded.unit_round, list_category = excluded.list_category, list_text = excluded.list_text,
		warn_days = excluded.warn_days, cond = excluded.cond, cond_zh = excluded.cond_zh, cond_en = excluded.cond_en`

const sqlDropRule = `DELETE FROM rule WHERE village = $1 AND version = $2 AND code = $3`

func scanRuleset(r store.Row) (Ruleset, error) {
	var s Ruleset
	err := r.Scan(&s.Area, &s.Version, &s.Title, &s.State, &s.BaseVersion, &s.FromDay, &s.Vote.Day, &s.Vote.Due, &s.Vote.Present,
		&s.Vote.InFavour, &s.Vote.MinutesNo, &s.NoticeDays, &s.CreatedMs, &s.ChangedMs, &s.ByName)
	return s, err
}

func scanRule(row store.Row) (Rule, error) {
	var r Rule
	var scale, caps string
	err := row.Scan(&r.Code, &r.Sort, &r.Category, &r.Kind, &r.TextZh, &r.TextEn, &r.Points, &r.PointsMin, &r.PointsMax, &scale,
		&r.Per, &r.UnitZh, &r.UnitEn, &r.CapPeriod, &r.CapPoints, &r.CapCount, &r.ProofZh, &r.ProofEn, &r.Approver, store.Bool(&r.Self),
		&r.Who, &r.WhoTag, &caps, &r.UnitSize, &r.UnitRound, &r.ListCategory, store.Bool(&r.ListText), &r.WarnDays, &r.Condition.Expr,
		&r.Condition.TextZh, &r.Condition.TextEn)
	if err == nil {
		r.Scale, err = parseList[Step](scale)
	}
	if err == nil {
		r.Caps, err = parseList[Cap](caps)
	}
	return r, err
}

// parseList reads what formatList wrote; a rule without a scale or further caps has empty ones, never nil.
func parseList[T any](text string) ([]T, error) {
	list := []T{}
	if text == "" {
		return list, nil
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("rulebook: list in a rule: %w", err)
	}
	return list, nil
}

func formatList[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	b, err := json.Marshal(list)
	return string(b), err
}

// putRules writes lines into a version, each over the one with its code.
func putRules(ctx context.Context, tx *store.Tx, area core.Area, version int64, rules ...Rule) error {
	scales, caps := make([]string, len(rules)), make([]string, len(rules))
	for i, r := range rules {
		var err error
		if scales[i], err = formatList(r.Scale); err != nil {
			return err
		}
		if caps[i], err = formatList(r.Caps); err != nil {
			return err
		}
	}
	return tx.Many(ctx, sqlPutRule, len(rules), func(i int) []any {
		r := rules[i].settled()
		return []any{area, version, r.Code, r.Sort, string(r.Category), string(r.Kind), r.TextZh, r.TextEn, r.Points, r.PointsMin,
			r.PointsMax, scales[i], string(r.Per), r.UnitZh, r.UnitEn, string(r.CapPeriod), r.CapPoints, r.CapCount, r.ProofZh,
			r.ProofEn, string(r.Approver), store.Flag(r.Self), string(r.Who), r.WhoTag, caps[i], r.UnitSize, string(r.UnitRound),
			string(r.ListCategory), store.Flag(r.ListText), r.WarnDays, r.Condition.Expr, r.Condition.TextZh, r.Condition.TextEn}
	})
}

func insertRuleset(ctx context.Context, tx *store.Tx, s Ruleset) (bool, error) {
	n, err := tx.Exec(ctx, sqlInsertRuleset, s.Area, s.Version, s.Title, string(s.State), s.BaseVersion, s.FromDay, s.Vote.Day,
		s.Vote.Due, s.Vote.Present, s.Vote.InFavour, s.Vote.MinutesNo, s.NoticeDays, s.CreatedMs, s.ChangedMs, s.ByName)
	return n == 1, err
}
