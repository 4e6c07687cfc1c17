package report

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Matter is what a village may need help with.
type Matter string

// The matters.
const (
	MonthOpen        Matter = "month_open"        // n claims wait in a month that should have been closed
	ObjectionWaiting Matter = "objection_waiting" // n lines are frozen by an objection nobody has answered
	ShopShort        Matter = "shop_short"        // n fen are missing to honour every point that can be spent
)

// Need is a village that may need help, and with what.
type Need struct {
	Village  core.Area `json:"village"`
	Township core.Area `json:"township"`
	Name     string    `json:"name"`
	Code     Matter    `json:"code"`
	N        int64     `json:"n"`
}

// closeGrace is how many days of the next month a village may take to close: notice, objections and their answers have
// to fit (domain.md §3: posted at the month's end, and objections are answered within 7 days).
const closeGrace = 10

// Attention lists what needs help in an area, in the order of the county's list: nobody is first or last in it.
func (s *Service) Attention(ctx context.Context, by core.Actor, area core.Area) ([]Need, error) {
	today := core.DayOf(s.clock.Now())
	var needs []Need
	err := s.view(ctx, by, area, func(ctx context.Context, tx *store.Tx) error {
		if _, err := areaName(ctx, tx, area); err != nil {
			return err
		}
		needs = []Need{}
		waiting, err := waitingClaims(ctx, tx, area, lastDue(today))
		if err != nil {
			return err
		}
		return eachVillage(ctx, tx, area, func(v village) {
			w := waiting[v.code]
			for _, m := range []struct {
				code Matter
				n    int64
			}{{MonthOpen, w.late}, {ObjectionWaiting, w.frozen}, {ShopShort, int64(v.short())}} {
				if m.n > 0 {
					needs = append(needs, Need{Village: v.code, Township: v.code.Parent(), Name: v.name, Code: m.code, N: m.n})
				}
			}
		})
	})
	return needs, err
}

// lastDue is the newest month that should be closed by now.
func lastDue(today core.Day) core.Month {
	over := today.Month().Prev()
	if int(today)%100 <= closeGrace {
		return over.Prev()
	}
	return over
}
