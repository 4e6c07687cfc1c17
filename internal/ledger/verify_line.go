package ledger

import "qunyan/internal/core"

// order judges a line by the one above it: number, voucher, time.
func (c *check) order(l Line) error {
	switch {
	case l.No != c.last.No+1:
		return c.fault(l.No, "stands after line %d", c.last.No)
	case l.Voucher != l.No && l.Voucher != c.last.Voucher:
		return c.fault(l.No, "belongs to voucher %d, but the voucher above it is %d", l.Voucher, c.last.Voucher)
	case l.AtMs < c.last.AtMs:
		return c.fault(l.No, "is dated before the line above it")
	case l.Voucher == c.last.Voucher && l.AtMs != c.last.AtMs:
		return c.fault(l.No, "is not of the same time as its voucher")
	case l.Day != core.DayOf(l.AtMs):
		return c.fault(l.No, "says day %s, but its time is of %s", l.Day, core.DayOf(l.AtMs))
	}
	return nil
}

// shape judges a line by itself: what its kind allows.
func (c *check) shape(l Line) error {
	kind := l.Kind
	if kind.TakesBack() {
		kind = moving(l.Credit, l.Debit)
	}
	debit, credit := kind.Accounts()
	if l.Kind.TakesBack() {
		debit, credit = credit, debit
	}
	switch {
	case debit == 0:
		return c.fault(l.No, "has a kind nobody knows (%d)", l.Kind)
	case l.Debit != debit || l.Credit != credit:
		return c.fault(l.No, "moves from %s to %s, which is not what %s does", l.Debit, l.Credit, l.Kind)
	case l.Amount < 1 || l.Amount > debit.Unit().most():
		return c.fault(l.No, "has the amount %d", l.Amount)
	case (l.Owner != 0) != (debit.owned() || credit.owned()):
		return c.fault(l.No, "names household %s, which does not fit its accounts", l.Owner)
	case kind.OfBranch() && !c.members[l.Owner]:
		return c.fault(l.No, "names the member's year %s, which the branch does not have", l.Owner)
	case l.Owner != 0 && !kind.OfBranch() && !c.households[l.Owner]:
		return c.fault(l.No, "names household %s, which the village does not have", l.Owner)
	case (l.Category != "") != (kind == Earned || kind == Deducted):
		return c.fault(l.No, "has the category %q, which does not fit its kind", l.Category)
	case l.Kind.TakesBack() != (l.Reverses != 0):
		return c.fault(l.No, "reverses line %d, which does not fit its kind", l.Reverses)
	}
	return nil
}

// takenBack judges a reversal by the line it takes back.
func (c *check) takenBack(l Line) error {
	if l.Reverses == 0 {
		return nil
	}
	old := c.reversals[l.No]
	switch {
	case l.Reverses >= l.No || old.No != l.Reverses:
		return c.fault(l.No, "takes back line %d, which is not above it", l.Reverses)
	case c.reversed[l.Reverses]:
		return c.fault(l.No, "takes back line %d, which was taken back before", l.Reverses)
	case old.Kind.TakesBack():
		return c.fault(l.No, "takes back line %d, which is a reversal itself", l.Reverses)
	case old.Amount != l.Amount || old.Debit != l.Credit || old.Credit != l.Debit || old.Owner != l.Owner ||
		old.Ref != l.Ref || old.Category != l.Category:
		return c.fault(l.No, "is not the opposite of line %d", l.Reverses)
	case l.Kind == Void && l.Voucher == c.last.Voucher && old.Voucher != c.reversals[c.last.No].Voucher:
		return c.fault(l.No, "takes back line %d, which is of another voucher than the line above it takes back", l.Reverses)
	}
	c.reversed[l.Reverses] = true
	return nil
}

// balance recomputes the two balances after the line.
func (c *check) balance(l Line) error {
	debitAt, creditAt := l.slots()
	debit, credit := c.sum(debitAt), c.sum(creditAt)
	debit.balance -= l.Amount
	credit.balance += l.Amount
	debit.lines++
	credit.lines++
	switch {
	case l.DebitAfter != debit.balance:
		return c.fault(l.No, "says %s holds %d after it; the lines make it %d", l.Debit, l.DebitAfter, debit.balance)
	case l.CreditAfter != credit.balance:
		return c.fault(l.No, "says %s holds %d after it; the lines make it %d", l.Credit, l.CreditAfter, credit.balance)
	case l.Debit.Floored() && debit.balance < 0:
		return c.fault(l.No, "takes %s below zero", l.Debit)
	}
	return nil
}

func (c *check) sum(at slot) *sum {
	s := c.balances[at]
	if s == nil {
		s = &sum{}
		c.balances[at] = s
	}
	return s
}

// closing adds a line to the closed month it was posted by, and judges the month at its last line.
func (c *check) closing(l Line) error {
	for len(c.closings) > 0 && c.closings[0].LastNo == 0 {
		c.closings = c.closings[1:]
	}
	if len(c.closings) == 0 || l.No < c.closings[0].FirstNo {
		return nil
	}
	month := c.closings[0]
	switch l.Kind {
	case Earned:
		c.closed.n += l.Amount
	case Deducted:
		c.closed.amount += l.Amount
	}
	if l.No < month.LastNo {
		return nil
	}
	if c.closed != (tallied{int64(month.Points), int64(month.Deducted)}) {
		return c.fault(month.FirstNo, "begins the close of %s, which says %d points earned and %d deducted; its lines make %d and %d",
			month.Month, month.Points, month.Deducted, c.closed.n, c.closed.amount)
	}
	c.closings, c.closed = c.closings[1:], tallied{}
	return nil
}
