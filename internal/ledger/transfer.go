package ledger

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Move is what one household gives another when it splits or merges, or moves to another village: then each village's book
// has one half of it, and Give or Get is 0. Points are never given between people (domain.md §5,
// R9): the reference is a change of households that two people recorded, and Verify asks for it.
type Move struct {
	Give, Get       core.ID
	Base, Spendable core.Points
	Ref             core.ID // the change
	MemoZh, MemoEn  string  // names both households' numbers
}

// Entries are the lines of the move, in the order of the voucher: for each kind of points what is given and what is got.
func (m Move) Entries() (entries []Entry) {
	for _, part := range [2]struct {
		out, in Kind
		points  core.Points
	}{{BaseMovedOut, BaseMovedIn, m.Base}, {MovedOut, MovedIn, m.Spendable}} {
		if part.points == 0 {
			continue
		}
		half := Entry{Kind: part.out, Owner: m.Give, Amount: int64(part.points), Ref: m.Ref, MemoZh: m.MemoZh, MemoEn: m.MemoEn, paired: true}
		other := half
		other.Kind, other.Owner = part.in, m.Get
		if m.Give != 0 {
			entries = append(entries, half)
		}
		if m.Get != 0 {
			entries = append(entries, other)
		}
	}
	return entries
}

// Transfer posts a move as one voucher, whose number it gives; 0 if there is nothing to move. Errors: ledger.insufficient
// (have, need) when the giver has less, or has it on hold; ledger.bad_amount.
func Transfer(ctx context.Context, tx *store.Tx, at Stamp, m Move) (first int64, err error) {
	entries := m.Entries()
	if len(entries) == 0 {
		return 0, nil
	}
	first, _, err = Post(ctx, tx, at, entries...)
	return first, err
}
