package directory

import (
	"context"
	"slices"

	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Steps of a command of the packages above that splits, merges or closes households. They move people and keep
// heads, counters and the audit trail; points, cards and claims are the caller's.

// Stood is how a resident stood before a change of households, so that it can be taken back.
type Stood struct {
	Resident  core.ID `json:"resident"`
	Household core.ID `json:"household"`
	Relation  string  `json:"relation"`
}

// LockHouseholds takes several households of a village until the command ends, always in the same order, and gives them in
// the order of ids.
func LockHouseholds(ctx context.Context, tx *store.Tx, village core.Area, ids ...core.ID) ([]Household, error) {
	all := make([]Household, len(ids))
	order := slices.Sorted(slices.Values(ids))
	for _, id := range order {
		h, err := lockHousehold(ctx, tx, village, id)
		if err != nil {
			return nil, err
		}
		all[slices.Index(ids, id)] = h
	}
	return all, nil
}

// ResidentsOf reads the people of a household, the head first; those who left or died stand among them.
func ResidentsOf(ctx context.Context, tx *store.Tx, village core.Area, household core.ID) ([]Resident, error) {
	return residentsOf(ctx, tx, village, household)
}

// Split says who leaves a household to be one of their own.
type Split struct {
	Residents []core.ID // who goes
	Head      core.ID   // of the new household, one of them
	Remaining core.ID   // who heads the old one from now on; 0 if its head stays
	Number    int64     // of the new household; 0 takes the next free one
	Group     core.Area
	Cadre     bool
}

// Check judges a split by the people of the household. Errors: directory.split_nobody, directory.split_everybody,
// directory.split_stranger, directory.head_needed (field head or remaining), directory.bad_number.
func (in Split) Check(residents []Resident) error {
	stays, headGoes, headStays := 0, false, false
	for _, r := range residents {
		if r.State != Active {
			continue
		}
		goes := slices.Contains(in.Residents, r.ID)
		if !goes {
			stays++
		}
		headGoes = headGoes || goes && r.Relation == Head
		headStays = headStays || !goes && r.ID == in.Remaining
	}
	known := func(id core.ID) bool {
		return slices.ContainsFunc(residents, func(r Resident) bool { return r.ID == id && r.State == Active })
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(in.Residents)))
	switch {
	case len(in.Residents) == 0:
		return errs.New(errs.Invalid, "directory.split_nobody").At("residents")
	case len(distinct) != len(in.Residents) || slices.ContainsFunc(in.Residents, func(id core.ID) bool { return !known(id) }):
		return errs.New(errs.Invalid, "directory.split_stranger").At("residents")
	case stays == 0:
		return errs.New(errs.Invalid, "directory.split_everybody").At("residents")
	case !slices.Contains(in.Residents, in.Head):
		return errs.New(errs.Invalid, "directory.split_head").At("head")
	case headGoes && !headStays || in.Remaining != 0 && !headStays:
		return errs.New(errs.Invalid, "directory.split_remaining").At("remaining")
	case in.Number < 0 || in.Number > entry.MaxNumber:
		return badNumber()
	}
	return nil
}

// SplitOff makes a household of some of another's people. Its book is not opened: what it gets is the caller's. from is
// locked. Errors: those of Split.Check; directory.household_closed, directory.number_taken, directory.no_group.
func (s *Service) SplitOff(ctx context.Context, tx *store.Tx, by core.Actor, from Household, in Split) (made Household, before []Stood, err error) {
	now := s.clock.Now()
	residents, err := residentsOf(ctx, tx, from.Village, from.ID)
	if err != nil {
		return made, nil, err
	}
	if from.State != Active {
		return made, nil, errs.New(errs.Conflict, "directory.household_closed")
	}
	if err := in.Check(residents); err != nil {
		return made, nil, err
	}
	if err := checkGroup(ctx, tx, from.Village, in.Group); err != nil {
		return made, nil, err
	}
	made = Household{Village: from.Village, ID: s.ids.Next(), Group: in.Group, Number: in.Number, Cadre: in.Cadre,
		Members: int64(len(in.Residents)), State: Active, Version: 1, CreatedMs: now, ChangedMs: now}
	rest := from
	rest.Members -= made.Members
	for _, r := range residents {
		if r.ID == in.Head {
			made.Head = r.Name
		}
		if r.ID == in.Remaining {
			rest.Head = r.Name
		}
	}
	if err := s.insertSplit(ctx, tx, by, &made, now); err != nil {
		return made, nil, err
	}
	for _, r := range residents {
		after, changes := in.placed(r, made.ID)
		if !changes {
			continue
		}
		before = append(before, Stood{r.ID, r.Household, r.Relation})
		if err := s.regroup(ctx, tx, by, r, after, now); err != nil {
			return made, nil, err
		}
	}
	return made, before, s.save(ctx, tx, by, from, rest, now)
}

// placed is a resident after the split, and whether that differs.
func (in Split) placed(r Resident, made core.ID) (Resident, bool) {
	switch {
	case r.ID == in.Head:
		r.Household, r.Relation = made, Head
	case slices.Contains(in.Residents, r.ID):
		r.Household, r.Relation = made, Other
	case r.ID == in.Remaining && r.Relation != Head:
		r.Relation = Head
	case in.Remaining != 0 && r.ID != in.Remaining && r.Relation == Head && r.State == Active: // stays, but heads no longer
		r.Relation = Other
	default:
		return r, false
	}
	return r, true
}

func (s *Service) insertSplit(ctx context.Context, tx *store.Tx, by core.Actor, h *Household, now int64) error {
	if err := insertNumbered(ctx, tx, h); err != nil {
		return err
	}
	if err := count(ctx, tx, h.Village, 1, 0, h.Members); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{Area: h.Village, Action: "directory.create_household",
		Subject: "household", SubjectID: h.ID.String(), After: h.audited()})
}

// MergeInto moves everybody who lives in one household to another, and closes the first. Both are locked. A household
// that is closed already has nobody to move. Errors: directory.household_closed for the one merged into,
// directory.too_many_residents.
func (s *Service) MergeInto(ctx context.Context, tx *store.Tx, by core.Actor, from, into Household) (before []Stood, err error) {
	now := s.clock.Now()
	if into.State != Active {
		return nil, errs.New(errs.Conflict, "directory.household_closed")
	}
	if from.State != Active {
		return nil, nil
	}
	if into.Members+from.Members > maxResidents {
		return nil, errs.New(errs.Conflict, "directory.too_many_residents", "most", maxResidents)
	}
	before, err = s.everybody(ctx, tx, by, from, now, func(r *Resident) { r.Household, r.Relation = into.ID, Other })
	if err != nil {
		return nil, err
	}
	joined, gone := into, from
	joined.Members += int64(len(before))
	gone.State, gone.Members = Closed, 0
	if err := s.save(ctx, tx, by, from, gone, now); err != nil {
		return nil, err
	}
	return before, s.save(ctx, tx, by, into, joined, now)
}

// Dissolve closes a household whose people moved away or died: state is Left or Died. It is locked.
func (s *Service) Dissolve(ctx context.Context, tx *store.Tx, by core.Actor, h Household, state string) (before []Stood, err error) {
	now := s.clock.Now()
	if h.State != Active {
		return nil, errs.New(errs.Conflict, "directory.household_closed")
	}
	before, err = s.everybody(ctx, tx, by, h, now, func(r *Resident) { r.State = state })
	if err != nil {
		return nil, err
	}
	gone := h
	gone.State, gone.Members = Closed, 0
	return before, s.save(ctx, tx, by, h, gone, now)
}

// everybody changes all who live in a household and says how they stood.
func (s *Service) everybody(ctx context.Context, tx *store.Tx, by core.Actor, h Household, now int64, to func(*Resident)) (before []Stood, err error) {
	residents, err := residentsOf(ctx, tx, h.Village, h.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range residents {
		if r.State != Active {
			continue
		}
		after := r
		to(&after)
		before = append(before, Stood{r.ID, r.Household, r.Relation})
		if err := s.regroup(ctx, tx, by, r, after, now); err != nil {
			return nil, err
		}
	}
	return before, nil
}

// regroup writes a resident's household, relation and state.
func (s *Service) regroup(ctx context.Context, tx *store.Tx, by core.Actor, before, after Resident, now int64) error {
	if _, err := tx.Exec(ctx, regroupSQL, after.Household, after.Relation, after.State, now, after.Village, after.ID); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{Area: after.Village, Action: "directory.update_resident", Subject: "resident",
		SubjectID: after.ID.String(), Before: before.audited(), After: after.audited()})
}
