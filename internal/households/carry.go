package households

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/messages"
)

// carryOut does what was proposed. It takes the households' rows in the order of their ids and then the book, as whoever
// makes a household does, and judges again what may have changed since the proposal.
func (c *command) carryOut(ctx context.Context, x Change) (Change, error) {
	ids := []core.ID{x.First.ID}
	if x.Other.ID != 0 {
		ids = append(ids, x.Other.ID)
	}
	locked, err := directory.LockHouseholds(ctx, c.tx, c.village, ids...)
	if err != nil {
		return x, err
	}
	first, other := locked[0], directory.Household{}
	if len(locked) > 1 {
		other = locked[1]
	}
	if _, err := ledger.Lock(ctx, c.tx, c.village); err != nil {
		return x, err
	}
	f, err := c.read(ctx, x, first, other)
	if err != nil {
		return x, err
	}
	switch x.Kind {
	case Split:
		return c.split(ctx, f)
	case Merge:
		f.change.Moved = Shares{f.points1.Base, f.points1.Spendable}
		return c.merge(ctx, f)
	case Close:
		return c.close(ctx, f)
	case Move:
		return c.move(ctx, f)
	case Arrive:
		return c.arrive(ctx, f)
	}
	return c.undo(ctx, f)
}

func (c *command) stamp() ledger.Stamp {
	return ledger.Stamp{Village: c.village, NowMs: c.now, Actor: c.by.ID}
}

// transfer posts the change's points from the first household to the other.
func (c *command) transfer(ctx context.Context, x *Change, kind string) (err error) {
	numbers := map[string]any{"from": x.First.Number, "to": x.Other.Number}
	x.Voucher, err = ledger.Transfer(ctx, c.tx, c.stamp(), ledger.Move{Give: x.First.ID, Get: x.Other.ID, Base: x.Moved.Base, Spendable: x.Moved.Spendable,
		Ref: x.ID, MemoZh: messages.Text(messages.Chinese, "book.memo."+kind, numbers), MemoEn: messages.Text(messages.English, "book.memo."+kind, numbers)})
	return err
}

func (c *command) split(ctx context.Context, f facts) (Change, error) {
	x := f.change
	if f.judgeSplit() != nil {
		return x, errs.New(errs.Conflict, "households.points_changed")
	}
	ids := make([]core.ID, len(x.Plan.People))
	for i, p := range x.Plan.People {
		ids[i] = p.ID
	}
	made, before, err := c.directory.SplitOff(ctx, c.tx, c.by, f.first, directory.Split{Residents: ids, Head: x.Plan.Head, Remaining: x.Plan.Remaining,
		Number: x.Plan.Number, Group: x.Plan.Group, Cadre: x.Plan.Cadre})
	if err != nil {
		return x, err
	}
	x.Other, x.Plan.Before = side(made), before
	if x.Plan.Opening {
		if _, err := ledger.OpenHouseholds(ctx, c.tx, c.stamp(), ledger.OpeningPoints, made.ID); err != nil {
			return x, err
		}
	}
	return x, c.transfer(ctx, &x, "split")
}

func (c *command) merge(ctx context.Context, f facts) (Change, error) {
	x := f.change
	if err := c.judgeMerge(ctx, f); err != nil {
		return x, err
	}
	before, err := c.directory.MergeInto(ctx, c.tx, c.by, f.first, f.other)
	if err != nil {
		return x, err
	}
	x.Plan.Before = before
	if err := c.transfer(ctx, &x, "merge"); err != nil {
		return x, err
	}
	if err := c.cards.FollowMerge(ctx, c.tx, c.by, c.village, f.first.ID, f.other.ID); err != nil {
		return x, err
	}
	return x, c.revoke(ctx, f.first.ID, "households.card.merged")
}

func (c *command) close(ctx context.Context, f facts) (Change, error) {
	x := f.change
	if err := f.judgeClose(); err != nil {
		return x, err
	}
	state := directory.Left
	if x.Plan.Cause == Died {
		state = directory.Died
	}
	before, err := c.directory.Dissolve(ctx, c.tx, c.by, f.first, state)
	if err != nil {
		return x, err
	}
	x.Plan.Before, x.Moved = before, Shares{f.points1.Base, f.points1.Spendable}
	return x, c.revoke(ctx, f.first.ID, "households.card.closed")
}

func (c *command) revoke(ctx context.Context, household core.ID, why string) error {
	return c.cards.RevokeOf(ctx, c.tx, c.by, c.village, household, messages.Text(messages.Chinese, why, nil))
}
