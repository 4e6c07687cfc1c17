package entry

import (
	"errors"
	"strings"
	"unicode/utf8"

	"qunyan/internal/core"
	"qunyan/internal/directory/idnumber"
)

// Column names a column of the household table.
type Column string

// The columns, in the order of the template. A row is one person; what concerns the household is repeated on each of
// its rows.
const (
	VillageCode Column = "village_code"
	Township    Column = "township"
	Village     Column = "village"
	Group       Column = "group"
	HouseholdNo Column = "number"
	Head        Column = "head"
	PersonName  Column = "name"
	Relation    Column = "relation"
	Sex         Column = "sex"
	Birth       Column = "birth"
	PhoneNo     Column = "phone"
	IDNumber    Column = "id_number"
	Party       Column = "party"
	Cadre       Column = "cadre"
	State       Column = "state"
)

// Columns lists them in the order of the template.
func Columns() []Column {
	return []Column{VillageCode, Township, Village, Group, HouseholdNo, Head, PersonName, Relation, Sex, Birth, PhoneNo, IDNumber, Party, Cadre, State}
}

// Answer is a yes, a no, or a cell left blank, which says nothing.
type Answer int8

// The answers.
const (
	Unsaid Answer = iota
	No
	Yes
)

// Row is one person of a household table. Zero values mean that the cell was blank.
type Row struct {
	VillageCode core.Area
	Township    string
	Village     string
	Group       string
	Number      int64
	Head        string
	Name        string
	Relation    string // head spouse child parent other
	Sex         string // m f
	BirthYear   int
	Phone       string
	ID          idnumber.Number
	Party       Answer
	Cadre       Answer
}

// Fault says what is wrong with a cell: a code of the catalogue ("import.bad_phone"), without the cell's contents.
type Fault struct {
	Column Column // "" if the fault is the whole row's
	Code   string
}

// The faults a single row can have.
const (
	FaultNeeded        = "import.needed"
	FaultTooLong       = "import.too_long"
	FaultVillageCode   = "import.bad_village_code"
	FaultNumber        = "import.bad_number"
	FaultName          = "import.bad_name"
	FaultRelation      = "import.bad_relation"
	FaultSex           = "import.bad_sex"
	FaultBirth         = "import.bad_birth"
	FaultPhone         = "import.bad_phone"
	FaultYesNo         = "import.bad_yes_no"
	FaultIDLength      = "import.id_length"
	FaultIDOld         = "import.id_old"
	FaultIDCharacters  = "import.id_characters"
	FaultIDLostDigits  = "import.id_lost_digits"
	FaultIDRegion      = "import.id_region"
	FaultIDBirthday    = "import.id_birthday"
	FaultIDCheck       = "import.id_check"
	FaultBirthDiffers  = "import.id_birth_differs"
	FaultSexDiffers    = "import.id_sex_differs"
	FaultClosed        = "import.closed_row"
	FaultState         = "import.bad_state"
	FaultHeadRelation  = "import.head_relation"
	FaultGroupTooLong  = "import.bad_group"
	FaultVillageNeeded = "import.village_needed"
)

// Faults lists every code a Fault of this package can carry.
func Faults() []string {
	return []string{
		FaultNeeded, FaultTooLong, FaultVillageCode, FaultNumber, FaultName, FaultRelation, FaultSex, FaultBirth, FaultPhone, FaultYesNo,
		FaultIDLength, FaultIDOld, FaultIDCharacters, FaultIDLostDigits, FaultIDRegion, FaultIDBirthday, FaultIDCheck, FaultBirthDiffers,
		FaultSexDiffers, FaultClosed, FaultState, FaultHeadRelation, FaultGroupTooLong, FaultVillageNeeded,
	}
}

// Blank says whether a row of cells has nothing in it.
func Blank(cells []string) bool {
	for _, c := range cells {
		if Clean(c) != "" {
			return false
		}
	}
	return true
}

// Parse reads one row by the layout of its header. A row with faults is not to be used.
func Parse(layout Layout, cells []string, today core.Day) (Row, []Fault) {
	p := parser{layout: layout, cells: cells, today: today}
	if p.tooLong(); len(p.faults) > 0 {
		return Row{}, p.faults
	}
	p.place()
	p.household()
	p.person()
	p.identity()
	return p.row, p.faults
}

type parser struct {
	layout Layout
	cells  []string
	today  core.Day
	row    Row
	faults []Fault
}

func (p *parser) fault(c Column, code string) { p.faults = append(p.faults, Fault{c, code}) }

func (p *parser) tooLong() {
	for _, c := range Columns() {
		if i := p.layout.Position(c); i >= 0 && i < len(p.cells) && utf8.RuneCountInString(p.cells[i]) > maxCell {
			p.fault(c, FaultTooLong)
		}
	}
}

// cell is the cleaned text of a column, "" if the table has no such column.
func (p *parser) cell(c Column) string {
	i, ok := p.layout.index[c]
	if !ok || i >= len(p.cells) {
		return ""
	}
	return Clean(p.cells[i])
}

// read hands a cell that is not blank to a reader and notes the fault if it cannot be read.
func read[T any](p *parser, c Column, code string, reader func(string) (T, bool)) T {
	var none T
	text := p.cell(c)
	if text == "" {
		return none
	}
	value, ok := reader(text)
	if !ok {
		p.fault(c, code)
		return none
	}
	return value
}

func (p *parser) place() {
	p.row.VillageCode = read(p, VillageCode, FaultVillageCode, villageCode)
	p.row.Township, p.row.Village = p.cell(Township), p.cell(Village)
	p.row.Group = p.cell(Group)
	if utf8.RuneCountInString(p.row.Group) > MaxName {
		p.fault(Group, FaultGroupTooLong)
	}
	if p.layout.needsVillage && p.cell(VillageCode) == "" && p.row.Village == "" {
		p.fault(p.layout.villageColumn(), FaultVillageNeeded)
	}
}

func villageCode(s string) (core.Area, bool) {
	n, ok := whole(s)
	return core.Area(n), ok && core.Area(n).Level() == core.Village
}

func (p *parser) household() {
	if p.cell(HouseholdNo) == "" {
		p.fault(HouseholdNo, FaultNeeded)
	}
	p.row.Number = read(p, HouseholdNo, FaultNumber, Number)
	p.row.Head = read(p, Head, FaultName, Name)
	p.row.Cadre = read(p, Cadre, FaultYesNo, answer)
	if state := read(p, State, FaultState, word("state")); state == "closed" {
		p.fault(State, FaultClosed)
	}
}

func (p *parser) person() {
	column := PersonName
	if p.layout.headsOnly() {
		column = Head
	}
	if p.cell(column) == "" {
		p.fault(column, FaultNeeded)
	}
	p.row.Name = read(p, column, FaultName, Name)
	p.row.Relation = read(p, Relation, FaultRelation, word("relation"))
	p.row.Sex = read(p, Sex, FaultSex, word("sex"))
	p.row.BirthYear = read(p, Birth, FaultBirth, func(s string) (int, bool) { return BirthYear(s, p.today) })
	p.row.Phone = read(p, PhoneNo, FaultPhone, Phone)
	p.row.Party = read(p, Party, FaultYesNo, answer)
	p.relationToHead()
}

// relationToHead lets the two ways of naming the head, a column of its own or the relation, stand for each other, and
// refuses them when they disagree.
func (p *parser) relationToHead() {
	r := &p.row
	switch {
	case r.Head == "" || r.Name == "":
	case r.Head == r.Name && r.Relation == "":
		r.Relation = "head"
	case r.Relation == "head" && r.Head != r.Name:
		p.fault(Relation, FaultHeadRelation)
	}
}

func (p *parser) identity() {
	text := p.cell(IDNumber)
	if text == "" || strings.ContainsRune(text, '*') { // a list shows stars: they tell nothing
		return
	}
	id, err := idnumber.Parse(text, p.today)
	if err != nil && lostDigits(text) {
		p.fault(IDNumber, FaultIDLostDigits)
		return
	}
	if err != nil {
		p.fault(IDNumber, identityFault(err))
		return
	}
	if p.row.BirthYear != 0 && p.row.BirthYear != id.BirthYear() {
		p.fault(Birth, FaultBirthDiffers)
	}
	if p.row.Sex != "" && p.row.Sex != id.Sex() {
		p.fault(Sex, FaultSexDiffers)
	}
	p.row.ID, p.row.BirthYear, p.row.Sex = id, id.BirthYear(), id.Sex()
}

// lostDigits recognises, in a number that is not right, what a spreadsheet makes of one: it keeps fifteen digits and
// writes noughts for the rest, or shows an exponent.
func lostDigits(text string) bool {
	return strings.ContainsAny(text, "eE") && strings.Trim(text, "0123456789.eE+") == "" ||
		len(text) == 18 && strings.HasSuffix(text, "000") && digitsOnly(text)
}

func identityFault(err error) string {
	for _, f := range []struct {
		err  error
		code string
	}{
		{idnumber.ErrOld, FaultIDOld}, {idnumber.ErrCharsets, FaultIDCharacters}, {idnumber.ErrRegion, FaultIDRegion},
		{idnumber.ErrBirthday, FaultIDBirthday}, {idnumber.ErrCheck, FaultIDCheck},
	} {
		if errors.Is(err, f.err) {
			return f.code
		}
	}
	return FaultIDLength
}

func word(kind string) func(string) (string, bool) {
	return func(s string) (string, bool) { return meaning(kind, s) }
}

func answer(s string) (Answer, bool) {
	switch m, _ := meaning("yes_no", s); m {
	case "yes":
		return Yes, true
	case "no":
		return No, true
	}
	return Unsaid, false
}
