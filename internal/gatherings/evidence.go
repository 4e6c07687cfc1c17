package gatherings

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// MaxPhotos is how many photos of its sign-in sheet a gathering holds: a village of 600 households fills ten sides of paper.
const MaxPhotos = 40

// Photo is a photo of the paper a roll was called from.
type Photo struct {
	ID        core.ID
	CreatedMs int64
}

// Line is the line of a roll that a claim was made of.
type Line struct {
	Of     Gathering
	Mark   Marked  // zero where the household has none any more
	Photos []Photo // the first few; Service.Photos lists all
	More   bool    // there are more photos
}

// linePhotos are shown beside a claim; the rest is asked for.
const linePhotos = 6

const (
	sqlOfSheet  = `SELECT gathering FROM gathering_sheet WHERE village = $1 AND sheet = $2`
	sqlMarkLine = `SELECT m.household, m.arrival, m.stayed, m.spoke, m.hours, m.by_name, m.at_ms, h.number, COALESCE(g.name, ''), h.head,
			COALESCE(d.at_ms, 0), COALESCE(d.how, '')
		FROM gathering_mark m
		JOIN household h ON h.village = m.village AND h.id = m.household
		LEFT JOIN area g ON g.code = h.grp
		LEFT JOIN gathering_scan d ON d.village = m.village AND d.gathering = m.gathering AND d.household = m.household
		WHERE m.village = $1 AND m.gathering = $2 AND m.household = $3`
	sqlPhotos      = `SELECT id, created_ms FROM file WHERE village = $1 AND owner = 'gathering' AND owner_id = $2 AND id > $3 ORDER BY id LIMIT $4`
	sqlCountPhotos = `SELECT COUNT(*) FROM file WHERE village = $1 AND owner = 'gathering' AND owner_id = $2`
	sqlTakePhoto   = `UPDATE file SET owner = 'gathering', owner_id = $1
		WHERE village = $2 AND id = $3 AND owner = 'claim' AND owner_id = 0 AND by_kind = 'staff'`
	sqlLeavePhoto = `UPDATE file SET owner = 'claim', owner_id = 0 WHERE village = $1 AND id = $2 AND owner = 'gathering' AND owner_id = $3`
)

// LineOf finds the line of the roll that a household's claim of a sheet was made of; false if the sheet is no gathering's.
func (s *Service) LineOf(ctx context.Context, by core.Actor, village core.Area, sheet, household core.ID) (line Line, found bool, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return line, false, err
	}
	err = s.desk.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		line, found = Line{}, false
		var id core.ID
		if err := tx.Row(ctx, sqlOfSheet, village, sheet).Scan(&id); err != nil {
			return ignoreNone(err)
		}
		if line.Of, err = read(ctx, tx, village, id); err != nil {
			return err
		}
		found = true
		if line.Mark, err = scanMark(tx.Row(ctx, sqlMarkLine, village, id, household)); ignoreNone(err) != nil {
			return err
		}
		line.Photos, err = photosOf(ctx, tx, village, id, 0, linePhotos+1)
		if len(line.Photos) > linePhotos {
			line.Photos, line.More = line.Photos[:linePhotos], true
		}
		return err
	})
	return line, found, err
}

func ignoreNone(err error) error {
	if errors.Is(err, store.ErrNone) {
		return nil
	}
	return err
}

func photosOf(ctx context.Context, tx *store.Tx, village core.Area, id, after core.ID, limit int) (list []Photo, err error) {
	err = tx.Rows(ctx, sqlPhotos, func(r store.Row) error {
		var p Photo
		err := r.Scan(&p.ID, &p.CreatedMs)
		list = append(list, p)
		return err
	}, village, id, after, limit)
	return list, err
}

// Photos lists the photos of a gathering's paper, oldest first. next is "" on the last page.
func (s *Service) Photos(ctx context.Context, by core.Actor, village core.Area, id core.ID, page core.Page) (list []Photo, next string, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, "", err
	}
	after := core.ID(0)
	if page.Cursor != "" {
		if after, err = core.ParseID(page.Cursor); err != nil {
			return nil, "", errs.New(errs.Invalid, "input.bad_cursor").At("cursor")
		}
	}
	err = s.desk.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := read(ctx, tx, village, id); err != nil {
			return err
		}
		list, err = photosOf(ctx, tx, village, id, after, page.Size()+1)
		return err
	})
	if err == nil {
		list, next = core.Cut(list, page, func(p Photo) string { return p.ID.String() })
	}
	return list, next, err
}

// AddPhoto ties a photo that staff sent to a gathering, also after its claims were made: the paper is often
// photographed last. One more than MaxPhotos is refused (gatherings.too_many_photos) and what is there stays.
func (s *Service) AddPhoto(ctx context.Context, by core.Actor, village core.Area, id, photo core.ID) (Gathering, error) {
	return s.change(ctx, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		if _, err := c.Tx.Exec(ctx, sqlTake, village, id); err != nil {
			return 0, err
		}
		g, err := read(ctx, c.Tx, village, id)
		if err != nil {
			return 0, err
		}
		if g.State == Cancelled {
			return 0, errs.New(errs.Conflict, "gatherings.cancelled")
		}
		var n int
		if err := c.Tx.Row(ctx, sqlCountPhotos, village, id).Scan(&n); err != nil {
			return 0, err
		}
		if n >= MaxPhotos {
			return 0, errs.New(errs.Conflict, "gatherings.too_many_photos", "most", MaxPhotos)
		}
		taken, err := c.Tx.Exec(ctx, sqlTakePhoto, id, village, photo)
		if err != nil {
			return 0, err
		}
		if taken == 0 {
			return 0, errs.New(errs.NotFound, "claims.no_photo").At("photo")
		}
		return id, c.Log(ctx, "gatherings.add_photo", id, nil, map[string]any{"photo": photo})
	})
}

// RemovePhoto takes a wrong photo away while the claims are not made; it is thrown away with those that nothing took.
func (s *Service) RemovePhoto(ctx context.Context, by core.Actor, village core.Area, id, photo core.ID) error {
	_, err := s.change(ctx, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		if _, err := c.take(ctx, id, 0); err != nil {
			return 0, err
		}
		n, err := c.Tx.Exec(ctx, sqlLeavePhoto, village, photo, id)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			return 0, errs.New(errs.NotFound, "claims.no_photo").At("photo")
		}
		return id, c.Log(ctx, "gatherings.remove_photo", id, map[string]any{"photo": photo}, nil)
	})
	return err
}
