package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
)

const (
	tagCards      = "Cards"
	tagCardHolder = "Card holder"
)

type cardView struct {
	ID        core.ID `json:"id"`
	Household core.ID `json:"household"`
	Code      string  `json:"code" doc:"printed on the card for typing, XXXX-XXXX"`
	State     string  `json:"state" enum:"active,revoked"`
	PinSet    bool    `json:"pin_set"`
	IssuedMs  int64   `json:"issued_ms"`
	RevokedMs int64   `json:"revoked_ms" doc:"0 while valid"`
	Reason    string  `json:"reason" doc:"of the revocation"`
}

func cardViewOf(c access.HouseholdCard) cardView {
	return cardView{
		ID: c.ID, Household: c.Household, Code: access.FormatCode(c.Code), State: c.State, PinSet: c.PinSet,
		IssuedMs: c.IssuedMs, RevokedMs: c.RevokedMs, Reason: c.Reason,
	}
}

func (s *server) registerCards() {
	handle(s, spec{
		ID: "list-cards", Method: http.MethodGet, Path: "/villages/{village}/households/{id}/cards", Tag: tagCards, Op: access.OpReadVillage,
		Summary: "Cards of a household, newest first",
	}, s.listCards)
	handle(s, spec{
		ID: "issue-card", Method: http.MethodPost, Path: "/villages/{village}/households/{id}/cards", Tag: tagCards, Op: access.OpManageCards,
		Status:  http.StatusCreated,
		Summary: "Give a household a new card", Detail: "The card it had is revoked. The token is shown here and never again.",
	}, s.issueCard)
	handle(s, spec{
		ID: "revoke-card", Method: http.MethodPost, Path: "/villages/{village}/cards/{id}/revoke", Tag: tagCards, Op: access.OpManageCards,
		Summary: "Make a card worthless",
	}, s.revokeCard)
	handle(s, spec{
		ID: "set-pin", Method: http.MethodPost, Path: "/villages/{village}/cards/{id}/pin", Tag: tagCards, Op: access.OpManageCards,
		MaxBody: 1 << 10,
		Summary: "Set a card's PIN at the village office", Detail: "Lifts a lock.",
	}, s.setPin)
}

// registerCardHolder registers what a household does with its card.
func (s *server) registerCardHolder() {
	handle(s, spec{
		ID: "unlock-card", Method: http.MethodPost, Path: "/card/unlock", Tag: tagCardHolder, Op: access.OpReadCard, Auth: authCard,
		NoCSRF: true, Limit: limitSignIn, MaxBody: 1 << 10,
		Summary: "Give the card's PIN", Detail: "Sets the cookie that applying needs.",
	}, s.unlockCard)
}

type householdInVillage struct {
	InVillage
	ID idParam `path:"id" doc:"of the household"`
}

type CardInVillage struct {
	InVillage
	ID idParam `path:"id" doc:"of the card"`
}

func (s *server) listCards(ctx context.Context, by core.Actor, in *householdInVillage) (*list[cardView], error) {
	cards, err := s.svc.Access.Cards(ctx, by, in.Village.Area, in.ID.ID)
	if err != nil {
		return nil, err
	}
	return listOf(cards, "", cardViewOf), nil
}

type issuedCard struct {
	Card  cardView `json:"card"`
	Token string   `json:"token" doc:"what the QR carries; shown once"`
	URL   string   `json:"url" doc:"what the QR opens"`
}

func (s *server) issueCard(ctx context.Context, by core.Actor, in *householdInVillage) (*issuedCard, error) {
	issued, err := s.svc.Access.IssueCard(ctx, by, in.Village.Area, in.ID.ID)
	if err != nil {
		return nil, err
	}
	return &issuedCard{Card: cardViewOf(issued.HouseholdCard), Token: issued.Token, URL: s.cardURL(ctx, issued.Token)}, nil
}

// cardURL is the address a card's QR opens. The token is part of the path, because every scanner and messenger keeps
// that; no referrer of ours carries it on, and our log writes routes, not paths.
func (s *server) cardURL(ctx context.Context, token string) string {
	return s.origin(exchangeOf(ctx).r) + "/card/" + token
}

// origin is scheme and host as the outside knows them.
func (s *server) origin(r *http.Request) string {
	if s.cfg.PublicURL != "" {
		return s.cfg.PublicURL
	}
	scheme := "http://"
	if s.cfg.Secure || r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host
}

type revokeCardInput struct {
	CardInVillage
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200"`
	}
}

func (s *server) revokeCard(ctx context.Context, by core.Actor, in *revokeCardInput) (*cardView, error) {
	card, err := s.svc.Access.RevokeCard(ctx, by, in.Village.Area, in.ID.ID, in.Body.Reason)
	view := cardViewOf(card)
	return &view, err
}

type pinBody struct {
	Pin string `json:"pin" minLength:"4" maxLength:"6" pattern:"^[0-9]+$" doc:"4 to 6 digits"`
}

type setPinInput struct {
	CardInVillage
	Body pinBody
}

func (s *server) setPin(ctx context.Context, by core.Actor, in *setPinInput) (*cardView, error) {
	card, err := s.svc.Access.SetPin(ctx, by, in.Village.Area, in.ID.ID, in.Body.Pin)
	view := cardViewOf(card)
	return &view, err
}

type unlockInput struct{ Body pinBody }

type unlocked struct {
	ExpiresMs int64  `json:"expires_ms"`
	CSRF      string `json:"csrf" doc:"to be sent back in X-CSRF-Token with every write"`
}

func (s *server) unlockCard(ctx context.Context, by core.Actor, in *unlockInput) (*unlocked, error) {
	x := exchangeOf(ctx)
	opened, err := s.svc.Access.UnlockCard(ctx, by, x.r.Header.Get(cardHeader), in.Body.Pin)
	if err != nil {
		return nil, err
	}
	s.setCookie(x, cardCookie, opened.Token, prefix+"/card")
	return &unlocked{ExpiresMs: opened.ExpiresMs, CSRF: opened.CSRF}, nil
}
