package page

import (
	"errors"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/market"
	"qunyan/internal/rulebook"
)

// villagePage is all a village shows to everybody, on one page.
type villagePage struct {
	Frame
	place
	Notices []noticeHead // newest first
	Rules   *rulebook.Ruleset
	Shop    *market.Shop
	Items   []market.Item
}

// noticeHead is a notice in a list.
type noticeHead struct {
	claims.Notice
	Open bool
	Left int // whole days after today on which objections are still taken
}

func headOf(n claims.Notice, today core.Day) noticeHead {
	return noticeHead{Notice: n, Open: n.Open(today), Left: n.ToDay.Sub(today)}
}

func (h *Handler) village(q *request) error {
	place, err := q.place()
	if err != nil {
		return err
	}
	q.page.Title = q.page.T("page.village.title", "village", place.Short)
	v := &villagePage{Frame: q.page, place: place}
	notices, err := h.svc.Claims.PublicNotices(q.Context(), place.Village)
	if err != nil {
		return err
	}
	for _, n := range notices {
		v.Notices = append(v.Notices, headOf(n, q.today()))
	}
	if err := v.readRules(q); err != nil {
		return err
	}
	if err := v.readShop(q); err != nil {
		return err
	}
	return q.show("village.html", v)
}

// noRules is the code of a village whose rules are not in force yet.
const noRules = "rulebook.none_in_force"

func (v *villagePage) readRules(q *request) error {
	rules, err := q.h.svc.Rules.Current(q.Context(), v.Village, 0)
	if err != nil && errs.CodeOf(err) == noRules {
		return nil
	}
	v.Rules = &rules
	return err
}

func (v *villagePage) readShop(q *request) error {
	shop, err := q.h.svc.Market.PublicShop(q.Context(), v.Village)
	if errors.Is(err, errs.New(errs.NotFound, "market.no_shop")) {
		return nil
	}
	if err != nil {
		return err
	}
	v.Shop = &shop
	v.Items, err = q.h.svc.Market.PublicItems(q.Context(), v.Village)
	return err
}
