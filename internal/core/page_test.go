package core_test

import (
	"strconv"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

func TestAPageIsCutBehindItsLastRow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rows, limit, left int }{{0, 2, 0}, {1, 2, 1}, {2, 2, 2}, {3, 2, 2}, {51, 0, 50}} {
		list, next := core.Cut(make([]int, c.rows), core.Page{Limit: c.limit}, strconv.Itoa)
		if len(list) != c.left || (next != "") != (c.rows > c.left) {
			t.Errorf("%d rows on a page of %d: %d left, next %q", c.rows, c.limit, len(list), next)
		}
	}
}

func TestCursorsComeBackAndBadOnesAreRefused(t *testing.T) {
	t.Parallel()
	id := core.ID(77)
	if n, again, err := core.Before[core.Month](core.Page{Cursor: core.CursorAt(core.Month(202609), id)}); err != nil || n != 202609 || again != id {
		t.Errorf("%d %d %v", n, again, err)
	}
	if again, err := (core.Page{Cursor: id.String()}).BeforeID(); err != nil || again != id {
		t.Errorf("%d %v", again, err)
	}
	n, last, err := core.Before[core.Day](core.Page{})
	if start, bad := (core.Page{}).BeforeID(); bad != nil || err != nil || n < 99991231 || last != start || last < id {
		t.Errorf("at the start: %d %d %d %v %v", n, last, start, err, bad)
	}
	for _, bad := range []string{"x", ".", "202609", "202609.", "." + id.String(), "99999999999." + id.String(), id.String() + "x"} {
		if _, _, err := core.Before[core.Month](core.Page{Cursor: bad}); err == nil || errs.CodeOf(err) != "input.bad_cursor" {
			t.Errorf("%q: %v", bad, err)
		}
		if _, err := (core.Page{Cursor: bad}).BeforeID(); err == nil || errs.CodeOf(err) != "input.bad_cursor" {
			t.Errorf("%q as an id: %v", bad, err)
		}
	}
}
