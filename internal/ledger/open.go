package ledger

import (
	"context"
	"slices"

	"qunyan/internal/core"
	"qunyan/internal/messages"
	"qunyan/internal/store"
)

// OpeningPoints are the base points a household starts with (domain.md §2: 100, not redeemable).
const OpeningPoints core.Points = 100

// OpenHouseholds gives each household its base points by a posted line of its own voucher, and says how many it opened.
// A household that has had them is left as it is, so the same list may come twice. points 0 opens nothing.
func OpenHouseholds(ctx context.Context, tx *store.Tx, at Stamp, points core.Points, households ...core.ID) (int, error) {
	if points == 0 || len(households) == 0 {
		return 0, nil
	}
	if _, err := Lock(ctx, tx, at.Village); err != nil {
		return 0, err
	}
	opened, err := openedAmong(ctx, tx, at.Village, households)
	if err != nil {
		return 0, err
	}
	var vouchers [][]Entry
	for _, h := range households {
		if opened[h] {
			continue
		}
		opened[h] = true
		vouchers = append(vouchers, []Entry{{Kind: Opening, Owner: h, Amount: int64(points), Ref: h,
			MemoZh: messages.Text(messages.Chinese, "book.memo.opening", nil),
			MemoEn: messages.Text(messages.English, "book.memo.opening", nil)}})
	}
	_, err = PostMany(ctx, tx, at, vouchers)
	return len(vouchers), err
}

// openedAmong tells which households have a base account. It reads the range of their ids: one household, or a village.
func openedAmong(ctx context.Context, tx *store.Tx, village core.Area, households []core.ID) (map[core.ID]bool, error) {
	opened := map[core.ID]bool{}
	low, high := slices.Min(households), slices.Max(households)
	err := tx.Rows(ctx, sqlOwners, func(r store.Row) error {
		var owner core.ID
		err := r.Scan(&owner)
		opened[owner] = true
		return err
	}, village, HouseholdBase, low, high)
	return opened, err
}
