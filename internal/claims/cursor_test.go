package claims

import (
	"testing"

	"qunyan/internal/errs"
)

// FuzzCursor reads any text as the place in a list of claims.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "202609.0DK3V7Q8ZWX2M", "-1.0DK3V7Q8ZWX2M", "+202609.odk3v7q8zwx2m", "202609", "202609.", ".0DK3V7Q8ZWX2M", "99999999999.0DK3V7Q8ZWX2M", "0.0000000000000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readCursor(text)
		if err != nil {
			if errs.CodeOf(err) != "input.bad_cursor" {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if c.id == 0 { // the first page
			return
		}
		if again, err := readCursor(c.String()); err != nil || again != c {
			t.Errorf("%q is %+v, written and read again %+v, %v", text, c, again, err)
		}
	})
}
