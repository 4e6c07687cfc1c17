package ledger

import "qunyan/internal/core"

// partners are the two households of a split or merge.
type partners struct{ gives, gets core.ID }

// between judges what moves between households: a voucher leaves nothing on the way, and every line names a recorded
// change of its own household.
func (c *check) between(l Line) error {
	if onTheWay := c.onTheWay(); onTheWay != 0 && l.Voucher == l.No {
		return c.fault(c.last.No, "leaves %d points on their way between households", onTheWay)
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
	return nil
}

// onTheWay are the points that were given by a household and not yet got by another.
func (c *check) onTheWay() int64 {
	if s := c.balances[slot{account: BetweenHouseholds}]; s != nil {
		return s.balance
	}
	return 0
}
