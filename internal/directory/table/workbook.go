package table

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"
)

type workbook struct{ file *excelize.File }

func openWorkbook(name string) (*File, error) {
	sheets, err := inspect(name)
	if err != nil {
		return nil, err
	}
	file, err := excelize.OpenFile(name, excelize.Options{
		UnzipSizeLimit:    maxUnpacked,
		UnzipXMLSizeLimit: 4 << 20, // larger sheets are read from a temporary file instead of memory
		RawCellValue:      true,    // an 11-digit number must not be shown as 1.38E+10
	})
	if err != nil {
		return nil, damaged(err)
	}
	return &File{sheets: sheets, reader: &workbook{file}}, nil
}

// inspect looks at a workbook without unpacking it whole: its bounds, its sheets, and what the row reader does not tell,
// which is merged cells and where each sheet ends.
func inspect(name string) ([]Sheet, error) {
	archive, err := zip.OpenReader(name)
	if err != nil {
		return nil, damaged(err)
	}
	defer archive.Close()
	if err := withinBounds(archive.File); err != nil {
		return nil, err
	}
	sheets, err := listSheets(archive)
	if err != nil {
		return nil, damaged(err)
	}
	for i := range sheets {
		if err := scanSheet(archive, &sheets[i]); err != nil {
			return nil, damaged(err)
		}
	}
	return sheets, nil
}

// withinBounds refuses what would unpack to more than we accept. The directory of a zip may lie about sizes, but Go's
// reader then ends with an error instead of reading on.
func withinBounds(parts []*zip.File) error {
	var total uint64
	if len(parts) > maxParts {
		return tooLarge()
	}
	for _, p := range parts {
		lower := strings.ToLower(strings.ReplaceAll(p.Name, `\`, "/"))
		streamed := strings.HasPrefix(lower, "xl/worksheets/sheet") || lower == "xl/sharedstrings.xml"
		if total += p.UncompressedSize64; total > maxUnpacked || p.UncompressedSize64 > maxUnpacked || !streamed && p.UncompressedSize64 > maxPart {
			return tooLarge()
		}
	}
	return nil
}

// listSheets reads the workbook part and its relations: which sheets there are and in which part each stands.
func listSheets(archive *zip.ReadCloser) ([]Sheet, error) {
	var rels struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		}
	}
	var book struct {
		Sheets []struct {
			Name       string     `xml:"name,attr"`
			State      string     `xml:"state,attr"`
			Attributes []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := decodePart(archive, "xl/_rels/workbook.xml.rels", &rels); err != nil {
		return nil, err
	}
	if err := decodePart(archive, "xl/workbook.xml", &book); err != nil {
		return nil, err
	}
	targets := map[string]string{}
	for _, r := range rels.Relationship {
		if target := strings.TrimPrefix(r.Target, "/"); strings.HasPrefix(target, "xl/") {
			targets[r.ID] = target
		} else {
			targets[r.ID] = path.Join("xl", target)
		}
	}
	var sheets []Sheet
	for _, s := range book.Sheets {
		sheet := Sheet{Name: s.Name, Hidden: s.State != "" && s.State != "visible"}
		for _, a := range s.Attributes {
			if a.Name.Local == "id" { // r:id, in either of the two namespaces in use
				sheet.part = targets[a.Value]
			}
		}
		sheets = append(sheets, sheet)
	}
	if len(sheets) == 0 {
		return nil, errors.New("a workbook without sheets")
	}
	return sheets, nil
}

func decodePart(archive *zip.ReadCloser, name string, into any) error {
	part, err := findPart(archive, name)
	if err != nil {
		return err
	}
	r, err := part.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	return xml.NewDecoder(r).Decode(into)
}

func findPart(archive *zip.ReadCloser, name string) (*zip.File, error) {
	for _, f := range archive.File {
		if strings.EqualFold(strings.ReplaceAll(f.Name, `\`, "/"), name) {
			return f, nil
		}
	}
	return nil, fmt.Errorf("the workbook has no part %s", name)
}

func (w *workbook) rows(sheet Sheet, fn func(Row) error) error {
	if sheet.part == "" || !strings.Contains(sheet.part, "worksheets/") { // a sheet that is a chart
		return nil
	}
	rows, err := w.file.Rows(sheet.Name)
	if err != nil {
		return damaged(err)
	}
	defer rows.Close()
	number := 0
	for rows.Next() {
		number++
		cells, err := rows.Columns()
		if err != nil {
			return damaged(err)
		}
		if number > MaxRows || len(cells) > maxColumns {
			return tooManyRows()
		}
		// A row that is missing between two others is given with the looks of the next one.
		hidden := rows.GetRowOpts().Hidden && len(cells) > 0
		if err := fn(Row{Number: number, Hidden: hidden, Cells: cells}); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return damaged(err)
	}
	// The library takes text it cannot parse for the end of the sheet. Half a village must not pass for the whole.
	if number < sheet.last {
		return damaged(fmt.Errorf("sheet ends at row %d of %d", number, sheet.last))
	}
	return nil
}

func (w *workbook) close() error { return w.file.Close() }
