package report

import (
	"cmp"
	"context"
	"slices"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Unclosed is a village that has rules in force in a month and has not closed it.
type Unclosed struct {
	Village    core.Area  `json:"village"`
	Name       string     `json:"name"`
	Closed     core.Month `json:"closed" doc:"newest closed month; 0 if none was"`
	RemindedMs int64      `json:"reminded_ms" doc:"when the village was reminded; 0 if it was not"`
	Overdue    int64      `json:"overdue" doc:"objections whose answer is overdue"`
}

const (
	sqlRuled    = `SELECT village, MIN(from_day) FROM ruleset WHERE village >= $1 AND village <= $2 AND state IN ('published', 'adopted') GROUP BY village`
	sqlReminded = `SELECT village, at_ms FROM month_reminder WHERE village >= $1 AND village <= $2 AND month = $3`
	sqlOverdue  = `SELECT village, COUNT(*) FROM objection WHERE village >= $1 AND village <= $2 AND state = 'open' AND due_day < $3 GROUP BY village`
)

// Unclosed lists the villages of an area that have not closed a month, in the order of the division code and in no other:
// nobody is ranked. Month 0 is the one before this.
func (s *Service) Unclosed(ctx context.Context, by core.Actor, area core.Area, month core.Month) ([]Unclosed, error) {
	today := core.DayOf(s.clock.Now())
	if month == 0 {
		month = today.Month().Prev()
	}
	if !month.Valid() {
		return nil, errs.New(errs.Invalid, "claims.bad_month").At("month")
	}
	all := []Unclosed{}
	err := s.view(ctx, by, area, func(ctx context.Context, tx *store.Tx) error {
		if _, err := areaName(ctx, tx, area); err != nil {
			return err
		}
		low, high := area.Span()
		ruled, reminded, overdue := map[core.Area]int64{}, map[core.Area]int64{}, map[core.Area]int64{}
		if err := tx.Rows(ctx, sqlRuled, into(ruled), low, high); err != nil {
			return err
		}
		if err := tx.Rows(ctx, sqlReminded, into(reminded), low, high, month); err != nil {
			return err
		}
		if err := tx.Rows(ctx, sqlOverdue, into(overdue), low, high, today); err != nil {
			return err
		}
		return eachVillage(ctx, tx, area, func(v village) {
			if from := ruled[v.code]; from != 0 && core.Day(from) <= month.Last() && v.closed < month {
				all = append(all, Unclosed{Village: v.code, Name: v.name, Closed: v.closed, RemindedMs: reminded[v.code], Overdue: overdue[v.code]})
			}
		})
	})
	slices.SortFunc(all, func(a, b Unclosed) int { return cmp.Compare(a.Village, b.Village) })
	return all, err
}

// into collects a number of each village.
func into(numbers map[core.Area]int64) func(store.Row) error {
	return func(r store.Row) error {
		var code core.Area
		var n int64
		err := r.Scan(&code, &n)
		numbers[code] = n
		return err
	}
}
