package directory

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// UpdateInput changes a household; nil leaves a field as it is.
type UpdateInput struct {
	Village core.Area
	ID      core.ID
	Version int64 // the one the editor saw
	Number  *int64
	Group   *core.Area
	Head    *string // a resident's name makes that person the head; any other corrects the name of the present head
	Cadre   *bool
	State   *string // Active opens a closed household again; closing takes a second person, so it is a change of households
	Back    core.ID // with State Active: who of those who left comes back as the head
}

// Update changes a household. If somebody else changed it since the version named, nothing happens
// (directory.changed_meanwhile). Errors for closing directory.closing_needs_two, for opening a household again that nobody
// heads directory.head_back_needed.
func (s *Service) Update(ctx context.Context, by core.Actor, in UpdateInput) (changed Household, err error) {
	if err := access.Require(by, access.OpEditHouseholds, in.Village); err != nil {
		return Household{}, err
	}
	if err := in.check(); err != nil {
		return Household{}, err
	}
	now := s.clock.Now()
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Once(ctx, tx, by, in.Village, now, func() (core.ID, error) {
			return in.ID, s.update(ctx, tx, by, in, now)
		})
		if err != nil {
			return err
		}
		changed, err = HouseholdByID(ctx, tx, in.Village, in.ID)
		return err
	})
	return changed, err
}

func (in *UpdateInput) check() error {
	if in.Number != nil && (*in.Number < 1 || *in.Number > entry.MaxNumber) {
		return badNumber()
	}
	if in.State != nil && *in.State != Active && *in.State != Closed {
		return errs.New(errs.Invalid, "directory.bad_state").At("state")
	}
	if in.Head != nil {
		name, ok := entry.Name(*in.Head)
		if !ok {
			return errs.New(errs.Invalid, "directory.bad_name").At("head")
		}
		in.Head = &name
	}
	return nil
}

func (s *Service) update(ctx context.Context, tx *store.Tx, by core.Actor, in UpdateInput, now int64) error {
	before, err := lockHousehold(ctx, tx, in.Village, in.ID)
	if err != nil {
		return err
	}
	if before.Version != in.Version {
		return errs.New(errs.Conflict, "directory.changed_meanwhile")
	}
	after := before
	if in.Group != nil {
		if err := checkGroup(ctx, tx, in.Village, *in.Group); err != nil {
			return err
		}
		after.Group = *in.Group
	}
	if in.Number != nil {
		after.Number = *in.Number
	}
	if in.Cadre != nil {
		after.Cadre = *in.Cadre
	}
	if in.State != nil {
		if *in.State == Closed && before.State == Active {
			return errs.New(errs.Conflict, "directory.closing_needs_two").At("state")
		}
		if after.State = *in.State; after.State == Active && before.State == Closed {
			if err := s.reopen(ctx, tx, by, &after, in.Back, now); err != nil {
				return err
			}
		}
	}
	if in.Head != nil && *in.Head != after.Head {
		if err := s.setHead(ctx, tx, by, before, *in.Head, now); err != nil {
			return err
		}
		after.Head = *in.Head
	}
	if after == before {
		return nil
	}
	return s.save(ctx, tx, by, before, after, now)
}

// save writes a changed household with its counters and its audit line.
func (s *Service) save(ctx context.Context, tx *store.Tx, by core.Actor, before, after Household, now int64) error {
	after.Version, after.ChangedMs = before.Version+1, now
	if err := updateHousehold(ctx, tx, after); err != nil {
		return err
	}
	open := func(h Household) (active, closed, residents int64) {
		if h.State == Active {
			return 1, 0, h.Members
		}
		return 0, 1, 0
	}
	a1, c1, r1 := open(before)
	a2, c2, r2 := open(after)
	if err := count(ctx, tx, after.Village, a2-a1, c2-c1, r2-r1); err != nil {
		return err
	}
	action := "directory.update_household"
	switch {
	case before.State == Active && after.State == Closed:
		action = "directory.close_household"
	case before.State == Closed && after.State == Active:
		action = "directory.reopen_household"
	}
	return audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{Area: after.Village, Action: action, Subject: "household",
		SubjectID: after.ID.String(), Before: before.audited(), After: after.audited()})
}

// setHead makes the resident of that name the head and the former head an ordinary resident; if nobody has the name,
// the head's own name is corrected.
func (s *Service) setHead(ctx context.Context, tx *store.Tx, by core.Actor, h Household, name string, now int64) error {
	residents, err := residentsOf(ctx, tx, h.Village, h.ID)
	if err != nil {
		return err
	}
	former, next := -1, -1
	for i, r := range residents {
		if r.State != Active {
			continue
		}
		if r.Relation == Head {
			former = i
		}
		if next < 0 && r.Name == name {
			next = i
		}
	}
	change := func(i int, to func(r *Resident)) error {
		before := residents[i]
		to(&residents[i])
		return s.saveResident(ctx, tx, by, before, residents[i], now)
	}
	if former >= 0 && next < 0 {
		return change(former, func(r *Resident) { r.Name = name })
	}
	if former >= 0 {
		if err := change(former, func(r *Resident) { r.Relation = Other }); err != nil {
			return err
		}
	}
	if next < 0 {
		return errs.New(errs.Conflict, "directory.no_head").At("head")
	}
	return change(next, func(r *Resident) { r.Relation = Head })
}

func (s *Service) saveResident(ctx context.Context, tx *store.Tx, by core.Actor, before, after Resident, now int64) error {
	after.ChangedMs = now
	if err := updateResidents(ctx, tx, []Resident{after}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{Area: after.Village, Action: "directory.update_resident", Subject: "resident",
		SubjectID: after.ID.String(), Before: before.audited(), After: after.audited()})
}
