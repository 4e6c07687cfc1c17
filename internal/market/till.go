package market

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// TillQuery finds the household at the counter by one of three ways: the token of a scanned card, the code printed on
// it, or the household that was picked from the list.
type TillQuery struct {
	Village   core.Area
	Card      string
	Code      string
	Household core.ID
}

// Till is what the counter shows of a household before anything is put in the basket.
type Till struct {
	Household core.ID
	Number    int64
	Head      string
	GroupName string
	CodeTail  string // last characters of the card in use; "" if the household has none
	Base      core.Points
	Spendable core.Points
	CanSpend  core.Points // 0 with the reason in Refused
	Floor     core.Points
	Refused   *errs.Error // why the household cannot redeem now; nil if it can
}

const codeTail = 4

// Till reads what a household can spend now and, if nothing, why.
func (s *Service) Till(ctx context.Context, by core.Actor, q TillQuery) (Till, error) {
	if err := access.Require(by, access.OpRedeem, q.Village); err != nil {
		return Till{}, err
	}
	household, err := s.atTheCounter(ctx, by, q)
	if err != nil {
		return Till{}, err
	}
	now := s.clock.Now()
	var till Till
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := payerOf(ctx, tx, q.Village, household, 0)
		if err != nil {
			return err
		}
		points, err := ledger.BalancesOf(ctx, tx, q.Village, household, now)
		if err != nil {
			return err
		}
		code, err := cardCode(ctx, tx, q.Village, household)
		if err != nil {
			return err
		}
		till = Till{
			Household: household, Number: p.number, Head: p.head, GroupName: p.group, CodeTail: code[max(0, len(code)-codeTail):],
			Base: points.Base, Spendable: points.Spendable, CanSpend: points.Free(), Floor: p.floor,
		}
		refusal := p.mayRedeem()
		if refusal == nil && ownHousehold(by, q.Village, household) {
			refusal = errOwnHousehold
		}
		if errors.As(refusal, &till.Refused) {
			till.CanSpend = 0
		}
		return nil
	})
	return till, err
}

// atTheCounter says which household stands there. A card of another village is told apart from one nobody knows.
func (s *Service) atTheCounter(ctx context.Context, by core.Actor, q TillQuery) (core.ID, error) {
	var card access.HouseholdCard
	var err error
	switch {
	case q.Card != "":
		card, err = s.cards.CardByToken(ctx, q.Card)
	case q.Code != "":
		card, err = s.cards.CardByCode(ctx, by, q.Village, q.Code)
	case q.Household != 0:
		return q.Household, nil
	default:
		return 0, errs.New(errs.Invalid, "market.nobody").At("card")
	}
	if err == nil && card.Village != q.Village {
		err = errs.New(errs.Conflict, "market.other_village").At("card")
	}
	return card.Household, err
}

// ownHousehold says whether the actor would serve the household they live in.
func ownHousehold(by core.Actor, village core.Area, household core.ID) bool {
	return by.Household != 0 && by.Household == household && by.Village == village
}

var errOwnHousehold = errs.New(errs.Forbidden, "market.own_household")
