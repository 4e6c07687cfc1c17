package report

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
	"qunyan/internal/tally"
)

// MonthRow is one month of an area.
type MonthRow struct {
	Month       core.Month  `json:"month"`
	Earned      core.Points `json:"earned"`
	Redeemed    core.Points `json:"redeemed"`
	Redemptions int64       `json:"redemptions"`
}

// Trend is an area's course, one row for every month of the span, also for those in which nothing happened.
func (s *Service) Trend(ctx context.Context, by core.Actor, area core.Area, span Span) ([]MonthRow, error) {
	if err := span.fill(core.DayOf(s.clock.Now())); err != nil {
		return nil, err
	}
	var rows []MonthRow
	err := s.view(ctx, by, area, func(ctx context.Context, tx *store.Tx) error {
		if _, err := areaName(ctx, tx, area); err != nil {
			return err
		}
		rows = make([]MonthRow, 0, MaxMonths)
		at := map[core.Month]int{}
		for i, m := range span.months() {
			rows, at[m] = append(rows, MonthRow{Month: m}), i
		}
		return eachMonth(ctx, tx, area, span, func(month core.Month, topic string, n, amount int64) {
			r := &rows[at[month]]
			if topic == tally.Earned {
				r.Earned += core.Points(amount)
				return
			}
			r.Redemptions += n
			r.Redeemed += core.Points(amount)
		})
	})
	return rows, err
}
