package report

import (
	"context"
	"maps"
	"slices"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Burden is what the system made people type in a month. It is counted from what was done (the audit trail and the sheets),
// never from keystrokes, and its minutes are an estimate by a stated rule.
type Burden struct {
	Area        core.Area    `json:"area"`
	Month       core.Month   `json:"month"`
	FieldSec    int64        `json:"field_sec" doc:"the rule: so many seconds a field"`
	Fields      int64        `json:"fields" doc:"typed by those who work for the village"`
	Minutes     int64        `json:"minutes"`
	Imported    int64        `json:"imported" doc:"workbooks read in, for each village they are for, instead of typing"`
	RollRows    int64        `json:"roll_rows" doc:"claims a roll-call became, typed by nobody"`
	CardActs    int64        `json:"card_acts" doc:"what households sent themselves"`
	Acts        []BurdenAct  `json:"acts" doc:"in alphabetical order of the actions"`
	ByVillage   []BurdenPart `json:"by_village" doc:"of a township or county, in the order of the county's list; no ranking"`
	perVillages map[string]*BurdenAct
}

// BurdenAct is one kind of act.
type BurdenAct struct {
	Action string `json:"action" doc:"as in the audit trail; sheet_row for a row of a paper sheet"`
	N      int64  `json:"n"`
	Each   int64  `json:"each" doc:"fields of one"`
	Fields int64  `json:"fields"`
}

// BurdenPart is one village's part.
type BurdenPart struct {
	Area     core.Area `json:"area"`
	Name     string    `json:"name"`
	Fields   int64     `json:"fields"`
	Minutes  int64     `json:"minutes"`
	Imported int64     `json:"imported"`
	RollRows int64     `json:"roll_rows"`
}

// fieldSec is how long a field is taken to need, for somebody who reads paper and types.
const fieldSec = 6

// fields says how many fields the forms of an act have that must be filled in. What is chosen with one key, such as an
// approval, has none.
func fields() map[string]int64 {
	return map[string]int64{
		"claims.submit": 4, "claims.submit_sheet": 3, "claims.resubmit": 3, "claims.return": 1, "claims.reject": 1, "claims.object": 2,
		"claims.answer_objection": 2, "claims.add_kin": 4, "gatherings.plan": 6, "gatherings.change": 2, "gatherings.cancel": 1,
		"gatherings.mark": 1, "voices.raise": 2, "voices.adopt": 2, "voices.reject": 1, "voices.carry_out": 1,
		"directory.create_household": 4, "directory.update_household": 1, "directory.add_resident": 5, "directory.update_resident": 1,
		"directory.create_group": 1, "access.set_pin": 1, "market.create_item": 4, "market.update_item": 1, "market.receive": 4,
		"market.redeem": 2, "market.void": 1, "ledger.reverse": 1, sheetRow: 1,
	}
}

const sheetRow = "sheet_row"

const (
	sqlActs = `SELECT action, actor_kind, COUNT(*) FROM audit WHERE village = $1 AND id >= $2 AND id < $3
		AND actor_kind IN ('staff', 'card') GROUP BY action, actor_kind ORDER BY action`
	sqlTypedRows = `SELECT CAST(COALESCE(SUM(claims), 0) AS BIGINT) FROM sheet WHERE village = $1 AND id >= $2 AND id < $3`
	sqlRollRows  = `SELECT COUNT(*), CAST(COALESCE(SUM(g.claims), 0) AS BIGINT) FROM gathering_sheet g
		WHERE g.village = $1 AND g.sheet >= $2 AND g.sheet < $3`
	sqlVillageNames = `SELECT v.code, v.short FROM area v JOIN area t ON t.code = v.parent
		WHERE v.code >= $1 AND v.code <= $2 AND v.kind IN ('village', 'community') ORDER BY t.sort, t.code, v.sort, v.code`
)

// Burden counts what an area typed in a month; 0 is this month.
func (s *Service) Burden(ctx context.Context, by core.Actor, area core.Area, month core.Month) (Burden, error) {
	if month == 0 {
		month = core.MonthOf(s.clock.Now())
	}
	if !month.Valid() {
		return Burden{}, errs.New(errs.Invalid, "report.bad_month").At("month")
	}
	b := Burden{Area: area, Month: month, FieldSec: fieldSec, Acts: []BurdenAct{}, ByVillage: []BurdenPart{}, perVillages: map[string]*BurdenAct{}}
	err := s.view(ctx, by, area, func(ctx context.Context, tx *store.Tx) error {
		if _, err := areaName(ctx, tx, area); err != nil {
			return err
		}
		var parts []BurdenPart
		low, high := area.Span()
		err := tx.Rows(ctx, sqlVillageNames, func(r store.Row) error {
			var p BurdenPart
			err := r.Scan(&p.Area, &p.Name)
			parts = append(parts, p)
			return err
		}, low, high)
		for i := 0; err == nil && i < len(parts); i++ {
			err = b.readVillage(ctx, tx, &parts[i])
		}
		if area.Level() != core.Village && err == nil {
			b.ByVillage = append(b.ByVillage, parts...)
		}
		return err
	})
	b.finish()
	return b, err
}

// readVillage adds one village: a range of its audit trail and of its sheets, whose ids grow with time.
func (b *Burden) readVillage(ctx context.Context, tx *store.Tx, p *BurdenPart) error {
	from, to := core.IDAt(b.Month.First().Ms()), core.IDAt(b.Month.Next().First().Ms())
	counts := map[string]int64{}
	err := tx.Rows(ctx, sqlActs, func(r store.Row) error {
		var action, kind string
		var n int64
		err := r.Scan(&action, &kind, &n)
		switch {
		case kind == string(core.CardActor):
			b.CardActs += n
		case action == "directory.import":
			p.Imported += n
		default:
			counts[action] += n
		}
		return err
	}, p.Area, from, to)
	if err != nil {
		return err
	}
	var rows, rollSheets int64
	if err := tx.Row(ctx, sqlTypedRows, p.Area, from, to).Scan(&rows); err != nil {
		return err
	}
	if err := tx.Row(ctx, sqlRollRows, p.Area, from, to).Scan(&rollSheets, &p.RollRows); err != nil {
		return err
	}
	counts[sheetRow] = rows - p.RollRows
	counts["claims.submit_sheet"] -= min(rollSheets, counts["claims.submit_sheet"])
	for action, each := range fields() {
		n := counts[action]
		if n <= 0 {
			continue
		}
		act := b.perVillages[action]
		if act == nil {
			act = &BurdenAct{Action: action, Each: each}
			b.perVillages[action] = act
		}
		act.N += n
		act.Fields += n * each
		p.Fields += n * each
	}
	p.Minutes = minutes(p.Fields)
	b.Imported += p.Imported
	b.RollRows += p.RollRows
	return nil
}

// minutes is rounded up.
func minutes(fields int64) int64 { return (fields*fieldSec + 59) / 60 }

func (b *Burden) finish() {
	for _, action := range slices.Sorted(maps.Keys(b.perVillages)) {
		act := *b.perVillages[action]
		b.Acts = append(b.Acts, act)
		b.Fields += act.Fields
	}
	b.Minutes = minutes(b.Fields)
}
