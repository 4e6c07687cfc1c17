package ledger

import (
	"context"
	"fmt"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
	"qunyan/internal/tally"
)

// Post writes one voucher: its lines get consecutive numbers and stand or fall together. It gives the number of the
// first line, which is the voucher's, and the lines as written, one for each entry. A deduction that finds no base
// points left writes no line: its Line has No 0, and first is 0 if no line was written at all.
//
// Errors: ledger.insufficient (have, need) when an account would go below zero or below what is on hold;
// ledger.bad_amount. The command must then fail as a whole.
func Post(ctx context.Context, tx *store.Tx, at Stamp, entries ...Entry) (first int64, lines []Line, err error) {
	lines, err = PostMany(ctx, tx, at, [][]Entry{entries})
	for _, l := range lines {
		if l.No != 0 {
			return l.Voucher, lines, err
		}
	}
	return 0, lines, err
}

// PostMany writes several vouchers at once, in order, with the checks and the result of Post: one Line for each entry,
// vouchers one after the other. It is the way to post a month or to open a village's accounts.
func PostMany(ctx context.Context, tx *store.Tx, at Stamp, vouchers [][]Entry) ([]Line, error) {
	p := newPosting(at)
	for i, entries := range vouchers {
		for _, e := range entries {
			l, err := e.line(at)
			if err != nil {
				return nil, err
			}
			l.Voucher = int64(i)
			p.lines = append(p.lines, l)
		}
	}
	return p.lines, p.write(ctx, tx)
}

// few is how many lines are posted account by account. A redemption has two; above that it pays to read all balances
// of the village with one statement and to send the changes together.
const few = 4

// posting is a set of lines on its way into the book. Until they are numbered, a line's Voucher counts the vouchers of
// this posting.
type posting struct {
	at      Stamp
	lines   []Line  // one for each entry
	written []*Line // those that get a number: all but the deductions that found nothing to take
	sums    map[slot]*sum
	order   []slot // of first touch
}

func newPosting(at Stamp) *posting { return &posting{at: at, sums: map[slot]*sum{}} }

// slot is one account of the village.
type slot struct {
	account Account
	owner   core.ID
}

// sum is what a posting does to one account.
type sum struct {
	change, lines int64
	balance       int64 // running
	floor         int64 // the balance must not fall below it
}

func (p *posting) write(ctx context.Context, tx *store.Tx) error {
	if p.at.Village.Level() != core.Village {
		return fmt.Errorf("ledger: %d has no book", p.at.Village)
	}
	if len(p.lines) == 0 {
		return nil
	}
	var err error
	done := false
	if len(p.lines) <= few && tx.Keeps() {
		done, err = p.kept(ctx, tx)
	}
	switch {
	case done || err != nil:
	case len(p.lines) <= few && !p.trims() && !p.mixes():
		err = p.oneByOne(ctx, tx)
	default:
		err = p.together(ctx, tx)
	}
	if err != nil {
		return err
	}
	return p.store(ctx, tx)
}

// trims says that how many lines there will be depends on the balances.
func (p *posting) trims() bool {
	for _, l := range p.lines {
		if l.Kind == Deducted {
			return true
		}
	}
	return false
}

// mixes says that a household both spends and receives: how far its balance falls in between is not seen in the sum.
func (p *posting) mixes() bool {
	spends := map[core.ID]bool{}
	for _, l := range p.lines {
		if l.Debit == HouseholdSpendable {
			spends[l.Owner] = true
		}
	}
	for _, l := range p.lines {
		if l.Credit == HouseholdSpendable && spends[l.Owner] {
			return true
		}
	}
	return false
}

// oneByOne takes the numbers and changes each account with a statement that checks and answers, so that nothing is
// read first, and the statements need not wait for each other.
func (p *posting) oneByOne(ctx context.Context, tx *store.Tx) error {
	for i := range p.lines {
		p.touch(&p.lines[i])
	}
	var b Book
	queries := make([]store.Query, 1, 1+len(p.order))
	queries[0] = store.Query{SQL: sqlTake, Args: []any{p.at.Village, int64(len(p.lines)), p.at.NowMs}, Dest: []any{&b.LastNo, &b.LastMs, &b.Closed}}
	for _, at := range p.order {
		queries = append(queries, p.move(at, p.sums[at]))
	}
	if err := tx.Batch(ctx, queries); err != nil {
		return err
	}
	for i, at := range p.order {
		s := p.sums[at]
		if queries[i+1].None {
			have, err := free(ctx, tx, p.at.Village, at, b.LastMs)
			if err != nil {
				return err
			}
			return insufficient(have, -s.change)
		}
		s.balance -= s.change // was the balance after all lines
	}
	if err := p.run(); err != nil {
		return err
	}
	p.number(b)
	return nil
}

// touch notes what a line does to its two accounts.
func (p *posting) touch(l *Line) {
	debit, credit := l.slots()
	for _, side := range [2]struct {
		at     slot
		change int64
	}{{debit, -l.Amount}, {credit, l.Amount}} {
		s := p.sum(side.at)
		if s.lines == 0 {
			p.order = append(p.order, side.at)
		}
		s.change += side.change
		s.lines++
	}
}

func (p *posting) sum(at slot) *sum {
	s := p.sums[at]
	if s == nil {
		s = &sum{}
		p.sums[at] = s
	}
	return s
}

// move changes one account and reads its balance after all lines of the posting.
func (p *posting) move(at slot, s *sum) store.Query {
	v := p.at.Village
	q := store.Query{Dest: []any{&s.balance}}
	switch {
	case s.change >= 0 || !at.account.Floored():
		q.SQL, q.Args = sqlMove, []any{v, at.account, at.owner, s.change, s.lines}
	case at.account == HouseholdSpendable:
		q.SQL, q.Args = sqlSpendFree, []any{s.change, s.lines, v, at.account, at.owner}
	default:
		q.SQL, q.Args = sqlSpend, []any{s.change, s.lines, v, at.account, at.owner}
	}
	return q
}

// run works the lines through the running balances and writes the balances after each into it. It is the check of
// every posting when written: no floored account passes below its floor, not even between two lines of a voucher. Only a
// deduction takes less than it asked for, rather than fail.
func (p *posting) run() error {
	for i := range p.lines {
		l := &p.lines[i]
		debitAt, creditAt := l.slots()
		debit, credit := p.sum(debitAt), p.sum(creditAt)
		if l.Kind == Deducted {
			l.Amount = min(l.Amount, debit.balance)
		}
		switch {
		case l.Amount == 0:
			l.Voucher = 0
			continue
		case l.Debit.Floored() && debit.balance-l.Amount < debit.floor:
			return insufficient(debit.balance-debit.floor, l.Amount)
		}
		debit.balance -= l.Amount
		credit.balance += l.Amount
		l.DebitAfter, l.CreditAfter = debit.balance, credit.balance
		p.written = append(p.written, l)
	}
	return nil
}

// number gives the written lines the numbers that end with b.LastNo, their vouchers and their time.
func (p *posting) number(b Book) {
	no := b.LastNo - int64(len(p.written))
	day := core.DayOf(b.LastMs)
	part, voucher := int64(-1), int64(0)
	for _, l := range p.written {
		no++
		if l.Voucher != part {
			part, voucher = l.Voucher, no
		}
		l.No, l.Voucher, l.Day, l.AtMs = no, voucher, day, b.LastMs
	}
}

// store writes the lines and the counts.
func (p *posting) store(ctx context.Context, tx *store.Tx) error {
	texts, err := memosOf(ctx, tx, p.at.Village, p.written)
	if err != nil {
		return err
	}
	row := func(i int) []any {
		l := p.written[i]
		own, number := text{l.MemoZh, l.MemoEn}, int64(0)
		if n, kept := texts[own]; kept {
			own, number = text{}, n
		}
		return []any{p.at.Village, l.No, l.Voucher, l.Day, l.AtMs, l.Kind, l.Category, l.Debit, l.Credit, l.Owner, l.Amount,
			l.DebitAfter, l.CreditAfter, l.Ref, l.Reverses, own.zh, own.en, l.Actor, number}
	}
	if len(p.written) > few {
		err = tx.Many(ctx, sqlInsertLine, len(p.written), row)
	} else {
		for i := 0; i < len(p.written) && err == nil; i++ {
			err = tx.Later(ctx, sqlInsertLine, row(i)...)
		}
	}
	if err != nil {
		return err
	}
	return p.count(ctx, tx)
}

// count keeps the tallies; a posting adds to each of them once.
func (p *posting) count(ctx context.Context, tx *store.Tx) error {
	type counter struct{ topic, item string }
	type counted struct{ n, amount int64 }
	sums := map[counter]*counted{}
	var order []counter
	for _, l := range p.written {
		topic, n, amount := l.counted()
		if topic == "" {
			continue
		}
		key := counter{topic, l.Category}
		if sums[key] == nil {
			sums[key] = &counted{}
			order = append(order, key)
		}
		sums[key].n += n
		sums[key].amount += amount
	}
	for _, key := range order {
		s := sums[key]
		if err := tally.Add(ctx, tx, p.at.Village, p.written[0].Day.Month(), key.topic, key.item, s.n, s.amount); err != nil {
			return err
		}
	}
	return nil
}

// insufficient is refused with what there is and what was wanted, in the account's unit.
func insufficient(have, need int64) error {
	return errs.New(errs.Conflict, "ledger.insufficient", "have", max(have, 0), "need", need)
}
