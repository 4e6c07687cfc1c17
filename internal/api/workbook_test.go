package api

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/core"
)

// open writes a workbook and reads it back.
func open(t *testing.T, w *workbook) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	if err := w.writeTo(&b); err != nil {
		t.Fatal(err)
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func newBook(t *testing.T, labels ...string) *workbook {
	t.Helper()
	w, err := newWorkbook("户籍表", labels)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestNothingBecomesAFormula(t *testing.T) {
	t.Parallel()
	w := newBook(t, "text")
	typed := []string{"=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://x\")", "\t=1", "\r=1", "'=1", "<b>&", "bell\x07", ""}
	for _, text := range typed {
		if err := w.add(text); err != nil {
			t.Fatal(err)
		}
	}
	f := open(t, w)
	for i, text := range typed {
		cell := fmt.Sprintf("A%d", i+2)
		formula, err := f.GetCellFormula("户籍表", cell)
		if err != nil || formula != "" {
			t.Errorf("%q became the formula %q (%v)", text, formula, err)
		}
		kind, err := f.GetCellType("户籍表", cell)
		if err != nil || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString && text != "" {
			t.Errorf("%q is a cell of type %v (%v)", text, kind, err)
		}
		style, err := f.GetCellStyle("户籍表", cell)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := f.GetStyle(style); err != nil || s.NumFmt != 49 {
			t.Errorf("%q would become a formula when somebody edits it: format %d (%v)", text, s.NumFmt, err)
		}
		got, err := f.GetCellValue("户籍表", cell)
		if err != nil || got != text && text != "bell\x07" && text != "\r=1" {
			t.Errorf("%q came back as %q (%v)", text, got, err)
		}
	}
}

func TestValuesKeepTheirKind(t *testing.T) {
	t.Parallel()
	w := newBook(t, "a", "b", "c", "d", "e", "f", "g")
	if err := w.add(int64(12), core.Points(-5), core.Fen(123456789012), moment(1_788_832_800_000), core.Day(20260908), core.Area(520524114206), moment(0)); err != nil {
		t.Fatal(err)
	}
	rows, err := open(t, w).GetRows("户籍表")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(rows[1]), "[12 -5 1,234,567,890.12 2026-09-08 10:00 2026-09-08 520524114206]"; got != want {
		t.Errorf("row %s, want %s", got, want)
	}
	if err := w.add("one"); err == nil {
		t.Error("a row of another width was taken")
	}
}

func TestALongListGoesOnInAnotherSheet(t *testing.T) {
	t.Parallel()
	w := newBook(t, "n")
	w.most = 4
	for i := range 7 {
		if err := w.add(i); err != nil {
			t.Fatal(err)
		}
	}
	f := open(t, w)
	if got, want := fmt.Sprint(f.GetSheetList()), "[户籍表 户籍表 2 户籍表 3]"; got != want {
		t.Errorf("sheets %s, want %s", got, want)
	}
	if rows, err := f.GetRows("户籍表 3"); err != nil || fmt.Sprint(rows) != "[[n] [6]]" {
		t.Errorf("last sheet %v (%v)", rows, err)
	}
}

// 200,000 rows take the same memory as 20,000. (Not parallel: it looks at the whole heap.)
func TestALongListTakesLittleMemory(t *testing.T) {
	w := newBook(t, "a", "b", "c", "d", "e")
	before := alive()
	var most uint64
	look := func() {
		if now := alive(); now > before {
			most = max(most, now-before)
		}
	}
	for i := range 200_000 {
		if err := w.add(i, "王建国", "参加群众会，按时到会并开到结束", core.Points(2), moment(1_788_832_800_000)); err != nil {
			t.Fatal(err)
		}
		if i%20_000 == 0 {
			look()
		}
	}
	size := &counter{}
	if err := w.writeTo(size); err != nil {
		t.Fatal(err)
	}
	look()
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	if limit := uint64(48 << 20); most > limit {
		t.Errorf("200,000 rows kept %d MB alive, at most %d MB expected", most>>20, limit>>20)
	}
	if size.n < 1<<20 {
		t.Errorf("the workbook has only %d bytes", size.n)
	}
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

func alive() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
