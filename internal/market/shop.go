package market

import (
	"context"
	"errors"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
	"qunyan/internal/tally"
)

// ShopState says whether goods can be redeemed.
type ShopState string

// The states of a shop.
const (
	ShopOpen   ShopState = "open"
	ShopClosed ShopState = "closed"
)

// Bounds on a shop's settings. Rates seen in practice run from 5 fen to 5 yuan a point (domain.md §4).
const (
	MaxRate     = rulebook.RateWidest
	MaxFloor    = rulebook.FloorWidest
	maxShopName = 30
)

// Shop is a village's points supermarket.
type Shop struct {
	Village core.Area   `json:"village"`
	Name    string      `json:"name"`
	Rate    core.Fen    `json:"rate_fen"` // fen of goods one point buys; the measure of what the village owes
	Floor   core.Points `json:"floor"`    // base points a household needs to redeem; 0 none
	OpenDay core.Day    `json:"open_day"` // 0 while it never opened
	State   ShopState   `json:"state"`
	Version int64       `json:"version"`
}

// ShopInput sets up a shop or changes it. Version is the one the editor saw, 0 for a new shop.
type ShopInput struct {
	Village core.Area
	Name    string
	Rate    core.Fen
	Floor   core.Points
	State   ShopState
	Version int64
}

func (in *ShopInput) check() error {
	in.Name = strings.TrimSpace(in.Name)
	switch {
	case in.Village.Level() != core.Village:
		return errs.New(errs.Invalid, "market.bad_village").At("village")
	case in.Name == "" || runes(in.Name) > maxShopName:
		return errs.New(errs.Invalid, "market.bad_name", "most", maxShopName).At("name")
	case in.Rate < 1 || in.Rate > MaxRate:
		return errs.New(errs.Invalid, "market.bad_rate", "most", yuan(int64(MaxRate))).At("rate_fen")
	case in.Floor < 0 || in.Floor > MaxFloor:
		return errs.New(errs.Invalid, "market.bad_floor", "most", MaxFloor).At("floor")
	case in.State != ShopOpen && in.State != ShopClosed:
		return errs.New(errs.Invalid, "market.bad_state").At("state")
	}
	return nil
}

// SaveShop sets up the village's shop or changes its settings. A new rate or floor keeps to the county's bounds
// (market.rate_bounds, market.floor_bounds). It answers market.shop_changed if somebody else changed
// it since the version the editor saw.
func (s *Service) SaveShop(ctx context.Context, by core.Actor, in ShopInput) (Shop, error) {
	if err := access.Require(by, access.OpManageShop, in.Village); err != nil {
		return Shop{}, err
	}
	if err := in.check(); err != nil {
		return Shop{}, err
	}
	now := s.clock.Now()
	var shop Shop
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		shop, err = store.Once(ctx, tx, by, in.Village, now, func() (Shop, error) {
			return s.saveShop(ctx, tx, by, in, now)
		})
		return err
	})
	return shop, err
}

func (s *Service) saveShop(ctx context.Context, tx *store.Tx, by core.Actor, in ShopInput, now int64) (Shop, error) {
	before, err := shopOf(ctx, tx, in.Village)
	isNew := errors.Is(err, errNoShop)
	if err != nil && !isNew {
		return Shop{}, err
	}
	if before.Version != in.Version {
		return Shop{}, errs.New(errs.Conflict, "market.shop_changed")
	}
	if err := withinBaseline(ctx, tx, before, in, core.DayOf(now)); err != nil {
		return Shop{}, err
	}
	after := Shop{
		Village: in.Village, Name: in.Name, Rate: in.Rate, Floor: in.Floor,
		OpenDay: before.OpenDay, State: in.State, Version: in.Version + 1,
	}
	if after.State == ShopOpen && after.OpenDay == 0 {
		after.OpenDay = core.DayOf(now)
	}
	if written, err := writeShop(ctx, tx, after, in.Version, now); err != nil || !written {
		return Shop{}, orElse(err, errs.New(errs.Conflict, "market.shop_changed"))
	}
	if opened := store.Flag(after.State == ShopOpen) - store.Flag(before.State == ShopOpen); opened != 0 {
		if err := tally.Add(ctx, tx, in.Village, 0, tally.Shop, string(ShopOpen), opened, 0); err != nil {
			return Shop{}, err
		}
	}
	entry := audit.Entry{Area: in.Village, Action: "market.save_shop", Subject: "shop", SubjectID: in.Village.String(), After: after}
	if !isNew {
		entry.Before = before
	}
	return after, audit.Write(ctx, tx, by, s.ids.Next(), now, entry)
}

// withinBaseline holds a rate or floor that is new to the bounds of the county's template. One that was set before the
// county narrowed them stays until the village changes it.
func withinBaseline(ctx context.Context, tx *store.Tx, before Shop, in ShopInput, today core.Day) error {
	b, err := rulebook.BoundsOn(ctx, tx, in.Village, today)
	isNew := before.Version == 0
	switch {
	case err != nil:
		return err
	case (isNew || in.Rate != before.Rate) && (in.Rate < b.RateMin || in.Rate > b.RateMax):
		return errs.New(errs.Invalid, "market.rate_bounds", "low", yuan(int64(b.RateMin)), "high", yuan(int64(b.RateMax))).At("rate_fen")
	case (isNew || in.Floor != before.Floor) && (in.Floor < b.FloorMin || in.Floor > b.FloorMax):
		return errs.New(errs.Invalid, "market.floor_bounds", "low", b.FloorMin, "high", b.FloorMax).At("floor")
	}
	return nil
}

// Shop reads the village's shop; market.no_shop if it has none yet.
func (s *Service) Shop(ctx context.Context, by core.Actor, village core.Area) (Shop, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return Shop{}, err
	}
	return s.PublicShop(ctx, village)
}

// PublicShop reads what a shop shows to everybody.
func (s *Service) PublicShop(ctx context.Context, village core.Area) (shop Shop, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		shop, err = shopOf(ctx, tx, village)
		return err
	})
	return shop, err
}
