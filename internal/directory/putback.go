package directory

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// PutBack takes a split, a merge or a closing back as far as people go: everybody stands as before. first is the household
// the change was about, other the one that the split made or that was merged into, the zero Household for a closing; both
// are locked. Errors: directory.changed_since when somebody moved, joined, left or became head meanwhile.
func (s *Service) PutBack(ctx context.Context, tx *store.Tx, by core.Actor, first, other Household, before []Stood) error {
	now := s.clock.Now()
	split := first.State == Active // a merge or a closing closed it
	if other.ID != 0 && other.State != Active {
		return changedSince()
	}
	present, err := standing(ctx, tx, first, other)
	if err != nil {
		return err
	}
	first2, other2 := first, other
	first2.State = Active
	for _, was := range before {
		r, known := present[was.Resident]
		if !known || !r.asLeft(other, split) {
			return changedSince()
		}
		back := r
		back.Household, back.Relation, back.State = was.Household, was.Relation, Active
		if r.Household == other.ID {
			other2.Members--
		}
		if r.Household == other.ID || r.State != Active {
			first2.Members++
		}
		if was.Relation == Head {
			first2.Head = r.Name
		}
		if err := s.regroup(ctx, tx, by, r, back, now); err != nil {
			return err
		}
	}
	if split {
		other2.State = Closed
		if other2.Members != 0 {
			return changedSince()
		}
	}
	if other.ID != 0 {
		if err := s.save(ctx, tx, by, other, other2, now); err != nil {
			return err
		}
	}
	if err := s.save(ctx, tx, by, first, first2, now); err != nil {
		return err
	}
	return oneHead(ctx, tx, first2)
}

// asLeft says that a resident is where a change left them: of a closing gone, of a split or a merge living there, and of a
// merge not the head.
func (r Resident) asLeft(other Household, split bool) bool {
	if other.ID == 0 {
		return r.State != Active
	}
	return r.State == Active && (split || r.Household == other.ID && r.Relation != Head)
}

// standing are the people of both households by their ids.
func standing(ctx context.Context, tx *store.Tx, households ...Household) (map[core.ID]Resident, error) {
	all := map[core.ID]Resident{}
	for _, h := range households {
		residents, err := residentsOf(ctx, tx, h.Village, h.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range residents {
			all[r.ID] = r
		}
	}
	return all, nil
}

// oneHead holds a household that got its people back to one head among them.
func oneHead(ctx context.Context, tx *store.Tx, h Household) error {
	residents, err := residentsOf(ctx, tx, h.Village, h.ID)
	heads, here := 0, 0
	for _, r := range residents {
		if r.State != Active {
			continue
		}
		here++
		if r.Relation == Head {
			heads++
		}
	}
	if err == nil && (here > 0 && heads != 1 || here > maxResidents) {
		err = changedSince()
	}
	return err
}

func changedSince() error { return errs.New(errs.Conflict, "directory.changed_since") }
