package branch

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// Movement is a line of a member's year, as the book has it.
type Movement struct {
	Owner  core.ID
	No     int64
	Day    core.Day
	Kind   ledger.Kind // MemberBase, MemberAdded or MemberDeducted; of a reversal, the kind it takes back
	Back   bool        // it takes a line back
	Points core.Points
}

// Sums are what lines of a member's year make. Total is Base + Added − Deducted, and what the account holds.
type Sums struct {
	Base, Added, Deducted, Total core.Points
}

// Add counts a line. What is taken back is as if it had never been added or deducted.
func (s Sums) Add(m Movement) Sums {
	points := m.Points
	if m.Back {
		points = -points
	}
	switch m.Kind {
	case ledger.MemberBase:
		s.Base += points
	case ledger.MemberAdded:
		s.Added += points
	case ledger.MemberDeducted:
		s.Deducted += points
	}
	s.Total = s.Base + s.Added - s.Deducted
	return s
}

// quarter is the quarter of a year a line counts in, by the day it was posted: so a list says the same whenever it is printed
// again. Lines from before the year (an early vote) are in the first, those after it in the last.
func quarter(year int64, day core.Day) int64 {
	switch y := yearOf(day); {
	case y < year:
		return 1
	case y > year:
		return 4
	}
	return (int64(day)/100%100 + 2) / 3
}

// Row is a member in a list.
type Row struct {
	Member
	Owner  core.ID // the member's year
	Opened Class   // the class the base was by
	Within Sums    // of the quarter; for a whole year the same as Until
	Until  Sums    // from the year's beginning to the quarter's end
	Last   int64   // number of the member's newest line; 0 for none
}

// List is what a quarter or, with Quarter 0, the whole year so far was, in the order of the branch's members.
type List struct {
	Scheme
	Quarter int64
	Rows    []Row
	Entries []Entry // posted in it, the oldest first
	Waiting int64   // entries of the year nobody has decided on
}

// FirstDay and EndDay are what the list is about.
func (l List) FirstDay() core.Day {
	if l.Quarter < 2 {
		return firstDay(l.Year)
	}
	return core.Day(l.Year*10000 + (l.Quarter*3-2)*100 + 1)
}

// EndDay is the last day the list is about.
func (l List) EndDay() core.Day {
	if l.Quarter == 0 {
		return lastDay(l.Year)
	}
	return core.Day(l.Year*10000 + l.Quarter*300 + map[int64]int64{1: 31, 2: 30, 3: 30, 4: 31}[l.Quarter])
}

// List is the list of a quarter, 1 to 4, or of the year so far, 0. Error: branch.bad_quarter; branch.not_voted for a year whose
// scheme never came into force.
func (s *Service) List(ctx context.Context, by core.Actor, village core.Area, year, quarter int64) (l List, err error) {
	if quarter < 0 || quarter > 4 {
		return l, errs.New(errs.Invalid, "branch.bad_quarter").At("quarter")
	}
	err = s.view(ctx, by, village, func(ctx context.Context, tx *store.Tx) (err error) {
		l, err = listOf(ctx, tx, village, year, quarter)
		return err
	})
	return l, err
}

func listOf(ctx context.Context, tx *store.Tx, village core.Area, year, q int64) (l List, err error) {
	l.Quarter = q
	if l.Scheme, err = schemeOf(ctx, tx, village, year); err != nil {
		return l, err
	}
	if l.State != InForce && l.State != Evaluated {
		return l, errs.New(errs.NotFound, "branch.not_voted", "year", year)
	}
	at := map[core.ID]int{}
	err = tx.Rows(ctx, sqlYears, func(r store.Row) error {
		row, err := scanRow(r)
		at[row.Owner] = len(l.Rows)
		l.Rows = append(l.Rows, row)
		return err
	}, village, year)
	if err != nil {
		return l, err
	}
	lines := map[int64]bool{}
	err = tx.Rows(ctx, sqlMovements, func(r store.Row) error {
		m, err := scanMovement(r)
		if err != nil {
			return err
		}
		of := quarter(year, m.Day)
		if q != 0 && of > q {
			return nil
		}
		row := &l.Rows[at[m.Owner]]
		row.Until, row.Last = row.Until.Add(m), m.No
		if q == 0 || of == q {
			row.Within = row.Within.Add(m)
			lines[m.No] = true
		}
		return nil
	}, village, year)
	if err != nil {
		return l, err
	}
	return l, l.addEntries(ctx, tx, village, lines)
}

func (l *List) addEntries(ctx context.Context, tx *store.Tx, village core.Area, lines map[int64]bool) error {
	return tx.Rows(ctx, sqlEntriesOfYear, func(r store.Row) error {
		e, err := scanEntry(r)
		if e.State == Proposed {
			l.Waiting++
		}
		if lines[e.Line] {
			l.Entries = append(l.Entries, e)
		}
		return err
	}, village, l.Year)
}
