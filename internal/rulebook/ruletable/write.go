package ruletable

import (
	"errors"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/messages"
)

// Write writes a workbook with one sheet a part, in the words of a language. The headings are in both, Chinese first. What
// Write wrote, Read reads back as it was.
func Write(w io.Writer, lang messages.Lang, rows map[Part][]Row) error {
	f := excelize.NewFile()
	out := writer{f: f, lang: lang}
	err := out.styles()
	for i, p := range Parts() {
		if err == nil {
			err = out.sheet(i, p, rows[p])
		}
	}
	if err == nil {
		err = f.Write(w)
	}
	return errors.Join(err, f.Close())
}

type writer struct {
	f               *excelize.File
	lang            messages.Lang
	bold, plain, at int
}

func (w *writer) styles() (err error) {
	wrap := &excelize.Alignment{Vertical: "top", WrapText: true}
	if w.bold, err = w.f.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}, Alignment: wrap, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F3E9D8"}}}); err != nil {
		return err
	}
	// "@": what begins with = stays text even after somebody edited it.
	if w.plain, err = w.f.NewStyle(&excelize.Style{NumFmt: 49, Alignment: wrap}); err != nil {
		return err
	}
	w.at, err = w.f.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{Vertical: "top"}})
	return err
}

func (w *writer) sheet(i int, p Part, rows []Row) error {
	name := both("rulefile.sheet." + string(p))
	if i == 0 {
		if err := w.f.SetSheetName("Sheet1", name); err != nil {
			return err
		}
	} else if _, err := w.f.NewSheet(name); err != nil {
		return err
	}
	out, err := w.f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	all := fields(p)
	heading := make([]any, len(all))
	for k, f := range all {
		if err := out.SetColWidth(k+1, k+1, float64(f.width)); err != nil {
			return err
		}
		heading[k] = excelize.Cell{StyleID: w.bold, Value: both("rulefile.column." + string(f.column))}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	if err := out.SetRow("A1", heading); err != nil {
		return err
	}
	for n, row := range rows {
		cells := make([]any, len(all))
		for k, f := range all {
			cells[k] = w.cell(f, row)
		}
		at, err := excelize.CoordinatesToCellName(1, n+2)
		if err != nil {
			return err
		}
		if err := out.SetRow(at, cells); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return w.lists(name, all)
}

func (w *writer) cell(f field, row Row) excelize.Cell {
	if f.kind == whole {
		if n, ok := row.Wholes[f.column]; ok {
			return excelize.Cell{StyleID: w.at, Value: n}
		}
		return excelize.Cell{StyleID: w.at}
	}
	said := row.Texts[f.column]
	switch {
	case said == "":
	case f.kind == yesNo:
		said = messages.Text(w.lang, "import."+said, nil)
	case f.kind == word:
		said = messages.Text(w.lang, f.words+said, nil)
	}
	return excelize.Cell{StyleID: w.plain, Value: said}
}

// longestList is what a list of choices may hold inside the workbook's own limit.
const longestList = 255

// lists lets the columns with fixed words be filled by choosing, where a workbook can hold the words: it takes a comma
// for the end of one.
func (w *writer) lists(sheet string, all []field) error {
	for k, f := range all {
		words := []string{messages.Text(w.lang, "import.yes", nil), messages.Text(w.lang, "import.no", nil)}
		if f.kind == word {
			words = choices(w.lang, f.words)
		}
		joined := strings.Join(words, ",")
		if f.kind != word && f.kind != yesNo || strings.Count(joined, ",") != len(words)-1 || len(joined) > longestList {
			continue
		}
		list := excelize.NewDataValidation(true)
		list.SetSqref(letter(k) + "2:" + letter(k) + "1000")
		if err := list.SetDropList(words); err != nil {
			return err
		}
		if err := w.f.AddDataValidation(sheet, list); err != nil {
			return err
		}
	}
	return nil
}
