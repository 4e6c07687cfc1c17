package gatherings

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
	claims.Brought
	Rows []Row // all in a dry run; after the claims are made those without one
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
	return s.making().Try(ctx, s.claims, by, village, id)
}

// MakeClaims turns the roll-call into claims, all in one command: whoever is left out is recorded with the reason. A
// second time it changes nothing and gives what was made. It fails with gatherings.nothing_to_claim when nobody is left.
func (s *Service) MakeClaims(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Outcome, error) {
	return s.making().Make(ctx, s.claims, by, village, id)
}

func (s *Service) making() claims.Making[Gathering, Outcome] {
	return claims.Making[Gathering, Outcome]{
		Desk: s.desk, Op: access.OpHoldGathering, Nothing: "gatherings.nothing_to_claim",
		Read: read,
		Take: func(ctx context.Context, c *commands.Command, id core.ID) (Gathering, error) {
			return (&command{c}).take(ctx, id, 0)
		},
		Made:  func(g Gathering) bool { return g.State == Claimed },
		Judge: s.judge,
		Count: Outcome.Claims,
		Keep:  keep,
		Kept:  made,
	}
}

// judge lets submit judge, and perhaps write, the sheet of each rule.
func (s *Service) judge(ctx context.Context, tx *store.Tx, g Gathering, submit claims.Submit) (Outcome, error) {
	var out Outcome
	switch {
	case g.State == Cancelled:
		return out, errs.New(errs.Conflict, "gatherings.cancelled")
	case g.Day > core.DayOf(s.desk.Clock.Now()):
		return out, errs.New(errs.Conflict, "gatherings.not_yet", "day", g.Day.String())
	}
	marks, err := marksOf(ctx, tx, g.Village, g.ID)
	if err != nil {
		return out, err
	}
	for _, c := range g.Counts {
		part := Part{Rule: c.Rule, Who: c.Who, TextZh: c.Text.TextZh, TextEn: c.Text.TextEn}
		if err := part.add(ctx, g, c, part.choose(c, marks), submit); err != nil {
			return out, err
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

func (p *Part) add(ctx context.Context, g Gathering, c Counts, marks []Marked, submit claims.Submit) error {
	rows := make([]claims.SheetRow, len(marks))
	for i, m := range marks {
		rows[i] = claims.SheetRow{Household: m.Household, Qty: c.units(m.Mark), Step: -1}
	}
	results, err := p.Submit(ctx, claims.Sheet{Rule: c.Rule, Day: g.Day, Title: g.Event(), Event: g.Event()}, rows, submit)
	for i, r := range results {
		p.Rows = append(p.Rows, Row{Household: r.Household, Number: marks[i].Number, Head: marks[i].Head, Points: r.Points, Asked: r.Asked,
			Duplicate: r.Duplicate, Code: r.Code})
	}
	return err
}

// keep writes down what the gathering became.
func keep(ctx context.Context, c *commands.Command, g Gathering, out Outcome) error {
	var points core.Points
	for _, p := range out.Parts {
		points += p.Points
		if err := p.Keep(func(sheet core.ID, claims int64, points core.Points) error {
			_, err := c.Tx.Exec(ctx, sqlInsertSheet, c.Village, g.ID, sheet, p.Rule, claims, points)
			return err
		}); err != nil {
			return err
		}
		left := slices.DeleteFunc(slices.Clone(p.Rows), func(r Row) bool { return r.Code == "" })
		if err := c.Tx.Many(ctx, sqlInsertLeft, len(left), func(i int) []any {
			return []any{c.Village, g.ID, p.Rule, left[i].Household, left[i].Code}
		}); err != nil {
			return err
		}
	}
	if _, err := c.Tx.Exec(ctx, sqlClaimed, c.By.Name, c.Now, c.Village, g.ID); err != nil {
		return err
	}
	return c.Log(ctx, "gatherings.claim", g.ID, nil, map[string]any{"claims": out.Claims(), "points": points})
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
		out.Parts[at[rule]].Add(sheet, n, points)
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
