package access

import (
	"context"

	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

const (
	staffOfSQL     = `SELECT id, name FROM staff WHERE village = $1 AND household = $2 ORDER BY id`
	followMergeSQL = `UPDATE staff SET household = $1 WHERE id = $2`
)

// StaffOf names the staff whose own household it is. Who splits a household is reminded of them: the accounts do not say
// which of the two they live in afterwards.
func StaffOf(ctx context.Context, tx *store.Tx, village core.Area, household core.ID) (names []string, err error) {
	_, names, err = staffOf(ctx, tx, village, household)
	return names, err
}

func staffOf(ctx context.Context, tx *store.Tx, village core.Area, household core.ID) (ids []core.ID, names []string, err error) {
	err = tx.Rows(ctx, staffOfSQL, func(r store.Row) error {
		var id core.ID
		var name string
		err := r.Scan(&id, &name)
		ids, names = append(ids, id), append(names, name)
		return err
	}, village, household)
	return ids, names, err
}

// FollowMerge makes the household that another was merged into the own household of that one's staff, so that they are kept
// from deciding for it: a step of the command that merges.
func (s *Service) FollowMerge(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, from, into core.ID) error {
	ids, _, err := staffOf(ctx, tx, village, from)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := tx.Exec(ctx, followMergeSQL, into, id); err != nil {
			return err
		}
		err := audit.Write(ctx, tx, by, s.ids.Next(), s.clock.Now(), audit.Entry{Area: village, Action: "access.follow_merge", Subject: "staff",
			SubjectID: id.String(), Before: map[string]any{"household": from}, After: map[string]any{"household": into}})
		if err != nil {
			return err
		}
	}
	return nil
}
