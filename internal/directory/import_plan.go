package directory

import (
	"bytes"
	"context"

	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/store"
)

// villagePlan is what a village's rows come to, beside what is there already.
type villagePlan struct {
	created   []newHousehold
	changed   []householdChange
	unchanged int64
	faults    []RowFault
}

type newHousehold struct {
	Household
	groupKey  string
	residents []Resident
}

type householdChange struct {
	before, after Household
	groupKey      string // "" leaves the group as it is
	added         []Resident
	residents     []residentChange
}

type residentChange struct{ before, after Resident }

// villageNow is a village as it stands.
type villageNow struct {
	byNumber  map[int64]Household
	residents map[core.ID][]Resident
	idHolder  map[string]core.ID // household by identity hash, of active residents
}

const (
	allHouseholdsSQL = householdFrom + `WHERE h.village = $1`
	allResidentsSQL  = `SELECT ` + residentColumns + ` FROM resident p WHERE p.village = $1 ORDER BY p.household, p.id`
)

func readVillage(ctx context.Context, tx *store.Tx, village core.Area) (*villageNow, error) {
	now := &villageNow{byNumber: map[int64]Household{}, residents: map[core.ID][]Resident{}, idHolder: map[string]core.ID{}}
	err := tx.Rows(ctx, allHouseholdsSQL, func(r store.Row) error {
		h, err := scanHousehold(r)
		now.byNumber[h.Number] = h
		return err
	}, village)
	if err != nil {
		return nil, err
	}
	err = tx.Rows(ctx, allResidentsSQL, func(r store.Row) error {
		p, err := scanResident(r)
		now.residents[p.Household] = append(now.residents[p.Household], p)
		if len(p.idHash) > 0 && p.State == Active {
			now.idHolder[string(p.idHash)] = p.Household
		}
		return err
	}, village)
	return now, err
}

// planVillage compares a village's rows with what is there. It writes nothing; the dry run and the import share it.
func planVillage(v *fileVillage, now *villageNow) *villagePlan {
	plan := &villagePlan{}
	for _, h := range v.households {
		known, exists := now.byNumber[h.number]
		before := len(plan.faults)
		plan.identities(h, known.ID, now)
		switch {
		case len(plan.faults) > before || h.broken:
		case !exists:
			plan.create(v, h)
		case known.State != Active:
			plan.fault(h.at, entry.HouseholdNo, "import.household_closed")
		default:
			plan.compare(v, h, known, now.residents[known.ID])
		}
	}
	return plan
}

func (p *villagePlan) fault(at place, field entry.Column, code string) {
	p.faults = append(p.faults, RowFault{Sheet: at.sheet, Row: at.row, Field: field, Code: code})
}

// identities refuses identity numbers that people of other households have.
func (p *villagePlan) identities(h *fileHousehold, household core.ID, now *villageNow) {
	for _, person := range h.people {
		if person.id == nil {
			continue
		}
		if holder, taken := now.idHolder[string(person.id.hash)]; taken && holder != household {
			p.fault(person.at, entry.IDNumber, "import.id_elsewhere")
		}
	}
}

func (p *villagePlan) create(v *fileVillage, h *fileHousehold) {
	made := newHousehold{groupKey: h.groupKey, Household: Household{Village: v.places.code, Number: h.number, Cadre: h.cadre == entry.Yes,
		Members: int64(len(h.people)), State: Active, Version: 1}}
	for _, person := range h.people {
		r := person.resident()
		if r.Relation == Head {
			made.Head = r.Name
			made.residents = append([]Resident{r}, made.residents...)
			continue
		}
		made.residents = append(made.residents, r)
	}
	switch {
	case made.Head == "" && h.head != "":
		p.fault(h.at, entry.Head, "import.head_not_listed")
	case made.Head == "":
		p.fault(h.at, entry.Relation, "import.no_head")
	default:
		p.created = append(p.created, made)
	}
}

func (p filePerson) resident() Resident {
	r := Resident{Name: p.name, Relation: p.relation, Sex: p.sex, BirthYear: p.birthYear, Party: p.party == entry.Yes, State: Active, phone: p.phone}
	if r.Relation == "" {
		r.Relation = Other
	}
	if p.id != nil {
		r.idHash, r.IDLast4 = p.id.hash, p.id.last4
	}
	return r
}

// compare finds what the rows of a household that is there say differently. What they do not say stays as it is, and
// whoever they do not name stays.
func (p *villagePlan) compare(v *fileVillage, h *fileHousehold, known Household, residents []Resident) {
	c := householdChange{before: known, after: known, groupKey: h.groupKey}
	if h.cadre != entry.Unsaid {
		c.after.Cadre = h.cadre == entry.Yes
	}
	after := append([]Resident(nil), residents...)
	matched := make([]bool, len(residents))
	newHead, headAt := -1, h.at
	for _, person := range h.people {
		i := match(residents, matched, person)
		if i < 0 {
			c.added = append(c.added, person.resident())
			if person.relation == Head {
				newHead, headAt = len(residents)+len(c.added)-1, person.at
			}
			continue
		}
		matched[i] = true
		if residents[i].State == Died {
			p.fault(person.at, entry.PersonName, "import.person_died")
			return
		}
		person.applyTo(&after[i])
		if person.relation == Head {
			newHead, headAt = i, person.at
		}
	}
	if !p.settleHead(&c, h, after, newHead, headAt) {
		return
	}
	for i := range residents {
		if !same(residents[i], after[i]) {
			c.residents = append(c.residents, residentChange{residents[i], after[i]})
			c.after.Members += atHome(after[i]) - atHome(residents[i])
		}
	}
	c.after.Members += int64(len(c.added))
	group, there := v.places.groups[h.groupKey]
	moved := h.groupKey != "" && (!there || group != known.Group)
	if !moved && c.after == c.before && len(c.residents)+len(c.added) == 0 {
		p.unchanged++
		return
	}
	p.changed = append(p.changed, c)
}

// settleHead leaves exactly one head: the one the rows name, else the present one.
func (p *villagePlan) settleHead(c *householdChange, h *fileHousehold, after []Resident, newHead int, at place) bool {
	if newHead < 0 {
		for _, r := range after {
			if r.Relation == Head && r.State == Active {
				if h.head != "" && h.head != r.Name {
					p.fault(h.at, entry.Head, "import.head_not_listed")
					return false
				}
				return true
			}
		}
		p.fault(at, entry.Relation, "import.head_needed")
		return false
	}
	for i := range after {
		if i != newHead && after[i].Relation == Head {
			after[i].Relation = Other
		}
	}
	if newHead < len(after) {
		c.after.Head = after[newHead].Name
	} else {
		c.after.Head = c.added[newHead-len(after)].Name
	}
	return true
}

// match finds the resident a row speaks of: by identity number, else by name; those who are there before those who left.
func match(residents []Resident, matched []bool, person filePerson) int {
	best := -1
	for i, r := range residents {
		if matched[i] {
			continue
		}
		if person.id != nil && bytes.Equal(r.idHash, person.id.hash) {
			return i
		}
		byName := filePerson{name: r.Name, birthYear: r.BirthYear}
		if len(r.idHash) > 0 {
			byName.id = &fileID{hash: r.idHash}
		}
		if r.Name == person.name && !byName.differs(person) && (best < 0 || residents[best].State != Active && r.State == Active) {
			best = i
		}
	}
	return best
}

// applyTo brings what a row says into a resident; a person who left and stands in the file is back.
func (p filePerson) applyTo(r *Resident) {
	r.Name, r.State = p.name, Active
	if p.relation != "" {
		r.Relation = p.relation
	}
	if p.sex != "" {
		r.Sex = p.sex
	}
	if p.birthYear != 0 {
		r.BirthYear = p.birthYear
	}
	if p.phone != "" {
		r.phone = p.phone
	}
	if p.party != entry.Unsaid {
		r.Party = p.party == entry.Yes
	}
	if p.id != nil {
		r.idHash, r.IDLast4 = p.id.hash, p.id.last4
	}
}
