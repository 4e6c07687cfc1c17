package page

import (
	"context"
	"html/template"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/market"
	"qunyan/internal/store"
)

// slipPage is the paper of a redemption: what was handed out, what it cost, what is left.
type slipPage struct {
	Frame
	place
	market.Redemption
	Shop   market.Shop
	Narrow bool // 80 mm roll; else A5
	Height int  // of the roll's piece, in millimetres
}

// staffCookie carries the session of staff; the API sets it.
const staffCookie = "qy_staff"

// staff is whoever is signed in.
func (q *request) staff() (core.Actor, error) {
	cookie, err := q.Cookie(staffCookie)
	if err != nil {
		return core.Actor{}, errs.New(errs.Unauthenticated, "access.sign_in")
	}
	by, _, err := q.h.svc.Access.Session(q.Context(), cookie.Value)
	return by, err
}

// slip is for the shop's staff: it names a household and its balance.
func (h *Handler) slip(q *request) error {
	place, err := q.place()
	if err != nil {
		return err
	}
	id, err := q.id()
	if err != nil {
		return err
	}
	by, err := q.staff()
	if err != nil {
		return err
	}
	v := &slipPage{Frame: q.page, place: place, Narrow: q.URL.Query().Get("size") != "a5"}
	if v.Redemption, err = h.svc.Market.Redemption(q.Context(), by, place.Village, id); err != nil {
		return err
	}
	if v.Shop, err = h.svc.Market.PublicShop(q.Context(), place.Village); err != nil {
		return err
	}
	v.Title = v.T("page.slip.title")
	v.Head = core.MaskName(v.Head)
	v.Height = slipBase + slipLine*len(v.Items)
	if v.VoidMs != 0 {
		v.Height += slipVoid
	}
	return q.show("slip.html", v)
}

// A roll is cut where the slip ends, so the paper is as long as the slip, in millimetres.
const (
	slipBase = 108
	slipLine = 7
	slipVoid = 22
)

// Sum is what a line of the slip costs.
func (v *slipPage) Sum(l market.SlipLine) core.Points { return l.Price * core.Points(l.Qty) }

// cardPage is a household's card to cut out and fold.
type cardPage struct {
	Frame
	place
	directory.Household
	Code string
	QR   template.HTML
}

// card prints the card whose token is in the address: the token was shown to the clerk who issued the card, once.
func (h *Handler) card(q *request) error {
	token := q.PathValue("token")
	card, err := h.svc.Access.CardByToken(q.Context(), token)
	if err != nil {
		return err
	}
	place, err := h.placeOf(q.Context(), card.Village)
	if err != nil {
		return err
	}
	v := &cardPage{Frame: q.page, place: place, Code: access.FormatCode(card.Code)}
	err = h.svc.Store.View(q.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		v.Household, err = directory.HouseholdByID(ctx, tx, card.Village, card.Household)
		return err
	})
	if err != nil {
		return err
	}
	if v.QR, err = qr(q.origin() + "/card/" + token); err != nil {
		return err
	}
	v.Title = v.T("page.card.title")
	return q.show("card.html", v)
}
