package table

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// maxMerges bounds what is remembered of one sheet, merges and formulas each; more is reported by the first ones anyway.
const maxMerges = 1000

// scanSheet runs over a sheet's XML tag by tag, without building anything, for merged cells, formulas and the number of
// the last row. (The library can tell merged cells only by loading the whole sheet.)
func scanSheet(archive *zip.ReadCloser, sheet *Sheet) error {
	if !strings.Contains(sheet.part, "worksheets/") {
		return nil
	}
	part, err := findPart(archive, sheet.part)
	if err != nil {
		return err
	}
	r, err := part.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	at := Cell{}
	return eachTag(r, func(tag []byte) {
		name, _, _ := bytes.Cut(tag, []byte(" "))
		name = bytes.TrimSuffix(name, []byte("/"))
		if colon := bytes.IndexByte(name, ':'); colon >= 0 { // a namespace prefix
			name = name[colon+1:]
		}
		switch string(name) {
		case "row":
			at = Cell{Row: at.Row + 1}
			if n, err := strconv.Atoi(attribute(tag, "r")); err == nil && n > 0 {
				at.Row = n
				sheet.last = max(sheet.last, n)
			}
		case "c":
			at.Column++
			if column, _, err := excelize.CellNameToCoordinates(attribute(tag, "r")); err == nil {
				at.Column = column
			}
		case "f":
			if len(sheet.Formulas) < maxMerges {
				sheet.Formulas = append(sheet.Formulas, at)
			}
		case "mergeCell":
			if m, ok := parseMerge(attribute(tag, "ref")); ok && len(sheet.Merged) < maxMerges {
				sheet.Merged = append(sheet.Merged, m)
			}
		}
	})
}

// eachTag calls fn with what stands between < and > of each opening tag.
func eachTag(r io.Reader, fn func(tag []byte)) error {
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		token, err := in.ReadSlice('>')
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, bufio.ErrBufferFull): // a long text; tags are short
			continue
		case err != nil:
			return err
		}
		if open := bytes.LastIndexByte(token, '<'); open >= 0 {
			fn(token[open+1 : len(token)-1])
		}
	}
}

// attribute finds name="value" in a tag, in either kind of quotes.
func attribute(tag []byte, name string) string {
	for rest := tag; ; {
		at := bytes.Index(rest, []byte(name+"="))
		if at < 0 {
			return ""
		}
		whole := at > 0 && (rest[at-1] == ' ' || rest[at-1] == '\t' || rest[at-1] == '\n')
		rest = rest[at+len(name)+1:]
		if !whole || len(rest) == 0 {
			continue
		}
		value, _, closed := bytes.Cut(rest[1:], rest[:1])
		if closed {
			return string(value)
		}
	}
}

func parseMerge(ref string) (m Merge, ok bool) {
	from, to, _ := strings.Cut(ref, ":")
	var err1, err2 error
	m.FromColumn, m.FromRow, err1 = excelize.CellNameToCoordinates(from)
	m.ToColumn, m.ToRow, err2 = excelize.CellNameToCoordinates(to)
	return m, err1 == nil && err2 == nil
}
