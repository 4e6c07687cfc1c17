package table_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"qunyan/internal/directory/table"
	"qunyan/internal/errs"
)

// file writes an upload to disk.
func file(t *testing.T, content []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "upload")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// readAll opens a file and reads every sheet of it.
func readAll(t *testing.T, content []byte) (sheets []table.Sheet, rows [][]string, err error) {
	t.Helper()
	f, err := table.Open(file(t, content))
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	for _, s := range f.Sheets() {
		err = f.Rows(s, func(r table.Row) error {
			cells := append([]string{s.Name}, r.Cells...)
			if r.Hidden {
				cells = append(cells, "hidden")
			}
			rows = append(rows, cells)
			return nil
		})
		if err != nil {
			return f.Sheets(), rows, err
		}
	}
	return f.Sheets(), rows, nil
}

// workbook builds an .xlsx.
func workbook(t *testing.T, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func set(t *testing.T, f *excelize.File, sheet, cell string, values ...any) {
	t.Helper()
	if err := f.SetSheetRow(sheet, cell, &values); err != nil {
		t.Fatal(err)
	}
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	content := workbook(t, func(f *excelize.File) {
		set(t, f, "Sheet1", "A1", "户编号", "姓名")
		set(t, f, "Sheet1", "A2", 12, "王建国", 13800001111, 520524199001011.0)
		set(t, f, "Sheet1", "A4", "13", "李明")
		if err := f.SetRowVisible("Sheet1", 4, false); err != nil {
			t.Fatal(err)
		}
		if err := f.MergeCell("Sheet1", "A5", "B6"); err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellFormula("Sheet1", "C7", "SUM(A2:A4)"); err != nil {
			t.Fatal(err)
		}
		if _, err := f.NewSheet("二村"); err != nil {
			t.Fatal(err)
		}
		set(t, f, "二村", "B2", "<a & b>")
		if err := f.SetSheetVisible("二村", false); err != nil {
			t.Fatal(err)
		}
	})
	sheets, rows, err := readAll(t, content)
	if err != nil {
		t.Fatal(err)
	}
	if len(sheets) != 2 || sheets[0].Name != "Sheet1" || sheets[0].Hidden || !sheets[1].Hidden || sheets[1].Name != "二村" {
		t.Errorf("sheets %+v", sheets)
	}
	if want := []table.Merge{{FromRow: 5, FromColumn: 1, ToRow: 6, ToColumn: 2}}; !reflect.DeepEqual(sheets[0].Merged, want) {
		t.Errorf("merged %v, want %v", sheets[0].Merged, want)
	}
	if want := []table.Cell{{Row: 7, Column: 3}}; !reflect.DeepEqual(sheets[0].Formulas, want) {
		t.Errorf("formulas %v, want %v", sheets[0].Formulas, want)
	}
	got := [][]string{}
	for _, r := range rows {
		if len(r) > 1 && strings.Join(r[1:], "") != "" {
			got = append(got, r)
		}
	}
	want := [][]string{{"Sheet1", "户编号", "姓名"}, {"Sheet1", "12", "王建国", "13800001111", "520524199001011"}, {"Sheet1", "13", "李明", "hidden"}, {"二村", "", "<a & b>"}}
	if !reflect.DeepEqual(got[:3], want[:3]) || !reflect.DeepEqual(got[len(got)-1], want[3]) {
		t.Errorf("rows %q, want %q", got, want)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	const plain = "户编号,姓名\r\n12,王建国\n\"13\n号\",\"李\"\"明\"\n14"
	want := [][]string{{"", "户编号", "姓名"}, {"", "12", "王建国"}, {"", "13\n号", "李\"明"}, {"", "14"}}
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(plain, ",", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"UTF-8": plain, "UTF-8 with a mark": "\ufeff" + plain, "GBK": gbk, "UTF-16 with tabs": utf16,
		"semicolons": strings.ReplaceAll(plain, ",", ";"), "Chinese commas": strings.ReplaceAll(plain, ",", "，"),
	} {
		if _, rows, err := readAll(t, []byte(content)); err != nil || !reflect.DeepEqual(rows, want) {
			t.Errorf("%s: %q, %v; want %q", name, rows, err, want)
		}
	}
}

func TestRefusesWhatIsNoTable(t *testing.T) {
	t.Parallel()
	whole := workbook(t, func(f *excelize.File) {
		for i := range 2000 {
			cell, _ := excelize.CoordinatesToCellName(1, i+1)
			set(t, f, "Sheet1", cell, i, "王建国")
		}
	})
	for name, c := range map[string]struct {
		content []byte
		code    string
	}{
		"nothing":                   {nil, "import.empty_file"},
		"an old workbook":           {[]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and so on"), "import.old_format"},
		"a picture":                 {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), "import.not_a_table"},
		"a zip of something else":   {archive(t, map[string]string{"a.txt": "text"}), "import.damaged"},
		"half a workbook":           {whole[:len(whole)/2], "import.damaged"},
		"a flipped byte":            {flip(whole, len(whole)/3), "import.damaged"},
		"a workbook without sheets": {archive(t, map[string]string{"xl/workbook.xml": "<workbook/>", "xl/_rels/workbook.xml.rels": "<Relationships/>"}), "import.damaged"},
		"an open quote":             {[]byte("户编号,姓名\n1,\"王"), "import.bad_quotes"},
		"neither UTF-8 nor GBK":     {[]byte("户编号,姓名\n1,\xff\xff\xff王"), "import.bad_encoding"},
		"too many columns":          {[]byte(strings.Repeat("a,", 300)), "import.too_many_rows"},
	} {
		_, _, err := readAll(t, c.content)
		if err == nil || errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

func flip(content []byte, at int) []byte {
	c := bytes.Clone(content)
	for i := range 40 {
		c[at+i] ^= 0x55
	}
	return c
}

func archive(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range parts {
		p, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(p, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// part is a zip of one part that holds size noughts and says it holds claimed.
func part(t *testing.T, name string, size int, claimed uint64) []byte {
	t.Helper()
	var packed bytes.Buffer
	deflate, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	noughts := make([]byte, size)
	if _, err := deflate.Write(noughts); err != nil {
		t.Fatal(err)
	}
	if err := deflate.Close(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	p, err := w.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(noughts), CompressedSize64: uint64(packed.Len()), UncompressedSize64: claimed})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write(packed.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRefusesBombs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		content []byte
		code    string
	}{
		"a part that is read into memory":  {part(t, "docProps/app.xml", 1000, 40<<20), "import.too_large"},
		"a sheet of 800 MB":                {part(t, "xl/worksheets/sheet1.xml", 1000, 800<<20), "import.too_large"},
		"a part beyond all numbers":        {part(t, "xl/worksheets/sheet1.xml", 1000, 1<<63), "import.too_large"},
		"a part larger than it says it is": {part(t, "xl/workbook.xml", 4<<20, 1000), "import.damaged"},
	} {
		if _, _, err := readAll(t, c.content); err == nil || errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	parts := map[string]string{}
	for i := range 2001 {
		parts["p"+string(rune('a'+i%26))+strings.Repeat("x", i/26)] = ""
	}
	if _, _, err := readAll(t, archive(t, parts)); err == nil || errs.CodeOf(err) != "import.too_large" {
		t.Errorf("thousands of parts: %v", err)
	}
}

// A sheet whose XML breaks in the middle must not pass for a shorter one.
func TestRefusesASheetThatBreaksOff(t *testing.T) {
	t.Parallel()
	content := archive(t, map[string]string{
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="/xl/worksheets/sheet1.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</x></c></row><row r="3"><c r="A3"><v>3</v></c></row></sheetData></worksheet>`,
	})
	if _, rows, err := readAll(t, content); err == nil || errs.CodeOf(err) != "import.damaged" {
		t.Errorf("read %q, %v; want import.damaged", rows, err)
	}
}

// Formulas are named by their cells, whatever kind they are; cells that hold values are not.
func TestFormulasAreTold(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	defer f.Close()
	for cell, formula := range map[string]string{"B2": "1+1", "D10": "SUM(A1:A9)"} {
		if err := f.SetCellFormula("Sheet1", cell, formula); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellStr("Sheet1", "C3", "=1+1"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "formulas.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	file, err := table.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got, want := file.Sheets()[0].Formulas, []table.Cell{{Row: 2, Column: 2}, {Row: 10, Column: 4}}; !reflect.DeepEqual(got, want) {
		t.Errorf("formulas %v, want %v", got, want)
	}
}
