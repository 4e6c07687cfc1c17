package idnumber_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/directory/idnumber"
)

// FuzzNumber types anything as an identity number: what is accepted has a birthday, and is never printed whole.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"", "52052419900101123X", "11010519491231002X", "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002x", "440524188001010014", "520524900101123",
		"11010519491331002X", "ſ", "11010520991231002X"} {
		f.Add(s)
	}
	const today = core.Day(20260908)
	f.Fuzz(func(t *testing.T, typed string) {
		n, err := idnumber.Parse(typed, today)
		if err != nil {
			known := []error{idnumber.ErrLength, idnumber.ErrOld, idnumber.ErrCharsets, idnumber.ErrRegion, idnumber.ErrBirthday, idnumber.ErrCheck}
			if !slices.Contains(known, err) {
				t.Errorf("the refusal of %q says more than why: %v", typed, err)
			}
			return
		}
		if y := n.BirthYear(); y < 1800 || y > 2026 {
			t.Errorf("%q was born in %d", typed, y)
		}
		if text := fmt.Sprintf("%v %+v %#v %s %q", n, n, n, n, n); regexp.MustCompile(`[0-9]{5}`).MatchString(text) {
			t.Errorf("prints as %q", text)
		}
		if len(n.Last4()) != 4 || n.Sex() != "m" && n.Sex() != "f" {
			t.Errorf("%q: last %q, sex %q", typed, n.Last4(), n.Sex())
		}
	})
}
