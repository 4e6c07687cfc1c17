package report

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Service reads reports. It is safe for concurrent use.
type Service struct {
	st    *store.Store
	clock core.Clock
}

// New makes the service.
func New(st *store.Store, clock core.Clock) *Service { return &Service{st: st, clock: clock} }

// MaxMonths is the longest span of a report.
const MaxMonths = 60

// Span is the months of a report, both included.
type Span struct {
	From, To core.Month
}

// fill puts what was left out: a report without months is about the year of its last month up to now.
func (sp *Span) fill(today core.Day) error {
	if sp.To == 0 {
		sp.To = today.Month()
	}
	if sp.From == 0 {
		sp.From = sp.To/100*100 + 1
	}
	switch {
	case !sp.From.Valid():
		return errs.New(errs.Invalid, "report.bad_month").At("from")
	case !sp.To.Valid():
		return errs.New(errs.Invalid, "report.bad_month").At("to")
	case sp.From > sp.To || sp.From.Add(MaxMonths) <= sp.To:
		return errs.New(errs.Invalid, "report.bad_span", "most", MaxMonths).At("to")
	}
	return nil
}

// months lists the months of the span.
func (sp Span) months() []core.Month {
	var all []core.Month
	for m := sp.From; m <= sp.To; m = m.Next() {
		all = append(all, m)
	}
	return all
}

// view runs fn on one snapshot after checking that the actor may see the area and that it exists.
func (s *Service) view(ctx context.Context, by core.Actor, area core.Area, fn func(ctx context.Context, tx *store.Tx) error) error {
	if err := access.Require(by, access.OpReadReports, area); err != nil {
		return err
	}
	if l := area.Level(); l == core.NoLevel || l == core.Group {
		return errs.New(errs.NotFound, "directory.no_area")
	}
	return s.st.View(ctx, fn)
}
