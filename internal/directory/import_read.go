package directory

import (
	"context"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/directory/table"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// headerWithin is how many rows of a sheet are looked at for its heading: titles and remarks may stand above it.
const headerWithin = 20

// tellEvery is how many rows pass between two tellings of progress.
const tellEvery = 2000

// place is where something stands in the file.
type place struct {
	sheet string
	row   int
}

// reader goes through a file and gathers its households.
type reader struct {
	s       *Service
	job     *job
	places  *gazetteer
	rows    *fileRows
	sheet   table.Sheet
	layout  entry.Layout
	headRow int  // row of the sheet's heading; 0 before it was found
	closed  bool // no row of the sheet can be read: it has no heading, or one that lacks a column
}

// read goes through the whole file, notes every fault a row can have by itself or beside the others, and gives the
// households it holds.
func (s *Service) read(ctx context.Context, job *job) (*fileRows, error) {
	file, err := table.Open(job.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := &reader{s: s, job: job, rows: newFileRows()}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		r.places, err = readGazetteer(ctx, tx, job.in.Area)
		return err
	})
	if err != nil {
		return nil, err
	}
	headed := false
	for i, sheet := range file.Sheets() {
		r.rows.sheets[sheet.Name] = i
		r.sheet, r.headRow, r.closed = sheet, 0, false
		if err := file.Rows(sheet, func(row table.Row) error { return r.row(ctx, row) }); err != nil {
			return nil, err
		}
		if headed = headed || r.headRow > 0; r.headRow > 0 {
			r.merges()
		}
	}
	switch {
	case !headed:
		return nil, errs.New(errs.Invalid, "import.no_header")
	case r.rows.people == 0 && !job.faulty():
		return nil, errs.New(errs.Invalid, "import.no_rows")
	}
	job.sortFaults(r.rows.sheets)
	return r.rows, nil
}

func (r *reader) row(ctx context.Context, row table.Row) error {
	if err := ctx.Err(); err != nil {
		return errs.New(errs.Unavailable, "import.interrupted").Because(err)
	}
	switch {
	case r.closed || entry.Blank(row.Cells):
		return nil
	case r.headRow == 0:
		r.heading(row)
		return nil
	case row.Hidden:
		r.job.fault(RowFault{Sheet: r.sheet.Name, Row: row.Number, Code: "import.hidden_row"})
		return nil
	}
	r.rows.people++
	if r.rows.people%tellEvery == 0 {
		r.job.tell(func(state *Import) { state.Rows, state.Done = r.rows.people, r.rows.people })
	}
	parsed, faults := entry.Parse(r.layout, row.Cells, r.s.today())
	for _, f := range faults {
		r.cellFault(row.Number, f.Column, f.Code, nil)
	}
	at := place{r.sheet.Name, row.Number}
	village, ok := r.village(at, parsed)
	if !ok {
		return nil
	}
	r.household(at, village, parsed, len(faults) > 0)
	return nil
}

// heading looks for the sheet's heading; a sheet without one, such as the template's instructions, is passed over.
func (r *reader) heading(row table.Row) {
	layout, ok := entry.Header(row.Cells, r.job.in.Area.Level() != core.Village)
	if !ok {
		r.closed = row.Number >= headerWithin
		return
	}
	r.layout, r.headRow = layout, row.Number
	r.rows.layouts[r.sheet.Name] = layout
	for _, c := range layout.Missing {
		r.job.fault(RowFault{Sheet: r.sheet.Name, Row: row.Number, Field: c, Code: "import.missing_column"})
	}
	for _, c := range layout.Twice {
		r.cellFault(row.Number, c, "import.column_twice", nil)
	}
	if r.sheet.Hidden {
		r.job.fault(RowFault{Sheet: r.sheet.Name, Code: "import.hidden_sheet"})
	}
	r.job.change(func(state *Import) {
		for _, i := range layout.Unknown {
			if len(state.Ignored) < maxFaults {
				state.Ignored = append(state.Ignored, ColumnRef{r.sheet.Name, columnLetter(i)})
			}
		}
	})
	r.closed = len(layout.Missing) > 0
}

// merges reports blocks of merged cells below the heading: only their first cell holds anything, and which rows the
// value was meant for is anybody's guess.
func (r *reader) merges() {
	for _, m := range r.sheet.Merged {
		if m.ToRow > r.headRow {
			r.job.fault(RowFault{Sheet: r.sheet.Name, Row: max(m.FromRow, r.headRow+1), Column: columnLetter(m.FromColumn - 1), Code: "import.merged"})
		}
	}
}

func (r *reader) cellFault(row int, c entry.Column, code string, params map[string]any) {
	f := RowFault{Sheet: r.sheet.Name, Row: row, Field: c, Code: code, Params: params}
	if i := r.layout.Position(c); i >= 0 {
		f.Column = columnLetter(i)
	}
	r.job.fault(f)
}

// columnLetter names a column, counted from 0, as spreadsheets do.
func columnLetter(i int) string {
	name, err := excelize.ColumnNumberToName(i + 1)
	if err != nil {
		return ""
	}
	return name
}
