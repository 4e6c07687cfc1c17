package rulebook

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// The days a list may stay open for objections (domain.md §3: 3 by default, 5 to 7 where the village votes so).
const (
	NoticeDaysMin = 3
	NoticeDaysMax = 7
)

// The widest that a county may let its villages go.
const (
	RateWidest  core.Fen    = 1_000_00
	FloorWidest core.Points = 1_000
)

// Bounds are what a county's template lets its villages choose: what a point buys, the base points one needs to redeem,
// the days of a notice, and whether the Party members meet on rules before the villagers' vote. Bounds include their ends.
type Bounds struct {
	RateMin      core.Fen    `json:"rate_min_fen" doc:"fen of goods a point buys"`
	RateMax      core.Fen    `json:"rate_max_fen"`
	FloorMin     core.Points `json:"floor_min" doc:"base points a household needs to redeem"`
	FloorMax     core.Points `json:"floor_max"`
	NoticeMin    int64       `json:"notice_min" doc:"days a list stays open for objections"`
	NoticeMax    int64       `json:"notice_max"`
	PartyMeeting bool        `json:"party_meeting" doc:"the Party members' meeting must have agreed before rules are filed"`
}

// Widest are the bounds where a county has set none.
func Widest() Bounds {
	return Bounds{RateMin: 1, RateMax: RateWidest, FloorMax: FloorWidest, NoticeMin: NoticeDaysMin, NoticeMax: NoticeDaysMax}
}

// seeded are the bounds of the product's own template: rates as they were seen in practice, from 5 fen to 5 yuan a point
// (domain.md §4).
func seeded() Bounds {
	b := Widest()
	b.RateMin, b.RateMax = 5, 500
	return b
}

func (b Bounds) check() error {
	wrong := func(field string) error {
		return errs.New(errs.Invalid, "rulebook.bad_bounds", "field", field).At(field)
	}
	switch {
	case b.RateMin < 1 || b.RateMin > RateWidest:
		return wrong("rate_min_fen")
	case b.RateMax < b.RateMin || b.RateMax > RateWidest:
		return wrong("rate_max_fen")
	case b.FloorMin < 0 || b.FloorMin > FloorWidest:
		return wrong("floor_min")
	case b.FloorMax < b.FloorMin || b.FloorMax > FloorWidest:
		return wrong("floor_max")
	case b.NoticeMin < NoticeDaysMin || b.NoticeMin > NoticeDaysMax:
		return wrong("notice_min")
	case b.NoticeMax < b.NoticeMin || b.NoticeMax > NoticeDaysMax:
		return wrong("notice_max")
	}
	return nil
}

// BoundsOn reads what a village's county lets it choose on a day: the bounds of the template in force, the widest where
// none is.
func BoundsOn(ctx context.Context, tx *store.Tx, village core.Area, day core.Day) (Bounds, error) {
	set, err := scanRuleset(tx.Row(ctx, sqlInForce, village.Parent().Parent(), day))
	if noneInForce(inForceErr(err, day)) {
		return Widest(), nil
	}
	return set.Bounds, err
}

// Baseline reads BoundsOn today, for the forms of whoever may read the village.
func (s *Service) Baseline(ctx context.Context, by core.Actor, village core.Area) (Bounds, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return Bounds{}, err
	}
	var b Bounds
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		b, err = BoundsOn(ctx, tx, village, s.today())
		return err
	})
	return b, err
}

// SetBounds writes the bounds of a county's draft template.
//
// Errors: rulebook.bad_bounds (field), rulebook.not_draft, rulebook.no_ruleset, rulebook.wrong_area.
func (s *Service) SetBounds(ctx context.Context, by core.Actor, county core.Area, version int64, b Bounds) error {
	if county.Level() != core.County {
		return errs.New(errs.Invalid, "rulebook.wrong_area")
	}
	if err := access.Require(by, access.OpEditTemplate, county); err != nil {
		return err
	}
	if err := b.check(); err != nil {
		return err
	}
	_, err := command(ctx, s, by, county, func(ctx context.Context, tx *store.Tx, nowMs int64) (int64, error) {
		set, err := openDraft(ctx, tx, county, version, nowMs)
		if err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, sqlSetBounds, b.RateMin, b.RateMax, b.FloorMin, b.FloorMax, b.NoticeMin, b.NoticeMax,
			store.Flag(b.PartyMeeting), county, version); err != nil {
			return 0, err
		}
		return version, s.recordVersion(ctx, tx, by, nowMs, "set_bounds", set, set.Bounds, b)
	})
	return err
}
