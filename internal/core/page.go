package core

import (
	"math"
	"strconv"
	"strings"

	"qunyan/internal/errs"
)

// Page asks for a bounded piece of a list: at most Limit rows after Cursor ("" is the start).
type Page struct {
	Cursor string
	Limit  int
}

// Bounds on a page.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// Size is Limit brought into 1..MaxPage; DefaultPage when unset.
func (p Page) Size() int {
	switch {
	case p.Limit <= 0:
		return DefaultPage
	case p.Limit > MaxPage:
		return MaxPage
	}
	return p.Limit
}

// Cut takes off the row that was read beyond the page to see whether there is another one, and gives the cursor behind
// the last row that stays; "" on the last page.
func Cut[T any](list []T, p Page, cursor func(T) string) ([]T, string) {
	size := p.Size()
	if len(list) <= size {
		return list, ""
	}
	return list[:size], cursor(list[size-1])
}

// BeforeID reads the cursor of a list in the order of its ids, newest first; at the start, an id behind all.
// Error: input.bad_cursor.
func (p Page) BeforeID() (ID, error) {
	if p.Cursor == "" {
		return math.MaxInt64, nil
	}
	id, err := ParseID(p.Cursor)
	if err != nil {
		return 0, badCursor()
	}
	return id, nil
}

// CursorAt is the cursor of a list in the order of a day or a month, and among equals of the ids.
func CursorAt[N ~int32](n N, id ID) string { return strconv.Itoa(int(n)) + "." + id.String() }

// Before reads the cursor of CursorAt in a list that runs backwards; at the start, a place behind all.
// Error: input.bad_cursor.
func Before[N ~int32](p Page) (N, ID, error) {
	if p.Cursor == "" {
		return math.MaxInt32, math.MaxInt64, nil
	}
	left, right, _ := strings.Cut(p.Cursor, ".")
	n, err := strconv.ParseInt(left, 10, 32)
	if err != nil {
		return 0, 0, badCursor()
	}
	id, err := ParseID(right)
	if err != nil {
		return 0, 0, badCursor()
	}
	return N(n), id, nil
}

func badCursor() error { return errs.New(errs.Invalid, "input.bad_cursor").At("cursor") }
