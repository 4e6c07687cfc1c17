package directory

import (
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/directory/idnumber"
	"qunyan/internal/directory/reading"
	"qunyan/internal/errs"
)

// States of a household and of a resident.
const (
	Active = "active"
	Closed = "closed" // a household that is no more; its book stays
	Left   = "left"   // a resident who moved away
	Died   = "died"
)

// Relations of a resident to the head of the household.
const (
	Head   = "head"
	Spouse = "spouse"
	Child  = "child"
	Parent = "parent"
	Other  = "other"
)

// Sexes as they are stored; "" is unknown.
const (
	Male   = "m"
	Female = "f"
)

const (
	maxResidents = 60 // of one household
	maxSort      = 80 // bytes of the key lists are ordered by, so that a cursor stays short
)

// Household is a household of a village.
type Household struct {
	Village   core.Area
	ID        core.ID
	Group     core.Area // 0 if the village has none
	GroupName string
	Number    int64 // unique in the village, also among closed households
	Head      string
	Cadre     bool // a village cadre lives here
	Members   int64
	State     string // Active or Closed
	Version   int64
	CreatedMs int64
	ChangedMs int64

	sort string
}

// audited is how the audit trail keeps a household.
func (h Household) audited() any {
	return map[string]any{"number": h.Number, "group": h.Group, "head": h.Head, "cadre": h.Cadre, "members": h.Members, "state": h.State}
}

// Resident is a person of a household.
type Resident struct {
	Village   core.Area
	ID        core.ID
	Household core.ID
	Name      string
	Relation  string
	Sex       string
	BirthYear int
	Party     bool
	Tags      string // marks the village gives, one blank between two: building head, volunteer
	IDLast4   string
	State     string // Active, Left or Died
	CreatedMs int64
	ChangedMs int64

	phone  string
	idHash []byte
}

// PhoneTail is the last four digits of the telephone number, all of it that anybody is shown.
func (r Resident) PhoneTail() string { return r.phone[max(0, len(r.phone)-4):] }

// audited is how the audit trail keeps a resident: no more of phone and identity number than lists show.
func (r Resident) audited() any {
	return map[string]any{"household": r.Household, "name": r.Name, "relation": r.Relation, "sex": r.Sex, "birth_year": r.BirthYear,
		"phone_tail": r.PhoneTail(), "id_tail": r.IDLast4, "party": r.Party, "tags": r.Tags, "state": r.State}
}

// ResidentInput is a person as somebody types one.
type ResidentInput struct {
	Name      string
	Relation  string // "" is Other
	Sex       string
	BirthYear int    // 0 unknown
	Phone     string // "" none
	IDNumber  string // "" none; read once, never stored
	Party     bool
	Tags      []string
}

// residentOf checks a person's fields and brings them into stored form. at names the field for errors ("residents.0.").
func (s *Service) residentOf(in ResidentInput, at string) (Resident, error) {
	r := Resident{Relation: in.Relation, Sex: in.Sex, BirthYear: in.BirthYear, Party: in.Party, State: Active}
	var ok bool
	if r.Name, ok = entry.Name(in.Name); !ok {
		return r, errs.New(errs.Invalid, "directory.bad_name").At(at + "name")
	}
	if r.Relation == "" {
		r.Relation = Other
	}
	if r.phone, ok = entry.Phone(in.Phone); !ok {
		return r, errs.New(errs.Invalid, "directory.bad_phone").At(at + "phone")
	}
	if r.Tags, ok = entry.Tags(in.Tags); !ok {
		return r, badTags(at)
	}
	if err := s.identify(&r, in.IDNumber, at); err != nil {
		return r, err
	}
	return r, s.checkPerson(r, at)
}

func badTags(at string) error {
	return errs.New(errs.Invalid, "directory.bad_tags", "most", entry.MaxTags, "letters", entry.MaxTag).At(at + "tags")
}

// checkPerson judges what has a fixed set of values.
func (s *Service) checkPerson(r Resident, at string) error {
	switch r.Relation {
	case Head, Spouse, Child, Parent, Other:
	default:
		return errs.New(errs.Invalid, "directory.bad_relation").At(at + "relation")
	}
	if r.Sex != "" && r.Sex != Male && r.Sex != Female {
		return errs.New(errs.Invalid, "directory.bad_sex").At(at + "sex")
	}
	if thisYear := int(s.today()) / 10000; r.BirthYear != 0 && (r.BirthYear < 1900 || r.BirthYear > thisYear) {
		return errs.New(errs.Invalid, "directory.bad_birth_year", "to", thisYear).At(at + "birth_year")
	}
	return nil
}

// identify takes from an identity number what may be kept. Year of birth and sex follow from it; if they were given too,
// they must agree.
func (s *Service) identify(r *Resident, typed, at string) error {
	if entry.Clean(typed) == "" {
		return nil
	}
	id, err := idnumber.Parse(typed, s.today())
	switch {
	case err != nil:
		return errs.New(errs.Invalid, "directory.bad_id_number").At(at + "id_number")
	case len(s.idKey) == 0:
		return errs.New(errs.Conflict, "directory.no_id_key").At(at + "id_number")
	case r.BirthYear != 0 && r.BirthYear != id.BirthYear():
		return errs.New(errs.Invalid, "directory.id_birth_differs").At(at + "birth_year")
	case r.Sex != "" && r.Sex != id.Sex():
		return errs.New(errs.Invalid, "directory.id_sex_differs").At(at + "sex")
	}
	s.keepID(r, id)
	return nil
}

// keepID stores what is kept of an identity number, which is not the number.
func (s *Service) keepID(r *Resident, id idnumber.Number) {
	r.idHash, r.IDLast4 = id.Hash(s.idKey), id.Last4()
	r.BirthYear, r.Sex = id.BirthYear(), id.Sex()
}

// names is what a name is found and sorted by.
type names struct{ pinyin, initials, sort string }

func namesOf(name string) names {
	r := reading.OfPerson(name)
	n := names{r.Index(), r.Initials(), r.Sort()}
	if len(n.sort) > maxSort {
		n.sort = strings.ToValidUTF8(n.sort[:maxSort], "")
	}
	return n
}

// residentPinyin is what a resident is found by: readings and initials in one column.
func residentPinyin(name string) string {
	n := namesOf(name)
	return n.pinyin + " " + n.initials
}
