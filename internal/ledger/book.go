package ledger

import (
	"context"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Book is the head of a village's book.
type Book struct {
	LastNo int64      // number of the newest line
	LastMs int64      // its time
	Closed core.Month // newest closed month; 0 if none was closed

	// Closing is the month that is being closed in steps, 0 almost always: until that is done no claim of the village may
	// change. Lock says so; taking numbers does not.
	Closing core.Month
}

// Lock takes the village's book until the command ends: nobody else posts, closes or holds in the village meanwhile.
// A command that reads something in order to post it (the month's close) calls it before it reads.
func Lock(ctx context.Context, tx *store.Tx, village core.Area) (Book, error) {
	var b Book
	err := tx.Row(ctx, sqlLock, village).Scan(&b.LastNo, &b.LastMs, &b.Closed, &b.Closing)
	return b, err
}

// bookOf reads the book's head without taking it; the zero Book for a village without one.
func bookOf(ctx context.Context, tx *store.Tx, village core.Area) (Book, error) {
	var b Book
	err := tx.Row(ctx, sqlBook, village).Scan(&b.LastNo, &b.LastMs, &b.Closed, &b.Closing)
	if errors.Is(err, store.ErrNone) {
		return Book{}, nil
	}
	return b, err
}

// take takes n numbers and dates them: LastNo is the last of them, LastMs their time.
func take(ctx context.Context, tx *store.Tx, at Stamp, n int64) (Book, error) {
	var b Book
	err := tx.Row(ctx, sqlTake, at.Village, n, at.NowMs).Scan(&b.LastNo, &b.LastMs, &b.Closed)
	return b, err
}

// Balance is what an account holds, in its unit; 0 for one that no line has touched. owner is 0 for the village's own.
func Balance(ctx context.Context, tx *store.Tx, village core.Area, account Account, owner core.ID) (int64, error) {
	if tx.Keeps() {
		rows, err := tx.Records(ctx, BalanceAhead(village, account, owner)...)
		if err != nil {
			return 0, err
		}
		return rows[1].Number(0), nil
	}
	var balance int64
	err := tx.Row(ctx, sqlBalance, village, account, owner).Scan(&balance)
	if errors.Is(err, store.ErrNone) {
		return 0, nil
	}
	return balance, err
}

// Balances are a household's points.
type Balances struct {
	Base      core.Points // what deductions touch
	Spendable core.Points // what it owns for redeeming
	Held      core.Points // part of Spendable that is on hold
}

// Free is what the household can spend now.
func (b Balances) Free() core.Points { return max(b.Spendable-b.Held, 0) }

// BalancesOf reads one household's points. nowMs tells which holds have run out.
func BalancesOf(ctx context.Context, tx *store.Tx, village core.Area, household core.ID, nowMs int64) (Balances, error) {
	var b Balances
	err := tx.Row(ctx, sqlHouseholdBalances, village, household, HouseholdBase, HouseholdSpendable, nowMs).Scan(&b.Base, &b.Spendable, &b.Held)
	return b, err
}

// AllBalances reads the points of every household of a village that has any line; holds are left out.
func AllBalances(ctx context.Context, tx *store.Tx, village core.Area) (map[core.ID]Balances, error) {
	all := map[core.ID]Balances{}
	err := tx.Rows(ctx, sqlAllBalances, func(r store.Row) error {
		var account Account
		var owner core.ID
		var balance core.Points
		if err := r.Scan(&account, &owner, &balance); err != nil {
			return err
		}
		b := all[owner]
		if account == HouseholdBase {
			b.Base = balance
		} else {
			b.Spendable = balance
		}
		all[owner] = b
		return nil
	}, village, HouseholdBase, HouseholdSpendable)
	return all, err
}

// free is what can be taken from an account now.
func free(ctx context.Context, tx *store.Tx, village core.Area, at slot, nowMs int64) (int64, error) {
	if at.account != HouseholdSpendable {
		return Balance(ctx, tx, village, at.account, at.owner)
	}
	b, err := BalancesOf(ctx, tx, village, at.owner, nowMs)
	return int64(b.Free()), err
}
