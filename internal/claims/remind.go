package claims

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// sqlForgotten finds villages that have rules in force in a month and have not closed it, and were not reminded.
const sqlForgotten = `SELECT DISTINCT r.village FROM ruleset r
	LEFT JOIN book b ON b.village = r.village
	LEFT JOIN month_reminder m ON m.village = r.village AND m.month = $1
	WHERE r.state IN ('published', 'adopted') AND r.from_day <= $2 AND r.village > $3 AND COALESCE(b.closed, 0) < $1 AND COALESCE(m.month, 0) = 0
	ORDER BY r.village LIMIT 500`

const sqlRemind = `INSERT INTO month_reminder (village, month, at_ms) VALUES ($1, $2, $3) ON CONFLICT (village, month) DO NOTHING`

// RemindDue reminds, from the given day of a month on, every village that has not closed the month before. The reminder
// stands on the start page of those who work there until the month is closed, and in the audit trail. It says how many
// villages were reminded; a village is reminded of a month once.
func (s *Service) RemindDue(ctx context.Context, day int) (reminded int64, err error) {
	today := core.DayOf(s.clock.Now())
	if int(today)%100 < day {
		return 0, nil
	}
	month := today.Month().Prev()
	for village := core.Area(0); ; {
		var due []core.Area
		err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			return tx.Rows(ctx, sqlForgotten, func(r store.Row) error {
				var v core.Area
				err := r.Scan(&v)
				if v.Level() == core.Village { // the county's template is no village
					due = append(due, v)
				}
				village = v
				return err
			}, month, month.Last(), village)
		})
		if err != nil || len(due) == 0 {
			return reminded, err
		}
		for _, v := range due {
			_, err := run(ctx, s, core.System("remind-to-close"), v, func(ctx context.Context, c *command) (core.ID, error) {
				n, err := c.tx.Exec(ctx, sqlRemind, v, month, c.now)
				if err != nil || n == 0 {
					return 0, err
				}
				return 0, c.log(ctx, "claims.remind_to_close", "month", month.String(), nil, map[string]any{"month": month})
			})
			if err != nil {
				return reminded, err
			}
			reminded++
		}
	}
}
