package rulebook

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Waiting is a version that waits for the township.
type Waiting struct {
	Village directory.Area
	Ruleset Ruleset // without its lines
}

// Filings lists the versions that wait in a township's villages, in the villages' order; of a village its own, if it
// waits. Each village is asked by itself, so that each is answered by the machine that has it.
//
// Error: rulebook.wrong_area for any other area.
func (s *Service) Filings(ctx context.Context, by core.Actor, area core.Area) ([]Waiting, error) {
	if err := access.Require(by, access.OpFileRules, area); err != nil {
		return nil, err
	}
	if area.Level() != core.Township && area.Level() != core.Village {
		return nil, errs.New(errs.Invalid, "rulebook.wrong_area")
	}
	found := []Waiting{}
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		villages, err := villagesOf(ctx, tx, area)
		if err != nil {
			return err
		}
		for _, v := range villages {
			set, err := scanRuleset(tx.Row(ctx, sqlFilingOf, v.Code))
			switch {
			case errors.Is(err, store.ErrNone):
			case err != nil:
				return err
			default:
				found = append(found, Waiting{v, set})
			}
		}
		return nil
	})
	return found, err
}

func villagesOf(ctx context.Context, tx *store.Tx, area core.Area) ([]directory.Area, error) {
	if area.Level() == core.Village {
		village, err := directory.AreaByCode(ctx, tx, area)
		return []directory.Area{village}, err
	}
	return directory.AreasIn(ctx, tx, area)
}
