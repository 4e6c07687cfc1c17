// Package core holds the few types every part of Qunyan speaks in: identifiers, points, money, days, areas, the clock
// and the actor. It imports nothing but the standard library and errs.
package core

import (
	"fmt"
	"strconv"
)

// Points are whole points; they are never money and never fractions.
type Points int64

// Fen is Chinese money in hundredths of a yuan.
type Fen int64

// Limits on a single amount. They keep every sum of a village far below 2^53, so that JSON readers lose nothing.
const (
	MaxPoints Points = 1_000_000
	MaxFen    Fen    = 100_000_000_00 // one hundred million yuan
	MaxQty    int64  = 1_000_000
)

// Area is an administrative code as the statistics bureau writes it, by its number of digits: county 6, township 9,
// village or community 12, and group or building 15 (ours: the village's code and three digits).
type Area int64

// Level says which step of the area tree a code stands on.
type Level uint8

// The levels, from the top.
const (
	NoLevel Level = iota
	County
	Township
	Village
	Group
)

// Level reads the level off the number of digits; NoLevel for anything that is not a code.
func (a Area) Level() Level {
	switch {
	case a >= 1e5 && a < 1e6:
		return County
	case a >= 1e8 && a < 1e9:
		return Township
	case a >= 1e11 && a < 1e12:
		return Village
	case a >= 1e14 && a < 1e15:
		return Group
	}
	return NoLevel
}

// Parent is the code one level up; 0 above a county.
func (a Area) Parent() Area {
	if l := a.Level(); l == NoLevel || l == County {
		return 0
	}
	return a / 1000
}

// Village is the village a group or village code belongs to; 0 for wider areas.
func (a Area) Village() Area {
	switch a.Level() {
	case Village:
		return a
	case Group:
		return a / 1000
	}
	return 0
}

// Contains says whether b lies in a or is a. It needs no table: codes nest by their digits.
func (a Area) Contains(b Area) bool {
	if a.Level() == NoLevel || b.Level() == NoLevel {
		return false
	}
	for b > a {
		b /= 1000
	}
	return a == b
}

// Span gives the lowest and the highest village code inside a, for a range predicate in SQL.
func (a Area) Span() (low, high Area) {
	switch a.Level() {
	case County:
		return a * 1e6, a*1e6 + 999_999
	case Township:
		return a * 1e3, a*1e3 + 999
	}
	v := a.Village()
	return v, v
}

// String writes the digits; "" for 0.
func (a Area) String() string {
	if a == 0 {
		return ""
	}
	return strconv.FormatInt(int64(a), 10)
}

// MarshalText lets JSON carry a code as a string of digits, as papers do.
func (a Area) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads 6, 9, 12 or 15 digits, or nothing (0).
func (a *Area) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*a = 0
		return nil
	}
	v, err := ParseArea(string(b))
	if err != nil {
		return err
	}
	*a = v
	return nil
}

// ParseArea reads a code of any level.
func ParseArea(s string) (Area, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || Area(n).Level() == NoLevel || Area(n).String() != s {
		return 0, fmt.Errorf("%w: area code", ErrSyntax)
	}
	return Area(n), nil
}
