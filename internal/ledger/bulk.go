package ledger

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// together is the way of many lines: lock the book, read the balances once, work out all lines in memory, take as many numbers as there are lines, and write each account once.
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

// someAccounts is up to how many accounts are asked for one by one; above that all of the village are read.
const someAccounts = 100

// read fetches the balances, and what is on hold as the floor of the spendable ones.
func (p *posting) read(ctx context.Context, tx *store.Tx, nowMs int64) error {
	touched := map[slot]bool{}
	for i := range p.lines {
		debit, credit := p.lines[i].slots()
		touched[debit], touched[credit] = true, true
	}
	var err error
	if len(touched) <= someAccounts {
		err = p.readThese(ctx, tx, touched)
	} else {
		err = p.readAll(ctx, tx)
	}
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

func (p *posting) readAll(ctx context.Context, tx *store.Tx) error {
	return tx.Rows(ctx, sqlBalances, func(r store.Row) error {
		var at slot
		s := &sum{}
		if err := r.Scan(&at.account, &at.owner, &s.balance); err != nil {
			return err
		}
		p.sums[at] = s
		return nil
	}, p.at.Village)
}

func (p *posting) readThese(ctx context.Context, tx *store.Tx, accounts map[slot]bool) error {
	queries := make([]store.Query, 0, len(accounts))
	for at := range accounts {
		queries = append(queries, store.Query{SQL: sqlBalance, Args: []any{p.at.Village, at.account, at.owner}, Dest: []any{&p.sum(at).balance}})
	}
	return tx.Batch(ctx, queries)
}
