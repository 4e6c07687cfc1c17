package ledger

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// together is the way of many lines: lock the book, read every balance of the village once, work out all lines in
// memory, take as many numbers as there are lines, and write each account once.
func (p *posting) together(ctx context.Context, tx *store.Tx) error {
	b, err := Lock(ctx, tx, p.at.Village)
	if err != nil {
		return err
	}
	if err := p.read(ctx, tx, max(b.LastMs, p.at.NowMs)); err != nil {
		return err
	}
	if err := p.run(); err != nil || len(p.written) == 0 {
		return err
	}
	if b, err = take(ctx, tx, p.at, int64(len(p.written))); err != nil {
		return err
	}
	p.number(b)
	for _, l := range p.written {
		p.touch(l)
	}
	return tx.Many(ctx, sqlSettleAccount, len(p.order), func(i int) []any {
		at := p.order[i]
		s := p.sums[at]
		return []any{p.at.Village, at.account, at.owner, s.balance, s.lines}
	})
}

// read fetches the balances of all accounts, and what is on hold as the floor of the spendable ones.
func (p *posting) read(ctx context.Context, tx *store.Tx, nowMs int64) error {
	err := tx.Rows(ctx, sqlBalances, func(r store.Row) error {
		var at slot
		s := &sum{}
		if err := r.Scan(&at.account, &at.owner, &s.balance); err != nil {
			return err
		}
		p.sums[at] = s
		return nil
	}, p.at.Village)
	if err != nil {
		return err
	}
	return tx.Rows(ctx, sqlPending, func(r store.Row) error {
		var owner core.ID
		var points int64
		if err := r.Scan(&owner, &points); err != nil {
			return err
		}
		if s := p.sums[slot{HouseholdSpendable, owner}]; s != nil {
			s.floor += points
		}
		return nil
	}, p.at.Village, nowMs)
}
