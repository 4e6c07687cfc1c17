package core_test

import (
	"encoding/json"
	"strings"
	"testing"

	"qunyan/internal/core"
)

// Whatever is accepted is written back as it was read, so that one thing has one name.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "0", "520524", "520524114206", "520524114206003", "+52052", "0520524", "20260908", "2026-09-08", "2026-02-30",
		"0DK3V7Q8ZWX2M", "odk3v7q8zwx2m", "ZZZZZZZZZZZZZ", "7ZZZZZZZZZZZZ", "ſ00000000000", "ı00000000000", "００００", "\xff", "1e5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := core.ParseArea(s); err == nil && (a.String() != s || a.Level() == core.NoLevel || !a.Contains(a)) {
			t.Errorf("area %q is %v", s, a)
		}
		if d, err := core.ParseDay(s); err == nil && (!d.Valid() || d.String() != s && strings.ReplaceAll(d.String(), "-", "") != s) {
			t.Errorf("day %q is %v", s, d)
		}
		if id, err := core.ParseID(s); err == nil {
			look := strings.NewReplacer("O", "0", "I", "1", "L", "1")
			if id < 0 || id != 0 && id.String() != look.Replace(ascii(s)) {
				t.Errorf("id %q is %v", s, id)
			}
		}
		var d core.Day
		if json.Unmarshal([]byte(s), &d) == nil && d != 0 && !d.Valid() {
			t.Errorf("day %q is %d", s, d)
		}
	})
}

// ascii is s in capitals, letter for letter.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}
