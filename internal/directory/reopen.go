package directory

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// reopen lets a household that was closed have a head again: the one who comes back, or whoever heads it still. Of a
// household without any resident on record nothing is asked; its people are added afterwards.
func (s *Service) reopen(ctx context.Context, tx *store.Tx, by core.Actor, h *Household, back core.ID, now int64) error {
	residents, err := residentsOf(ctx, tx, h.Village, h.ID)
	if err != nil || len(residents) == 0 {
		return err
	}
	headed, found := false, false
	for _, r := range residents {
		headed = headed || r.Relation == Head && r.State == Active
		found = found || r.ID == back && r.State != Died
	}
	if back == 0 && headed {
		return nil
	}
	if !found {
		return errs.New(errs.Conflict, "directory.head_back_needed").At("back")
	}
	h.Members = 0
	for _, r := range residents {
		next := r
		switch {
		case r.ID == back:
			next.State, next.Relation, h.Head = Active, Head, r.Name
		case r.Relation == Head:
			next.Relation = Other
		}
		h.Members += atHome(next)
		if next.State == r.State && next.Relation == r.Relation {
			continue
		}
		if err := checkIDsFree(ctx, tx, h.Village, h.ID, []Resident{next}); err != nil {
			return err
		}
		if err := s.regroup(ctx, tx, by, r, next, now); err != nil {
			return err
		}
	}
	return nil
}
