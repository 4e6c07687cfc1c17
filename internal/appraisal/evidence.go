package appraisal

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

const sqlOfSheet = `SELECT appraisal FROM appraisal_sheet WHERE village = $1 AND sheet = $2`

// LineOf finds the line of marks that a household's claim of a sheet was made of; false if the sheet is no appraisal's.
// Who marked how is left out for those it does not concern: they see the grade and how many marks it was made of.
func (s *Service) LineOf(ctx context.Context, by core.Actor, village core.Area, sheet, household core.ID) (a Appraisal, line Line, found bool, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return a, line, false, err
	}
	err = s.desk.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		found = false
		var id core.ID
		if err := tx.Row(ctx, sqlOfSheet, village, sheet).Scan(&id); err != nil {
			if errors.Is(err, store.ErrNone) {
				return nil
			}
			return err
		}
		if a, err = read(ctx, tx, village, id); err != nil {
			return err
		}
		lines, err := a.lines(ctx, tx)
		for _, l := range lines {
			if l.Household == household {
				line, found = l, true
			}
		}
		return err
	})
	if !access.Can(by, access.OpReadMarks, village) {
		line.Marks, line.Far = nil, nil
		for i := range a.Raters {
			a.Raters[i] = Rater{No: a.Raters[i].No}
		}
	}
	return a, line, found, err
}
