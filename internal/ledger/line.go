package ledger

import (
	"fmt"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// Stamp says where, when and by whom lines are written. NowMs is the clock's time; the lines bear it or, if the clock
// was set back, the time of the newest line.
type Stamp struct {
	Village core.Area
	NowMs   int64
	Actor   core.ID // staff account; 0 for a job of our own
}

// Entry is a line before it has a number. Its kind says which accounts it moves between.
type Entry struct {
	Kind     Kind
	Category string  // of the rule, for Earned and Deducted; '' for all others
	Owner    core.ID // household or member's year, for kinds that touch the account of one; else 0
	Amount   int64   // points or fen, from 1 to core.MaxPoints or core.MaxFen
	Ref      core.ID // the claim, redemption, movement … it comes from
	MemoZh   string  // short text for the passbook
	MemoEn   string  // '' where there is only the Chinese one (goods, names)

	paired bool // Transfer wrote it together with its other half
}

// Line is a line of a village's book. It never changes.
type Line struct {
	No          int64 // 1, 2, 3 … within the village
	Voucher     int64 // number of the first line of the same voucher
	Day         core.Day
	AtMs        int64
	Kind        Kind
	Category    string
	Debit       Account // gives
	Credit      Account // receives
	Owner       core.ID // household or member's year whose account is one of the two, or 0
	Amount      int64
	DebitAfter  int64 // balance of the giving account after the line
	CreditAfter int64 // balance of the receiving account after the line
	Ref         core.ID
	Reverses    int64 // number of the line it takes back, or 0
	MemoZh      string
	MemoEn      string
	Actor       core.ID
}

// OfHousehold reads the line as a passbook does: the household's account it touches, the change with its sign and the
// balance after it. The account is 0 for a line that touches no household's account.
func (l Line) OfHousehold() (account Account, change, balance int64) {
	switch {
	case l.Debit.OfHousehold():
		return l.Debit, -l.Amount, l.DebitAfter
	case l.Credit.OfHousehold():
		return l.Credit, l.Amount, l.CreditAfter
	}
	return 0, 0, 0
}

// OfBranch says that the line is a Party branch's own affair.
func (l Line) OfBranch() bool { return l.Debit.OfBranch() }

// slots are the two accounts it moves between: the owner's, or the village's (owner 0).
func (l Line) slots() (debit, credit slot) {
	debit, credit = slot{account: l.Debit}, slot{account: l.Credit}
	if l.Debit.owned() {
		debit.owner = l.Owner
	}
	if l.Credit.owned() {
		credit.owner = l.Owner
	}
	return debit, credit
}

// counted is what the line adds to the counts of reports: topic ” for nothing. What a reversal takes back is counted
// in the month of the reversal, so that the figures of a closed month stay as they were.
func (l Line) counted() (topic string, n, amount int64) {
	if l.Kind.TakesBack() {
		return kindTable[moving(l.Credit, l.Debit)].topic, -1, -l.Amount
	}
	return kindTable[l.Kind].topic, 1, l.Amount
}

// line checks an entry and makes it a line without number, time and balances. A wrong owner or category is a mistake
// of the calling code, a wrong amount may be a user's.
func (e Entry) line(at Stamp) (Line, error) {
	debit, credit := e.Kind.Accounts()
	if debit == 0 || e.Kind.BetweenHouseholds() && !e.paired {
		return Line{}, fmt.Errorf("ledger: kind %d cannot be posted", e.Kind)
	}
	if (e.Owner != 0) != (debit.owned() || credit.owned()) {
		return Line{}, fmt.Errorf("ledger: kind %s with owner %d", e.Kind, e.Owner)
	}
	if (e.Category != "") != (e.Kind == Earned || e.Kind == Deducted) {
		return Line{}, fmt.Errorf("ledger: kind %s with category %q", e.Kind, e.Category)
	}
	if most := debit.Unit().most(); e.Amount < 1 || e.Amount > most {
		return Line{}, errs.New(errs.Invalid, "ledger.bad_amount", "most", most)
	}
	return Line{Kind: e.Kind, Category: e.Category, Debit: debit, Credit: credit, Owner: e.Owner, Amount: e.Amount,
		Ref: e.Ref, MemoZh: e.MemoZh, MemoEn: e.MemoEn, Actor: at.Actor}, nil
}
