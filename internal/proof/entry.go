package proof

import (
	"encoding/binary"
	"slices"
	"unicode/utf8"
)

// An entry is hashed, and printed, as its fields one after the other: numbers as signed variable-length integers (zigzag,
// base 128, the lowest seven bits first), texts as their length and their UTF-8. AppendInt and AppendText write fields,
// Reader reads them. Every value has one form only, so equal entries are equal bytes.

// AppendInt adds a number.
func AppendInt(b []byte, v int64) []byte { return binary.AppendVarint(b, v) }

// AppendText adds a text.
func AppendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// Reader takes fields off the front of an entry; once something was missing or had another form it gives nothing more,
// and Done says so.
type Reader struct {
	left []byte
	bad  bool
}

// NewReader reads b from its beginning.
func NewReader(b []byte) *Reader { return &Reader{left: b} }

// Done says that everything was read and all of it was well formed.
func (r *Reader) Done() bool { return !r.bad && len(r.left) == 0 }

// Int reads what AppendInt wrote.
func (r *Reader) Int() int64 {
	v, n := binary.Varint(r.left)
	if r.bad || n <= 0 || !slices.Equal(binary.AppendVarint(nil, v), r.left[:n]) {
		r.bad = true
		return 0
	}
	r.left = r.left[n:]
	return v
}

// Text reads what AppendText wrote.
func (r *Reader) Text() string {
	s := string(r.bytes(int(r.number())))
	r.bad = r.bad || !utf8.ValidString(s)
	return s
}

func (r *Reader) bytes(n int) []byte {
	if r.bad || n < 0 || n > len(r.left) {
		r.bad = true
		return nil
	}
	part := r.left[:n:n]
	r.left = r.left[n:]
	return part
}

func (r *Reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// number reads a number that is not negative in its one shortest form.
func (r *Reader) number() int64 {
	v, n := binary.Uvarint(r.left)
	if r.bad || n <= 0 || v > 1<<62 || !slices.Equal(binary.AppendUvarint(nil, v), r.left[:n]) {
		r.bad = true
		return 0
	}
	r.left = r.left[n:]
	return int64(v)
}

func (r *Reader) hash() (h Hash) {
	copy(h[:], r.bytes(len(h)))
	return h
}
