package rulebook

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// CategoryCapsInput is all caps on whole categories of a draft.
type CategoryCapsInput struct {
	Area    core.Area // a village, or the county for its template
	Version int64
	Caps    []CategoryCap
}

// SetCategoryCaps writes the caps on whole categories of a draft, in place of those it had. A village may tighten those of
// its county and township and set others, but not loosen or lift them; a township's bind the drafts made beside them.
//
// Errors: rulebook.bad_category_cap; rulebook.category_caps_loosened; rulebook.not_draft; rulebook.no_ruleset;
// rulebook.wrong_area.
func (s *Service) SetCategoryCaps(ctx context.Context, by core.Actor, in CategoryCapsInput) ([]CategoryCap, error) {
	if err := mayDraft(by, in.Area); err != nil {
		return nil, err
	}
	caps, err := checkCategoryCaps(in.Caps)
	if err != nil {
		return nil, err
	}
	return command(ctx, s, by, in.Area, func(ctx context.Context, tx *store.Tx, nowMs int64) ([]CategoryCap, error) {
		set, err := openDraft(ctx, tx, in.Area, in.Version, nowMs)
		if err != nil {
			return nil, err
		}
		if in.Area.Level() == core.Village {
			upper, err := capsAbove(ctx, tx, set)
			if err != nil {
				return nil, err
			}
			if !keepsTo(caps, upper) {
				return nil, errs.New(errs.Invalid, "rulebook.category_caps_loosened").At("caps")
			}
		}
		before, err := CategoryCaps(ctx, tx, in.Area, in.Version)
		if err != nil {
			return nil, err
		}
		if err := putCategoryCaps(ctx, tx, in.Area, in.Version, caps); err != nil {
			return nil, err
		}
		return caps, s.record(ctx, tx, by, nowMs, "category_caps", in.Area, strconv.FormatInt(in.Version, 10),
			map[string]any{"caps": before}, map[string]any{"caps": caps})
	})
}

// checkCategoryCaps puts caps in the order of the categories and refuses two of the same kind.
func checkCategoryCaps(in []CategoryCap) ([]CategoryCap, error) {
	bad := errs.New(errs.Invalid, "rulebook.bad_category_cap", "most", maxCap).At("caps")
	if len(in) > maxCategoryCaps {
		return nil, bad
	}
	caps := append([]CategoryCap{}, in...)
	slices.SortFunc(caps, func(a, b CategoryCap) int {
		return cmp.Or(cmp.Compare(slices.Index(Categories(), a.Category), slices.Index(Categories(), b.Category)), cmp.Compare(a.Period, b.Period))
	})
	for i, c := range caps {
		switch {
		case !slices.Contains(Categories(), c.Category), c.Period != EachMonth && c.Period != EachYear,
			c.Points < 1 || c.Points > maxCap,
			i > 0 && caps[i-1].Category == c.Category && caps[i-1].Period == c.Period:
			return nil, bad
		}
	}
	return caps, nil
}

// keepsTo says whether a village's caps are nowhere looser than the county's.
func keepsTo(own, county []CategoryCap) bool {
	return !slices.ContainsFunc(county, func(c CategoryCap) bool {
		return !slices.ContainsFunc(own, func(mine CategoryCap) bool {
			return mine.Category == c.Category && mine.Period == c.Period && mine.Points <= c.Points
		})
	})
}

// capsAbove are the caps a village's draft keeps to: those of the county's template and of the township's additions that it
// was made beside.
func capsAbove(ctx context.Context, tx *store.Tx, set Ruleset) ([]CategoryCap, error) {
	county, err := CategoryCaps(ctx, tx, set.Area.Parent().Parent(), set.BaseVersion)
	if err != nil {
		return nil, err
	}
	township, err := CategoryCaps(ctx, tx, set.Area.Parent(), set.TownshipVersion)
	return tighter(township, county), err
}

// tighter joins caps with those that stand above them: of two of the same kind the tighter.
func tighter(own, county []CategoryCap) []CategoryCap {
	caps := append([]CategoryCap{}, own...)
	for _, c := range county {
		i := slices.IndexFunc(caps, func(mine CategoryCap) bool { return mine.Category == c.Category && mine.Period == c.Period })
		if i < 0 {
			caps = append(caps, c)
		} else {
			caps[i].Points = min(caps[i].Points, c.Points)
		}
	}
	return caps
}

const sqlCategoryCaps = `SELECT category, period, points FROM category_cap WHERE village = $1 AND version = $2
	ORDER BY category, period`

const sqlDropCategoryCaps = `DELETE FROM category_cap WHERE village = $1 AND version = $2`

const sqlPutCategoryCap = `INSERT INTO category_cap (village, version, category, period, points) VALUES ($1, $2, $3, $4, $5)`

// CategoryCaps reads the caps on whole categories of a version.
func CategoryCaps(ctx context.Context, tx *store.Tx, area core.Area, version int64) ([]CategoryCap, error) {
	caps := []CategoryCap{}
	err := tx.Rows(ctx, sqlCategoryCaps, func(r store.Row) error {
		var c CategoryCap
		err := r.Scan(&c.Category, &c.Period, &c.Points)
		caps = append(caps, c)
		return err
	}, area, version)
	return caps, err
}

func putCategoryCaps(ctx context.Context, tx *store.Tx, area core.Area, version int64, caps []CategoryCap) error {
	if _, err := tx.Exec(ctx, sqlDropCategoryCaps, area, version); err != nil {
		return err
	}
	return tx.Many(ctx, sqlPutCategoryCap, len(caps), func(i int) []any {
		return []any{area, version, string(caps[i].Category), string(caps[i].Period), caps[i].Points}
	})
}
