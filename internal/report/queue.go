package report

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Queue is a village and how many of its claims wait for review.
type Queue struct {
	Village  core.Area `json:"village"`
	Township string    `json:"township"`
	Name     string    `json:"name"`
	N        int64     `json:"n" doc:"claims that wait for a first or a second review"`
}

const sqlQueues = `SELECT v.code, p.short, v.short, CAST(SUM(t.n) AS BIGINT) FROM area v JOIN area p ON p.code = v.parent
	JOIN tally t ON t.village = v.code AND t.topic = 'claim' AND t.item = 'submitted'
	WHERE v.code >= $1 AND v.code <= $2 GROUP BY v.code, p.short, v.short, p.sort, p.code, v.sort HAVING SUM(t.n) > 0
	ORDER BY p.sort, p.code, v.sort, v.code`

// Queues lists the villages of an area where claims wait for review, in the order of the county's list.
func (s *Service) Queues(ctx context.Context, by core.Actor, area core.Area) ([]Queue, error) {
	all := []Queue{}
	err := s.view(ctx, by, area, func(ctx context.Context, tx *store.Tx) error {
		low, high := area.Span()
		return tx.Rows(ctx, sqlQueues, func(r store.Row) error {
			var q Queue
			err := r.Scan(&q.Village, &q.Township, &q.Name, &q.N)
			all = append(all, q)
			return err
		}, low, high)
	})
	return all, err
}
