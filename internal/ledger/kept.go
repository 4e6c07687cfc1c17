package ledger

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Where rows are kept (store.Kept), a posting works on the book's head and the balances in memory. The book's row is the
// lock of them all: it is taken before an account or a hold is read, and nobody changes one without taking it first.
func keptBook() *store.Kept {
	return &store.Kept{Read: sqlBook, Make: sqlLock, Write: sqlWriteBook, Lock: true, Turn: 2}
}

func keptAccount() *store.Kept {
	return &store.Kept{Read: sqlKeptAccount, Write: sqlWriteAccount, Turn: 3}
}

func keptHolds() *store.Kept { return &store.Kept{Read: sqlKeptHolds, Turn: 3} }

const (
	sqlKeptAccount = `SELECT balance, lines FROM account WHERE village = $1 AND kind = $2 AND owner = $3`

	// Holds that have run out are counted too: of a household that has any, the guarded statement finds out.
	sqlKeptHolds = `SELECT COUNT(*) FROM hold WHERE village = $1 AND state = 'pending' AND expires_ms > 0 AND owner = $2`

	sqlWriteBook = `INSERT INTO book (village, last_no, last_ms, closed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (village) DO UPDATE SET last_no = excluded.last_no, last_ms = excluded.last_ms`

	sqlWriteAccount = `INSERT INTO account (village, kind, owner, balance, lines) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (village, kind, owner) DO UPDATE SET balance = excluded.balance, lines = excluded.lines`
)

// Ahead is what posting the entries will ask first, for store.TxAt. Their amounts need not be known yet.
func Ahead(village core.Area, entries ...Entry) []store.Ahead {
	lines := make([]Line, len(entries))
	for i, e := range entries {
		debit, credit := e.Kind.Accounts()
		lines[i] = Line{Debit: debit, Credit: credit, Owner: e.Owner}
	}
	return asked(village, slotsOf(lines))
}

// BalanceAhead is what Balance will ask.
func BalanceAhead(village core.Area, account Account, owner core.ID) []store.Ahead {
	return []store.Ahead{keptBook().Of(village), keptAccount().Of(village, int64(account), owner)}
}

// slotsOf lists the accounts that lines touch, each once, the household's spendable ones that are spent from with
// spends set.
func slotsOf(lines []Line) (all []touched) {
	add := func(at slot, spent bool) {
		for i := range all {
			if all[i].slot == at {
				all[i].spent = all[i].spent || spent
				return
			}
		}
		all = append(all, touched{at, spent})
	}
	for i := range lines {
		debit, credit := lines[i].slots()
		add(debit, debit.account == HouseholdSpendable)
		add(credit, false)
	}
	return all
}

// touched is an account that a posting touches; spent says that what is on hold in it matters.
type touched struct {
	slot
	spent bool
}

func asked(village core.Area, slots []touched) []store.Ahead {
	account, holds := keptAccount(), keptHolds()
	all := make([]store.Ahead, 0, len(slots)+2)
	all = append(all, keptBook().Of(village))
	for _, s := range slots {
		all = append(all, account.Of(village, int64(s.account), s.owner))
	}
	for _, s := range slots {
		if s.spent {
			all = append(all, holds.Of(village, s.owner))
		}
	}
	return all
}

// kept posts in memory. It answers false, having done nothing, if a household that spends has points on hold: what is
// free then depends on the time, and the guarded statements know.
func (p *posting) kept(ctx context.Context, tx *store.Tx) (bool, error) {
	v := p.at.Village
	slots := slotsOf(p.lines)
	rows, err := tx.Records(ctx, asked(v, slots)...)
	if err != nil {
		return false, err
	}
	for _, holds := range rows[1+len(slots):] {
		if holds.Number(0) > 0 {
			return false, nil
		}
	}
	book := rows[0]
	accounts := map[slot]*store.Record{}
	for i, s := range slots {
		accounts[s.slot] = rows[1+i]
		p.sum(s.slot).balance = rows[1+i].Number(0)
	}
	if err := p.run(); err != nil || len(p.written) == 0 {
		return true, err
	}
	b := Book{LastNo: book.Number(0) + int64(len(p.written)), LastMs: max(book.Number(1), p.at.NowMs), Closed: core.Month(book.Number(2))}
	p.number(b)
	for _, l := range p.written {
		p.touch(l)
	}
	if err := tx.Change(book, []any{b.LastNo, b.LastMs, int64(b.Closed)}, v, b.LastNo, b.LastMs, b.Closed); err != nil {
		return true, err
	}
	for _, at := range p.order {
		s, row := p.sums[at], accounts[at]
		n := row.Number(1) + s.lines
		if err := tx.Change(row, []any{s.balance, n}, v, at.account, at.owner, s.balance, n); err != nil {
			return true, err
		}
	}
	return true, nil
}
