package appraisal

import (
	"context"
	"slices"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/commands"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Outcome is what an appraisal brings: the households with a grade that gives points, and those left out with the reason.
type Outcome struct {
	Made bool // claims are made; false for a dry run
	claims.Brought
	Lines []Line // in a dry run all that bring something or were left out; afterwards those left out
}

// TryClaims says what making the claims would bring now, with the caps applied. It writes nothing. Of an appraisal whose
// claims are made it gives what was made.
func (s *Service) TryClaims(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Outcome, error) {
	return s.making().Try(ctx, s.claims, by, village, id)
}

// MakeClaims turns the grades into claims, all in one command: whoever is left out is recorded with the reason. A second
// time it changes nothing and gives what was made. It fails with appraisal.nothing_to_claim when nobody is left.
func (s *Service) MakeClaims(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Outcome, error) {
	return s.making().Make(ctx, s.claims, by, village, id)
}

func (s *Service) making() claims.Making[Appraisal, Outcome] {
	return claims.Making[Appraisal, Outcome]{
		Desk: s.desk, Op: access.OpHoldAppraisal, Nothing: "appraisal.nothing_to_claim",
		Read: read,
		Take: func(ctx context.Context, c *commands.Command, id core.ID) (Appraisal, error) {
			return (&command{c}).take(ctx, id)
		},
		Made:  func(a Appraisal) bool { return a.State == Claimed },
		Judge: s.judge,
		Count: func(o Outcome) int64 { return o.Claims },
		Keep:  keep,
		Kept:  made,
	}
}

// judge lets submit judge, and perhaps write, the sheet of the grades.
func (s *Service) judge(ctx context.Context, tx *store.Tx, a Appraisal, submit claims.Submit) (Outcome, error) {
	var out Outcome
	switch {
	case a.State == Cancelled:
		return out, errs.New(errs.Conflict, "appraisal.cancelled")
	case a.Day > core.DayOf(s.desk.Clock.Now()):
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
	return out, out.add(ctx, a, graded, submit)
}

func (o *Outcome) add(ctx context.Context, a Appraisal, graded []Line, submit claims.Submit) error {
	rows := make([]claims.SheetRow, len(graded))
	for i, l := range graded {
		rows[i] = claims.SheetRow{Household: l.Household, Qty: 1, Step: a.Grades[l.Grade-1].Step}
	}
	results, err := o.Submit(ctx, claims.Sheet{Rule: a.Rule, Day: a.Day, Title: a.Event(), Event: a.Event()}, rows, submit)
	for i, r := range results {
		graded[i].Points, graded[i].Asked, graded[i].Code = r.Points, r.Asked, r.Code
	}
	o.Lines = append(o.Lines, graded...)
	return err
}

// keep writes down what the appraisal became.
func keep(ctx context.Context, c *commands.Command, a Appraisal, out Outcome) error {
	if err := out.Keep(func(sheet core.ID, claims int64, points core.Points) error {
		_, err := c.Tx.Exec(ctx, sqlInsertSheet, c.Village, a.ID, sheet, claims, points)
		return err
	}); err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(out.Lines), func(l Line) bool { return l.Code == "" })
	if err := c.Tx.Many(ctx, sqlInsertLeft, len(left), func(i int) []any {
		return []any{c.Village, a.ID, left[i].Household, left[i].Code}
	}); err != nil {
		return err
	}
	if _, err := c.Tx.Exec(ctx, sqlClaimed, c.By.Name, c.Now, c.Village, a.ID); err != nil {
		return err
	}
	return c.Log(ctx, "appraisal.claim", a.ID, nil, map[string]any{"claims": out.Claims, "points": out.Points})
}

// made reads what an appraisal became.
func made(ctx context.Context, tx *store.Tx, a Appraisal) (Outcome, error) {
	out := Outcome{Made: true, Brought: a.Brought}
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
