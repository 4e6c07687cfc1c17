package directory

import (
	"bytes"
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// AddInput is a person who joins a household.
type AddInput struct {
	Village   core.Area
	Household core.ID
	Resident  ResidentInput
}

// AddResident adds a person to an active household. One who comes as the head takes the place of the present head, who
// becomes an ordinary resident.
func (s *Service) AddResident(ctx context.Context, by core.Actor, in AddInput) (added Resident, err error) {
	if err := access.Require(by, access.OpEditHouseholds, in.Village); err != nil {
		return Resident{}, err
	}
	person, err := s.residentOf(in.Resident, "")
	if err != nil {
		return Resident{}, err
	}
	now := s.clock.Now()
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		id, err := store.Once(ctx, tx, by, in.Village, now, func() (core.ID, error) {
			return s.addResident(ctx, tx, by, in, person, now)
		})
		if err != nil {
			return err
		}
		added, err = residentByID(ctx, tx, in.Village, id)
		return err
	})
	return added, err
}

func (s *Service) addResident(ctx context.Context, tx *store.Tx, by core.Actor, in AddInput, r Resident, now int64) (core.ID, error) {
	before, err := lockHousehold(ctx, tx, in.Village, in.Household)
	if err != nil {
		return 0, err
	}
	switch {
	case before.State != Active:
		return 0, errs.New(errs.Conflict, "directory.household_closed")
	case before.Members >= maxResidents:
		return 0, errs.New(errs.Conflict, "directory.too_many_residents", "most", maxResidents)
	}
	if err := checkIDsFree(ctx, tx, in.Village, 0, []Resident{r}); err != nil {
		return 0, err
	}
	r.Village, r.ID, r.Household, r.CreatedMs, r.ChangedMs = in.Village, s.ids.Next(), in.Household, now, now
	becomesHead := r.Relation == Head
	r.Relation = orOther(r.Relation)
	if err := insertResidents(ctx, tx, []Resident{r}); err != nil {
		return 0, err
	}
	err = audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{Area: in.Village, Action: "directory.add_resident", Subject: "resident",
		SubjectID: r.ID.String(), After: r.audited()})
	if err != nil {
		return 0, err
	}
	after := before
	after.Members++
	if becomesHead {
		if after.Head, err = s.moveHead(ctx, tx, by, before, r.ID, now); err != nil {
			return 0, err
		}
	}
	return r.ID, s.save(ctx, tx, by, before, after, now)
}

// orOther keeps a new head from standing beside the old one until moveHead has made room.
func orOther(relation string) string {
	if relation == Head {
		return Other
	}
	return relation
}

// moveHead makes a resident the head instead of the present one and gives the new head's name.
func (s *Service) moveHead(ctx context.Context, tx *store.Tx, by core.Actor, h Household, to core.ID, now int64) (name string, err error) {
	residents, err := residentsOf(ctx, tx, h.Village, h.ID)
	if err != nil {
		return "", err
	}
	for _, r := range residents {
		changed := r
		switch {
		case r.ID == to:
			changed.Relation, name = Head, r.Name
		case r.Relation == Head:
			changed.Relation = Other
		default:
			continue
		}
		if err := s.saveResident(ctx, tx, by, r, changed, now); err != nil {
			return "", err
		}
	}
	return name, nil
}

// ResidentPatch changes a resident; nil leaves a field as it is.
type ResidentPatch struct {
	Village   core.Area
	ID        core.ID
	Name      *string
	Relation  *string
	Sex       *string
	BirthYear *int
	Phone     *string // "" takes the number away
	IDNumber  *string // "" takes the hash away
	Party     *bool
	Tags      *[]string
	State     *string // Left or Died takes the person off the list; Active brings back
}

// UpdateResident changes a resident. A household keeps a head: the head can neither leave nor become something else
// before somebody else is made head (directory.head_needed).
func (s *Service) UpdateResident(ctx context.Context, by core.Actor, in ResidentPatch) (changed Resident, err error) {
	if err := access.Require(by, access.OpEditHouseholds, in.Village); err != nil {
		return Resident{}, err
	}
	now := s.clock.Now()
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Once(ctx, tx, by, in.Village, now, func() (core.ID, error) {
			return in.ID, s.updateResident(ctx, tx, by, in, now)
		})
		if err != nil {
			return err
		}
		changed, err = residentByID(ctx, tx, in.Village, in.ID)
		return err
	})
	return changed, err
}

func (s *Service) updateResident(ctx context.Context, tx *store.Tx, by core.Actor, in ResidentPatch, now int64) error {
	known, err := residentByID(ctx, tx, in.Village, in.ID)
	if err != nil {
		return err
	}
	house, err := lockHousehold(ctx, tx, in.Village, known.Household)
	if err != nil {
		return err
	}
	before, err := residentByID(ctx, tx, in.Village, in.ID) // once more, now that nobody else changes it
	if err != nil {
		return err
	}
	after, err := s.patched(before, in)
	if err != nil || same(before, after) {
		return err
	}
	if err := mayBecome(before, after, house); err != nil {
		return err
	}
	if err := checkIDsFree(ctx, tx, in.Village, house.ID, []Resident{after}); err != nil {
		return err
	}
	becomesHead := after.Relation == Head && before.Relation != Head
	written := after
	if becomesHead {
		written.Relation = before.Relation
	}
	if err := s.saveResident(ctx, tx, by, before, written, now); err != nil {
		return err
	}
	next := house
	next.Members += atHome(after) - atHome(before)
	switch {
	case becomesHead:
		if next.Head, err = s.moveHead(ctx, tx, by, house, after.ID, now); err != nil {
			return err
		}
	case after.Relation == Head:
		next.Head = after.Name
	}
	if next == house {
		return bumpVersion(ctx, tx, house, now)
	}
	return s.save(ctx, tx, by, house, next, now)
}

// bumpVersion makes a change of a resident a change of the household for whoever has it open, and for an import.
func bumpVersion(ctx context.Context, tx *store.Tx, h Household, now int64) error {
	h.Version, h.ChangedMs = h.Version+1, now
	return updateHousehold(ctx, tx, h)
}

// patched applies a patch and checks the result.
func (s *Service) patched(r Resident, in ResidentPatch) (Resident, error) {
	var ok bool
	if in.Name != nil {
		if r.Name, ok = entry.Name(*in.Name); !ok {
			return r, errs.New(errs.Invalid, "directory.bad_name").At("name")
		}
	}
	if in.Phone != nil {
		if r.phone, ok = entry.Phone(*in.Phone); !ok {
			return r, errs.New(errs.Invalid, "directory.bad_phone").At("phone")
		}
	}
	if in.Tags != nil {
		if r.Tags, ok = entry.Tags(*in.Tags); !ok {
			return r, badTags("")
		}
	}
	set(&r.Relation, in.Relation)
	set(&r.Sex, in.Sex)
	set(&r.BirthYear, in.BirthYear)
	set(&r.Party, in.Party)
	set(&r.State, in.State)
	if r.State != Active && r.State != Left && r.State != Died {
		return r, errs.New(errs.Invalid, "directory.bad_resident_state").At("state")
	}
	if in.IDNumber != nil {
		r.idHash, r.IDLast4 = nil, ""
		if err := s.identify(&r, *in.IDNumber, ""); err != nil {
			return r, err
		}
	}
	return r, s.checkPerson(r, "")
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

func same(a, b Resident) bool {
	return a.Name == b.Name && a.Relation == b.Relation && a.Sex == b.Sex && a.BirthYear == b.BirthYear && a.phone == b.phone && a.Party == b.Party && a.Tags == b.Tags &&
		a.State == b.State && a.IDLast4 == b.IDLast4 && bytes.Equal(a.idHash, b.idHash)
}

// mayBecome holds a household to exactly one head among those who are there.
func mayBecome(before, after Resident, house Household) error {
	headGoes := before.Relation == Head && (after.Relation != Head || after.State != Active)
	switch {
	case headGoes:
		return errs.New(errs.Conflict, "directory.head_needed")
	case after.Relation == Head && after.State != Active:
		return errs.New(errs.Invalid, "directory.head_not_here").At("relation")
	case before.State != Active && after.State == Active && house.State != Active:
		return errs.New(errs.Conflict, "directory.household_closed")
	}
	return nil
}

func atHome(r Resident) int64 { return store.Flag(r.State == Active) }

func residentByID(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Resident, error) {
	r, err := scanResident(tx.Row(ctx, residentSQL, village, id))
	if errors.Is(err, store.ErrNone) {
		return Resident{}, errs.New(errs.NotFound, "directory.no_resident")
	}
	return r, err
}
