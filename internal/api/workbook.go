package api

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/core"
)

// workbook is a list on its way into an .xlsx file. Rows go to a temporary file as they come, so that a list of any
// length takes the same memory. Close it in any case.
type workbook struct {
	file    *excelize.File
	sheet   *excelize.StreamWriter
	name    string
	heading []any
	sheets  int
	rows    int // of the present sheet, the heading included
	most    int // of a sheet, after which the list goes on in another
	text    int // style of text: a cell that begins with = stays text even after somebody edited it
	yuan    int
	bold    int
}

// moment is a time in Unix milliseconds, shown to the minute in China's time; 0 is an empty cell.
type moment int64

// rowsPerSheet is less than what Excel can show (1,048,576); a longer list goes on in another sheet.
const rowsPerSheet = 1_000_000

func newWorkbook(name string, labels []string) (w *workbook, err error) {
	w = &workbook{file: excelize.NewFile(), name: name, most: rowsPerSheet}
	for _, style := range []struct {
		id *int
		as excelize.Style
	}{
		{&w.text, excelize.Style{NumFmt: 49}}, // @
		{&w.yuan, excelize.Style{NumFmt: 4}},  // #,##0.00
		{&w.bold, excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F3E9D8"}}}},
	} {
		if *style.id, err = w.file.NewStyle(&style.as); err != nil {
			return nil, err
		}
	}
	for _, label := range labels {
		w.heading = append(w.heading, excelize.Cell{StyleID: w.bold, Value: label})
	}
	return w, w.nextSheet()
}

// nextSheet ends the present sheet and begins another with the same heading.
func (w *workbook) nextSheet() error {
	if err := w.flush(); err != nil {
		return err
	}
	w.sheets++
	name := w.name
	if w.sheets == 1 {
		if err := w.file.SetSheetName("Sheet1", name); err != nil {
			return err
		}
	} else {
		name += " " + strconv.Itoa(w.sheets)
		if _, err := w.file.NewSheet(name); err != nil {
			return err
		}
	}
	var err error
	if w.sheet, err = w.file.NewStreamWriter(name); err != nil {
		return err
	}
	if err := w.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := w.sheet.SetColWidth(1, len(w.heading), 14); err != nil {
		return err
	}
	w.rows = 1
	return w.sheet.SetRow("A1", w.heading)
}

func (w *workbook) flush() error {
	if w.sheet == nil {
		return nil
	}
	return w.sheet.Flush()
}

// add appends a row. Whatever a cell holds, it is a value: nothing a user typed becomes a formula.
func (w *workbook) add(cells ...any) error {
	if len(cells) != len(w.heading) {
		return fmt.Errorf("api: a row of %d cells under %d headings", len(cells), len(w.heading))
	}
	if w.rows == w.most {
		if err := w.nextSheet(); err != nil {
			return err
		}
	}
	for i, c := range cells {
		cells[i] = w.cell(c)
	}
	w.rows++
	return w.sheet.SetRow("A"+strconv.Itoa(w.rows), cells)
}

func (w *workbook) cell(v any) excelize.Cell {
	switch v := v.(type) {
	case core.Fen:
		return excelize.Cell{StyleID: w.yuan, Value: float64(v) / 100}
	case moment:
		return excelize.Cell{StyleID: w.text, Value: v.String()}
	case core.Points:
		return excelize.Cell{Value: int64(v)}
	case int64, int:
		return excelize.Cell{Value: v}
	}
	return excelize.Cell{StyleID: w.text, Value: fmt.Sprint(v)}
}

// String writes 2026-09-08 10:00.
func (m moment) String() string {
	if m == 0 {
		return ""
	}
	return time.UnixMilli(int64(m)).In(core.China()).Format("2006-01-02 15:04")
}

// writeTo ends the last sheet and writes the file.
func (w *workbook) writeTo(out io.Writer) error {
	if err := w.flush(); err != nil {
		return err
	}
	w.sheet = nil
	return w.file.Write(out)
}

// close removes the temporary files.
func (w *workbook) close() error { return w.file.Close() }
