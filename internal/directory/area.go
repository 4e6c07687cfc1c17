package directory

import (
	"strings"
	"unicode/utf8"

	"qunyan/internal/core"
	"qunyan/internal/directory/reading"
)

// The kinds of area, from the county down. A resettlement community has buildings where a village has groups
// (domain.md §2).
const (
	KindCounty    = "county"
	KindTownship  = "township"
	KindStreet    = "street"
	KindVillage   = "village"
	KindCommunity = "community"
	KindGroup     = "group"
	KindBuilding  = "building"
)

// Area is a node of the area tree.
type Area struct {
	Code   core.Area
	Parent core.Area // 0 above a county
	Kind   string
	Name   string // as the statistics bureau writes it: 前进村村民委员会
	Short  string // as people say it: 前进村
	Sort   int64  // order among the children of one parent

	pinyin   string // every reading, separated by blanks
	initials string
}

// NewArea makes the area of a code and an official name; kind, short name and readings follow from them. A group's or
// building's kind cannot be seen in its code and is KindGroup unless its name says building.
func NewArea(code core.Area, name string) Area {
	a := Area{Code: code, Parent: code.Parent(), Name: name, Sort: int64(code % 1000)}
	a.Kind, a.Short = kindAndShort(code.Level(), name)
	read := reading.OfPlace(a.Short)
	a.pinyin, a.initials = read.Index(), read.Initials()
	return a
}

func kindAndShort(level core.Level, name string) (kind, short string) {
	switch level {
	case core.County:
		return KindCounty, name
	case core.Township:
		if strings.HasSuffix(name, "街道") || strings.HasSuffix(name, "街道办事处") {
			return KindStreet, strings.TrimSuffix(name, "办事处")
		}
		return KindTownship, strings.TrimSuffix(name, "人民政府")
	case core.Village:
		return villageKindAndShort(name)
	}
	if strings.ContainsAny(name, "楼栋幢") {
		return KindBuilding, name
	}
	return KindGroup, name
}

// villageKindAndShort takes the committee off a village's name: 前进村村民委员会 is 前进村, 惠泽社区居民委员会 is 惠泽社区,
// 前进村民委员会 and 惠泽居民委员会, as some lists write them, are the same. What a place is called decides what it is:
// 团结社区村民委员会 is a community though a villagers' committee runs it.
func villageKindAndShort(name string) (kind, short string) {
	short = name
	for _, ending := range [...]struct{ committee, suffix string }{
		{"社区居民委员会", "社区"}, {"社区居委会", "社区"}, {"村民委员会", "村"}, {"居民委员会", "社区"}, {"村委会", "村"}, {"居委会", "社区"},
	} {
		stem, ok := strings.CutSuffix(name, ending.committee)
		if !ok || stem == "" {
			continue
		}
		short = stem
		if !strings.HasSuffix(stem, "村") && !strings.HasSuffix(stem, "社区") || utf8.RuneCountInString(stem) < 2 {
			short = stem + ending.suffix
		}
		break
	}
	if strings.HasSuffix(short, "社区") || strings.HasSuffix(short, "居委会") {
		return KindCommunity, short
	}
	return KindVillage, short
}

// Village is a village as a search shows it: many share a name, so the township is always there.
type Village struct {
	Code         core.Area
	Name         string
	Short        string
	Township     core.Area
	TownshipName string
}
