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
	Area      core.Area    `json:"area"`
	Month     core.Month   `json:"month"`
	FieldSec  int64        `json:"field_sec" doc:"the rule: so many seconds a field"`
	Fields    int64        `json:"fields" doc:"typed by those who work for the village"`
	Minutes   int64        `json:"minutes"`
	Imported  int64        `json:"imported" doc:"workbooks read in, households or claims, for each village they are for, instead of typing"`
	RollRows  int64        `json:"roll_rows" doc:"claims a roll-call or an appraisal became, typed by nobody"`
	CardActs  int64        `json:"card_acts" doc:"what households sent themselves"`
	Acts      []BurdenAct  `json:"acts" doc:"in alphabetical order of the actions"`
	ByVillage []BurdenPart `json:"by_village" doc:"of a township or county, in the order of the county's list; no ranking"`
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
// approval, has none. A redemption is a customer served at the store's counter, not a form of the village: it is left out.
func fields() map[string]int64 {
	return map[string]int64{
		"claims.submit": 4, "claims.submit_sheet": 3, "claims.resubmit": 3, "claims.return": 1, "claims.reject": 1, "claims.object": 2,
		"claims.answer_objection": 2, "claims.add_kin": 4, "gatherings.plan": 6, "gatherings.change": 2, "gatherings.cancel": 1,
		"gatherings.mark": 1, "voices.raise": 2, "voices.adopt": 2, "voices.reject": 1, "voices.carry_out": 1,
		"directory.create_household": 4, "directory.update_household": 1, "directory.add_resident": 5, "directory.update_resident": 1,
		"directory.create_group": 1, "access.set_pin": 1, "market.create_item": 4, "market.update_item": 1, "market.receive": 4,
		"market.void": 1, "ledger.reverse": 1, sheetRow: 1,
	}
}

const sheetRow = "sheet_row"

// The statements read all villages of an area in one pass. The area is a small table and comes first, so that of each
// village only the month's range of its key is read; + 0 keeps SQLite from carrying the bounds over to the large table and
// reading all of its years.
const (
	sqlActs = `SELECT v.code, a.action, a.actor_kind, COUNT(*) FROM area v JOIN audit a ON a.village = v.code
		WHERE v.code + 0 >= $1 AND v.code + 0 <= $2 AND v.kind IN ('village', 'community') AND a.id >= $3 AND a.id < $4
		AND a.actor_kind IN ('staff', 'card') GROUP BY v.code, a.action, a.actor_kind`
	sqlRollSheets = `SELECT g.village, g.sheet FROM area v JOIN gathering_sheet g ON g.village = v.code
		WHERE v.code + 0 >= $1 AND v.code + 0 <= $2 AND g.sheet >= $3 AND g.sheet < $4`
	sqlAppraisalSheets = `SELECT g.village, g.sheet FROM area v JOIN appraisal_sheet g ON g.village = v.code
		WHERE v.code + 0 >= $1 AND v.code + 0 <= $2 AND g.sheet >= $3 AND g.sheet < $4`
	sqlFileSheets = `SELECT a.village, a.subject_id, a.request FROM area v JOIN audit a ON a.village = v.code
		WHERE v.code + 0 >= $1 AND v.code + 0 <= $2 AND a.id >= $3 AND a.id < $4 AND a.action = 'claims.import_sheet'`
	sqlMonthSheets = `SELECT s.village, s.id, s.claims FROM area v JOIN sheet s ON s.village = v.code
		WHERE v.code + 0 >= $1 AND v.code + 0 <= $2 AND s.id >= $3 AND s.id < $4`
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
	b := Burden{Area: area, Month: month, FieldSec: fieldSec, Acts: []BurdenAct{}, ByVillage: []BurdenPart{}}
	c := burdenCount{of: map[core.Area]*villageBurden{}, made: map[core.ID]bool{}}
	c.low, c.high = area.Span()
	c.from, c.to = core.IDAt(month.First().Ms()), core.IDAt(month.Next().First().Ms())
	err := s.view(ctx, by, area, func(ctx context.Context, tx *store.Tx) error {
		if _, err := areaName(ctx, tx, area); err != nil {
			return err
		}
		for _, read := range []func(context.Context, *store.Tx) error{c.readVillages, c.readActs, c.readMade, c.readFiles, c.readSheets} {
			if err := read(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	b.add(c.all)
	if area.Level() == core.Village {
		b.ByVillage = []BurdenPart{}
	}
	return b, err
}

// villageBurden is what was counted of one village.
type villageBurden struct {
	BurdenPart
	cardActs int64
	acts     map[string]int64
}

// burdenCount collects the villages of an area.
type burdenCount struct {
	low, high core.Area
	from, to  core.ID
	all       []*villageBurden
	of        map[core.Area]*villageBurden
	made      map[core.ID]bool // sheets nobody typed: true for those of a roll-call or an appraisal, false for those of a file
}

func (c *burdenCount) readVillages(ctx context.Context, tx *store.Tx) error {
	return tx.Rows(ctx, sqlVillageNames, func(r store.Row) error {
		v := &villageBurden{acts: map[string]int64{}}
		err := r.Scan(&v.Area, &v.Name)
		c.all = append(c.all, v)
		c.of[v.Area] = v
		return err
	}, c.low, c.high)
}

func (c *burdenCount) readActs(ctx context.Context, tx *store.Tx) error {
	return tx.Rows(ctx, sqlActs, func(r store.Row) error {
		var village core.Area
		var action, kind string
		var n int64
		err := r.Scan(&village, &action, &kind, &n)
		v := c.of[village]
		switch {
		case v == nil:
		case kind == string(core.CardActor):
			v.cardActs += n
		case action == "directory.import":
			v.Imported += n
		default:
			v.acts[action] += n
		}
		return err
	}, c.low, c.high, c.from, c.to)
}

func (c *burdenCount) readMade(ctx context.Context, tx *store.Tx) error {
	add := func(r store.Row) error {
		var village core.Area
		var sheet core.ID
		err := r.Scan(&village, &sheet)
		c.made[sheet] = true
		return err
	}
	if err := tx.Rows(ctx, sqlRollSheets, add, c.low, c.high, c.from, c.to); err != nil {
		return err
	}
	return tx.Rows(ctx, sqlAppraisalSheets, add, c.low, c.high, c.from, c.to)
}

// readFiles finds the sheets that came out of workbooks. One workbook is one request, and a sheet for each of its rules.
func (c *burdenCount) readFiles(ctx context.Context, tx *store.Tx) error {
	type file struct {
		village core.Area
		request string
	}
	seen := map[file]bool{}
	return tx.Rows(ctx, sqlFileSheets, func(r store.Row) error {
		var f file
		var subject string
		if err := r.Scan(&f.village, &subject, &f.request); err != nil {
			return err
		}
		sheet, err := core.ParseID(subject)
		if err != nil {
			return err
		}
		c.made[sheet] = false
		if v := c.of[f.village]; v != nil && !seen[f] {
			seen[f] = true
			v.Imported++
		}
		return nil
	}, c.low, c.high, c.from, c.to)
}

func (c *burdenCount) readSheets(ctx context.Context, tx *store.Tx) error {
	return tx.Rows(ctx, sqlMonthSheets, func(r store.Row) error {
		var village core.Area
		var sheet core.ID
		var n int64
		err := r.Scan(&village, &sheet, &n)
		v := c.of[village]
		if v == nil {
			return err
		}
		counted, made := c.made[sheet]
		switch {
		case !made:
			v.acts[sheetRow] += n
		case counted:
			v.RollRows += n
			v.acts["claims.submit_sheet"]--
		}
		return err
	}, c.low, c.high, c.from, c.to)
}

// add sums up the villages.
func (b *Burden) add(all []*villageBurden) {
	sums := map[string]int64{}
	each := fields()
	for _, v := range all {
		for action, n := range v.acts {
			if each[action] > 0 && n > 0 {
				sums[action] += n
				v.Fields += n * each[action]
			}
		}
		v.Minutes = minutes(v.Fields)
		b.Fields += v.Fields
		b.Imported += v.Imported
		b.RollRows += v.RollRows
		b.CardActs += v.cardActs
		b.ByVillage = append(b.ByVillage, v.BurdenPart)
	}
	for _, action := range slices.Sorted(maps.Keys(sums)) {
		b.Acts = append(b.Acts, BurdenAct{Action: action, N: sums[action], Each: each[action], Fields: sums[action] * each[action]})
	}
	b.Minutes = minutes(b.Fields)
}

// minutes is rounded up.
func minutes(fields int64) int64 { return (fields*fieldSec + 59) / 60 }
