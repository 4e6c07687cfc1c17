package households

import (
	"context"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
)

// undoing makes the change that takes another back.
func (c *command) undoing(ctx context.Context, in Input) (f facts, err error) {
	old, err := scan(c.tx.Row(ctx, sqlOne, c.village, in.Undoes))
	if err != nil {
		return f, err
	}
	x := Change{Kind: Undo, State: Proposed, First: old.First, Other: old.Other, Undoes: old.ID, UndoesKind: old.Kind, Moved: old.Moved, Far: old.Far,
		Plan: Plan{People: old.Plan.People, Before: old.Plan.Before, Opening: old.Plan.Opening},
		ByID: c.by.ID, ByName: c.by.Name, CreatedMs: c.now, Reason: in.Reason}
	if f, err = c.factsOf(ctx, x); err != nil {
		return f, err
	}
	return f, c.judgeUndo(ctx, old, x)
}

// judgeUndo wants a change to be the newest of its households, and a household that ends by its undo to have no claims.
func (c *command) judgeUndo(ctx context.Context, old, x Change) error {
	if !old.CanUndo() {
		return errs.New(errs.Conflict, "households.wrong_state")
	}
	other := old.Other.ID
	if other == 0 {
		other = old.First.ID
	}
	var later int64
	if err := c.tx.Row(ctx, sqlLater, c.village, old.ID, old.First.ID, other).Scan(&later); err != nil {
		return err
	}
	if later > 0 {
		return errs.New(errs.Conflict, "households.later_change")
	}
	if old.Kind != Split {
		return nil
	}
	pending, err := claims.Pending(ctx, c.tx, c.village, x.Other.ID)
	if err == nil && pending > 0 {
		err = errs.New(errs.Conflict, "households.claims_pending", "n", pending)
	}
	return err
}

// undo puts people back, takes the lines back and marks the old change.
func (c *command) undo(ctx context.Context, f facts) (Change, error) {
	x := f.change
	old, err := scan(c.tx.Row(ctx, sqlOne, c.village, x.Undoes))
	if err != nil {
		return x, err
	}
	if err := c.judgeUndo(ctx, old, x); err != nil {
		return x, err
	}
	x.Moved = old.Moved
	if old.Kind == Move {
		if err := c.recall(ctx, old); err != nil {
			return x, err
		}
	}
	if err := c.directory.PutBack(ctx, c.tx, c.by, f.first, f.other, old.Plan.Before); err != nil {
		return x, err
	}
	if old.Voucher != 0 {
		if x.Voucher, err = ledger.ReverseTransfer(ctx, c.tx, c.stamp(), old.Voucher, x.Reason); err != nil {
			return x, err
		}
	}
	if old.Kind == Split {
		if err := c.unmake(ctx, f.other, old.Plan.Opening, x.Reason); err != nil {
			return x, err
		}
	}
	_, err = c.tx.Exec(ctx, sqlUndone, c.village, old.ID)
	return x, err
}

// unmake ends the household a split had made: no points may be left in it, and its card opens nothing any more.
func (c *command) unmake(ctx context.Context, made directory.Household, opened bool, reason string) error {
	if opened {
		if err := ledger.ReverseOpening(ctx, c.tx, c.stamp(), made.ID, reason); err != nil {
			return err
		}
	}
	left, err := ledger.BalancesOf(ctx, c.tx, c.village, made.ID, c.now)
	if err != nil {
		return err
	}
	if left != (ledger.Balances{}) {
		return errs.New(errs.Conflict, "households.points_since", "n", left.Base+left.Spendable)
	}
	return c.revoke(ctx, made.ID, "households.card.undone")
}

// CanUndo says that a change is of a kind and in a state that an undo could be proposed for. Who arrived moves back.
func (c Change) CanUndo() bool {
	return c.State == Done && c.Kind != Undo && c.Kind != Arrive && c.ID != core.ID(0)
}
