package files

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// looseMs is how long a picture may belong to nothing: long enough for a claim that waits on a phone without a network.
const looseMs = 7 * 24 * 60 * 60 * 1000

// sweepAtOnce bounds one sweep; what is left is for the next.
const sweepAtOnce = 500

const (
	looseSQL  = `SELECT f.village, f.id, f.size, f.mime, f.sha256, f.by_kind, f.by_id FROM file f WHERE f.owner_id = 0 AND f.created_ms < $1 ORDER BY f.created_ms LIMIT $2`
	removeSQL = `DELETE FROM file WHERE village = $1 AND id = $2 AND owner_id = 0`
	sharedSQL = `SELECT COUNT(*) FROM file WHERE village = $1 AND sha256 = $2`
)

// daysCounted is how long the counts of a day stay.
const daysCounted = 7

const forgetDaysSQL = `DELETE FROM file_day WHERE day < $1`

// Sweep throws away pictures that nothing took, and says how many: a photo that was sent and never used shows people and
// places, and nobody has a reason to keep it. It is a job; one process at a time runs it.
func (s *Service) Sweep(ctx context.Context) (swept int64, err error) {
	var loose []File
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, looseSQL, func(r store.Row) error {
			f, err := scan(r)
			loose = append(loose, f)
			return err
		}, s.clock.Now()-looseMs, sweepAtOnce)
	})
	for _, f := range loose {
		if err != nil {
			return swept, err
		}
		err = s.sweep(ctx, f)
		swept++
	}
	if err != nil {
		return swept, err
	}
	return swept, s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, forgetDaysSQL, core.DayOf(s.clock.Now()).Add(-daysCounted))
		return err
	})
}

func (s *Service) sweep(ctx context.Context, f File) error {
	s.swept.Lock()
	defer s.swept.Unlock()
	var others int64
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, removeSQL, f.Village, f.ID); err != nil {
			return err
		}
		return tx.Row(ctx, sharedSQL, f.Village, f.hash).Scan(&others)
	})
	if err != nil || others > 0 {
		return err
	}
	if err := s.folder.remove(f.Village, f.hash, smallEnd); err != nil {
		return err
	}
	return s.folder.remove(f.Village, f.hash, endOf(f.MIME))
}
