package ledger

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// partners are the two households of a split or merge; of a move, the one that this village has.
type partners struct {
	gives, gets core.ID
	far         core.Area // of a move, the other village
	given       int64     // of an arrival, what the other village's book gave
}

// readGiven asks the other villages what their books gave the households that came from them.
func (c *check) readGiven(ctx context.Context, tx *store.Tx) error {
	for id, p := range c.changes {
		if p.far == 0 || p.gets == 0 {
			continue
		}
		if err := tx.Row(ctx, sqlGivenAway, p.far, id, c.village).Scan(&p.given); err != nil {
			return err
		}
		c.changes[id] = p
	}
	return nil
}

// between judges what moves between households: a voucher leaves nothing on the way but what a move took to another village
// or brought from one, and every line names a recorded change of its own household.
func (c *check) between(l Line) error {
	if left := c.onTheWay() - c.away; left != 0 && l.Voucher == l.No {
		return c.fault(c.last.No, "leaves %d points on their way between households", left)
	}
	kind := l.Kind
	if kind.TakesBack() {
		kind = moving(l.Credit, l.Debit)
	}
	if !kind.BetweenHouseholds() {
		return nil
	}
	p, known := c.changes[l.Ref]
	owner := p.gives
	if l.Debit == BetweenHouseholds != l.Kind.TakesBack() {
		owner = p.gets
	}
	if !known || owner != l.Owner {
		return c.fault(l.No, "moves points between households without a recorded split or merge of this one")
	}
	if p.far != 0 {
		c.far(l)
		if p.gets != 0 && p.given != l.Amount {
			return c.fault(l.No, "brings points from village %s, whose book gave %d", p.far, p.given)
		}
	}
	return nil
}

// far counts a line whose other half is in another village's book.
func (c *check) far(l Line) {
	if l.Credit == BetweenHouseholds {
		c.away += l.Amount
	} else {
		c.away -= l.Amount
	}
}

// onTheWay are the points that were given by a household and not yet got by another.
func (c *check) onTheWay() int64 {
	if s := c.balances[slot{account: BetweenHouseholds}]; s != nil {
		return s.balance
	}
	return 0
}
