package api

import (
	"context"
	"errors"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/store"
)

type cardHousehold struct {
	ID        core.ID `json:"id"`
	Number    int64   `json:"number"`
	GroupName string  `json:"group_name"`
	Head      string  `json:"head"`
}

// cardHome is the first page behind a card: whose it is, and what the household has.
type cardHome struct {
	Village      core.Area     `json:"village"`
	VillageName  string        `json:"village_name"`
	TownshipName string        `json:"township_name"`
	Household    cardHousehold `json:"household"`
	CodeTail     string        `json:"code_tail" doc:"last four characters printed on the card"`
	PinSet       bool          `json:"pin_set"`
	Unlocked     bool          `json:"unlocked"`
	CSRF         string        `json:"csrf" doc:"'' while locked"`
	Base         core.Points   `json:"base"`
	Spendable    core.Points   `json:"spendable"`
	Rate         core.Fen      `json:"rate_fen" doc:"fen of goods a point buys; 0 while the village has no shop"`
	Worth        core.Fen      `json:"worth_fen" doc:"of the spendable points in goods"`
	Floor        core.Points   `json:"floor" doc:"base points needed to redeem"`
}

// registerCardHome registers the card's first page and what it redeemed.
func (s *server) registerCardHome() {
	handle(s, spec{
		ID: "get-card", Method: http.MethodGet, Path: "/card", Tag: tagCardHolder, Op: access.OpReadCard, Auth: authCard,
		Summary: "Whose card it is and what the household has",
	}, s.cardHome)
	handle(s, spec{
		ID: "list-card-redemptions", Method: http.MethodGet, Path: "/card/redemptions", Tag: tagCardHolder, Op: access.OpReadCard, Auth: authCard,
		Summary: "What the household redeemed, newest first",
	}, func(ctx context.Context, by core.Actor, in *PageQuery) (*list[redemptionView], error) {
		rows, next, err := s.svc.Market.Redemptions(ctx, by, market.Filter{Village: by.Village, Household: by.Household}, in.page())
		return listOf(rows, next, viewRedemption), err
	})
}

func (s *server) cardHome(ctx context.Context, by core.Actor, _ *struct{}) (*cardHome, error) {
	card := exchangeOf(ctx).card
	home := cardHome{Village: by.Village, PinSet: card.Card.PinSet, Unlocked: card.Unlocked, CSRF: card.CSRF}
	home.CodeTail = card.Card.Code[max(len(card.Card.Code)-4, 0):]
	err := s.svc.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		h, err := directory.HouseholdByID(ctx, tx, by.Village, by.Household)
		if err != nil {
			return err
		}
		home.Household = cardHousehold{ID: h.ID, Number: h.Number, GroupName: h.GroupName, Head: h.Head}
		points, err := ledger.BalancesOf(ctx, tx, by.Village, by.Household, s.svc.Clock.Now())
		home.Base, home.Spendable = points.Base, points.Spendable
		return err
	})
	if err != nil {
		return nil, err
	}
	if home.VillageName, home.TownshipName, err = s.placeNames(ctx, by.Village); err != nil {
		return nil, err
	}
	shop, err := s.shopOrNone(ctx, by.Village)
	if shop != nil {
		home.Rate, home.Floor = shop.Rate, shop.Floor
		home.Worth = core.Fen(home.Spendable) * shop.Rate
	}
	return &home, err
}

// placeNames are a village's and its township's names as people say them.
func (s *server) placeNames(ctx context.Context, village core.Area) (short, township string, err error) {
	v, err := s.svc.Directory.Area(ctx, village)
	if err != nil {
		return "", "", err
	}
	t, err := s.svc.Directory.Area(ctx, village.Parent())
	return v.Short, t.Short, err
}

// shopOrNone is a village's shop; nil if it has none.
func (s *server) shopOrNone(ctx context.Context, village core.Area) (*market.Shop, error) {
	shop, err := s.svc.Market.PublicShop(ctx, village)
	if errors.Is(err, errs.New(errs.NotFound, "market.no_shop")) {
		return nil, nil
	}
	return &shop, err
}
