package claims

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// A claim that was noticed in a closed month is posted; before, an objection may still take it down.
const sqlPending = `SELECT COUNT(*) FROM claim c WHERE c.village = $1 AND c.household = $2
	AND (c.state IN ('submitted', 'returned', 'approved', 'frozen')
		OR c.state = 'noticed' AND c.month > COALESCE((SELECT b.closed FROM book b WHERE b.village = $1), 0))`

// Pending counts a household's claims that are not settled: neither posted nor ended. The answer holds until the command
// ends if the caller has the book.
func Pending(ctx context.Context, tx *store.Tx, village core.Area, household core.ID) (n int64, err error) {
	err = tx.Row(ctx, sqlPending, village, household).Scan(&n)
	return n, err
}
