package ledger

import (
	"context"
	"errors"
	"fmt"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Closing is a month as it was closed in a village.
type Closing struct {
	Month     core.Month
	FirstNo   int64 // lines that the close posted; 0 and 0 for a month without any
	LastNo    int64
	Claims    int64
	Points    core.Points // earned
	Deducted  core.Points // base points really taken
	Moved     int64       // claims that were not ready and went to the next month
	Actor     core.ID
	ActorName string
	AtMs      int64
}

// BeginClosing marks the month as being closed in steps, until CloseMonth. The caller has called Lock.
func BeginClosing(ctx context.Context, tx *store.Tx, village core.Area, month core.Month) error {
	_, err := tx.Exec(ctx, sqlBeginClose, month, village)
	return err
}

// CloseMonth writes down that a month is closed. The caller has called Lock, found no ClosingOf the month and posted its
// lines. Months close in order: one that is not after the newest closed one is refused with ledger.month_closed.
func CloseMonth(ctx context.Context, tx *store.Tx, village core.Area, c Closing) error {
	if !c.Month.Valid() {
		return fmt.Errorf("ledger: close of month %d", c.Month)
	}
	n, err := tx.Exec(ctx, sqlClose, c.Month, village)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.New(errs.Conflict, "ledger.month_closed", "month", c.Month.String())
	}
	_, err = tx.Exec(ctx, sqlInsertClosing, village, c.Month, c.FirstNo, c.LastNo, c.Claims, c.Points, c.Deducted,
		c.Moved, c.Actor, c.ActorName, c.AtMs)
	return err
}

// ClosingOf reads how a month was closed; ledger.month_open (not found) if it was not.
func ClosingOf(ctx context.Context, tx *store.Tx, village core.Area, month core.Month) (Closing, error) {
	c, err := scanClosing(tx.Row(ctx, sqlClosing, village, month))
	if errors.Is(err, store.ErrNone) {
		return c, errs.New(errs.NotFound, "ledger.month_open", "month", month.String())
	}
	return c, err
}

func scanClosing(r store.Row) (Closing, error) {
	var c Closing
	err := r.Scan(&c.Month, &c.FirstNo, &c.LastNo, &c.Claims, &c.Points, &c.Deducted, &c.Moved, &c.Actor, &c.ActorName, &c.AtMs)
	return c, err
}
