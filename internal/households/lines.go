package households

import (
	"context"

	"qunyan/internal/ledger"
)

// lines are a change's lines: of one that is done as they stand in the book, else as they would be.
func (c *command) lines(ctx context.Context, f facts) ([]Line, error) {
	if f.change.State == Proposed {
		if f.change.Kind == Undo {
			return c.undoLines(ctx, f)
		}
		return f.toBe(), nil
	}
	return c.posted(ctx, f, f.change.Voucher)
}

// toBe are the lines that a split or a merge would post on the households' present balances.
func (f facts) toBe() (all []Line) {
	switch f.change.Kind {
	case Close:
		return nil
	case Move, Arrive:
		return f.half()
	}
	second := side(f.other)
	if f.change.Kind == Split {
		second = Side{Number: f.change.Plan.Number}
		for _, p := range f.change.Plan.People {
			if p.ID == f.change.Plan.Head {
				second.Head = p.Name
			}
		}
	}
	opened := int64(0)
	if f.change.Plan.Opening {
		opened = int64(ledger.OpeningPoints)
		all = append(all, Line{Number: second.Number, Head: second.Head, Account: ledger.HouseholdBase, Change: opened, After: opened})
	}
	move := func(account ledger.Account, points, have1, have2 int64) {
		if points == 0 {
			return
		}
		all = append(all, Line{Number: f.first.Number, Head: f.first.Head, Account: account, Change: -points, After: have1 - points},
			Line{Number: second.Number, Head: second.Head, Account: account, Change: points, After: have2 + points})
	}
	move(ledger.HouseholdBase, int64(f.change.Moved.Base), int64(f.points1.Base), int64(f.points2.Base)+opened)
	move(ledger.HouseholdSpendable, int64(f.change.Moved.Spendable), int64(f.points1.Spendable), int64(f.points2.Spendable))
	return all
}

// posted reads a voucher's lines as the two households see them.
func (c *command) posted(ctx context.Context, f facts, voucher int64) (all []Line, err error) {
	if voucher == 0 {
		return nil, nil
	}
	lines, err := ledger.Voucher(ctx, c.tx, c.village, voucher)
	for _, l := range lines {
		account, change, after := l.OfHousehold()
		of := f.first
		if l.Owner == f.other.ID {
			of = f.other
		}
		all = append(all, Line{No: l.No, Number: of.Number, Head: of.Head, Account: account, Change: change, After: after})
	}
	return all, err
}

// undoLines are the opposite of the lines that would be taken back, on the present balances.
func (c *command) undoLines(ctx context.Context, f facts) ([]Line, error) {
	undone, err := scan(c.tx.Row(ctx, sqlOne, c.village, f.change.Undoes))
	if err != nil {
		return nil, err
	}
	all, err := c.posted(ctx, f, undone.Voucher)
	for i := range all {
		l := &all[i]
		have := f.points1
		if l.Number == f.other.Number {
			have = f.points2
		}
		l.No, l.Change, l.After = 0, -l.Change, int64(have.Base)-l.Change
		if l.Account == ledger.HouseholdSpendable {
			l.After = int64(have.Spendable) + l.Change
		}
	}
	return all, err
}
