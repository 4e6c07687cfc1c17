package directory

import (
	"strings"
	"testing"
	"unicode/utf8"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// FuzzCursor reads any text as the place in a list of households: a place that a database can be asked about, or a refusal.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "MXx3YW5n", cursorOf(Household{ID: 1 << 62, sort: "wang jian guo"}), "MXwA", "LTF8YQ", "fA", "////", "MXw", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sort, id, err := readCursor(text)
		if err != nil {
			if errs.CodeOf(err) != "input.bad_cursor" {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if !utf8.ValidString(sort) || strings.IndexByte(sort, 0) >= 0 {
			t.Errorf("%q: sort %q", text, sort)
		}
		again, same, err := readCursor(cursorOf(Household{ID: id, sort: sort}))
		if err != nil || again != sort || same != core.ID(id) {
			t.Errorf("%q: %q and %d, written and read again %q and %d, %v", text, sort, id, again, same, err)
		}
	})
}
