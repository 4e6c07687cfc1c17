package claims

import (
	"context"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// Claimant is a resident of a household, and whether a personal rule takes a deed of theirs.
type Claimant struct {
	ID   core.ID
	Name string
	Code string // why not; "" if it does
}

const sqlPersons = `SELECT id, name, birth_year, party, tags FROM resident
	WHERE village = $1 AND household = $2 AND state = 'active' ORDER BY id`

// eachPerson reads the residents of a household who are there.
func eachPerson(ctx context.Context, tx *store.Tx, village core.Area, household core.ID, fn func(rulebook.Person, string)) error {
	return tx.Rows(ctx, sqlPersons, func(r store.Row) error {
		var p rulebook.Person
		var name, tags string
		err := r.Scan(&p.ID, &name, &p.BirthYear, store.Bool(&p.Party), &tags)
		p.Tags = strings.Fields(tags)
		fn(p, name)
		return err
	}, village, household)
}

// personOf finds whose deed it was.
func personOf(ctx context.Context, tx *store.Tx, village core.Area, rule rulebook.Rule, d Deed) (rulebook.Person, error) {
	var all []rulebook.Person
	if err := eachPerson(ctx, tx, village, d.Household, func(p rulebook.Person, _ string) { all = append(all, p) }); err != nil {
		return rulebook.Person{}, err
	}
	return whose(all, rule, d)
}

// whose picks whose deed it was among a household's residents. Where nobody is named it takes the one who fits, so that a
// list of households can be typed as it is; where several do it asks.
func whose(all []rulebook.Person, rule rulebook.Rule, d Deed) (rulebook.Person, error) {
	var found, fits []rulebook.Person
	for _, p := range all {
		if p.ID == d.Resident {
			found = append(found, p)
		}
		if rule.Admits(p, d.Day) == nil {
			fits = append(fits, p)
		}
	}
	switch {
	case d.Resident != 0 && len(found) == 0:
		return rulebook.Person{}, errs.New(errs.NotFound, "claims.no_resident").At("resident")
	case d.Resident != 0:
		return found[0], nil // whether the rule takes it is said by Weigh
	case len(fits) == 0:
		return rulebook.Person{}, errs.New(errs.Conflict, "claims.nobody_fits").At("resident")
	case len(fits) > 1:
		return rulebook.Person{}, errs.New(errs.Invalid, "claims.resident_needed").At("resident")
	}
	return fits[0], nil
}

// Claimants lists the residents of a household for the choice of whose deed it was, by the rule in force on a day. A card
// sees its own household, with the names masked: whoever holds the card knows who is meant.
//
// Errors: claims.no_household, claims.household_closed; rulebook.none_in_force, rulebook.no_rule; claims.bad_day.
func (s *Service) Claimants(ctx context.Context, by core.Actor, village core.Area, household core.ID, rule string, day core.Day) ([]Claimant, error) {
	if err := access.Require(by, access.OpSubmitClaim, village); err != nil {
		return nil, err
	}
	if by.Kind == core.CardActor {
		household = by.Household
	}
	if !day.Valid() {
		return nil, errs.New(errs.Invalid, "claims.bad_day").At("day")
	}
	list := []Claimant{}
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := activeHousehold(ctx, tx, village, household); err != nil {
			return err
		}
		y, _, err := rulebook.RuleAt(ctx, tx, village, day, rule)
		if err != nil || !y.Who.Personal() {
			return err
		}
		return eachPerson(ctx, tx, village, household, func(p rulebook.Person, name string) {
			if by.Kind == core.CardActor {
				name = core.MaskName(name)
			}
			one := Claimant{ID: p.ID, Name: name}
			if err := y.Admits(p, day); err != nil {
				one.Code = errs.CodeOf(err)
			}
			list = append(list, one)
		})
	})
	return list, err
}
