package directory

import (
	"context"
	"errors"
	"fmt"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/errs"
	"qunyan/internal/store"
	"qunyan/internal/tally"
)

// CreateInput is a new household.
type CreateInput struct {
	Village   core.Area
	Number    int64     // 0 takes the next free one
	Group     core.Area // 0 none
	Head      string    // name of the head; "" if one of Residents is the head
	Cadre     bool
	Residents []ResidentInput // the head need not be among them
}

// Create adds a household with its residents and opens its book. A number in use is refused (directory.number_taken).
func (s *Service) Create(ctx context.Context, by core.Actor, in CreateInput) (made Household, err error) {
	if err := access.Require(by, access.OpEditHouseholds, in.Village); err != nil {
		return Household{}, err
	}
	residents, err := s.newResidents(in)
	if err != nil {
		return Household{}, err
	}
	if in.Number < 0 || in.Number > entry.MaxNumber {
		return Household{}, badNumber()
	}
	now := s.clock.Now()
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		id, err := store.Once(ctx, tx, by, in.Village, now, func() (core.ID, error) {
			return s.create(ctx, tx, by, in, residents, now)
		})
		if err != nil {
			return err
		}
		made, err = HouseholdByID(ctx, tx, in.Village, id)
		return err
	})
	return made, err
}

func badNumber() error {
	return errs.New(errs.Invalid, "directory.bad_number", "most", entry.MaxNumber).At("number")
}

// newResidents checks the people of a new household and sees to it that exactly one of them is the head.
func (s *Service) newResidents(in CreateInput) ([]Resident, error) {
	if len(in.Residents) > maxResidents {
		return nil, errs.New(errs.Invalid, "directory.too_many_residents", "most", maxResidents).At("residents")
	}
	head := ""
	if in.Head != "" {
		var ok bool
		if head, ok = entry.Name(in.Head); !ok {
			return nil, errs.New(errs.Invalid, "directory.bad_name").At("head")
		}
	}
	var residents []Resident
	for i, input := range in.Residents {
		r, err := s.residentOf(input, fmt.Sprintf("residents.%d.", i))
		if err != nil {
			return nil, err
		}
		residents = append(residents, r)
	}
	return withHead(residents, head)
}

// withHead makes the resident of that name the head, or adds one if nobody has the name.
func withHead(residents []Resident, head string) ([]Resident, error) {
	heads, named := 0, -1
	for i, r := range residents {
		if r.Relation == Head {
			heads++
			if head == "" || r.Name == head {
				named = i
			}
		} else if named < 0 && r.Name == head && head != "" {
			named = i
		}
	}
	switch {
	case heads > 1 || heads == 1 && residents[max(named, 0)].Relation != Head:
		return nil, errs.New(errs.Invalid, "directory.two_heads").At("residents")
	case named < 0 && head == "":
		return nil, errs.New(errs.Invalid, "directory.no_head").At("head")
	case named < 0 && heads == 1:
		return nil, errs.New(errs.Invalid, "directory.two_heads").At("head")
	case named < 0:
		residents = append([]Resident{{Name: head, State: Active}}, residents...)
		named = 0
	}
	residents[named].Relation = Head
	// The head stands first in the list of residents, which runs by id.
	first := append([]Resident{residents[named]}, residents[:named]...)
	return append(first, residents[named+1:]...), nil
}

func (s *Service) create(ctx context.Context, tx *store.Tx, by core.Actor, in CreateInput, residents []Resident, now int64) (core.ID, error) {
	if err := checkGroup(ctx, tx, in.Village, in.Group); err != nil {
		return 0, err
	}
	if err := checkIDsFree(ctx, tx, in.Village, 0, residents); err != nil {
		return 0, err
	}
	h := Household{Village: in.Village, ID: s.ids.Next(), Group: in.Group, Number: in.Number, Head: residents[0].Name, Cadre: in.Cadre,
		Members: int64(len(residents)), State: Active, Version: 1, CreatedMs: now, ChangedMs: now}
	if err := insertNumbered(ctx, tx, &h); err != nil {
		return 0, err
	}
	for i := range residents {
		r := &residents[i]
		r.Village, r.ID, r.Household, r.CreatedMs, r.ChangedMs = in.Village, s.ids.Next(), h.ID, now, now
	}
	if err := insertResidents(ctx, tx, residents); err != nil {
		return 0, err
	}
	if err := count(ctx, tx, in.Village, 1, 0, h.Members); err != nil {
		return 0, err
	}
	if err := s.onOpen(ctx, tx, by, in.Village, []core.ID{h.ID}); err != nil {
		return 0, err
	}
	return h.ID, audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{Area: in.Village, Action: "directory.create_household",
		Subject: "household", SubjectID: h.ID.String(), After: h.audited()})
}

// insertNumbered writes the household's row. Without a number it takes the one above the highest in use.
func insertNumbered(ctx context.Context, tx *store.Tx, h *Household) error {
	given := h.Number > 0
	for {
		if !given {
			if err := tx.Row(ctx, nextNumberSQL, h.Village).Scan(&h.Number); err != nil {
				return err
			}
			if h.Number > entry.MaxNumber {
				return badNumber()
			}
		}
		n, err := tx.Exec(ctx, insertHouseholdSQL, householdArgs(*h)...)
		if err != nil || n == 1 {
			return err
		}
		if given {
			return numberTaken(h.Number)
		}
		// Somebody took the number between reading and writing; their household is there to be counted now.
	}
}

func numberTaken(number int64) error {
	return errs.New(errs.Conflict, "directory.number_taken", "number", number).At("number")
}

// checkGroup wants a group of this village, or none.
func checkGroup(ctx context.Context, tx *store.Tx, village, group core.Area) error {
	if group == 0 {
		return nil
	}
	a, err := AreaByCode(ctx, tx, group)
	if errors.Is(err, errs.New(errs.NotFound, "directory.no_area")) || err == nil && a.Parent != village {
		return errs.New(errs.Invalid, "directory.no_group").At("group")
	}
	return err
}

// checkIDsFree refuses an identity number that an active resident of another household of the village has.
func checkIDsFree(ctx context.Context, tx *store.Tx, village core.Area, household core.ID, residents []Resident) error {
	seen := map[string]bool{}
	for _, r := range residents {
		if len(r.idHash) == 0 {
			continue
		}
		taken := seen[string(r.idHash)]
		seen[string(r.idHash)] = true
		err := tx.Rows(ctx, idHoldersSQL, func(row store.Row) error {
			var id, holder core.ID
			if err := row.Scan(&id, &holder); err != nil {
				return err
			}
			taken = taken || id != r.ID || holder != household
			return nil
		}, village, r.idHash)
		if err != nil {
			return err
		}
		if taken {
			return errs.New(errs.Conflict, "directory.id_taken").At("id_number")
		}
	}
	return nil
}

// count moves the village's counters: households active and closed, residents of active households.
func count(ctx context.Context, tx *store.Tx, village core.Area, active, closed, residents int64) error {
	for _, c := range []struct {
		topic, item string
		n           int64
	}{{tally.Household, Active, active}, {tally.Household, Closed, closed}, {tally.Resident, "", residents}} {
		if c.n == 0 {
			continue
		}
		if err := tally.Add(ctx, tx, village, 0, c.topic, c.item, c.n, 0); err != nil {
			return err
		}
	}
	return nil
}
