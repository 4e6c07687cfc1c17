package store

import (
	"context"
	"errors"
	"strings"

	"qunyan/internal/core"
)

var errOneGlance = errors.New("store: a glance is one SELECT")

// single is a querier for one SELECT.
type single struct {
	querier
	asked bool
}

// again notes that a statement comes; it is an error if it is not the first, or not a SELECT.
func (s *single) again(text string) error {
	if s.asked || !strings.HasPrefix(strings.TrimSpace(text), "SELECT") {
		return errOneGlance
	}
	s.asked = true
	return nil
}

func (s *single) row(ctx context.Context, text string, args []any) Row {
	if err := s.again(text); err != nil {
		return failedRow{err}
	}
	return s.querier.row(ctx, text, args)
}

func (s *single) rows(ctx context.Context, text string, args []any, scan func(Row) error) error {
	if err := s.again(text); err != nil {
		return err
	}
	return s.querier.rows(ctx, text, args, scan)
}

func (s *single) exec(context.Context, string, []any) (int64, error) { return 0, errOneGlance }

func (s *single) many(context.Context, string, int, func(i int) []any) error { return errOneGlance }

func (s *single) batch(context.Context, []Query) error { return errOneGlance }

func (s *single) later(context.Context, laterWrite, []any) error { return errOneGlance }

func (s *single) answered(context.Context, core.Area, string) Row { return failedRow{errOneGlance} }
