package table

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"qunyan/internal/errs"
)

// text is a file of values with separators, as it stands on disk.
type text struct {
	file      *os.File
	decoder   func() transform.Transformer // nil for UTF-8
	separator rune
}

func openText(path string, start []byte) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	t := &text{file: f}
	if err := t.recognise(start); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &File{sheets: []Sheet{{}}, reader: t}, nil
}

// recognise tells the encoding and the separator. Excel writes UTF-8 with a mark, UTF-16 with a mark, or GBK without
// any; text that is valid UTF-8 all through is never GBK by chance.
func (t *text) recognise(start []byte) error {
	switch {
	case bytes.HasPrefix(start, []byte{0xFF, 0xFE}), bytes.HasPrefix(start, []byte{0xFE, 0xFF}):
		t.decoder = func() transform.Transformer {
			return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()
		}
	case bytes.IndexByte(start, 0) >= 0:
		return errs.New(errs.Invalid, "import.not_a_table")
	default:
		isUTF8, err := t.isUTF8()
		if err != nil {
			return err
		}
		if !isUTF8 {
			t.decoder = func() transform.Transformer { return simplifiedchinese.GB18030.NewDecoder() }
		}
	}
	first, err := t.firstLine()
	if err != nil {
		return err
	}
	t.separator = separator(first)
	return nil
}

func (t *text) isUTF8() (bool, error) {
	in := bufio.NewReaderSize(t.file, 64<<10)
	for {
		r, size, err := in.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return false, err
		case r == utf8.RuneError && size == 1:
			return false, nil
		}
	}
}

// open is the text from its start, in UTF-8 and without a mark.
func (t *text) open() (*bufio.Reader, error) {
	if _, err := t.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	var in io.Reader = t.file
	if t.decoder != nil {
		in = transform.NewReader(in, t.decoder())
	}
	buffered := bufio.NewReaderSize(in, 64<<10)
	if mark, err := buffered.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = buffered.Discard(3)
	}
	return buffered, nil
}

func (t *text) firstLine() (string, error) {
	in, err := t.open()
	if err != nil {
		return "", err
	}
	line, err := in.ReadSlice('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", errs.New(errs.Invalid, "import.not_a_table").Because(err)
	}
	return string(line), nil
}

// separator is whichever of comma, tab and semicolon the first line has most of.
func separator(line string) rune {
	best, most := ',', strings.Count(line, ",")
	for _, s := range []rune{'\t', ';', '，'} {
		if n := strings.Count(line, string(s)); n > most {
			best, most = s, n
		}
	}
	return best
}

func (t *text) rows(_ Sheet, fn func(Row) error) error {
	in, err := t.open()
	if err != nil {
		return err
	}
	r := csv.NewReader(in)
	r.Comma, r.FieldsPerRecord, r.ReuseRecord, r.TrimLeadingSpace = t.separator, -1, true, true
	for count := 0; ; count++ {
		cells, err := r.Read()
		var bad *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &bad):
			return errs.New(errs.Invalid, "import.bad_quotes", "line", bad.Line).Because(err)
		case err != nil:
			return damaged(err)
		case count >= MaxRows || len(cells) > maxColumns:
			return tooManyRows()
		}
		line, _ := r.FieldPos(0)
		for _, c := range cells {
			if strings.ContainsRune(c, utf8.RuneError) || strings.IndexByte(c, 0) >= 0 {
				return errs.New(errs.Invalid, "import.bad_encoding", "line", line)
			}
		}
		if err := fn(Row{Number: line, Cells: cells}); err != nil {
			return err
		}
	}
}

func (t *text) close() error { return t.file.Close() }
