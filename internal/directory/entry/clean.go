package entry

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"qunyan/internal/core"
)

// Limits on what is typed.
const (
	MaxName   = 50        // characters of a person's or a group's name
	MaxNumber = 9_999_999 // highest household number
	maxCell   = 500       // characters of a cell of a table
	eldest    = 1900      // no living person was born before
)

// Clean brings text into one form: full-width letters, digits and marks become ASCII, every kind of blank becomes one
// space, invisible characters disappear, blanks around the text go.
func Clean(s string) string {
	var b strings.Builder
	blank := false
	for _, r := range s {
		if r >= '！' && r <= '～' { // full-width forms stand 0xFEE0 above their ASCII twins
			r -= 0xFEE0
		}
		switch {
		case unicode.IsSpace(r) || r == '\u3000':
			blank = true
			continue
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) || r == unicode.ReplacementChar:
			continue
		}
		if blank && b.Len() > 0 {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteRune(r)
	}
	return b.String()
}

// Name reads a person's name. Blanks between Chinese characters go ("王 国" is 王国), every kind of dot becomes the
// interpunct of minority names. A name has two characters or more, all of them letters.
func Name(s string) (string, bool) {
	var b strings.Builder
	runes := []rune(Clean(s))
	for i, r := range runes {
		switch {
		case r == ' ' && i > 0 && (unicode.Is(unicode.Han, runes[i-1]) || unicode.Is(unicode.Han, runes[i+1])):
		case strings.ContainsRune("•‧∙・.", r):
			b.WriteRune('·')
		case unicode.IsLetter(r), r == '·', r == ' ', r == '\'', r == '-', r == '〇':
			b.WriteRune(r)
		default:
			return "", false
		}
	}
	name := strings.Trim(b.String(), "·-' ")
	if n := len([]rune(name)); n < 2 || n > MaxName {
		return "", false
	}
	return name, true
}

// Phone reads a mainland mobile or landline number as digits: +86, blanks and dashes go. A number that a list showed
// with stars tells nothing and is read as "".
func Phone(s string) (string, bool) {
	s = Clean(s)
	if s == "" || strings.ContainsRune(s, '*') {
		return "", true
	}
	if n, ok := whole(s); ok && strings.ContainsAny(s, ".eE") {
		s = strconv.FormatInt(n, 10)
	}
	s = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "—", "").Replace(s)
	s = strings.TrimPrefix(strings.TrimPrefix(s, "+86"), "0086")
	if !digitsOnly(s) {
		return "", false
	}
	switch {
	case len(s) == 11 && s[0] == '1' && s[1] >= '3':
		return s, true
	case len(s) >= 10 && len(s) <= 12 && s[0] == '0' && s[1] != '0': // area code and number
		return s, true
	case (len(s) == 7 || len(s) == 8) && s[0] >= '2': // number without its area code
		return s, true
	}
	return "", false
}

// Number reads a household number: a whole number from 1 to MaxNumber, also as "012", "12.0" or "12号".
func Number(s string) (int64, bool) {
	s = strings.TrimPrefix(Clean(s), "第")
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(s, "户"), "号"))
	n, ok := whole(s)
	return n, ok && n >= 1 && n <= MaxNumber
}

// BirthYear reads the year out of 1968, 1968年, 1968-05-01, 1968/5, 19680501, 196805, or a spreadsheet's day number.
// The year is one in which somebody now living can have been born.
func BirthYear(s string, today core.Day) (int, bool) {
	s = Clean(s)
	n, number := whole(s)
	switch {
	case !number:
		year, rest := leadingDigits(s)
		if len(year) != 4 || !dateRest(rest) {
			return 0, false
		}
		n, _ = strconv.ParseInt(year, 10, 64)
	case n >= 1_900_01_01 && n <= 2_199_12_31:
		if !core.Day(n).Valid() && n/10000 >= 1949 {
			return 0, false
		}
		n /= 10000
	case n >= 1_900_01 && n <= 2_199_12:
		if month := n % 100; month < 1 || month > 12 {
			return 0, false
		}
		n /= 100
	case n > 2200 && n < 90_000: // days since 1899-12-30, as spreadsheets count
		n = int64(core.Day(18991230).Add(int(n)) / 10000)
	}
	year := int(n)
	return year, year >= eldest && year <= int(today)/10000
}

// dateRest knows what may follow the year of a date.
func dateRest(s string) bool {
	for _, r := range s {
		if !(r >= '0' && r <= '9') && !strings.ContainsRune("-/.年月日号生 :", r) {
			return false
		}
	}
	return true
}

func leadingDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

func digitsOnly(s string) bool {
	digits, rest := leadingDigits(s)
	return digits != "" && rest == ""
}

// whole reads a whole number the ways spreadsheets write one: 12, 12.0, 1.38E+10. Beyond 2^53 a spreadsheet has lost
// digits, so nothing there is trusted.
func whole(s string) (int64, bool) {
	if digitsOnly(s) && len(s) <= 15 {
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	}
	if s == "" || strings.Trim(s, "0123456789.eE+") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != math.Trunc(f) || f < 0 || f >= 1<<53 {
		return 0, false
	}
	return int64(f), true
}
