package appraisal

import (
	"context"
	"slices"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// Outcome is what an appraisal brings: the households with a grade that gives points, and those left out with the reason.
type Outcome struct {
	Made   bool // claims are made; false for a dry run
	Sheets []core.ID
	Claims int64
	Points core.Points
	Lines  []Line // in a dry run all that bring something or were left out; afterwards those left out
}

// TryClaims says what making the claims would bring now, with the caps applied. It writes nothing. Of an appraisal whose
// claims are made it gives what was made.
func (s *Service) TryClaims(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Outcome, error) {
	if err := access.Require(by, access.OpHoldAppraisal, village); err != nil {
		return Outcome{}, err
	}
	var out Outcome
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err := read(ctx, tx, village, id)
		if err != nil {
			return err
		}
		if a.State == Claimed {
			out, err = made(ctx, tx, a)
			return err
		}
		out, err = s.judge(ctx, tx, a, func(ctx context.Context, in claims.Sheet) (claims.SheetResult, error) {
			return s.claims.JudgeSheet(ctx, tx, by, village, in, claims.Beside{})
		})
		return err
	})
	return out, err
}

// MakeClaims turns the grades into claims, all in one command: whoever is left out is recorded with the reason. A second
// time it changes nothing and gives what was made. It fails with appraisal.nothing_to_claim when nobody is left.
func (s *Service) MakeClaims(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Outcome, error) {
	if err := access.Require(by, access.OpSubmitClaim, village); err != nil {
		return Outcome{}, err
	}
	_, err := run(ctx, s, by, access.OpHoldAppraisal, village, func(ctx context.Context, c *command) (core.ID, error) {
		if _, err := ledger.Lock(ctx, c.tx, village); err != nil {
			return 0, err
		}
		a, err := c.take(ctx, id)
		if a.State == Claimed {
			return id, nil
		}
		if err != nil {
			return 0, err
		}
		out, err := s.judge(ctx, c.tx, a, func(ctx context.Context, in claims.Sheet) (claims.SheetResult, error) {
			return s.claims.PutSheet(ctx, c.tx, by, village, in)
		})
		if err != nil {
			return 0, err
		}
		if out.Claims == 0 {
			return 0, errs.New(errs.Conflict, "appraisal.nothing_to_claim")
		}
		return id, c.keep(ctx, a, out)
	})
	if err != nil {
		return Outcome{}, err
	}
	var out Outcome
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err := read(ctx, tx, village, id)
		if err == nil {
			out, err = made(ctx, tx, a)
		}
		return err
	})
	return out, err
}

// judge lets submit judge, and perhaps write, the sheet of the grades.
func (s *Service) judge(ctx context.Context, tx *store.Tx, a Appraisal, submit func(context.Context, claims.Sheet) (claims.SheetResult, error)) (Outcome, error) {
	var out Outcome
	switch {
	case a.State == Cancelled:
		return out, errs.New(errs.Conflict, "appraisal.cancelled")
	case a.Day > core.DayOf(s.clock.Now()):
		return out, errs.New(errs.Conflict, "appraisal.not_yet", "day", a.Day.String())
	case len(a.Grades) == 0:
		return out, errs.New(errs.Conflict, "appraisal.rule_gone", "rule", a.Rule)
	}
	lines, err := a.lines(ctx, tx)
	if err != nil {
		return out, err
	}
	var graded []Line
	for _, l := range lines {
		switch {
		case l.Grade > 0:
			graded = append(graded, l)
		case l.Grade < 0:
			l.Code = codeTooFewMarks
			out.Lines = append(out.Lines, l)
		}
	}
	for few := range slices.Chunk(graded, claims.MaxRows) {
		if err := out.add(ctx, a, few, submit); err != nil {
			return out, err
		}
	}
	return out, nil
}

func (o *Outcome) add(ctx context.Context, a Appraisal, few []Line, submit func(context.Context, claims.Sheet) (claims.SheetResult, error)) error {
	sheet := claims.Sheet{Rule: a.Rule, Day: a.Day, Title: a.Event(), Event: a.Event()}
	for _, l := range few {
		sheet.Rows = append(sheet.Rows, claims.SheetRow{Household: l.Household, Qty: 1, Step: a.Grades[l.Grade-1].Step})
	}
	result, err := submit(ctx, sheet)
	if err != nil {
		return err
	}
	for i, r := range result.Rows {
		few[i].Points, few[i].Asked, few[i].Code = r.Points, r.Asked, r.Code
	}
	o.Lines = append(o.Lines, few...)
	if result.Sheet != 0 {
		o.Sheets = append(o.Sheets, result.Sheet)
	}
	o.Claims += result.Claims
	o.Points += result.Points
	return nil
}

// keep writes down what the appraisal became.
func (c *command) keep(ctx context.Context, a Appraisal, out Outcome) error {
	for i, sheet := range out.Sheets {
		n, points := int64(0), core.Points(0)
		if i == 0 { // the sums stand on the first sheet
			n, points = out.Claims, out.Points
		}
		if _, err := c.tx.Exec(ctx, sqlInsertSheet, c.village, a.ID, sheet, n, points); err != nil {
			return err
		}
	}
	left := slices.DeleteFunc(slices.Clone(out.Lines), func(l Line) bool { return l.Code == "" })
	if err := c.tx.Many(ctx, sqlInsertLeft, len(left), func(i int) []any {
		return []any{c.village, a.ID, left[i].Household, left[i].Code}
	}); err != nil {
		return err
	}
	if _, err := c.tx.Exec(ctx, sqlClaimed, c.by.Name, c.now, c.village, a.ID); err != nil {
		return err
	}
	return c.log(ctx, "appraisal.claim", a.ID, nil, map[string]any{"claims": out.Claims, "points": out.Points})
}

// made reads what an appraisal became.
func made(ctx context.Context, tx *store.Tx, a Appraisal) (Outcome, error) {
	out := Outcome{Made: true, Sheets: a.Sheets, Claims: a.Claims, Points: a.Points}
	lines, err := a.lines(ctx, tx)
	if err != nil {
		return out, err
	}
	codes := map[core.ID]string{}
	err = tx.Rows(ctx, sqlLeft, func(r store.Row) error {
		var household core.ID
		var code string
		err := r.Scan(&household, &code)
		codes[household] = code
		return err
	}, a.Village, a.ID)
	for _, l := range lines {
		if l.Code = codes[l.Household]; l.Code != "" {
			out.Lines = append(out.Lines, l)
		}
	}
	return out, err
}
