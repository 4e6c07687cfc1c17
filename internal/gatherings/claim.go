package gatherings

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

// codeTooFewHours is why a household that worked less than one unit of the rule gets no claim.
const codeTooFewHours = "gatherings.too_few_hours"

// Row is what a rule brings one household, or why it brings nothing.
type Row struct {
	Household core.ID
	Number    int64
	Head      string
	Points    core.Points
	Asked     core.Points // before caps
	Duplicate bool        // it has a claim by this rule for this day already, through another door
	Code      string      // why there is no claim; "" if there is one
}

// Part is what a gathering brings by one of its rules.
type Part struct {
	Rule   string
	Who    Who
	TextZh string
	TextEn string
	Sheets []core.ID // once claims are made; one for each claims.MaxRows households
	Claims int64
	Points core.Points
	Rows   []Row // all in a dry run; after the claims are made those without one
}

// Outcome is what a gathering brings by all of its rules.
type Outcome struct {
	Made  bool // claims are made; false for a dry run
	Parts []Part
}

// Claims adds up the parts.
func (o Outcome) Claims() (n int64) {
	for _, p := range o.Parts {
		n += p.Claims
	}
	return n
}

// TryClaims says what making the claims would bring now, household by household and with the caps applied. It writes
// nothing. Of a gathering whose claims are made it gives what was made.
func (s *Service) TryClaims(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Outcome, error) {
	if err := access.Require(by, access.OpHoldGathering, village); err != nil {
		return Outcome{}, err
	}
	var out Outcome
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		g, err := read(ctx, tx, village, id)
		if err != nil {
			return err
		}
		if g.State == Claimed {
			out, err = made(ctx, tx, g)
			return err
		}
		beside := claims.Beside{}
		out, err = s.judge(ctx, tx, g, func(ctx context.Context, in claims.Sheet) (claims.SheetResult, error) {
			return s.claims.JudgeSheet(ctx, tx, by, village, in, beside)
		})
		return err
	})
	return out, err
}

// MakeClaims turns the roll-call into claims, all in one command: whoever is left out is recorded with the reason. A
// second time it changes nothing and gives what was made. It fails with gatherings.nothing_to_claim when nobody is left.
func (s *Service) MakeClaims(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Outcome, error) {
	if err := access.Require(by, access.OpSubmitClaim, village); err != nil {
		return Outcome{}, err
	}
	_, err := run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		// The book is taken first, as by every command that puts something on the road to it.
		if _, err := ledger.Lock(ctx, c.tx, village); err != nil {
			return 0, err
		}
		g, err := c.take(ctx, id, 0)
		if g.State == Claimed {
			return id, nil
		}
		if err != nil {
			return 0, err
		}
		out, err := s.judge(ctx, c.tx, g, func(ctx context.Context, in claims.Sheet) (claims.SheetResult, error) {
			return s.claims.PutSheet(ctx, c.tx, by, village, in)
		})
		if err != nil {
			return 0, err
		}
		if out.Claims() == 0 {
			return 0, errs.New(errs.Conflict, "gatherings.nothing_to_claim")
		}
		return id, c.keep(ctx, g, out)
	})
	if err != nil {
		return Outcome{}, err
	}
	var out Outcome
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		g, err := read(ctx, tx, village, id)
		if err == nil {
			out, err = made(ctx, tx, g)
		}
		return err
	})
	return out, err
}

// judge lets submit judge, and perhaps write, the sheet of each rule.
func (s *Service) judge(ctx context.Context, tx *store.Tx, g Gathering, submit func(context.Context, claims.Sheet) (claims.SheetResult, error)) (Outcome, error) {
	var out Outcome
	switch {
	case g.State == Cancelled:
		return out, errs.New(errs.Conflict, "gatherings.cancelled")
	case g.Day > core.DayOf(s.clock.Now()):
		return out, errs.New(errs.Conflict, "gatherings.not_yet", "day", g.Day.String())
	}
	marks, err := marksOf(ctx, tx, g.Village, g.ID)
	if err != nil {
		return out, err
	}
	for _, c := range g.Counts {
		part := Part{Rule: c.Rule, Who: c.Who, TextZh: c.Text.TextZh, TextEn: c.Text.TextEn}
		for _, few := range slices.Collect(slices.Chunk(part.choose(c, marks), claims.MaxRows)) {
			if err := part.add(ctx, g, c, few, submit); err != nil {
				return out, err
			}
		}
		out.Parts = append(out.Parts, part)
	}
	return out, nil
}

// choose gives the marks a rule counts for, and leaves out with a reason those who worked, but not for long enough.
func (p *Part) choose(c Counts, marks []Marked) (chosen []Marked) {
	for _, m := range marks {
		switch {
		case c.units(m.Mark) > 0:
			chosen = append(chosen, m)
		case c.Who == Hours && m.Hours > 0:
			p.Rows = append(p.Rows, Row{Household: m.Household, Number: m.Number, Head: m.Head, Code: codeTooFewHours})
		}
	}
	return chosen
}

func (p *Part) add(ctx context.Context, g Gathering, c Counts, few []Marked, submit func(context.Context, claims.Sheet) (claims.SheetResult, error)) error {
	sheet := claims.Sheet{Rule: c.Rule, Day: g.Day, Title: g.Event(), Event: g.Event()}
	for _, m := range few {
		sheet.Rows = append(sheet.Rows, claims.SheetRow{Household: m.Household, Qty: c.units(m.Mark), Step: -1})
	}
	result, err := submit(ctx, sheet)
	if err != nil {
		return err
	}
	for i, r := range result.Rows {
		p.Rows = append(p.Rows, Row{Household: r.Household, Number: few[i].Number, Head: few[i].Head, Points: r.Points, Asked: r.Asked,
			Duplicate: r.Duplicate, Code: r.Code})
	}
	if result.Sheet != 0 {
		p.Sheets = append(p.Sheets, result.Sheet)
	}
	p.Claims += result.Claims
	p.Points += result.Points
	return nil
}

// keep writes down what the gathering became.
func (c *command) keep(ctx context.Context, g Gathering, out Outcome) error {
	var points core.Points
	for _, p := range out.Parts {
		points += p.Points
		for i, sheet := range p.Sheets {
			claims, sum := int64(0), core.Points(0)
			if i == 0 { // a rule's sums stand on its first sheet
				claims, sum = p.Claims, p.Points
			}
			if _, err := c.tx.Exec(ctx, sqlInsertSheet, c.village, g.ID, sheet, p.Rule, claims, sum); err != nil {
				return err
			}
		}
		left := slices.DeleteFunc(slices.Clone(p.Rows), func(r Row) bool { return r.Code == "" })
		if err := c.tx.Many(ctx, sqlInsertLeft, len(left), func(i int) []any {
			return []any{c.village, g.ID, p.Rule, left[i].Household, left[i].Code}
		}); err != nil {
			return err
		}
	}
	if _, err := c.tx.Exec(ctx, sqlClaimed, c.by.Name, c.now, c.village, g.ID); err != nil {
		return err
	}
	return c.log(ctx, "gatherings.claim", g.ID, nil, map[string]any{"claims": out.Claims(), "points": points})
}

// made reads what a gathering became.
func made(ctx context.Context, tx *store.Tx, g Gathering) (Outcome, error) {
	out := Outcome{Made: true}
	at := map[string]int{}
	for i, c := range g.Counts {
		at[c.Rule] = i
		out.Parts = append(out.Parts, Part{Rule: c.Rule, Who: c.Who, TextZh: c.Text.TextZh, TextEn: c.Text.TextEn})
	}
	err := tx.Rows(ctx, sqlSheets, func(r store.Row) error {
		var sheet core.ID
		var rule string
		var n int64
		var points core.Points
		err := r.Scan(&sheet, &rule, &n, &points)
		p := &out.Parts[at[rule]]
		p.Sheets, p.Claims, p.Points = append(p.Sheets, sheet), p.Claims+n, p.Points+points
		return err
	}, g.Village, g.ID)
	if err != nil {
		return out, err
	}
	err = tx.Rows(ctx, sqlLeft, func(r store.Row) error {
		var rule string
		var row Row
		err := r.Scan(&rule, &row.Household, &row.Number, &row.Head, &row.Code)
		p := &out.Parts[at[rule]]
		p.Rows = append(p.Rows, row)
		return err
	}, g.Village, g.ID)
	return out, err
}
