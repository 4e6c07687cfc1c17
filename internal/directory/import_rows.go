package directory

import (
	"bytes"

	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
)

// fileRows is what a file holds, gathered by village and household.
type fileRows struct {
	sheets   map[string]int // order in the file
	layouts  map[string]entry.Layout
	people   int64
	villages map[core.Area]*fileVillage
	order    []*fileVillage
	ids      map[[16]byte]place // half a keyed hash tells people apart well enough
}

func newFileRows() *fileRows {
	return &fileRows{sheets: map[string]int{}, layouts: map[string]entry.Layout{}, villages: map[core.Area]*fileVillage{}, ids: map[[16]byte]place{}}
}

func (f *fileRows) households() (n int64) {
	for _, v := range f.order {
		n += int64(len(v.households))
	}
	return n
}

type fileVillage struct {
	places     *villagePlaces
	households []*fileHousehold
	byNumber   map[int64]*fileHousehold
	newGroups  map[string]string // name by key, of groups to be added
	newOrder   []string          // keys of newGroups as they came
}

// fileHousehold is a household as its rows tell it.
type fileHousehold struct {
	number   int64
	groupKey string // "" if no row names a group
	cadre    entry.Answer
	head     string // named in the column of heads; "" if it is not
	at       place  // of its first row
	broken   bool   // some row of it has a fault, so nothing is concluded from what is missing
	people   []filePerson
}

// filePerson is a row without what belongs to the household; blank cells are zero. A county's file has 300,000 of them.
type filePerson struct {
	name, phone, relation, sex string
	birthYear                  int
	party                      entry.Answer
	id                         *fileID // nil if none is given
	at                         place
}

// fileID is what is kept of an identity number.
type fileID struct {
	hash  []byte
	last4 string
}

// household adds a row to its household and notes what does not fit the rows before it.
func (r *reader) household(at place, village *villagePlaces, row entry.Row, faulty bool) {
	v := r.rows.villages[village.code]
	if v == nil {
		v = &fileVillage{places: village, byNumber: map[int64]*fileHousehold{}, newGroups: map[string]string{}}
		r.rows.villages[village.code] = v
		r.rows.order = append(r.rows.order, v)
	}
	if row.Number == 0 {
		return
	}
	h := v.byNumber[row.Number]
	adjacent := len(v.households) > 0 && v.households[len(v.households)-1] == h
	if h == nil {
		h = &fileHousehold{number: row.Number, at: at}
		v.byNumber[row.Number] = h
		v.households = append(v.households, h)
		adjacent = true
	}
	fault := func(c entry.Column, code string, params map[string]any) {
		h.broken = true
		r.cellFault(at.row, c, code, params)
	}
	h.broken = h.broken || faulty
	if startsAnother(h, row, adjacent) {
		fault(entry.HouseholdNo, "import.number_twice", map[string]any{"other": h.at.row})
		return
	}
	r.group(v, h, row, fault)
	agree(h, row, fault)
	if row.Name != "" && !faulty {
		r.person(h, at, row, fault)
	}
}

// startsAnother recognises a second household under a number in use: a head comes again after other households'
// rows, or another group or head under a heading of heads only.
func startsAnother(h *fileHousehold, row entry.Row, adjacent bool) bool {
	if row.Relation != Head {
		return false
	}
	for _, p := range h.people {
		if p.relation == Head && p.name != row.Name {
			return !adjacent || h.head != "" && h.head != row.Head
		}
	}
	return false
}

func (r *reader) group(v *fileVillage, h *fileHousehold, row entry.Row, fault func(entry.Column, string, map[string]any)) {
	if row.Group == "" {
		return
	}
	key := entry.GroupKey(row.Group, v.places.short)
	switch {
	case h.groupKey != "" && h.groupKey != key:
		fault(entry.Group, "import.group_differs", nil)
		return
	case v.places.groups[key] != 0 || v.newGroups[key] != "":
	case !r.job.in.CreateGroups:
		fault(entry.Group, "import.unknown_group", nil)
		return
	default:
		v.newGroups[key] = row.Group
		v.newOrder = append(v.newOrder, key)
	}
	h.groupKey = key
}

// agree takes what a row says of the whole household and refuses what contradicts an earlier row.
func agree(h *fileHousehold, row entry.Row, fault func(entry.Column, string, map[string]any)) {
	if row.Head != "" {
		if h.head != "" && h.head != row.Head {
			fault(entry.Head, "import.head_differs", nil)
		}
		h.head = row.Head
	}
	if row.Cadre != entry.Unsaid {
		if h.cadre != entry.Unsaid && h.cadre != row.Cadre {
			fault(entry.Cadre, "import.cadre_differs", nil)
		}
		h.cadre = row.Cadre
	}
}

func (r *reader) person(h *fileHousehold, at place, row entry.Row, fault func(entry.Column, string, map[string]any)) {
	p := filePerson{name: row.Name, phone: row.Phone, relation: row.Relation, sex: row.Sex, birthYear: row.BirthYear, party: row.Party, at: at}
	if row.ID.Last4() != "" {
		if len(r.s.idKey) == 0 {
			fault(entry.IDNumber, "import.no_id_key", nil)
			return
		}
		p.id = &fileID{row.ID.Hash(r.s.idKey), row.ID.Last4()}
		half := [16]byte(p.id.hash)
		if other, twice := r.rows.ids[half]; twice {
			fault(entry.IDNumber, "import.id_twice", map[string]any{"other": other.row})
			return
		}
		r.rows.ids[half] = at
	}
	for _, q := range h.people {
		switch {
		case q.name == p.name && !q.differs(p):
			fault(entry.PersonName, "import.person_twice", map[string]any{"other": q.at.row})
			return
		case q.relation == Head && p.relation == Head:
			fault(entry.Relation, "import.two_heads", map[string]any{"other": q.at.row})
			return
		}
	}
	if len(h.people) >= maxResidents {
		fault(entry.HouseholdNo, "import.too_many_residents", map[string]any{"most": maxResidents})
		return
	}
	h.people = append(h.people, p)
}

// differs says whether two of one name are certainly two people: their identity numbers or their years of birth differ.
func (p filePerson) differs(q filePerson) bool {
	if p.id != nil && q.id != nil {
		return !bytes.Equal(p.id.hash, q.id.hash)
	}
	return p.birthYear != 0 && q.birthYear != 0 && p.birthYear != q.birthYear
}
