package rulebook

import (
	"context"
	"encoding/json"
	"fmt"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

const rulesetColumns = `village, version, title, state, base_version, township_version, from_day, vote_kind, vote_day, vote_due, vote_present,
	vote_for, minutes_no, party_day, party_due, party_present, party_for, party_minutes, notice_days, sent_by, sent_name, sent_ms, filing_no,
	filed_name, filed_ms, return_reason, published_name, published_ms, rate_min, rate_max, floor_min, floor_max, notice_min, notice_max,
	party_meeting, created_ms, changed_ms, by_name`

const sqlRuleset = `SELECT ` + rulesetColumns + ` FROM ruleset WHERE village = $1 AND version = $2`

const sqlRulesets = `SELECT ` + rulesetColumns + ` FROM ruleset WHERE village = $1 ORDER BY version DESC`

const sqlInForce = `SELECT ` + rulesetColumns + ` FROM ruleset WHERE village = $1 AND state IN ('published', 'adopted') AND from_day <= $2
	ORDER BY from_day DESC, version DESC LIMIT 1`

const sqlFilingOf = `SELECT ` + rulesetColumns + ` FROM ruleset WHERE village = $1 AND state = 'filing' ORDER BY version LIMIT 1`

const sqlInsertRuleset = `INSERT INTO ruleset (village, version, title, state, base_version, township_version, from_day, vote_day, vote_due,
		vote_present, vote_for, minutes_no, notice_days, rate_min, rate_max, floor_min, floor_max, notice_min, notice_max, party_meeting,
		created_ms, changed_ms, by_name)
	VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, '', $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
	ON CONFLICT (village, version) DO NOTHING`

const sqlTouch = `UPDATE ruleset SET changed_ms = $1 WHERE village = $2 AND version = $3`

const sqlRecordVote = `UPDATE ruleset SET state = 'voted', vote_kind = $1, vote_day = $2, vote_due = $3, vote_present = $4, vote_for = $5,
		minutes_no = $6, party_day = $7, party_due = $8, party_present = $9, party_for = $10, party_minutes = $11, notice_days = $12
	WHERE village = $13 AND version = $14`

const sqlSend = `UPDATE ruleset SET state = 'filing', sent_by = $1, sent_name = $2, sent_ms = $3 WHERE village = $4 AND version = $5`

const sqlAnswerFiling = `UPDATE ruleset SET state = $1, filing_no = $2, filed_name = $3, filed_ms = $4, return_reason = $5
	WHERE village = $6 AND version = $7`

const sqlReopen = `UPDATE ruleset SET state = 'draft', filing_no = '' WHERE village = $1 AND version = $2`

const sqlPublish = `UPDATE ruleset SET state = 'published', from_day = $1, published_name = $2, published_ms = $3
	WHERE village = $4 AND version = $5`

const sqlWithdraw = `UPDATE ruleset SET state = 'withdrawn' WHERE village = $1 AND version = $2`

const sqlSetBounds = `UPDATE ruleset SET rate_min = $1, rate_max = $2, floor_min = $3, floor_max = $4, notice_min = $5, notice_max = $6,
		party_meeting = $7
	WHERE village = $8 AND version = $9`

const ruleColumns = `code, sort, category, kind, text_zh, text_en, points, points_min, points_max, scale, per, unit_zh, unit_en,
	cap_period, cap_points, cap_count, proof_zh, proof_en, approver, self, who, who_tag, caps, unit_size, unit_round, list_category,
	list_text, warn_days, cond, cond_zh, cond_en`

const sqlRule = `SELECT ` + ruleColumns + ` FROM rule WHERE village = $1 AND version = $2 AND code = $3`

const sqlWording = `SELECT text_zh, text_en FROM rule WHERE village = $1 AND version = $2 AND code = $3`

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
	s := Ruleset{Party: Vote{Kind: PartyMembers}}
	v, p, f, b := &s.Vote, &s.Party, &s.Filing, &s.Bounds
	err := r.Scan(&s.Area, &s.Version, &s.Title, &s.State, &s.BaseVersion, &s.TownshipVersion, &s.FromDay, &v.Kind, &v.Day, &v.Due, &v.Present,
		&v.InFavour, &v.MinutesNo, &p.Day, &p.Due, &p.Present, &p.InFavour, &p.MinutesNo, &s.NoticeDays, &f.SentBy, &f.SentName, &f.SentMs,
		&f.No, &f.Name, &f.AtMs, &f.ReturnReason, &s.PublishedName, &s.PublishedMs, &b.RateMin, &b.RateMax, &b.FloorMin, &b.FloorMax,
		&b.NoticeMin, &b.NoticeMax, store.Bool(&b.PartyMeeting), &s.CreatedMs, &s.ChangedMs, &s.ByName)
	if s.State == wasAdopted {
		s.State = Published
	}
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
	b := s.Bounds
	n, err := tx.Exec(ctx, sqlInsertRuleset, s.Area, s.Version, s.Title, string(s.State), s.BaseVersion, s.TownshipVersion, s.FromDay,
		s.NoticeDays, b.RateMin, b.RateMax, b.FloorMin, b.FloorMax, b.NoticeMin, b.NoticeMax, store.Flag(b.PartyMeeting), s.CreatedMs,
		s.ChangedMs, s.ByName)
	return n == 1, err
}
