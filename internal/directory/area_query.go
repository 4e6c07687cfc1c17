package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/directory/reading"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// maxHits bounds a search of villages: enough to see every village of one name, few enough to read.
const maxHits = 30

// SeedAreas writes areas, or brings their names up to date if they are there. It is a step of whoever sets a county up.
func SeedAreas(ctx context.Context, tx *store.Tx, areas []Area) error {
	err := tx.Many(ctx, seedAreaSQL, len(areas), func(i int) []any {
		a := areas[i]
		return []any{a.Code, a.Parent, a.Kind, a.Name, a.Short, a.pinyin, a.initials, a.Sort}
	})
	if err != nil {
		return fmt.Errorf("seed areas: %w", err)
	}
	return nil
}

// Areas lists the children of an area in their order; parent 0 gives the counties.
func (s *Service) Areas(ctx context.Context, parent core.Area) (found []Area, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		found, err = AreasIn(ctx, tx, parent)
		return err
	})
	return found, err
}

// AreasIn is Areas as a step.
func AreasIn(ctx context.Context, tx *store.Tx, parent core.Area) (found []Area, err error) {
	err = tx.Rows(ctx, areasOfSQL, func(r store.Row) error {
		a, err := scanArea(r)
		found = append(found, a)
		return err
	}, parent)
	return found, err
}

// Area finds an area by its code; directory.no_area if there is none.
func (s *Service) Area(ctx context.Context, code core.Area) (found Area, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		found, err = AreaByCode(ctx, tx, code)
		return err
	})
	return found, err
}

// AreaByCode is Area as a step.
func AreaByCode(ctx context.Context, tx *store.Tx, code core.Area) (Area, error) {
	a, err := scanArea(tx.Row(ctx, areaSQL, code))
	if errors.Is(err, store.ErrNone) {
		return Area{}, errs.New(errs.NotFound, "directory.no_area")
	}
	return a, err
}

// Search finds villages and communities by a part of their name, the beginning of any of its readings or of their
// initials, or the beginning of their code; names that begin with q come first. At most 30.
func (s *Service) Search(ctx context.Context, q string) (found []Village, err error) {
	q = reading.Query(entry.Clean(q))
	if q == "" || utf8.RuneCountInString(q) > entry.MaxName {
		return nil, nil
	}
	low, high := codeRange(q)
	q = likeText(q)
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		found = nil
		return tx.Rows(ctx, searchVillagesSQL, func(r store.Row) error {
			var v Village
			err := r.Scan(&v.Code, &v.Name, &v.Short, &v.Township, &v.TownshipName)
			found = append(found, v)
			return err
		}, "%"+q+"%", "% "+q+"%", low, high, q+"%", maxHits)
	})
	return found, err
}

// codeRange is the range of village codes that begin with the digits of q; an empty range if q is not the beginning of
// a code.
func codeRange(q string) (low, high core.Area) {
	if len(q) < 6 || len(q) > 12 || strings.Trim(q, "0123456789") != "" {
		return 1, 0
	}
	for _, c := range q {
		low = low*10 + core.Area(c-'0')
	}
	high = low
	for range 12 - len(q) {
		low, high = low*10, high*10+9
	}
	return low, high
}

// likeText takes the meaning from characters that LIKE reads as wildcards.
func likeText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}
