package directory

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Succession is a change of the head, with what became of the former one.
type Succession struct {
	Village   core.Area
	Household core.ID
	Version   int64   // of the household as the editor saw it
	Head      core.ID // who heads it from now on
	Former    string  // Active when the former head stays a member, Left or Died
}

// Succeed makes another resident the head, and in the same command marks that the former one left or died: a household is
// never without a head in between. Points, card and number stay the household's (domain.md §2: the account belongs to the
// household). Errors: directory.changed_meanwhile, directory.household_closed, directory.no_resident for somebody who does
// not live there or heads it already, directory.bad_resident_state.
func (s *Service) Succeed(ctx context.Context, by core.Actor, in Succession) (changed Household, err error) {
	if err := access.Require(by, access.OpEditHouseholds, in.Village); err != nil {
		return Household{}, err
	}
	if in.Former != Active && in.Former != Left && in.Former != Died {
		return Household{}, errs.New(errs.Invalid, "directory.bad_resident_state").At("former")
	}
	now := s.clock.Now()
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Once(ctx, tx, by, in.Village, now, func() (core.ID, error) {
			return in.Household, s.succeed(ctx, tx, by, in, now)
		})
		if err != nil {
			return err
		}
		changed, err = HouseholdByID(ctx, tx, in.Village, in.Household)
		return err
	})
	return changed, err
}

func (s *Service) succeed(ctx context.Context, tx *store.Tx, by core.Actor, in Succession, now int64) error {
	before, err := lockHousehold(ctx, tx, in.Village, in.Household)
	switch {
	case err != nil:
		return err
	case before.State != Active:
		return errs.New(errs.Conflict, "directory.household_closed")
	case before.Version != in.Version:
		return errs.New(errs.Conflict, "directory.changed_meanwhile")
	}
	residents, err := residentsOf(ctx, tx, in.Village, in.Household)
	if err != nil {
		return err
	}
	after := before
	found := false
	for _, r := range residents {
		next := r
		switch {
		case r.State != Active:
			continue
		case r.ID == in.Head && r.Relation != Head:
			found, next.Relation, after.Head = true, Head, r.Name
		case r.Relation == Head:
			next.Relation, next.State = Other, in.Former
			after.Members -= 1 - atHome(next)
		default:
			continue
		}
		if err := s.regroup(ctx, tx, by, r, next, now); err != nil {
			return err
		}
	}
	if !found {
		return errs.New(errs.NotFound, "directory.no_resident").At("head")
	}
	return s.save(ctx, tx, by, before, after, now)
}
