package claims

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

const (
	sqlHeadNames     = `SELECT head FROM household WHERE village = $1`
	sqlResidentNames = `SELECT name FROM resident WHERE village = $1`
)

// redactor takes out of a text that staff typed what must not stand on a public page (domain.md §5): the names of the
// village's people are masked as on the list, and long numbers, be they of a telephone, an identity card or a bank, go.
// It errs on the side of masking too much. The zero redactor has not read the names yet.
type redactor struct{ names *strings.Replacer }

func (d *redactor) read(ctx context.Context, tx *store.Tx, village core.Area) error {
	if d.names != nil {
		return nil
	}
	known := map[string]bool{}
	for _, sql := range []func(func(store.Row) error) error{
		func(scan func(store.Row) error) error { return tx.Rows(ctx, sqlHeadNames, scan, village) },
		func(scan func(store.Row) error) error { return tx.Rows(ctx, sqlResidentNames, scan, village) },
	} {
		if err := sql(func(r store.Row) error {
			var name string
			err := r.Scan(&name)
			known[strings.TrimSpace(name)] = true
			return err
		}); err != nil {
			return err
		}
	}
	d.names = maskerOf(known)
	return nil
}

func maskerOf(known map[string]bool) *strings.Replacer {
	var names []string
	for name := range known {
		if utf8.RuneCountInString(name) > 1 {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	pairs := make([]string, 0, 2*len(names))
	for _, name := range names {
		pairs = append(pairs, name, core.MaskName(name))
	}
	return strings.NewReplacer(pairs...)
}

func (d *redactor) clean(text string) string { return hideNumbers(d.names.Replace(text)) }

// How many digits no amount, date or count of a village has: in one run, and with blanks or dashes between them.
const (
	longNumber  = 9
	spelledLong = 11
)

// hideNumbers puts *** in the place of long numbers, full-width ones included.
func hideNumbers(text string) string {
	var out, part strings.Builder
	digits, inRow, longest := 0, 0, 0
	flush := func() {
		if longest >= longNumber || digits >= spelledLong {
			out.WriteString("***")
		} else {
			out.WriteString(part.String())
		}
		part.Reset()
		digits, inRow, longest = 0, 0, 0
	}
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			digits++
			inRow++
			longest = max(longest, inRow)
			part.WriteRune(r)
		case digits > 0 && strings.ContainsRune(" -Xx", r):
			inRow = 0
			part.WriteRune(r)
		default:
			flush()
			out.WriteRune(r)
		}
	}
	flush()
	return out.String()
}
