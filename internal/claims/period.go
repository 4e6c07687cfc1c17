package claims

import (
	"qunyan/internal/core"
	"qunyan/internal/rulebook"
)

// window is the stretch of days over which a household's claims by one rule are read, and which of them add up.
type window struct {
	from, to core.Day
	cap      rulebook.Period
}

// windowOf is the window around the day of a deed. An event's name is good for the calendar month, so that "villagers'
// meeting" can be typed every month; without a cap only the duplicates of that day are of interest.
func windowOf(period rulebook.Period, day core.Day) window {
	switch period {
	case rulebook.NoPeriod:
		return window{day, day, period}
	case rulebook.EachEvent:
		return window{day.Month().First(), day.Month().Last(), period}
	}
	from, to := period.Span(day)
	return window{from, to, period}
}

// adds says whether another claim inside the window counts against the deed's cap. Of claims per event that is one with
// the same name, or one of the same day where either has no name: who types no name means "that day's".
func (w window) adds(d Deed, day core.Day, event string) bool {
	switch w.cap {
	case rulebook.NoPeriod:
		return false
	case rulebook.EachEvent:
		return d.Event != "" && d.Event == event || d.Day == day && (d.Event == "" || event == "")
	}
	return true
}

// monthFor is the list a deed of a day comes on: its own month's, or the first month still open when it comes late.
func monthFor(day core.Day, closed core.Month) core.Month {
	m := day.Month()
	if closed != 0 && m <= closed {
		return closed.Next()
	}
	return m
}
