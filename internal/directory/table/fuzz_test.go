package table_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/directory/table"
	"qunyan/internal/errs"
)

// FuzzOpen reads any bytes as an upload: a table, or a refusal that the sender can do something about.
func FuzzOpen(f *testing.F) {
	for _, s := range []string{"", "户编号,姓名\n1,王建国\n", "\xef\xbb\xbf户编号;姓名\r\n1;王\r\n", "\xff\xfe7b\x00,\x00A\x00\n\x00", "\xfe\xff\xd8\x00",
		"\xbb\xa7\xb1\xe0\xba\xc5\t1\n", "a,\"b\nc", "，，\n\"", "PK\x03\x04", "PK\x03\x04PK\x01\x02PK\x05\x06", "\xD0\xCF\x11\xE0", "\x00", "\"\"\"", "\r", "\x80\x81\r\r\n;;"} {
		f.Add([]byte(s))
	}
	book := excelize.NewFile()
	if err := errors.Join(book.SetCellValue("Sheet1", "B2", "王建国"), book.MergeCell("Sheet1", "A1", "B1")); err != nil {
		f.Fatal(err)
	}
	whole, err := book.WriteToBuffer()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add(whole.Bytes()[:whole.Len()/2])
	f.Fuzz(func(t *testing.T, content []byte) { judge(t, content) })
}

// FuzzSheet writes any text as the sheet of a sound workbook, where no checksum keeps it from the readers.
func FuzzSheet(f *testing.F) {
	for _, s := range []string{
		`<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="3" hidden="1"><c r="B3" t="inlineStr"><is><t>王</t></is></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`,
		`<worksheet><sheetData><row r="0"><c r="A0"/></row></sheetData></worksheet>`,
		`<worksheet><sheetData><row r="-1"><c r="1A"/></row><row r="2000000"><c r="XFD2000000"><v>x</v></c></row></sheetData></worksheet>`,
		`<worksheet><sheetData><row><c t="s"><v>99</v></c><c t="s"><v>-1</v></c></row></sheetData></worksheet>`,
		`<worksheet><sheetData><row r="1"><c r="ZZZZZZ1"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref=":"/><mergeCell ref="A1:A0"/></mergeCells>`,
		`<x:worksheet><x:sheetData><x:row r="1"/></x:sheetData></x:worksheet>`, `<`, `<row r='1`, ``, `<worksheet><sheetData><row r="1"><c r="A1" s="99"><f>A1</f></c></row>`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sheet string) {
		judge(t, archive(t, map[string]string{
			"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="/xl/worksheets/sheet1.xml"/></Relationships>`,
			"xl/workbook.xml":            `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
			"xl/worksheets/sheet1.xml":   sheet,
		}))
	})
}

func judge(t *testing.T, content []byte) {
	t.Helper()
	sheets, rows, err := readAll(t, content)
	if err != nil && (errs.KindOf(err) != errs.Invalid && errs.KindOf(err) != errs.TooLarge || !strings.HasPrefix(errs.CodeOf(err), "import.")) {
		t.Fatalf("refused with %v", err)
	}
	if len(rows) > table.MaxRows {
		t.Fatalf("%d rows", len(rows))
	}
	for _, s := range sheets {
		for _, m := range s.Merged {
			if m.FromRow < 1 || m.FromColumn < 1 || m.ToRow < m.FromRow || m.ToColumn < m.FromColumn {
				t.Fatalf("merged cells %+v", m)
			}
		}
		for _, f := range s.Formulas {
			if f.Row < 0 || f.Column < 0 {
				t.Fatalf("formula at %+v", f)
			}
		}
	}
	if err != nil {
		return
	}
	for _, row := range rows {
		for _, c := range row {
			if !utf8.ValidString(c) || strings.IndexByte(c, 0) >= 0 {
				t.Fatalf("cell %q", c)
			}
		}
	}
}
