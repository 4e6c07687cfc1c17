package idnumber_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/directory/idnumber"
)

const today core.Day = 20260301

func TestParse(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]struct {
		year  int
		sex   string
		last4 string
	}{
		"11010519491231002X": {1949, "f", "002X"}, // the example of GB 11643
		"11010519491231002x": {1949, "f", "002X"},
		"１１０１０５１９４９１２３１００２Ｘ":    {1949, "f", "002X"},
		" 110105 19491231 002X": {1949, "f", "002X"},
		"440524188001010014":    {},
		"52052419900101123X":    {1990, "m", "123X"},
	} {
		n, err := idnumber.Parse(typed, today)
		if want.year == 0 {
			if !errors.Is(err, idnumber.ErrBirthday) {
				t.Errorf("%q: %v, want a birthday too long ago", typed, err)
			}
			continue
		}
		if err != nil || n.BirthYear() != want.year || n.Sex() != want.sex || n.Last4() != want.last4 {
			t.Errorf("%q: %d %s %s %v, want %v", typed, n.BirthYear(), n.Sex(), n.Last4(), err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]error{
		"":                    idnumber.ErrLength,
		"11010519491231002":   idnumber.ErrLength,
		"1101051949123100200": idnumber.ErrLength,
		"110105491231002":     idnumber.ErrOld,
		"1101051949123100X2":  idnumber.ErrCharsets,
		"11010519491231OO2X":  idnumber.ErrCharsets,
		"5.20524E+17":         idnumber.ErrCharsets,
		"990105":              idnumber.ErrLength,
		"180105194912310022":  idnumber.ErrRegion,
		"110105199002300028":  idnumber.ErrBirthday,
		"110105203001010028":  idnumber.ErrBirthday,
		"110105202603020026":  idnumber.ErrBirthday, // tomorrow
		"110105194912310021":  idnumber.ErrCheck,
		"520524199001011000":  idnumber.ErrCheck,
		"王建国":                 idnumber.ErrCharsets,
	} {
		if _, err := idnumber.Parse(typed, today); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", typed, err, want)
		}
	}
}

func TestOneWrongDigitIsAlwaysSeen(t *testing.T) {
	t.Parallel()
	const right = "11010519491231002X"
	for i := range len(right) - 1 {
		for d := byte('0'); d <= '9'; d++ {
			if right[i] == d {
				continue
			}
			wrong := right[:i] + string(d) + right[i+1:]
			if _, err := idnumber.Parse(wrong, today); err == nil {
				t.Errorf("%s is accepted, one digit off %s", wrong, right)
			}
		}
	}
}

func TestANumberPrintsItsTailOnly(t *testing.T) {
	t.Parallel()
	n, err := idnumber.Parse("11010519491231002X", today)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{n.String(), fmt.Sprint(n), fmt.Sprintf("%v %+v %#v %s", n, n, n, n)} {
		if strings.Contains(printed, "1949") || !strings.Contains(printed, "002X") {
			t.Errorf("printed as %q", printed)
		}
	}
	var none idnumber.Number
	if none.String() != "" || none.Last4() != "" || none.Sex() != "" || none.BirthYear() != 0 || none.Hash([]byte("k")) != nil {
		t.Error("no number prints, hashes or tells something")
	}
}

func TestHashDependsOnTheKeyAndTheNumberAlone(t *testing.T) {
	t.Parallel()
	a, _ := idnumber.Parse("11010519491231002X", today)
	b, _ := idnumber.Parse("１１０１０５ 19491231 002x", today)
	c, _ := idnumber.Parse("52052419900101123X", today)
	key := []byte("key of this installation")
	if string(a.Hash(key)) != string(b.Hash(key)) {
		t.Error("the same number typed otherwise hashes otherwise")
	}
	if string(a.Hash(key)) == string(c.Hash(key)) || string(a.Hash(key)) == string(a.Hash([]byte("another"))) {
		t.Error("another number or another key gives the same hash")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "11010519491231002X", "１１０１０５１９４９１２３１００２Ｘ", "110105491231002", "5.20524199001E+17", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		n, err := idnumber.Parse(typed, today)
		if err != nil {
			if n != (idnumber.Number{}) {
				t.Fatalf("%q is refused and given all the same", typed)
			}
			return
		}
		if y := n.BirthYear(); y < 1900 || y > 2026 || len(n.Last4()) != 4 || (n.Sex() != "m" && n.Sex() != "f") {
			t.Fatalf("%q: year %d, sex %q, last four %q", typed, y, n.Sex(), n.Last4())
		}
		if len(n.Hash([]byte("k"))) != 32 {
			t.Fatalf("%q: no hash", typed)
		}
	})
}
