package claims

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// MaxRows is how many households stand on one sheet.
const MaxRows = 1000

// Sheet is a paper list as it is typed in: one rule, one day, many households in the order of the paper.
type Sheet struct {
	Rule  string
	Day   core.Day
	Title string // of the paper, for finding it again
	Event string // the meeting or award, for caps per event; the title if ""
	Rows  []SheetRow

	// SkipDuplicates leaves out households that have a claim by the rule for the day already, in the book or on the way
	// there: what another clerk typed from the same paper, or the same file a second time.
	SkipDuplicates bool

	// File says that the rows were read from a workbook: the audit trail tells such sheets from typed ones.
	File bool
}

// SheetRow is one line of the paper.
type SheetRow struct {
	Household core.ID
	Qty       int64
	Step      int64
	Note      string
	Resident  core.ID // for a personal rule; 0 takes the one who fits
}

// RowResult says what became of a row: a claim, or the code of why there is none.
type RowResult struct {
	Household core.ID
	Claim     core.ID // 0 in a dry run and where Code is set
	Points    core.Points
	Asked     core.Points
	Duplicate bool // the household had a claim by this rule on this day before
	Cap       Cap  // how far the household had used the rule up; zero in a repeated answer
	Code      string
}

// SheetResult is what a sheet brings, row by row in the order of the paper. Rows with a code are not recorded.
type SheetResult struct {
	Sheet  core.ID // 0 in a dry run
	Claims int64
	Points core.Points
	Rows   []RowResult
}

// The refusals a row can get that no single claim gets.
const (
	codeDuplicateRow = "claims.duplicate_row"
	codeAlready      = "claims.already_claimed"
)

func (in Sheet) clean() (Sheet, error) {
	var err error
	if in.Title, err = CleanText(in.Title, "title", maxEvent); err != nil {
		return in, err
	}
	if in.Event, err = CleanText(in.Event, "event", maxEvent); err != nil {
		return in, err
	}
	if in.Event == "" {
		in.Event = in.Title
	}
	if len(in.Rows) == 0 || len(in.Rows) > MaxRows {
		return in, errs.New(errs.Invalid, "claims.bad_number_of_rows", "most", MaxRows).At("rows")
	}
	if !in.Day.Valid() {
		return in, errs.New(errs.Invalid, "claims.bad_day").At("day")
	}
	return in, nil
}

// TrySheet judges a sheet as if it were submitted now, and writes nothing.
func (s *Service) TrySheet(ctx context.Context, by core.Actor, village core.Area, in Sheet) (SheetResult, error) {
	in, err := s.mayTypeSheet(by, village, in)
	if err != nil {
		return SheetResult{}, err
	}
	var out SheetResult
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		judged, err := s.judgeSheet(ctx, tx, village, core.DayOf(s.clock.Now()), in, Beside{})
		out = judged.result(0)
		return err
	})
	return out, err
}

// SubmitSheet makes a claim of every row that can be one, in one command. Rows that cannot are answered with their code
// and left out; a sheet of which nothing is left fails with claims.sheet_empty.
func (s *Service) SubmitSheet(ctx context.Context, by core.Actor, village core.Area, in Sheet) (SheetResult, error) {
	in, err := s.mayTypeSheet(by, village, in)
	if err != nil {
		return SheetResult{}, err
	}
	kept, err := run(ctx, s, by, village, func(ctx context.Context, c *command) (keptSheet, error) {
		judged, err := s.judgeSheet(ctx, c.tx, village, c.today, in, Beside{})
		if err != nil {
			return keptSheet{}, err
		}
		return c.writeSheet(ctx, in, judged)
	})
	if err != nil {
		return SheetResult{}, err
	}
	var out SheetResult
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = kept.restore(ctx, tx, village, in)
		return err
	})
	return out, err
}

// Beside are claims that would be written before a sheet's own, by household: what earlier sheets of the same trial bring
// takes from the caps of a category that later ones share.
type Beside map[core.ID][]rulebook.Past

// JudgeSheet is TrySheet as a step of something larger that reads: a gathering that counts for several rules. What the
// sheet would bring is added to beside.
func (s *Service) JudgeSheet(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, in Sheet, beside Beside) (SheetResult, error) {
	in, err := s.mayTypeSheet(by, village, in)
	if err != nil {
		return SheetResult{}, err
	}
	judged, err := s.judgeSheet(ctx, tx, village, core.DayOf(s.clock.Now()), in, beside)
	return judged.result(0), err
}

// PutSheet is SubmitSheet as a step of a running command, which sees to it that its intent is done once. Rows that cannot
// be claims are answered with their code; where none can, no sheet is written and its number is 0.
func (s *Service) PutSheet(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, in Sheet) (SheetResult, error) {
	in, err := s.mayTypeSheet(by, village, in)
	if err != nil {
		return SheetResult{}, err
	}
	c, err := s.begin(ctx, tx, by, village)
	if err != nil {
		return SheetResult{}, err
	}
	judged, err := s.judgeSheet(ctx, tx, village, c.today, in, Beside{})
	if err != nil {
		return SheetResult{}, err
	}
	result := judged.result(0)
	if result.Claims == 0 {
		return result, nil
	}
	kept, err := c.writeSheet(ctx, in, judged)
	if err != nil {
		return SheetResult{}, err
	}
	result.Sheet = kept.Sheet
	return result, c.writeCounts(ctx)
}

func (s *Service) mayTypeSheet(by core.Actor, village core.Area, in Sheet) (Sheet, error) {
	if err := access.Require(by, access.OpSubmitClaim, village); err != nil {
		return in, err
	}
	if by.Kind != core.StaffActor {
		return in, errs.New(errs.Forbidden, "access.forbidden")
	}
	return in.clean()
}

// judgedSheet is a sheet with a judgement or a refusal for each row.
type judgedSheet struct {
	deeds []Deed
	by    []Judgement
	codes []string // "" where the row becomes a claim
}

// judgeSheet judges the rows one after the other; what stands above counts, and each row is added to it. A wrong rule or
// day stops the sheet; what concerns one household concerns its row only.
func (s *Service) judgeSheet(ctx context.Context, tx *store.Tx, village core.Area, today core.Day, in Sheet, above Beside) (judgedSheet, error) {
	var out judgedSheet
	if err := s.inTime(in.Day, today); err != nil {
		return out, err
	}
	y, err := yardstickOf(ctx, tx, village, in.Day, in.Rule)
	if err != nil {
		return out, err
	}
	if y.rule.WarnDays > 0 { // each has a paper of its own
		return out, errs.New(errs.Conflict, "claims.warning_no_sheet").At("rule")
	}
	type who struct{ household, resident core.ID }
	seen := make(map[who]bool, len(in.Rows))
	for _, row := range in.Rows {
		d := Deed{Household: row.Household, Rule: in.Rule, Day: in.Day, Qty: row.Qty, Step: row.Step, Event: in.Event, Note: row.Note, Resident: row.Resident}
		d, j, err := s.judgeRow(ctx, tx, village, y, d, above[row.Household])
		code, one := "", who{d.Household, j.Resident}
		switch {
		case err != nil && errs.KindOf(err) == errs.Internal, err != nil && errs.KindOf(err) == errs.Unavailable:
			return out, err
		case seen[one]:
			code = codeDuplicateRow
		case in.SkipDuplicates && j.Duplicate:
			code = codeAlready
		case err != nil:
			code = errs.CodeOf(err)
		}
		if code == "" {
			seen[one] = true
			above[d.Household] = append(above[d.Household], rulebook.Past{Rule: in.Rule, Category: y.rule.Category, Day: d.Day,
				Event: d.Event, Resident: j.Resident, Points: j.Points, Door: string(FromSheet)})
		}
		out.deeds, out.by, out.codes = append(out.deeds, d), append(out.by, j), append(out.codes, code)
	}
	return out, nil
}

func (s *Service) judgeRow(ctx context.Context, tx *store.Tx, village core.Area, y yardstick, d Deed, above []rulebook.Past) (Deed, Judgement, error) {
	d, err := d.clean()
	if err != nil {
		return d, Judgement{}, err
	}
	j, err := s.weigh(ctx, tx, village, y, d, FromSheet, 0, above)
	if err != nil {
		return d, j, err
	}
	return d, j, j.allowed()
}

// result puts the judged rows into an answer; claims are numbered by whoever writes them.
func (j judgedSheet) result(sheet core.ID) SheetResult {
	out := SheetResult{Sheet: sheet, Rows: make([]RowResult, len(j.codes))}
	for i, code := range j.codes {
		out.Rows[i] = RowResult{Household: j.deeds[i].Household, Points: j.by[i].Points, Asked: j.by[i].Asked, Duplicate: j.by[i].Duplicate,
			Cap: j.by[i].Cap, Code: code}
		if code != "" {
			out.Rows[i].Points = 0
			continue
		}
		out.Claims++
		out.Points += j.by[i].Points
	}
	return out
}

// keptSheet is the answer kept for a repeated intent: the claims of a sheet are in the database, in the order of the
// paper; only what was left out has to be remembered.
type keptSheet struct {
	Sheet core.ID   `json:"sheet"`
	Left  []leftOut `json:"left,omitempty"`
}

type leftOut struct {
	Row  int    `json:"row"`
	Code string `json:"code"`
}

const sqlInsertSheet = `INSERT INTO sheet (village, id, rule, day, title, claims, points, by_id, by_name, created_ms)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

func (c *command) writeSheet(ctx context.Context, in Sheet, judged judgedSheet) (keptSheet, error) {
	sheet := c.ids.Next()
	kept := keptSheet{Sheet: sheet}
	var rows []Claim
	for i, code := range judged.codes {
		if code != "" {
			kept.Left = append(kept.Left, leftOut{i, code})
			continue
		}
		rows = append(rows, c.newClaim(judged.deeds[i], judged.by[i], FromSheet, sheet))
	}
	if len(rows) == 0 {
		return kept, errs.New(errs.Conflict, "claims.sheet_empty").At("rows")
	}
	var points core.Points
	for _, claim := range rows {
		points += claim.Points
		c.moved(claim, "", Submitted)
	}
	if _, err := c.tx.Exec(ctx, sqlInsertSheet, c.village, sheet, in.Rule, in.Day, in.Title, len(rows), points, c.by.ID, c.by.Name, c.now); err != nil {
		return kept, err
	}
	if err := c.tx.Many(ctx, sqlInsert, len(rows), func(i int) []any { return rows[i].row() }); err != nil {
		return kept, err
	}
	action := "claims.submit_sheet"
	if in.File {
		action = "claims.import_sheet"
	}
	return kept, c.log(ctx, action, "sheet", sheet.String(), nil, map[string]any{
		"rule": in.Rule, "day": in.Day, "title": in.Title, "claims": len(rows), "points": points})
}

// A sheet's claims stand right behind it, in the order of the paper.
const sqlSheetClaims = `SELECT id, household, points, asked FROM claim WHERE village = $1 AND id > $2 AND sheet = $2 ORDER BY id LIMIT $3`

func (k keptSheet) restore(ctx context.Context, tx *store.Tx, village core.Area, in Sheet) (SheetResult, error) {
	out := SheetResult{Sheet: k.Sheet, Rows: make([]RowResult, len(in.Rows))}
	for i, row := range in.Rows {
		out.Rows[i].Household = row.Household
	}
	for _, l := range k.Left {
		out.Rows[l.Row].Code = l.Code
	}
	next := 0
	err := tx.Rows(ctx, sqlSheetClaims, func(r store.Row) error {
		for out.Rows[next].Code != "" {
			next++
		}
		row := &out.Rows[next]
		next++
		out.Claims++
		err := r.Scan(&row.Claim, &row.Household, &row.Points, &row.Asked)
		out.Points += row.Points
		return err
	}, village, k.Sheet, len(in.Rows)-len(k.Left))
	return out, err
}
