package audit

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/store"
)

// Coverage says how far an area's own trail is sealed; the areas inside it have trails of their own.
type Coverage struct {
	Area   core.Area
	Sealed int64       // lines the newest checkpoint covers
	Left   int64       // lines written since
	Note   *proof.Note // nil while there is none
}

// CoverageWithin tells it of an area and of every area inside it that has a trail. What it costs grows with the areas and
// with the lines of about a day, not with the trails.
func CoverageWithin(ctx context.Context, tx *store.Tx, area core.Area) (all []Coverage, err error) {
	areas, err := areasWithin(ctx, tx, area)
	if err != nil {
		return nil, err
	}
	for _, one := range areas {
		c := Coverage{Area: one}
		n, err := seal.Newest(ctx, tx, place(one))
		if err == nil {
			c.Sealed, c.Note = n.Size, &n
		} else if errs.CodeOf(err) != "seal.none" {
			return nil, err
		}
		from, err := sealedUntil(ctx, tx, one)
		if err != nil {
			return nil, err
		}
		if err := tx.Row(ctx, leftSQL, one, from).Scan(&c.Left); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}
