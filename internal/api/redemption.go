package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/market"
)

// The till ---------------------------------------------------------------------------------------------------------

type tillHousehold struct {
	ID        core.ID `json:"id"`
	Number    int64   `json:"number"`
	GroupName string  `json:"group_name"`
	Head      string  `json:"head"`
	CodeTail  string  `json:"code_tail" doc:"last characters of the card in use; '' if there is none"`
}

type tillView struct {
	Household  tillHousehold `json:"household"`
	Base       core.Points   `json:"base"`
	Spendable  core.Points   `json:"spendable"`
	CanSpend   core.Points   `json:"can_spend" doc:"0 with the reason in reason_code"`
	Floor      core.Points   `json:"floor"`
	ReasonCode string        `json:"reason_code" doc:"why nothing can be redeemed now, as a problem's code; '' if it can"`
}

func viewTill(t market.Till) tillView {
	v := tillView{
		Household: tillHousehold{ID: t.Household, Number: t.Number, GroupName: t.GroupName, Head: t.Head, CodeTail: t.CodeTail},
		Base:      t.Base, Spendable: t.Spendable, CanSpend: t.CanSpend, Floor: t.Floor,
	}
	if t.Refused != nil {
		v.ReasonCode = t.Refused.Code
	}
	return v
}

func (s *server) registerTill() {
	handle(s, spec{
		ID: "get-till", Method: http.MethodGet, Path: "/villages/{village}/till", Tag: marketTag, Op: access.OpRedeem,
		Summary: "Find the household at the counter and what it can spend",
		Detail: "Give one of the header X-Card (the token of a scanned card; an address would stand in a proxy's log), code " +
			"(printed on the card) and household (its id).",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Card      string  `header:"X-Card" maxLength:"80"`
		Code      string  `query:"code" maxLength:"20"`
		Household idParam `query:"household"`
	}) (*tillView, error) {
		till, err := s.svc.Market.Till(ctx, by, market.TillQuery{Village: in.Village.Area, Card: in.Card, Code: in.Code, Household: in.Household.ID})
		return viewed(till, err, viewTill)
	})
}

// Redemptions ------------------------------------------------------------------------------------------------------

type redeemBody struct {
	Household core.ID           `json:"household"`
	Card      string            `json:"card,omitempty" maxLength:"80" doc:"token of the scanned card, if one was scanned"`
	Items     []market.CartLine `json:"items" maxItems:"200" doc:"price is what the household saw; another price is refused"`
	Points    core.Points       `json:"points" doc:"the sum the household agreed to"`
}

type slipLine struct {
	Item  core.ID     `json:"item"`
	Name  string      `json:"name"`
	Unit  string      `json:"unit"`
	Price core.Points `json:"price"`
	Qty   int64       `json:"qty"`
}

type redemptionView struct {
	ID         core.ID                `json:"id"`
	No         int64                  `json:"no" doc:"number in the village's book, printed on the slip"`
	Household  core.ID                `json:"household"`
	Number     int64                  `json:"number"`
	Head       string                 `json:"head"`
	GroupName  string                 `json:"group_name"`
	Day        core.Day               `json:"day"`
	Points     core.Points            `json:"points"`
	Balance    core.Points            `json:"balance" doc:"spendable points after it"`
	Items      []slipLine             `json:"items"`
	State      market.RedemptionState `json:"state"`
	ByName     string                 `json:"by_name"`
	CreatedMs  int64                  `json:"created_ms"`
	VoidName   string                 `json:"void_name"`
	VoidReason string                 `json:"void_reason"`
	VoidMs     int64                  `json:"void_ms"`
}

func viewRedemption(r market.Redemption) redemptionView {
	v := redemptionView{
		ID: r.ID, No: r.No, Household: r.Household, Number: r.Number, Head: r.Head, GroupName: r.GroupName, Day: r.Day,
		Points: r.Points, Balance: r.Balance, Items: make([]slipLine, len(r.Items)), State: r.State, ByName: r.ByName,
		CreatedMs: r.CreatedMs, VoidName: r.VoidName, VoidReason: r.VoidReason, VoidMs: r.VoidMs,
	}
	for i, l := range r.Items {
		v.Items[i] = slipLine{Item: l.Item, Name: l.Name, Unit: l.Unit, Price: l.Price, Qty: l.Qty}
	}
	return v
}

type itemSum struct {
	Item   core.ID     `json:"item"`
	Name   string      `json:"name"`
	Unit   string      `json:"unit"`
	Qty    int64       `json:"qty"`
	Points core.Points `json:"points"`
}

type summaryView struct {
	Day         core.Day    `json:"day"`
	Redemptions int64       `json:"redemptions"`
	Points      core.Points `json:"points"`
	Voided      int64       `json:"voided"`
	Items       []itemSum   `json:"items"`
}

func viewSummary(sum market.Summary) summaryView {
	v := summaryView{Day: sum.Day, Redemptions: sum.Redemptions, Points: sum.Points, Voided: sum.Voided, Items: make([]itemSum, len(sum.Items))}
	for i, it := range sum.Items {
		v.Items[i] = itemSum(it)
	}
	return v
}

func (s *server) registerRedemptions() {
	handle(s, spec{
		ID: "redeem", Method: http.MethodPost, Path: "/villages/{village}/redemptions", Tag: marketTag, Op: access.OpRedeem,
		Status: http.StatusCreated, Summary: "Hand out goods for points",
		Detail: "Points, stock and cost move in one transaction, or nothing moves. Send the same Idempotency-Key again after a lost answer.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body redeemBody
	}) (*redemptionView, error) {
		b := in.Body
		r, err := s.svc.Market.Redeem(ctx, by, market.RedeemInput{Village: in.Village.Area, Household: b.Household, Card: b.Card, Items: b.Items, Points: b.Points})
		return viewed(r, err, viewRedemption)
	})
	handle(s, spec{
		ID: "void-redemption", Method: http.MethodPost, Path: "/villages/{village}/redemptions/{id}/void", Tag: marketTag, Op: access.OpVoidRedemption,
		Summary: "Take a redemption back on the same day; by another person than made it",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Reason string `json:"reason" maxLength:"400"`
		}
	}) (*redemptionView, error) {
		r, err := s.svc.Market.Void(ctx, by, market.VoidInput{Village: in.Village.Area, ID: in.ID.ID, Reason: in.Body.Reason})
		return viewed(r, err, viewRedemption)
	})
	handle(s, spec{
		ID: "list-redemptions", Method: http.MethodGet, Path: "/villages/{village}/redemptions", Tag: marketTag, Op: access.OpReadVillage,
		Summary: "Redemptions, newest first",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		PageQuery
		Day       core.Day `query:"day" doc:"yyyymmdd; leave out for every day"`
		Household idParam  `query:"household"`
	}) (*list[redemptionView], error) {
		rows, next, err := s.svc.Market.Redemptions(ctx, by, market.Filter{Village: in.Village.Area, Day: in.Day, Household: in.Household.ID}, in.page())
		return listOf(rows, next, viewRedemption), err
	})
	handle(s, spec{
		ID: "get-redemption", Method: http.MethodGet, Path: "/villages/{village}/redemptions/{id}", Tag: marketTag, Op: access.OpReadVillage,
		Summary: "One redemption, for its slip",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
	}) (*redemptionView, error) {
		r, err := s.svc.Market.Redemption(ctx, by, in.Village.Area, in.ID.ID)
		return viewed(r, err, viewRedemption)
	})
	handle(s, spec{
		ID: "sum-redemptions", Method: http.MethodGet, Path: "/villages/{village}/redemptions/summary", Tag: marketTag, Op: access.OpReadVillage,
		Summary: "A day's redemptions added up",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Day core.Day `query:"day" doc:"yyyymmdd; leave out for today"`
	}) (*summaryView, error) {
		day := in.Day
		if day == 0 {
			day = core.DayOf(s.svc.Clock.Now())
		}
		sum, err := s.svc.Market.DaySummary(ctx, by, in.Village.Area, day)
		return viewed(sum, err, viewSummary)
	})
}
