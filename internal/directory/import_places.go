package directory

import (
	"context"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/store"
)

// gazetteer knows the villages and groups of the area a file is for, by every name a table may call them.
type gazetteer struct {
	area     core.Area
	villages map[core.Area]*villagePlaces
	byName   map[string][]*villagePlaces // by short name, also with the township before it
}

type villagePlaces struct {
	code     core.Area
	short    string
	township string
	groups   map[string]core.Area // by entry.GroupKey
}

const (
	villagesWithinSQL = `SELECT a.code, a.short, t.name FROM area a JOIN area t ON t.code = a.parent WHERE a.code >= $1 AND a.code <= $2 ORDER BY a.code`
	groupsWithinSQL   = `SELECT a.code, a.parent, a.name FROM area a WHERE a.parent >= $1 AND a.parent <= $2 ORDER BY a.code`
)

func readGazetteer(ctx context.Context, tx *store.Tx, area core.Area) (*gazetteer, error) {
	g := &gazetteer{area: area, villages: map[core.Area]*villagePlaces{}, byName: map[string][]*villagePlaces{}}
	low, high := area.Span()
	err := tx.Rows(ctx, villagesWithinSQL, func(r store.Row) error {
		v := &villagePlaces{groups: map[string]core.Area{}}
		err := r.Scan(&v.code, &v.short, &v.township)
		g.villages[v.code] = v
		for _, name := range []string{v.short, v.township + v.short} {
			g.byName[name] = append(g.byName[name], v)
		}
		return err
	}, low, high)
	if err != nil {
		return nil, err
	}
	err = tx.Rows(ctx, groupsWithinSQL, func(r store.Row) error {
		var code, parent core.Area
		var name string
		err := r.Scan(&code, &parent, &name)
		if v := g.villages[parent]; v != nil {
			v.groups[entry.GroupKey(name, v.short)] = code
		}
		return err
	}, low, high)
	return g, err
}

// find resolves the village of a row; a code of the catalogue says why it cannot.
func (g *gazetteer) find(row entry.Row) (v *villagePlaces, field entry.Column, fault string) {
	short := shortOf(row.Village)
	switch {
	case row.VillageCode != 0:
		v = g.villages[row.VillageCode]
		switch {
		case !g.area.Contains(row.VillageCode):
			return nil, entry.VillageCode, "import.village_outside"
		case v == nil:
			return nil, entry.VillageCode, "import.unknown_village"
		case short != "" && v.short != short && v.short != short+"村" && v.short != short+"社区":
			return nil, entry.Village, "import.village_mismatch"
		}
		return v, "", ""
	case short == "" && g.area.Level() == core.Village:
		return g.villages[g.area], "", ""
	}
	var found []*villagePlaces
	for _, name := range []string{short, short + "村", short + "社区"} {
		for _, v := range g.byName[name] {
			if row.Township == "" || v.township == row.Township || trimTownship(v.township) == trimTownship(row.Township) {
				found = append(found, v)
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, entry.Village, "import.unknown_village"
	case 1:
		return found[0], "", ""
	}
	return nil, entry.Village, "import.ambiguous_village"
}

// shortOf brings a village's name into its short form, whether or not the committee is named with it.
func shortOf(name string) string {
	if name == "" {
		return ""
	}
	name = strings.ReplaceAll(name, " ", "")
	if !strings.HasSuffix(name, "委员会") && !strings.HasSuffix(name, "委会") {
		return name
	}
	_, short := villageKindAndShort(name)
	return short
}

func trimTownship(name string) string {
	for _, ending := range []string{"街道办事处", "街道", "人民政府", "镇", "乡"} {
		if short, ok := strings.CutSuffix(name, ending); ok && short != "" {
			return short
		}
	}
	return name
}

// village resolves a row's village and notes why it cannot.
func (r *reader) village(at place, row entry.Row) (*villagePlaces, bool) {
	if row.VillageCode == 0 && row.Village == "" && r.places.area.Level() != core.Village {
		return nil, false // Parse has said so
	}
	v, field, fault := r.places.find(row)
	if fault == "" && v == nil {
		fault = "import.unknown_village"
	}
	if fault != "" {
		r.cellFault(at.row, field, fault, nil)
		return nil, false
	}
	return v, true
}
