package rulebook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strconv"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook/ruletable"
	"qunyan/internal/store"
)

// ImportInput is a file whose rules become a draft's.
type ImportInput struct {
	Area    core.Area // a village, or the county
	Version int64     // an open draft
	Content []byte
	Dry     bool // only look
}

// Imported is what an import did, or would do.
type Imported struct {
	Written    bool
	Added      []string // codes, in the order of the file
	Changed    []string
	Same       []string
	LeftOut    []string          // lines of the draft that are not in the file
	Faults     []ruletable.Fault // the first thousand, in the order of the file
	FaultCount int
	Ignored    []string // columns that mean nothing to us, as sheet!column
	Caps       *NewCaps // nil if the file says nothing about them and the draft keeps its own
	rules      []Rule
}

// NewCaps is what becomes of a draft's caps on whole categories. An emptied sheet takes all of them away.
type NewCaps struct{ Before, After []CategoryCap }

// Import puts the rules of a file into a draft in the place of those it has: what stands in the file is what the draft
// holds afterwards, in the file's order. All of it is written, or, where anything is wrong, nothing; with Dry nothing in
// any case. In a village a line of the county's template keeps the county's words and bounds and takes the file's
// weights, caps and self; every other line is the village's own (domain.md §2). A version in force is never touched.
//
// Errors: those of a file that cannot be read (import.…, rulefile.…); rulebook.not_draft; rulebook.no_ruleset;
// rulefile.changed_meanwhile. What is wrong with lines is among the faults.
func (s *Service) Import(ctx context.Context, by core.Actor, in ImportInput) (Imported, error) {
	if err := mayDraft(by, in.Area); err != nil {
		return Imported{}, err
	}
	file, err := parseContent(in.Content)
	if err != nil {
		return Imported{}, err
	}
	var out Imported
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		set, err := byVersion(ctx, tx, in.Area, in.Version)
		if err == nil && set.State != Draft && in.Dry {
			err = errs.New(errs.Conflict, "rulebook.not_draft")
		}
		if err != nil {
			return err
		}
		out, err = s.weighFile(ctx, tx, set, file)
		return err
	})
	if err != nil || in.Dry || out.FaultCount > 0 {
		return out, err
	}
	written, err := command(ctx, s, by, in.Area, func(ctx context.Context, tx *store.Tx, nowMs int64) (Imported, error) {
		set, err := openDraft(ctx, tx, in.Area, in.Version, nowMs)
		if err != nil {
			return Imported{}, err
		}
		now, err := s.weighFile(ctx, tx, set, file)
		if err == nil && now.FaultCount > 0 {
			err = errs.New(errs.Conflict, "rulefile.changed_meanwhile")
		}
		if err != nil {
			return Imported{}, err
		}
		now.Written = true
		return now, s.writeImport(ctx, tx, by, nowMs, set, now, in.Content)
	})
	if err == nil {
		out = written
	}
	return out, err
}

// CheckFile holds a file of rules to what needs no draft and no county: its shape, each rule by itself, the red lines.
// Errors: those of a file that cannot be read (import.…, rulefile.…). What is wrong with lines is among the faults.
func CheckFile(content []byte) (Imported, error) {
	file, err := parseContent(content)
	if err != nil {
		return Imported{}, err
	}
	out := Imported{Ignored: file.Ignored}
	found := &ruletable.File{Faults: slices.Clone(file.Faults), FaultCount: file.FaultCount}
	for _, line := range file.lines {
		rule, fault := line.alone()
		if fault != nil {
			found.Add(*fault)
		}
		for _, stop := range rule.stops() {
			found.Add(line.redLine(rule.Code, stop))
		}
		out.Added = append(out.Added, rule.Code)
	}
	if _, err := checkCategoryCaps(file.caps); err != nil {
		e := errs.From(err)
		found.Add(ruletable.Fault{Code: e.Code, Params: e.Params})
	}
	found.SortAs(file.File)
	out.Faults, out.FaultCount = found.Faults, found.FaultCount
	return out, nil
}

// parseContent reads an upload. Workbooks are read from a file, because theirs can be large once unpacked.
func parseContent(content []byte) (parsed, error) {
	if len(content) > ruletable.MaxBytes {
		return parsed{}, errs.New(errs.TooLarge, "rulefile.too_large", "megabytes", ruletable.MaxBytes>>20)
	}
	if head := bytes.TrimLeft(bytes.TrimPrefix(content, []byte("\ufeff")), " \t\r\n"); len(head) > 0 && (head[0] == '{' || head[0] == '[') {
		return parseJSON(bytes.TrimPrefix(content, []byte("\ufeff")))
	}
	f, err := os.CreateTemp("", "qunyan-rules-")
	if err != nil {
		return parsed{}, err
	}
	_, err = f.Write(content)
	var file parsed
	if err = errors.Join(err, f.Close()); err == nil {
		file, err = parseTable(f.Name())
	}
	return file, errors.Join(err, os.Remove(f.Name()))
}

// weighFile holds every line of a file to the rules a draft is held to, and says what the draft would become.
func (s *Service) weighFile(ctx context.Context, tx *store.Tx, set Ruleset, file parsed) (Imported, error) {
	out := Imported{Ignored: file.Ignored}
	found := &ruletable.File{Faults: slices.Clone(file.Faults), FaultCount: file.FaultCount}
	var template []Rule
	if set.Area.Level() == core.Village {
		var err error
		if template, err = rulesOf(ctx, tx, set.Area.Parent().Parent(), set.BaseVersion); err != nil {
			return out, err
		}
	}
	inFile := map[string]bool{}
	for _, line := range file.lines {
		inFile[line.code] = true
		rule, fault := line.rule(set.Area, Ruleset{Rules: template})
		if fault != nil {
			found.Add(*fault)
		}
		stopped, err := s.stopped(ctx, tx, set.Area, rule)
		if err != nil {
			return out, err
		}
		for _, stop := range stopped {
			found.Add(line.redLine(rule.Code, stop))
		}
		rule.Sort = int64(len(out.rules) + 1)
		out.rules = append(out.rules, rule)
		switch old, ok := set.Rule(rule.Code); {
		case !ok:
			out.Added = append(out.Added, rule.Code)
		case len(differing(old, rule)) > 0:
			out.Changed = append(out.Changed, rule.Code)
		default:
			out.Same = append(out.Same, rule.Code)
		}
	}
	if fault, err := fileCaps(ctx, tx, set, file.caps, &out); err != nil {
		return out, err
	} else if fault != nil {
		found.Add(*fault)
	}
	for _, r := range set.Rules {
		if !inFile[r.Code] {
			out.LeftOut = append(out.LeftOut, r.Code)
		}
	}
	found.SortAs(file.File)
	out.Faults, out.FaultCount = found.Faults, found.FaultCount
	return out, nil
}

// fileCaps holds the file's caps on whole categories to those above.
func fileCaps(ctx context.Context, tx *store.Tx, set Ruleset, caps []CategoryCap, out *Imported) (*ruletable.Fault, error) {
	if caps == nil {
		return nil, nil
	}
	checked, err := checkCategoryCaps(caps)
	if err == nil && set.Area.Level() == core.Village {
		upper, problem := capsAbove(ctx, tx, set)
		if problem != nil {
			return nil, problem
		}
		if !keepsTo(checked, upper) {
			err = errs.New(errs.Invalid, "rulebook.category_caps_loosened")
		}
	}
	if err != nil {
		e := errs.From(err)
		return &ruletable.Fault{Code: e.Code, Params: e.Params}, nil
	}
	out.Caps = &NewCaps{append([]CategoryCap{}, set.Caps...), checked}
	return nil, nil
}

// stopped is what red lines stop in a rule, unless the township overruled that very text. The county has nobody to
// overrule it: it finds other words.
func (s *Service) stopped(ctx context.Context, tx *store.Tx, area core.Area, rule Rule) ([]stop, error) {
	found := s.known.stops(rule)
	if len(found) == 0 {
		return nil, nil
	}
	err := admit(ctx, tx, area, rule, found)
	switch {
	case err == nil && area.Level() == core.Village:
		return nil, nil
	case err != nil && errs.CodeOf(err) != "rulebook.red_line":
		return nil, err
	}
	return found, nil
}

func (p proposal) redLine(code string, s stop) ruletable.Fault {
	return p.at.Fault(ruletable.Column(s.field), "rulebook.red_line", s.refusal(code).Params)
}

// rule is what the line becomes in an area's draft, and what keeps it from it.
func (p proposal) rule(area core.Area, template Ruleset) (Rule, *ruletable.Fault) {
	if area.Level() == core.County {
		return p.alone()
	}
	county, ok := template.Rule(p.code)
	if !ok {
		rule := p.over(Rule{Per: PerEvent, Scale: []Step{}}).trimmed()
		bounded, err := rule.bounded(template.Rules)
		return bounded, p.fault(rule, err)
	}
	mine := p.over(county).trimmed()
	mine.PointsMin, mine.PointsMax = county.PointsMin, county.PointsMax // the county's, whatever the file says
	edit := EditInput{Code: p.code, Enabled: true, Points: mine.Points, CapPoints: mine.CapPoints, CapCount: mine.CapCount, Self: mine.Self, Caps: mine.Caps}
	for _, step := range mine.Scale {
		edit.Scale = append(edit.Scale, step.Points)
	}
	if len(county.Scale) > 0 && len(mine.Scale) > 0 && mine.Points != mine.Scale[0].Points {
		if mine.Points != county.Points { // somebody changed the row and not its steps
			return mine, p.fault(mine, errs.New(errs.Invalid, "rulefile.first_step", "rule", p.code).At("points"))
		}
		mine.Points = mine.Scale[0].Points
	}
	rule, err := county.edited(edit)
	if err != nil {
		return mine, p.fault(mine, err)
	}
	for _, field := range differing(mine, rule) {
		return rule, p.fault(mine, errs.New(errs.Invalid, "rulefile.county_field", "rule", p.code, "field", field).At(field))
	}
	return rule, nil
}

// alone is the line as a rule that no county's stands behind.
func (p proposal) alone() (Rule, *ruletable.Fault) {
	rule := p.over(Rule{Per: PerEvent, Scale: []Step{}}).trimmed()
	return rule, p.fault(rule, rule.Check())
}

// fault brings an error of a rule's field to its place in the file. What is empty and must not be is said plainly.
func (p proposal) fault(rule Rule, err error) *ruletable.Fault {
	if err == nil {
		return nil
	}
	e := errs.From(err)
	code, params := e.Code, map[string]any{"rule": p.code}
	for name, value := range e.Params {
		params[name] = value
	}
	cells := rule.cells()
	if text, ok := cells[ruletable.Column(e.Field)]; ok && *text == "" && code == "rulebook.bad_rule" && e.Field != "cap_period" {
		code = "rulefile.needed"
	}
	if n, ok := rule.wholes()[ruletable.Column(e.Field)]; ok && *n == 0 && e.Field[0] == 'p' && code != "rulefile.first_step" {
		code = "rulefile.needed"
	}
	f := p.at.Fault(ruletable.Column(e.Field), code, params)
	return &f
}

// differing names the fields in which two rules differ, as the API calls them, in alphabetical order.
func differing(a, b Rule) []string {
	left, right := fieldsOf(a), fieldsOf(b)
	var names []string
	for name, value := range left {
		if !bytes.Equal(value, right[name]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func fieldsOf(r Rule) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	if data, err := json.Marshal(r.trimmed()); err == nil {
		_ = json.Unmarshal(data, &fields) // what Marshal wrote
	}
	return fields
}

const sqlDropRules = `DELETE FROM rule WHERE village = $1 AND version = $2`

// writeImport puts a file's rules in the place of the draft's, with one audit line that names the file by its hash and
// holds every changed line before and after.
func (s *Service) writeImport(ctx context.Context, tx *store.Tx, by core.Actor, nowMs int64, set Ruleset, out Imported, content []byte) error {
	if _, err := tx.Exec(ctx, sqlDropRules, set.Area, set.Version); err != nil {
		return err
	}
	if err := putRules(ctx, tx, set.Area, set.Version, out.rules...); err != nil {
		return err
	}
	caps := set.Caps
	if out.Caps != nil {
		caps = out.Caps.After
		if err := putCategoryCaps(ctx, tx, set.Area, set.Version, caps); err != nil {
			return err
		}
	}
	before, after := map[string]Rule{}, map[string]Rule{}
	now := Ruleset{Rules: out.rules}
	for _, code := range slices.Concat(out.Changed, out.LeftOut) {
		before[code], _ = set.Rule(code)
	}
	for _, code := range slices.Concat(out.Changed, out.Added) {
		after[code], _ = now.Rule(code)
	}
	sum := sha256.Sum256(content)
	return s.record(ctx, tx, by, nowMs, "import", set.Area, strconv.FormatInt(set.Version, 10), map[string]any{"rules": before, "caps": set.Caps},
		map[string]any{"rules": after, "caps": caps, "sha256": hex.EncodeToString(sum[:])})
}
