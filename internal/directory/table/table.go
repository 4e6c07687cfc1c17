// Package table reads tables out of uploaded files, row by row, in little memory: Excel workbooks (.xlsx) and text with
// separators in UTF-8, UTF-16 or GB 18030 (of which GBK is a part). A file is somebody's upload and may be anything: sizes are
// bounded before anything is unpacked, and whatever is not a whole, readable table is refused with a reason.
package table

import (
	"bytes"
	"errors"
	"io"
	"os"

	"qunyan/internal/errs"
)

// Limits on one file.
const (
	MaxBytes    = 64 << 20  // of the file
	maxUnpacked = 768 << 20 // of all parts of a workbook together
	maxPart     = 32 << 20  // of a part that is not a sheet or its texts
	maxParts    = 2000
	maxColumns  = 256
	MaxRows     = 1_000_000
)

// Sheet is one table of a file.
type Sheet struct {
	Name   string // "" for a text file
	Hidden bool
	Merged []Merge

	// Formulas are cells that a program computed; what stands in them is what it saw last, or nothing.
	Formulas []Cell

	last int // number of the last row that the file claims to have; 0 unknown
	part string
}

// Cell is the place of one cell, counted from 1.
type Cell struct{ Row, Column int }

// Merge is a block of cells shown as one, by the row and column of its corners, counted from 1.
type Merge struct{ FromRow, FromColumn, ToRow, ToColumn int }

// Row is one row as it stands in the file. Cells is only valid until the next row is read.
type Row struct {
	Number int // as the program that wrote the file shows it, counted from 1
	Hidden bool
	Cells  []string
}

// File is an opened file.
type File struct {
	sheets []Sheet
	reader rowReader
}

type rowReader interface {
	rows(sheet Sheet, fn func(Row) error) error
	close() error
}

// Open recognises what kind of file stands at path, checks its bounds and lists its sheets.
func Open(path string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case info.Size() == 0:
		return nil, errs.New(errs.Invalid, "import.empty_file")
	case info.Size() > MaxBytes:
		return nil, tooLarge()
	}
	start, err := head(path)
	if err != nil {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return openWorkbook(path)
	case bytes.HasPrefix(start, []byte{0xD0, 0xCF, 0x11, 0xE0}): // the container of .xls and of encrypted workbooks
		return nil, errs.New(errs.Invalid, "import.old_format")
	}
	return openText(path, start)
}

func head(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	start := make([]byte, 512)
	n, err := io.ReadFull(f, start)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	return start[:n], nil
}

// Sheets lists the file's sheets in order.
func (f *File) Sheets() []Sheet { return f.sheets }

// Rows calls fn for each row of a sheet, from the top, and stops at the first error.
func (f *File) Rows(sheet Sheet, fn func(Row) error) error { return f.reader.rows(sheet, fn) }

// Close gives back what the file holds open.
func (f *File) Close() error { return f.reader.close() }

func tooLarge() error {
	return errs.New(errs.TooLarge, "import.too_large", "megabytes", MaxBytes>>20)
}

func tooManyRows() error {
	return errs.New(errs.TooLarge, "import.too_many_rows", "rows", MaxRows)
}

func damaged(cause error) error {
	return errs.New(errs.Invalid, "import.damaged").Because(cause)
}
