package ledger

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
	"qunyan/internal/tally"
)

// checkHead compares the book's row and its closed months with the lines.
func (c *check) checkHead(ctx context.Context, tx *store.Tx) error {
	var newest core.Month
	err := tx.Rows(ctx, sqlClosings, func(r store.Row) error {
		closing, err := scanClosing(r)
		newest = closing.Month
		return err
	}, c.village)
	switch {
	case err != nil:
		return err
	case c.book.LastNo != c.last.No:
		return c.fault(0, "the book counts %d lines; there are %d", c.book.LastNo, c.last.No)
	case c.book.LastMs != c.last.AtMs:
		return c.fault(0, "the book's time is not that of its newest line")
	case c.onTheWay() != c.away:
		return c.fault(c.last.No, "leaves %d points on their way between households", c.onTheWay()-c.away)
	case c.book.Closed != newest:
		return c.fault(0, "the book says %s is the newest closed month; it is %s", c.book.Closed, newest)
	}
	for _, left := range c.closings {
		if left.LastNo != 0 {
			return c.fault(0, "the close of %s names lines %d to %d, which the book does not have", left.Month, left.FirstNo, left.LastNo)
		}
	}
	return nil
}

// checkAccounts compares every account with its lines, and the sum of each unit with zero.
func (c *check) checkAccounts(ctx context.Context, tx *store.Tx) error {
	seen := 0
	units := map[Unit]int64{}
	err := tx.Rows(ctx, sqlAllAccounts, func(r store.Row) error {
		var at slot
		var stored sum
		if err := r.Scan(&at.account, &at.owner, &stored.balance, &stored.lines); err != nil {
			return err
		}
		lines, ok := c.balances[at]
		switch {
		case !ok:
			return c.fault(0, "account %s of household %q has no lines", at.account, at.owner)
		case *lines != stored:
			return c.fault(0, "account %s of household %q holds %d after %d lines; its lines make it %d after %d",
				at.account, at.owner, stored.balance, stored.lines, lines.balance, lines.lines)
		}
		seen++
		units[at.account.Unit()] += stored.balance
		return nil
	}, c.village)
	if err != nil {
		return err
	}
	if seen != len(c.balances) {
		return c.fault(0, "%d accounts have lines; only %d are kept", len(c.balances), seen)
	}
	for _, u := range []Unit{InPoints, InFen} {
		if units[u] != 0 {
			return c.fault(0, "all accounts in %s sum to %d, not to zero", u, units[u])
		}
	}
	return nil
}

// checkCounts compares the counts that reports read with the lines.
func (c *check) checkCounts(ctx context.Context, tx *store.Tx) error {
	err := tx.Rows(ctx, sqlCounts, func(r store.Row) error {
		var key counter
		var stored tallied
		if err := r.Scan(&key.month, &key.topic, &key.item, &stored.n, &stored.amount); err != nil {
			return err
		}
		if lines := c.counts[key]; lines != stored {
			return c.fault(0, "the count %s %s of %s says %d lines and %d; the lines make it %d and %d",
				key.topic, key.item, key.month, stored.n, stored.amount, lines.n, lines.amount)
		}
		delete(c.counts, key)
		return nil
	}, c.village, tally.Earned, tally.Deducted, tally.Redeemed, tally.Granted, tally.Bought, tally.Donated, tally.Collective, tally.Prize)
	if err != nil {
		return err
	}
	for key, lines := range c.counts {
		if lines != (tallied{}) {
			return c.fault(0, "the count %s %s of %s is missing", key.topic, key.item, key.month)
		}
	}
	return nil
}

// checkStock compares the account of the shop's stock with what its goods cost.
func (c *check) checkStock(ctx context.Context, tx *store.Tx) error {
	var goods int64
	if err := tx.Row(ctx, sqlGoodsCost, c.village).Scan(&goods); err != nil {
		return err
	}
	if stock := c.sum(slot{account: ShopStock}).balance; stock != goods {
		return c.fault(0, "the shop's stock is %d fen in the book; its goods cost %d", stock, goods)
	}
	return nil
}

// checkFunds compares what each restricted fund holds with what came into it and what it paid, and all of them with the
// account of the shop's money.
func (c *check) checkFunds(ctx context.Context, tx *store.Tx) error {
	var held int64
	err := tx.Rows(ctx, sqlFunds, func(r store.Row) error {
		var name string
		var balance, in, out int64
		if err := r.Scan(&name, &balance, &in, &out); err != nil {
			return err
		}
		if balance != in-out || balance < 0 {
			return c.fault(0, "the restricted fund %q holds %d fen; its papers make it %d", name, balance, in-out)
		}
		held += balance
		return nil
	}, c.village)
	if err != nil {
		return err
	}
	if fund := c.sum(slot{account: ShopFund}).balance; fund < held {
		return c.fault(0, "the shop's fund is %d fen in the book; its restricted funds alone hold %d", fund, held)
	}
	return nil
}
