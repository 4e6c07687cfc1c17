package batch

import (
	"context"
	"io"
	"os"
	"slices"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// Service makes blank workbooks and takes filled ones. It is safe for concurrent use.
type Service struct {
	st     *store.Store
	clock  core.Clock
	claims *claims.Service
}

// New makes the service. Its claims go into the book by the service of claims and by no other way.
func New(st *store.Store, clock core.Clock, claims *claims.Service) *Service {
	return &Service{st: st, clock: clock, claims: claims}
}

// Row is what one rule brings one household of the file, or why it brings nothing.
type Row struct {
	Row       int // of the file
	Household core.ID
	Number    int64
	Head      string
	Points    core.Points
	Asked     core.Points // before caps
	Duplicate bool        // it has a claim by this rule for this day already
	Code      string      // why there is no claim; "" if there is one
}

// Part is what a file brings by one of its rules.
type Part struct {
	Rule   string
	TextZh string
	TextEn string
	claims.Brought
	Rows []Row // all in a dry run; after the claims are made those without one
}

// Result is what a file says and what becomes of it.
type Result struct {
	Made       bool
	Title      string
	Day        core.Day
	Households int64 // rows with something under a rule
	Parts      []Part
	Faults     []Fault // in the order of the rows; the first 1,000
	FaultCount int64
	Ignored    []string // columns that mean nothing to us, by letter and heading
}

// Try reads a file and says what it would bring now. It writes nothing.
func (s *Service) Try(ctx context.Context, by core.Actor, village core.Area, content io.Reader, skipDuplicates bool) (Result, error) {
	f, err := s.open(by, village, content)
	if err != nil {
		return Result{}, err
	}
	var out Result
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		out, err = s.judge(ctx, tx, f, village, skipDuplicates, s.claims.Judging(tx, by, village))
		return err
	})
	return out, err
}

// Import makes claims of a file without faults, all in one command; with faults it fails with batch.has_faults and writes
// nothing. Rows that cannot be claims are answered with their code, and a file all of whose rows were claimed before is
// answered with no claims.
func (s *Service) Import(ctx context.Context, by core.Actor, village core.Area, content io.Reader, skipDuplicates bool) (Result, error) {
	f, err := s.open(by, village, content)
	if err != nil {
		return Result{}, err
	}
	var out Result
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = store.Once(ctx, tx, by, village, s.clock.Now(), func() (Result, error) {
			again := *f // a command may be run twice, and reading notes faults
			out, err := s.judge(ctx, tx, &again, village, skipDuplicates, s.claims.Putting(tx, by, village))
			if err != nil {
				return out, err
			}
			if out.FaultCount > 0 {
				return out, errs.New(errs.Invalid, "batch.has_faults", "n", out.FaultCount)
			}
			out.Made = true
			for i := range out.Parts {
				out.Parts[i].Rows = slices.DeleteFunc(out.Parts[i].Rows, func(r Row) bool { return r.Code == "" })
			}
			return out, nil
		})
		return err
	})
	return out, err
}

// open puts the upload into a file and takes the table out of it.
func (s *Service) open(by core.Actor, village core.Area, content io.Reader) (*filled, error) {
	if err := access.Require(by, access.OpSubmitClaim, village); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "qunyan-sheet-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	n, err := io.Copy(file, io.LimitReader(content, MaxBytes+1))
	switch {
	case err != nil:
		return nil, err
	case n > MaxBytes:
		return nil, errs.New(errs.TooLarge, "import.too_large", "megabytes", MaxBytes>>20)
	}
	f, err := readFile(file.Name())
	switch {
	case err != nil:
		return nil, err
	case f.village == "":
		return nil, errs.New(errs.Invalid, "batch.not_ours")
	case f.village != village.String():
		return nil, errs.New(errs.Invalid, "batch.wrong_village")
	}
	return f, nil
}

// judge understands the file and lets submit judge, and perhaps write, the sheet of each rule. With faults it stops
// before.
func (s *Service) judge(ctx context.Context, tx *store.Tx, f *filled, village core.Area, skip bool, submit claims.Submit) (Result, error) {
	out := Result{Title: f.title}
	day, ok := readDay(f.day)
	if !ok {
		return out, errs.New(errs.Invalid, "batch.bad_day")
	}
	out.Day = day
	rules, ignored, err := f.ruleColumns(func(code string) (rulebook.Rule, bool, error) { return ruleIn(ctx, tx, village, day, code) })
	if err != nil {
		return out, err
	}
	homes, err := households(ctx, tx, village)
	if err != nil {
		return out, err
	}
	lines := f.lines(homes, rules)
	out.Households, out.Ignored, out.FaultCount = int64(len(lines)), ignored, f.count
	out.Faults = slices.SortedStableFunc(slices.Values(f.faults), func(a, b Fault) int { return a.Row - b.Row })
	if f.count > 0 {
		return out, nil
	}
	if len(lines) == 0 {
		return out, errs.New(errs.Invalid, "batch.empty")
	}
	for i, c := range rules {
		part, err := judgePart(ctx, out, lines, i, c.rule, skip, submit)
		if err != nil {
			return out, err
		}
		out.Parts = append(out.Parts, part)
	}
	return out, nil
}

// ruleIn finds a rule that is in force on a day; false if there is none of the code.
func ruleIn(ctx context.Context, tx *store.Tx, village core.Area, day core.Day, code string) (rulebook.Rule, bool, error) {
	if code == "" {
		return rulebook.Rule{}, false, nil
	}
	rule, _, err := rulebook.RuleAt(ctx, tx, village, day, code)
	if errs.CodeOf(err) == "rulebook.no_rule" {
		return rule, false, nil
	}
	return rule, err == nil, err
}

func judgePart(ctx context.Context, of Result, lines []line, i int, rule rulebook.Rule, skip bool, submit claims.Submit) (Part, error) {
	part := Part{Rule: rule.Code, TextZh: rule.TextZh, TextEn: rule.TextEn}
	var asked []line
	for _, l := range lines {
		if l.given[i] {
			asked = append(asked, l)
		}
	}
	rows := make([]claims.SheetRow, len(asked))
	for k, l := range asked {
		rows[k] = claims.SheetRow{Household: l.home.id, Qty: l.marks[i].qty, Step: l.marks[i].step}
	}
	results, err := part.Submit(ctx, claims.Sheet{Rule: rule.Code, Day: of.Day, Title: of.Title, Event: of.Title, SkipDuplicates: skip, File: true}, rows, submit)
	for k, r := range results {
		part.Rows = append(part.Rows, Row{Row: asked[k].row, Household: r.Household, Number: asked[k].home.number, Head: asked[k].home.head,
			Points: r.Points, Asked: r.Asked, Duplicate: r.Duplicate, Code: r.Code})
	}
	return part, err
}
