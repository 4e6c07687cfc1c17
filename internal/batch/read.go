package batch

import (
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/directory/table"
	"qunyan/internal/errs"
	"qunyan/internal/messages"
	"qunyan/internal/rulebook"
)

// Limits on one file.
const (
	MaxBytes    = 8 << 20
	maxRows     = 5000 // below the heading; the largest village has some 2,000 households
	maxFaults   = 1000 // that are listed; all are counted
	headWithin  = 20
	codeLetters = 8 // longest code of a rule
)

// Fault is what is wrong in one place of a file. Row 0 is the sheet as a whole.
type Fault struct {
	Row    int
	Column string // letter, as a spreadsheet shows it; "" if no one column is at fault
	Code   string
	Params map[string]any
}

// Reason is the fault as a sentence.
func (f Fault) Reason(lang messages.Lang) string {
	return messages.Text(lang, "errors."+f.Code, f.Params)
}

// filled is what a file says before it is held against the village's rules and households.
type filled struct {
	village string
	day     string
	title   string
	head    int // row of the heading; 0 if there is none
	columns []column
	rows    []filledRow
	number  int // column of the household's number, counted from 0
	who     int // column of the head of household; −1 if there is none
	sheet   table.Sheet
	faults  []Fault
	count   int64
}

// column is one that may be a rule's, by its heading.
type column struct {
	at   int // counted from 0
	code string
	text string
}

// filledRow is a row that holds something under a rule, with copies of its cells.
type filledRow struct {
	row   int
	cells []string
}

func (f *filled) fault(row, col int, code string, params map[string]any) {
	f.count++
	if len(f.faults) < maxFaults {
		f.faults = append(f.faults, Fault{Row: row, Column: letter(col), Code: code, Params: params})
	}
}

// letter names a column counted from 0; "" below.
func letter(col int) string {
	name, err := excelize.ColumnNumberToName(col + 1)
	if err != nil {
		return ""
	}
	return name
}

// readFile takes the table out of a file. What no part of it can be told from is an error; single cells are faults.
func readFile(path string) (*filled, error) {
	file, err := table.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var found *filled
	for _, sheet := range file.Sheets() {
		f := &filled{sheet: sheet, who: -1}
		if err := file.Rows(sheet, f.take); err != nil {
			return nil, err
		}
		switch {
		case f.head == 0:
		case found != nil:
			return nil, errs.New(errs.Invalid, "batch.two_sheets", "name", sheet.Name)
		default:
			found = f
		}
	}
	switch {
	case found == nil:
		return nil, errs.New(errs.Invalid, "batch.not_ours")
	case found.sheet.Hidden:
		return nil, errs.New(errs.Invalid, "batch.hidden_sheet")
	}
	found.shapes()
	return found, nil
}

func (f *filled) take(row table.Row) error {
	if f.head == 0 {
		f.top(row)
		return nil
	}
	if row.Number-f.head > maxRows {
		return errs.New(errs.TooLarge, "batch.too_many_rows", "most", maxRows)
	}
	says := false
	for _, c := range f.columns {
		says = says || c.at < len(row.Cells) && entry.Clean(row.Cells[c.at]) != ""
	}
	switch {
	case !says:
	case row.Hidden:
		f.fault(row.Number, -1, "batch.hidden_row", nil)
	default:
		f.rows = append(f.rows, filledRow{row.Number, append([]string(nil), row.Cells...)})
	}
	return nil
}

// top reads a row above the table: the village, the day, the title, or the heading itself.
func (f *filled) top(row table.Row) {
	if row.Number > headWithin || len(row.Cells) == 0 {
		return
	}
	if layout, ok := entry.Header(row.Cells, false); ok && layout.Has(entry.HouseholdNo) {
		f.head, f.number, f.who = row.Number, layout.Position(entry.HouseholdNo), layout.Position(entry.Head)
		for _, i := range layout.Unknown {
			text := entry.Clean(row.Cells[i])
			code, _, _ := strings.Cut(text, " ")
			if len(code) > codeLetters {
				code = ""
			}
			f.columns = append(f.columns, column{i, strings.ToUpper(code), text})
		}
		return
	}
	if len(row.Cells) < 2 {
		return
	}
	for _, lang := range []messages.Lang{messages.Chinese, messages.English} {
		switch entry.Clean(row.Cells[0]) {
		case messages.Text(lang, labelVillage, nil):
			f.village = entry.Clean(row.Cells[1])
		case messages.Text(lang, labelDay, nil):
			f.day = row.Cells[1]
		case messages.Text(lang, labelTitle, nil):
			f.title = entry.Clean(row.Cells[1])
		}
	}
}

// shapes reports what makes cells below the heading mean something else than they show: merged ones and formulas.
func (f *filled) shapes() {
	for _, m := range f.sheet.Merged {
		if m.ToRow > f.head {
			f.fault(max(m.FromRow, f.head+1), m.FromColumn-1, "batch.merged", nil)
		}
	}
	for _, c := range f.sheet.Formulas {
		if c.Row > f.head && (c.Column-1 == f.number || f.asks(c.Column-1)) {
			f.fault(c.Row, c.Column-1, "batch.formula", nil)
		}
	}
}

func (f *filled) asks(col int) bool {
	for _, c := range f.columns {
		if c.at == col {
			return true
		}
	}
	return false
}

// ruleColumns finds the rules of the columns. What is headed like a rule and is none in force is a fault; any other
// column is passed over and named.
func (f *filled) ruleColumns(find func(code string) (rulebook.Rule, bool, error)) (rules []ruleColumn, ignored []string, err error) {
	seen := map[string]bool{}
	for _, c := range f.columns {
		rule, inForce, err := find(c.code)
		switch {
		case err != nil:
			return nil, nil, err
		case !inForce && likeCode(c.code):
			f.fault(f.head, c.at, "batch.no_rule", map[string]any{"rule": c.code})
		case !inForce:
			ignored = append(ignored, letter(c.at)+" "+c.text)
		case seen[rule.Code]:
			f.fault(f.head, c.at, "batch.rule_twice", map[string]any{"rule": rule.Code})
		default:
			seen[rule.Code] = true
			rules = append(rules, ruleColumn{c.at, rule})
		}
	}
	if len(rules) == 0 && f.count == 0 {
		err = errs.New(errs.Invalid, "batch.no_rule_column")
	}
	return rules, ignored, err
}

type ruleColumn struct {
	at   int
	rule rulebook.Rule
}

// likeCode says whether a heading begins like the code of a rule: a letter and digits.
func likeCode(code string) bool {
	if len(code) < 2 || code[0] < 'A' || code[0] > 'Z' {
		return false
	}
	_, err := strconv.Atoi(code[1:])
	return err == nil
}

// line is a row that was understood.
type line struct {
	row   int
	home  household
	marks []mark
	given []bool // by rule column
}

// lines holds the rows against the village's households and the rules.
func (f *filled) lines(homes []household, rules []ruleColumn) (lines []line) {
	byNumber := make(map[int64]household, len(homes))
	for _, h := range homes {
		byNumber[h.number] = h
	}
	first := map[core.ID]int{}
	for _, r := range f.rows {
		l, good := f.line(r, byNumber, rules)
		if l.home.id == 0 {
			continue
		}
		if row, twice := first[l.home.id]; twice {
			f.fault(r.row, f.number, "batch.household_twice", map[string]any{"number": l.home.number, "row": row})
			continue
		}
		first[l.home.id] = r.row
		if good {
			lines = append(lines, l)
		}
	}
	return lines
}

// line understands one row. Without a household nobody is meant by it; good is false if anything else is wrong.
func (f *filled) line(r filledRow, byNumber map[int64]household, rules []ruleColumn) (l line, good bool) {
	says := false
	l.row, good = r.row, true
	for _, c := range rules {
		m, given, code := readMark(c.rule, r.cell(c.at))
		if code != "" {
			f.fault(r.row, c.at, code, map[string]any{"steps": len(c.rule.Scale)})
			good = false
		}
		l.marks, l.given, says = append(l.marks, m), append(l.given, given), says || given
	}
	if !says { // only columns that are passed over hold something
		return l, false
	}
	number, ok := entry.Number(r.cell(f.number))
	home, known := byNumber[number]
	head, named := entry.Name(r.cell(f.who))
	switch {
	case !ok:
		f.fault(r.row, f.number, "batch.bad_number", nil)
	case !known:
		f.fault(r.row, f.number, "batch.unknown_number", map[string]any{"number": number})
	case home.closed:
		f.fault(r.row, f.number, "batch.household_closed", map[string]any{"number": number})
	case named && head != home.head:
		f.fault(r.row, f.who, "batch.head_differs", map[string]any{"number": number})
	default:
		l.home = home
		return l, good
	}
	return l, false
}

func (r filledRow) cell(at int) string {
	if at < 0 || at >= len(r.cells) {
		return ""
	}
	return r.cells[at]
}
