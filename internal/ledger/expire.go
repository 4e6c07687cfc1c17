package ledger

import (
	"context"
	"maps"
	"slices"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Flow is a line of a household's spendable points, as far as their age matters.
type Flow struct {
	Day     core.Day
	In      bool // points came; else they went
	Amount  core.Points
	OldDay  core.Day // of the line it takes back; 0 if it takes none back
	OldKind Kind
}

// Unspent is what is left of the points that came on a day or before, when whatever went took the oldest first. A line
// that was taken back counts as if it had not been written; but points that expired and were given back by a reversal
// begin anew on that day, or they would expire again at once.
func Unspent(moves []Flow, day core.Day) core.Points {
	var in, out core.Points
	for _, m := range moves {
		switch back := m.OldKind != 0; {
		case back && !m.In:
			if m.OldDay <= day {
				in -= m.Amount
			}
		case back && m.OldKind != Expired:
			out -= m.Amount
		case m.In:
			if m.Day <= day {
				in += m.Amount
			}
		default:
			out += m.Amount
		}
	}
	return max(in-out, 0)
}

// Account 2 is HouseholdSpendable. The line that is taken back is one row by its whole key.
const moveColumns = `SELECT l.owner, l.day, CASE WHEN l.credit = 2 THEN 1 ELSE 0 END, l.amount, COALESCE(o.day, 0), COALESCE(o.kind, 0)
	FROM line l LEFT JOIN line o ON o.village = l.village AND o.no = l.reverses
	WHERE l.village = $1 AND (l.credit = 2 OR l.debit = 2)`

const (
	sqlMoves   = moveColumns
	sqlFlowsOf = moveColumns + ` AND l.owner = $2`
)

// FlowsOf reads the moves of one household, or with household 0 those of all the village's.
func FlowsOf(ctx context.Context, tx *store.Tx, village core.Area, household core.ID) (map[core.ID][]Flow, error) {
	all := map[core.ID][]Flow{}
	add := func(r store.Row) error {
		var owner core.ID
		var m Flow
		err := r.Scan(&owner, &m.Day, store.Bool(&m.In), &m.Amount, &m.OldDay, (*int64)(&m.OldKind))
		all[owner] = append(all[owner], m)
		return err
	}
	if household != 0 {
		return all, tx.Rows(ctx, sqlFlowsOf, add, village, household)
	}
	return all, tx.Rows(ctx, sqlMoves, add, village)
}

// Expire posts, as one voucher for each household, what is left of the points that came on a day or before; what is on
// hold stays. The lines bear e's reference and texts. Balances never fall below zero, and a line can be taken back like one of
// a claim.
func Expire(ctx context.Context, tx *store.Tx, at Stamp, day core.Day, e Entry) ([]Line, error) {
	b, err := Lock(ctx, tx, at.Village)
	if err != nil {
		return nil, err
	}
	moves, err := FlowsOf(ctx, tx, at.Village, 0)
	if err != nil {
		return nil, err
	}
	held := map[core.ID]core.Points{}
	err = tx.Rows(ctx, sqlPending, func(r store.Row) error {
		var owner core.ID
		var points core.Points
		err := r.Scan(&owner, &points)
		held[owner] += points
		return err
	}, at.Village, max(b.LastMs, at.NowMs))
	if err != nil {
		return nil, err
	}
	balances, err := AllBalances(ctx, tx, at.Village)
	if err != nil {
		return nil, err
	}
	var vouchers [][]Entry
	for _, owner := range sortedOwners(moves) {
		free := balances[owner].Spendable - held[owner]
		if points := min(Unspent(moves[owner], day), free); points > 0 {
			e.Kind, e.Owner, e.Amount = Expired, owner, int64(points)
			vouchers = append(vouchers, []Entry{e})
		}
	}
	return PostMany(ctx, tx, at, vouchers)
}

// sortedOwners is the order in which households' lines are written.
func sortedOwners(moves map[core.ID][]Flow) []core.ID {
	return slices.Sorted(maps.Keys(moves))
}
