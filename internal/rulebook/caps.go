package rulebook

import (
	"slices"

	"qunyan/internal/core"
)

// Each says for whom a cap counts.
type Each string

// For whom a cap may count.
const (
	EachHousehold Each = "household"
	EachPerson    Each = "person" // the resident a claim names, for personal rules
)

// Cap is the most that a rule gives in a period.
type Cap struct {
	Period Period      `json:"period"`
	Each   Each        `json:"each"`
	Points core.Points `json:"points"` // taken, for a deduction; 0 no limit
	Count  int64       `json:"count"`  // claims; 0 no limit
}

// CategoryCap is the most that all rules of a category together give a household in a period; of deductions, take.
type CategoryCap struct {
	Category Category    `json:"category"`
	Period   Period      `json:"period"` // month or year
	Points   core.Points `json:"points"`
}

// Limits on the number of caps.
const (
	maxCaps         = 6
	maxCategoryCaps = 16
)

// badCaps wants each further cap to limit something and no two to be about the same.
func (r Rule) badCaps() string {
	if len(r.Caps) > maxCaps {
		return "caps"
	}
	seen := map[Cap]bool{{Period: r.CapPeriod, Each: EachHousehold}: r.CapPeriod != NoPeriod}
	for _, c := range r.Caps {
		about := Cap{Period: c.Period, Each: c.Each}
		switch {
		case !slices.Contains(Periods(), c.Period), c.Each != EachHousehold && c.Each != EachPerson,
			c.Each == EachPerson && !r.Who.Personal(),
			c.Points < 0 || c.Points > maxCap || c.Points > 0 && c.Points < r.greatest(),
			c.Count < 0 || c.Count > maxCount, c.Points == 0 && c.Count == 0, seen[about]:
			return "caps"
		}
		seen[about] = true
	}
	return ""
}

// firstCap is the cap that a rule has in fields of its own; it limits nothing where there is none.
func (r Rule) firstCap() Cap {
	return Cap{Period: r.CapPeriod, Each: EachHousehold, Points: r.CapPoints, Count: r.CapCount}
}

// Limit is one cap that a claim is held to.
type Limit struct {
	Cap
	Category Category // of a cap on a whole category; '' for the rule's own
}

// Limits are all caps a claim by the rule is held to: first the one in the rule's own fields, also where it limits
// nothing, then its further ones, then those of its category.
func (r Rule) Limits(categories []CategoryCap) []Limit {
	limits := []Limit{{Cap: r.firstCap()}}
	for _, c := range r.Caps {
		limits = append(limits, Limit{Cap: c})
	}
	for _, c := range categories {
		if c.Category == r.Category {
			limits = append(limits, Limit{Cap: Cap{Period: c.Period, Each: EachHousehold, Points: c.Points}, Category: c.Category})
		}
	}
	return limits
}

// left is what a limit leaves of a deed, and whether it took anything.
func (l Limit) left(asked core.Points, used Used) (core.Points, Hit) {
	if l.Period == NoPeriod {
		return asked, NoHit
	}
	if l.Count > 0 && used.Count >= l.Count {
		return 0, CountHit
	}
	if l.Points > 0 {
		if left := max(l.Points-magnitude(used.Points), 0); magnitude(asked) > left {
			if asked < 0 {
				left = -left
			}
			return left, PointsHit
		}
	}
	return asked, NoHit
}

// noLooser says whether a village's further caps keep to the county's: each of the county's has one of the same period
// and for the same, that gives no more. The village may add others.
func noLooser(own, county []Cap) bool {
	for _, c := range county {
		if !slices.ContainsFunc(own, func(mine Cap) bool {
			return mine.Period == c.Period && mine.Each == c.Each &&
				!looser(int64(mine.Points), int64(c.Points)) && !looser(mine.Count, c.Count)
		}) {
			return false
		}
	}
	return true
}

// tightened joins a village's further caps with the county's: of two about the same the tighter in each number.
func tightened(own, county []Cap) []Cap {
	caps := append([]Cap{}, own...)
	for _, c := range county {
		i := slices.IndexFunc(caps, func(mine Cap) bool { return mine.Period == c.Period && mine.Each == c.Each })
		if i < 0 {
			caps = append(caps, c)
			continue
		}
		if looser(int64(caps[i].Points), int64(c.Points)) {
			caps[i].Points = c.Points
		}
		if looser(caps[i].Count, c.Count) {
			caps[i].Count = c.Count
		}
	}
	return caps
}
