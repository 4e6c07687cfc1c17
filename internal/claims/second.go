package claims

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Reviewing says which claims a second person reviews.
type Reviewing struct {
	Percent   int64       // of all claims, drawn by lot; 0 none
	Above     core.Points // every claim that moves more points than this; 0 none
	ByName    string
	ChangedMs int64
}

// MaxAbove is the largest bound a setting may name.
const MaxAbove core.Points = 100_000

const (
	sqlReviewing    = `SELECT percent, above, by_name, changed_ms FROM review_setting WHERE village = $1`
	sqlSetReviewing = `INSERT INTO review_setting (village, percent, above, by_name, changed_ms) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (village) DO UPDATE SET percent = excluded.percent, above = excluded.above, by_name = excluded.by_name,
			changed_ms = excluded.changed_ms`
)

func reviewingOf(ctx context.Context, tx *store.Tx, area core.Area) (r Reviewing, err error) {
	err = tx.Row(ctx, sqlReviewing, area).Scan(&r.Percent, &r.Above, &r.ByName, &r.ChangedMs)
	if errors.Is(err, store.ErrNone) {
		err = nil
	}
	return r, err
}

// reviewingIn is what holds in an area: the strictest of its own setting and of those above it, so that nobody is reviewed
// less than the county asked for.
func reviewingIn(ctx context.Context, tx *store.Tx, area core.Area) (all Reviewing, err error) {
	for a := area; a.Level() != core.NoLevel; a = a.Parent() {
		one, err := reviewingOf(ctx, tx, a)
		if err != nil {
			return all, err
		}
		all.Percent = max(all.Percent, one.Percent)
		if one.Above != 0 && (all.Above == 0 || one.Above < all.Above) {
			all.Above = one.Above
		}
		if a.Level() == core.County {
			break
		}
	}
	return all, nil
}

// Reviewing tells what an area has set itself, and what holds there.
func (s *Service) Reviewing(ctx context.Context, by core.Actor, area core.Area) (own, holds Reviewing, err error) {
	if err := access.Require(by, access.OpReadReports, area); err != nil {
		return own, holds, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if own, err = reviewingOf(ctx, tx, area); err != nil {
			return err
		}
		holds, err = reviewingIn(ctx, tx, area)
		return err
	})
	return own, holds, err
}

// SetReviewing sets how many claims of an area a second person reviews. It holds for first reviews from now on; what waits
// for a second review goes on waiting. A village can only be stricter than what holds above it.
func (s *Service) SetReviewing(ctx context.Context, by core.Actor, area core.Area, in Reviewing) error {
	if err := access.Require(by, access.OpSetReviewing, area); err != nil {
		return err
	}
	if in.Percent < 0 || in.Percent > 100 {
		return errs.New(errs.Invalid, "claims.bad_percent").At("percent")
	}
	if in.Above < 0 || in.Above > MaxAbove {
		return errs.New(errs.Invalid, "claims.bad_above", "most", MaxAbove).At("above")
	}
	return s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := s.clock.Now()
		_, err := store.Once(ctx, tx, by, area, now, func() (bool, error) {
			was, err := reviewingOf(ctx, tx, area)
			if err != nil {
				return false, err
			}
			if _, err := tx.Exec(ctx, sqlSetReviewing, area, in.Percent, in.Above, by.Name, now); err != nil {
				return false, err
			}
			return true, audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{Area: area, Action: "claims.set_reviewing", Subject: "area",
				SubjectID: area.String(), Before: map[string]any{"percent": was.Percent, "above": was.Above},
				After: map[string]any{"percent": in.Percent, "above": in.Above}})
		})
		return err
	})
}

// needs says whether a claim that was just approved is reviewed by a second person. The lot is drawn from the claim's id
// with the installation's key: it comes out the same however often it is drawn, and nobody without the key knows it before.
func (r Reviewing) needs(c Claim, key []byte) bool {
	if points := max(c.Points, -c.Points); r.Above > 0 && points > r.Above {
		return true
	}
	return lot(c.Village, c.ID, key) < r.Percent
}

// lot is a number from 0 to 99.
func lot(village core.Area, id core.ID, key []byte) int64 {
	h := hmac.New(sha256.New, key)
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(village))
	binary.BigEndian.PutUint64(b[8:], uint64(id))
	h.Write(b[:])
	return int64(binary.BigEndian.Uint64(h.Sum(nil)) % 100)
}

const sqlFirstReview = `UPDATE claim SET first_by = $1, first_name = $2, first_ms = $3, changed_ms = $3, version_no = version_no + 1
	WHERE village = $4 AND id = $5`

// first lets a claim wait for its second review: it stays submitted, so that no list takes it.
func (c *command) first(ctx context.Context, claim Claim) error {
	if _, err := c.tx.Exec(ctx, sqlFirstReview, c.by.ID, c.by.Name, c.now, c.village, claim.ID); err != nil {
		return err
	}
	return c.log(ctx, "claims.first_review", "claim", claim.ID.String(), map[string]any{"state": Submitted}, map[string]any{"first_review": c.by.ID})
}

const sqlPutReview = `INSERT INTO review (village, id, month, claim, reviewer, reviewer_name, by_kind, by_id, by_name, outcome, second,
		together, wait_ms, at_ms)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

// keep writes down a decision. Of a household that submitted by its card nothing is named.
func (c *command) keep(ctx context.Context, claim Claim, outcome State) error {
	by, second := core.ID(0), int64(0)
	if claim.ByKind == core.StaffActor {
		by = claim.ByID
	}
	if claim.FirstBy != 0 {
		second = 1
	}
	_, err := c.tx.Exec(ctx, sqlPutReview, c.village, c.ids.Next(), c.today.Month(), claim.ID, c.by.ID, c.by.Name, string(claim.ByKind), by,
		claim.ByName, string(outcome), second, max(1, c.together), max(0, c.now-claim.ChangedMs), c.now)
	return err
}

// tied is what connects the command's actor with the village, read once.
func (c *command) tied(ctx context.Context) (*ties, error) {
	var err error
	if c.ties == nil {
		c.ties, err = tiesOf(ctx, c.tx, c.by, c.village, c.today)
	}
	return c.ties, err
}

// reviewing is what holds in the command's village, read once.
func (c *command) reviewing(ctx context.Context) (Reviewing, error) {
	if c.setting == nil {
		r, err := reviewingIn(ctx, c.tx, c.village)
		if err != nil {
			return r, err
		}
		c.setting = &r
	}
	return *c.setting, nil
}
