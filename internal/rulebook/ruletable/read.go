package ruletable

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/directory/entry"
	"qunyan/internal/directory/table"
	"qunyan/internal/errs"
)

// Limits on one file.
const (
	MaxBytes     = 4 << 20
	MaxRules     = 1000 // rules of a file: more than any village can read out, and about four seconds of looking for red lines
	maxRows      = 12 * MaxRules
	maxFaults    = 1000 // faults listed; all are counted
	maxCell      = 500  // characters of a cell
	headerWithin = 20   // rows in which the heading is looked for: titles and remarks may stand above it
)

// Row is a row of a table: its cells by column, without those of columns the sheet does not have.
type Row struct {
	Sheet  string
	Number int
	Texts  map[Column]string
	Wholes map[Column]int64
	at     map[Column]int
}

// Code is the rule's code, "" where the row has none.
func (r Row) Code() string { return r.Texts["code"] }

// Fault is a fault in a column of the row.
func (r Row) Fault(c Column, code string, params map[string]any) Fault {
	f := Fault{Sheet: r.Sheet, Row: r.Number, Field: c, Code: code, Params: params}
	if i, ok := r.at[c]; ok {
		f.Column = letter(i)
	}
	return f
}

// File is what stands in a file.
type File struct {
	Rows       map[Part][]Row
	Headed     map[Part]bool // parts whose table stands in the file, with rows or without
	Faults     []Fault       // the first thousand, in the order of the file
	FaultCount int
	Ignored    []string // columns that mean nothing to us, as sheet!column
	order      map[string]int
}

// Add notes a fault.
func (f *File) Add(fault Fault) {
	f.FaultCount++
	if len(f.Faults) < maxFaults {
		f.Faults = append(f.Faults, fault)
	}
}

// Sort brings the faults into the order of the file.
func (f *File) Sort() { f.SortAs(f) }

// SortAs brings the faults into the order of another reading's file.
func (f *File) SortAs(other *File) {
	slices.SortStableFunc(f.Faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(other.order[a.Sheet], other.order[b.Sheet]), cmp.Compare(a.Row, b.Row), cmp.Compare(len(a.Column), len(b.Column)), cmp.Compare(a.Column, b.Column))
	})
}

// errFull ends the reading of a file that has more rows than a set of rules.
var errFull = errors.New("ruletable: more rows than a set of rules")

// Read reads the file at path. A file that is no table at all is an error, of package table or rulefile.no_header,
// no_rows, too_many (most); everything else that is wrong is among the faults.
func Read(path string) (*File, error) {
	in, err := table.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	r := &reader{file: &File{Rows: map[Part][]Row{}, Headed: map[Part]bool{}, order: map[string]int{}}, lexicon: newLexicon()}
	for i, sheet := range in.Sheets() {
		r.file.order[sheet.Name] = i
		r.sheet, r.headRow, r.closed = sheet, 0, false
		err := in.Rows(sheet, r.row)
		switch {
		case errors.Is(err, errFull):
			return nil, errs.New(errs.TooLarge, "rulefile.too_many", "most", MaxRules)
		case err != nil:
			return nil, err
		}
		if r.headRow > 0 {
			r.places()
		}
	}
	switch {
	case !r.headed:
		return nil, errs.New(errs.Invalid, "rulefile.no_header")
	case len(r.file.Rows[Rules]) == 0 && r.file.FaultCount == 0:
		return nil, errs.New(errs.Invalid, "rulefile.no_rows")
	}
	r.file.Sort()
	return r.file, nil
}

// reader goes through a file sheet by sheet.
type reader struct {
	file    *File
	lexicon *lexicon
	sheet   table.Sheet
	part    Part
	layout  map[Column]int
	headRow int
	headed  bool // some sheet is a table of rules
	closed  bool // no row of the present sheet can be read
	rows    int
}

func (r *reader) row(row table.Row) error {
	switch {
	case r.closed || entry.Blank(row.Cells):
		return nil
	case r.headRow == 0:
		r.heading(row)
		return nil
	case row.Hidden:
		r.file.Add(Fault{Sheet: r.sheet.Name, Row: row.Number, Code: "import.hidden_row"})
		return nil
	}
	if r.rows++; r.rows > maxRows || len(r.file.Rows[Rules]) >= MaxRules && r.part == Rules {
		return errFull
	}
	out := Row{Sheet: r.sheet.Name, Number: row.Number, Texts: map[Column]string{}, Wholes: map[Column]int64{}, at: r.layout}
	for _, f := range fields(r.part) {
		i, ok := r.layout[f.column]
		if !ok {
			continue
		}
		cell := ""
		if i < len(row.Cells) {
			cell = row.Cells[i]
		}
		if fault, params := r.cell(f, cell, &out); fault != "" {
			r.file.Add(out.Fault(f.column, fault, params))
		}
	}
	if out.Code() == "" && r.part != CategoryCaps {
		if code := r.layout["code"]; code >= len(row.Cells) || entry.Clean(row.Cells[code]) == "" {
			r.file.Add(out.Fault("code", "rulefile.code_needed", nil))
		}
		return nil
	}
	r.file.Rows[r.part] = append(r.file.Rows[r.part], out)
	return nil
}

// cell reads one cell into the row, or says what is wrong with it. An empty cell leaves its column out of the row.
func (r *reader) cell(f field, cell string, out *Row) (fault string, params map[string]any) {
	cell = strings.TrimSpace(cell)
	switch {
	case cell == "":
		return "", nil
	case !utf8.ValidString(cell) || strings.ContainsFunc(cell, unprintable):
		return "rulefile.unprintable", nil
	case utf8.RuneCountInString(cell) > maxCell:
		return "import.too_long", nil
	}
	switch f.kind {
	case text:
		out.Texts[f.column] = cell
	case code:
		said := strings.ToUpper(entry.Clean(cell))
		if !validCode(said) {
			return "rulefile.bad_code", nil
		}
		out.Texts[f.column] = said
	case whole:
		n, ok := wholeNumber(cell)
		if !ok {
			return "rulefile.bad_number", nil
		}
		out.Wholes[f.column] = n
	case yesNo:
		said, ok := r.lexicon.words["import."][key(cell)]
		if !ok {
			return "import.bad_yes_no", nil
		}
		out.Texts[f.column] = said
	case word:
		said, ok := r.lexicon.words[f.words][key(cell)]
		if !ok {
			return "rulefile.unknown_word", map[string]any{"words": f.words}
		}
		out.Texts[f.column] = said
	}
	return "", nil
}

// unprintable tells what no sheet of paper shows and no workbook keeps. A line break within a cell is among it: a rule is
// one line on the notice.
func unprintable(c rune) bool {
	return unicode.IsControl(c) || c == utf8.RuneError || c == '\uFFFE' || c == '\uFFFF'
}

// validCode wants a capital letter and two digits, as printed on paper sheets.
func validCode(s string) bool {
	return len(s) == 3 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= '0' && s[1] <= '9' && s[2] >= '0' && s[2] <= '9'
}

// wholeNumber reads 5, +5, −5, ５, 5.0 and "5分". A spreadsheet's day of the month or "2.5" is none.
func wholeNumber(s string) (int64, bool) {
	s = strings.TrimSpace(strings.TrimSuffix(entry.Clean(s), "分"))
	s = strings.TrimPrefix(s, "+")
	below := false
	for _, minus := range []string{"-", "−", "–"} {
		if rest, ok := strings.CutPrefix(s, minus); ok {
			s, below = rest, true
			break
		}
	}
	digits, zeros, _ := strings.Cut(s, ".")
	if digits == "" || len(digits) > 9 || strings.Trim(zeros, "0") != "" {
		return 0, false
	}
	n := int64(0)
	for _, d := range []byte(digits) {
		if d < '0' || d > '9' {
			return 0, false
		}
		n = n*10 + int64(d-'0')
	}
	if below {
		n = -n
	}
	return n, true
}

// heading looks for the sheet's heading and tells by it which table this is. A sheet without one, such as remarks, is
// passed over.
func (r *reader) heading(row table.Row) {
	part, layout, twice, unknown := Rules, map[Column]int{}, []Column(nil), []int(nil)
	for _, p := range []Part{Scale, Caps, CategoryCaps, Rules} {
		part, twice, unknown = p, nil, nil
		layout = r.layoutOf(p, row.Cells, &twice, &unknown)
		if has(layout, own(p)...) && (p != CategoryCaps || !r.coded(row.Cells)) {
			break
		}
	}
	if !has(layout, own(part)...) || len(layout) < 2 {
		r.closed = row.Number >= headerWithin
		return
	}
	r.part, r.layout, r.headRow, r.headed = part, layout, row.Number, r.headed || part == Rules
	r.file.Headed[part] = true
	at := Row{Sheet: r.sheet.Name, Number: row.Number, at: layout}
	for _, c := range twice {
		r.file.Add(at.Fault(c, "import.column_twice", nil))
	}
	if r.sheet.Hidden {
		r.file.Add(Fault{Sheet: r.sheet.Name, Code: "import.hidden_sheet"})
	}
	for _, i := range unknown {
		if len(r.file.Ignored) < maxFaults {
			r.file.Ignored = append(r.file.Ignored, r.sheet.Name+"!"+letter(i))
		}
	}
}

// own are the columns that a heading has if it is the part's and no other's; asked in the order that heading asks in.
func own(p Part) []Column {
	switch p {
	case Scale:
		return []Column{"code", "label_zh"}
	case Caps:
		return []Column{"code", "each"}
	case CategoryCaps:
		return []Column{"category", "cap_period", "cap_points"}
	}
	return []Column{"code"}
}

// coded says whether a heading has a column of codes, as every table of rules has and that of categories has not.
func (r *reader) coded(cells []string) bool {
	var twice []Column
	var unknown []int
	return has(r.layoutOf(Rules, cells, &twice, &unknown), "code")
}

func has(layout map[Column]int, columns ...Column) bool {
	for _, c := range columns {
		if _, ok := layout[c]; !ok {
			return false
		}
	}
	return true
}

func (r *reader) layoutOf(p Part, cells []string, twice *[]Column, unknown *[]int) map[Column]int {
	layout := map[Column]int{}
	for i, cell := range cells {
		if entry.Clean(cell) == "" {
			continue
		}
		c, known := r.lexicon.headings[p][key(cell)]
		_, seen := layout[c]
		switch {
		case !known:
			*unknown = append(*unknown, i)
		case seen:
			*twice = append(*twice, c)
		default:
			layout[c] = i
		}
	}
	return layout
}

// places reports merged cells and formulas below the heading: of merged cells only the first holds anything, and which
// rows it was meant for is anybody's guess; a formula shows another number as soon as somebody touches another cell.
func (r *reader) places() {
	for _, m := range r.sheet.Merged {
		if m.ToRow > r.headRow {
			r.file.Add(Fault{Sheet: r.sheet.Name, Row: max(m.FromRow, r.headRow+1), Column: letter(m.FromColumn - 1), Code: "import.merged"})
		}
	}
	for _, f := range r.sheet.Formulas {
		if f.Row > r.headRow && r.reads(f.Column-1) {
			r.file.Add(Fault{Sheet: r.sheet.Name, Row: f.Row, Column: letter(f.Column - 1), Code: "rulefile.formula"})
		}
	}
}

func (r *reader) reads(column int) bool {
	for _, i := range r.layout {
		if i == column {
			return true
		}
	}
	return false
}

// letter names a column, counted from 0, as spreadsheets do.
func letter(i int) string {
	name, err := excelize.ColumnNumberToName(i + 1)
	if err != nil {
		return ""
	}
	return name
}
