package files

import (
	"context"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// How many photos are taken on one day: a household's and one person's of the staff, and what
// keeps one village from filling the disk of all. A clerk who photographs every sheet of a village of 600 households
// stays far below.
const (
	HouseholdDaily = 30
	StaffDaily     = 600
	VillageDaily   = 3000
)

const (
	// The rows are counted up in the order sender, village by everybody, so that nobody waits in a circle.
	countSQL = `INSERT INTO file_day (village, day, by_kind, by_id, files, bytes) VALUES ($1, $2, $3, $4, 1, $5)
		ON CONFLICT (village, day, by_kind, by_id) DO UPDATE SET files = file_day.files + 1, bytes = file_day.bytes + excluded.bytes
		RETURNING files`
	countedSQL = `SELECT files FROM file_day WHERE village = $1 AND day = $2 AND by_kind = $3 AND by_id = $4`
)

// bound is one of the numbers a sender is held to.
type bound struct {
	kind string
	id   core.ID
	most int64
	code string
}

// boundsOf gives those of a sender. A household with a new card is the same household.
func boundsOf(by core.Actor) [2]bound {
	own := bound{"staff", by.ID, StaffDaily, "files.too_many_today"}
	if by.Kind == core.CardActor {
		own = bound{"household", by.Household, HouseholdDaily, "files.too_many_today"}
	}
	return [2]bound{own, {"village", 0, VillageDaily, "files.village_full_today"}}
}

func (b bound) full() error { return errs.New(errs.RateLimited, b.code, "most", b.most) }

// count counts a file that is about to be kept, and refuses the one too many.
func count(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, day core.Day, size int) error {
	for _, b := range boundsOf(by) {
		var n int64
		if err := tx.Row(ctx, countSQL, village, day, b.kind, b.id, size).Scan(&n); err != nil {
			return err
		}
		if n > b.most {
			return b.full()
		}
	}
	return nil
}

// mayStill refuses before anything is decoded or written what count would refuse, but not the repetition of what was
// kept: its answer was lost on the way.
func (s *Service) mayStill(ctx context.Context, by core.Actor, village core.Area) error {
	return s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		again, err := store.Answered(ctx, tx, by, village)
		if again || err != nil {
			return err
		}
		for _, b := range boundsOf(by) {
			var n int64
			err := tx.Row(ctx, countedSQL, village, core.DayOf(s.clock.Now()), b.kind, b.id).Scan(&n)
			if err != nil && !errors.Is(err, store.ErrNone) {
				return err
			}
			if n >= b.most {
				return b.full()
			}
		}
		return nil
	})
}
