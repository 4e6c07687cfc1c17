package entry

// Layout says which column stands where in one sheet.
type Layout struct {
	index        map[Column]int
	needsVillage bool
	Unknown      []int    // positions of headed columns that mean nothing to us; they are left out
	Twice        []Column // columns that stand there more than once
	Missing      []Column // columns without which no row can be read
}

// Header reads a row as the heading of a household table; false if it is none. It is one if it has a column for the
// person, the head or the household's number, and another we know. needsVillage says that rows must name their village,
// as they must wherever a file is for more than one.
func Header(cells []string, needsVillage bool) (Layout, bool) {
	l := Layout{index: map[Column]int{}, needsVillage: needsVillage}
	for i, cell := range cells {
		if Clean(cell) == "" {
			continue
		}
		name, known := meaning("columns", cell)
		_, seen := l.index[Column(name)]
		switch {
		case !known:
			l.Unknown = append(l.Unknown, i)
		case seen:
			l.Twice = append(l.Twice, Column(name))
		default:
			l.index[Column(name)] = i
		}
	}
	if !l.Has(PersonName) && !l.Has(Head) && !l.Has(HouseholdNo) || len(l.index) < 2 {
		return Layout{}, false
	}
	if !l.Has(HouseholdNo) {
		l.Missing = append(l.Missing, HouseholdNo)
	}
	if !l.Has(PersonName) && !l.Has(Head) {
		l.Missing = append(l.Missing, PersonName)
	}
	if !l.Has(Head) && !l.Has(Relation) {
		l.Missing = append(l.Missing, Relation)
	}
	if needsVillage && !l.Has(VillageCode) && !l.Has(Village) {
		l.Missing = append(l.Missing, VillageCode)
	}
	return l, true
}

// Has says whether the table has the column.
func (l Layout) Has(c Column) bool {
	_, ok := l.index[c]
	return ok
}

// Position is where a column stands, counted from 0; -1 if the table has none.
func (l Layout) Position(c Column) int {
	if i, ok := l.index[c]; ok {
		return i
	}
	return -1
}

// headsOnly says that each row is a household with its head and nobody else.
func (l Layout) headsOnly() bool { return l.Has(Head) && !l.Has(PersonName) }

func (l Layout) villageColumn() Column {
	if l.Has(VillageCode) {
		return VillageCode
	}
	return Village
}
