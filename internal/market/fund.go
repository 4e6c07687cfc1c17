package market

import (
	"context"
	"errors"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// FundState says whether money comes into a restricted fund and goods are bought from it.
type FundState string

// The states of a fund.
const (
	FundOpen   FundState = "open"
	FundClosed FundState = "closed"
)

// Bounds on restricted funds.
const (
	MaxFunds        = 50
	maxFundName     = 30
	maxPurpose      = 200
	MaxFundFamilies = 2000 // households on a fund's list
)

// Fund is money given for one purpose (domain.md §4: "200,000 CNY only for registered poor households"). It buys only goods
// that were entered as its own, and those go only to whom it allows. What it holds is part of the shop's fund in the book.
type Fund struct {
	ID         core.ID   `json:"id"`
	Name       string    `json:"name"`
	Donor      string    `json:"donor"` // "" for one who does not want to be named
	Purpose    string    `json:"purpose"`
	Listed     bool      `json:"listed"` // its goods go to the households on its list only; else to everybody
	Balance    core.Fen  `json:"balance_fen"`
	State      FundState `json:"state"`
	Version    int64     `json:"version"`
	ByName     string    `json:"by_name"`
	CreatedMs  int64     `json:"created_ms"`
	Households []core.ID `json:"households"` // the list
}

// FundInput makes a fund (ID 0) or changes it. Version is the one the editor saw, 0 for a new one.
type FundInput struct {
	Village    core.Area
	ID         core.ID
	Name       string
	Donor      string
	Purpose    string
	Listed     bool
	State      FundState
	Version    int64
	Households []core.ID
}

func (in *FundInput) check() error {
	in.Name, in.Donor, in.Purpose = strings.Join(strings.Fields(in.Name), " "), strings.Join(strings.Fields(in.Donor), " "), strings.TrimSpace(in.Purpose)
	switch {
	case in.Name == "" || runes(in.Name) > maxFundName:
		return errs.New(errs.Invalid, "market.bad_name", "most", maxFundName).At("name")
	case runes(in.Donor) > maxPaper:
		return errs.New(errs.Invalid, "market.note_too_long", "most", maxPaper).At("donor")
	case in.Purpose == "" || runes(in.Purpose) > maxPurpose:
		return errs.New(errs.Invalid, "market.bad_purpose", "most", maxPurpose).At("purpose")
	case in.State != FundOpen && in.State != FundClosed:
		return errs.New(errs.Invalid, "market.bad_state").At("state")
	case len(in.Households) > MaxFundFamilies:
		return errs.New(errs.Invalid, "market.too_many_households", "most", MaxFundFamilies).At("households")
	case in.Listed && len(in.Households) == 0:
		return errs.New(errs.Invalid, "market.fund_for_nobody").At("households")
	}
	return nil
}

// SaveFund makes a restricted fund or changes what it says. Purpose, donor and whom it is for stay as they were given once
// money came in: the giver was promised them (market.fund_fixed); households may always be added to or taken from the list. A
// fund that holds money cannot be closed (market.fund_not_empty).
func (s *Service) SaveFund(ctx context.Context, by core.Actor, in FundInput) (Fund, error) {
	if err := access.Require(by, access.OpRecordIncome, in.Village); err != nil {
		return Fund{}, err
	}
	if err := in.check(); err != nil {
		return Fund{}, err
	}
	now := s.clock.Now()
	var fund Fund
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		fund, err = store.Once(ctx, tx, by, in.Village, now, func() (Fund, error) {
			return s.saveFund(ctx, tx, by, in, now)
		})
		return err
	})
	return fund, err
}

func (s *Service) saveFund(ctx context.Context, tx *store.Tx, by core.Actor, in FundInput, now int64) (Fund, error) {
	after := Fund{ID: in.ID, Name: in.Name, Donor: in.Donor, Purpose: in.Purpose, Listed: in.Listed, State: in.State, Version: in.Version + 1,
		ByName: by.Name, CreatedMs: now, Households: in.Households}
	entry := audit.Entry{Area: in.Village, Action: "market.save_fund", Subject: "fund", After: after}
	if in.ID == 0 {
		if err := s.mayAddFund(ctx, tx, in.Village); err != nil {
			return Fund{}, err
		}
		after.ID = s.ids.Next()
	} else {
		before, err := lockedFund(ctx, tx, in.Village, in.ID)
		if err != nil {
			return Fund{}, err
		}
		given, err := wasGiven(ctx, tx, in.Village, in.ID)
		if err == nil {
			err = before.mayBecome(after, given)
		}
		if err != nil {
			return Fund{}, err
		}
		after.Balance, after.ByName, after.CreatedMs = before.Balance, before.ByName, before.CreatedMs
		entry.Before = before
	}
	if written, err := writeFund(ctx, tx, in.Village, after, in.Version); err != nil || !written {
		return Fund{}, orElse(err, errs.New(errs.Conflict, "market.fund_changed"))
	}
	if err := writeFundHouseholds(ctx, tx, in.Village, after); err != nil {
		return Fund{}, err
	}
	entry.SubjectID, entry.After = after.ID.String(), after
	return after, audit.Write(ctx, tx, by, s.ids.Next(), now, entry)
}

func (s *Service) mayAddFund(ctx context.Context, tx *store.Tx, village core.Area) error {
	if _, err := shopOf(ctx, tx, village); err != nil {
		return err
	}
	funds, err := fundsOf(ctx, tx, village)
	if err == nil && len(funds) >= MaxFunds {
		err = errs.New(errs.Conflict, "market.too_many_funds", "most", MaxFunds)
	}
	return err
}

// mayBecome holds an edit to what the giver was promised. given says that money came in and stands, spent or not: what it
// bought is for the same people.
func (f Fund) mayBecome(after Fund, given bool) error {
	switch {
	case f.Version != after.Version-1:
		return errs.New(errs.Conflict, "market.fund_changed")
	case given && (f.Donor != after.Donor || f.Purpose != after.Purpose || f.Listed != after.Listed):
		return errs.New(errs.Conflict, "market.fund_fixed", "name", f.Name)
	case f.Balance > 0 && after.State == FundClosed:
		return errs.New(errs.Conflict, "market.fund_not_empty", "name", f.Name, "have", yuan(int64(f.Balance)))
	}
	return nil
}

// Purse is the shop's money: all of it, and what of it is free.
type Purse struct {
	Fund  core.Fen // in the book
	Free  core.Fen // of it, what no restricted fund holds
	Stock core.Fen // goods at cost
	Funds []Fund   // restricted, with their lists
}

// Purse reads the shop's money.
func (s *Service) Purse(ctx context.Context, by core.Actor, village core.Area) (p Purse, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return p, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err = purseOf(ctx, tx, village)
		return err
	})
	return p, err
}

func purseOf(ctx context.Context, tx *store.Tx, village core.Area) (p Purse, err error) {
	if p.Funds, err = fundsOf(ctx, tx, village); err != nil {
		return p, err
	}
	fund, err := ledger.Balance(ctx, tx, village, ledger.ShopFund, 0)
	if err != nil {
		return p, err
	}
	stock, err := ledger.Balance(ctx, tx, village, ledger.ShopStock, 0)
	p.Fund, p.Free, p.Stock = core.Fen(fund), core.Fen(fund), core.Fen(stock)
	for _, f := range p.Funds {
		p.Free -= f.Balance
	}
	return p, err
}

// takeFund takes money out of a restricted fund; 0 is the free money, which freeMoney looks at once the line is posted.
func takeFund(ctx context.Context, tx *store.Tx, village core.Area, fund core.ID, amount core.Fen) error {
	if fund == 0 {
		return nil
	}
	taken, err := moveFund(ctx, tx, village, fund, -amount)
	if err != nil || taken {
		return err
	}
	f, err := fundOf(ctx, tx, village, fund)
	if err != nil {
		return err
	}
	return short(int64(f.Balance), int64(amount))
}

// giveFund puts money back into a restricted fund.
func giveFund(ctx context.Context, tx *store.Tx, village core.Area, fund core.ID, amount core.Fen) error {
	if fund == 0 {
		return nil
	}
	_, err := moveFund(ctx, tx, village, fund, amount)
	return err
}

// giveOpenFund is giveFund for money that comes in: a closed fund takes none.
func giveOpenFund(ctx context.Context, tx *store.Tx, village core.Area, fund core.ID, amount core.Fen) error {
	if fund == 0 {
		return nil
	}
	f, err := lockedFund(ctx, tx, village, fund)
	if err == nil && f.State != FundOpen {
		err = errs.New(errs.Conflict, "market.fund_closed", "name", f.Name)
	}
	if err != nil {
		return err
	}
	return giveFund(ctx, tx, village, fund, amount)
}

// freeMoney refuses what free money just paid if restricted funds would have to pay for it. The book is locked by the line
// that was posted, and whoever changes a fund locks the book in the same transaction.
func freeMoney(ctx context.Context, tx *store.Tx, village core.Area, paid core.Fen) error {
	held, err := heldBy(ctx, tx, village)
	if err != nil || held == 0 {
		return err
	}
	left, err := ledger.Balance(ctx, tx, village, ledger.ShopFund, 0)
	if free := core.Fen(left) - held; err == nil && free < 0 {
		err = short(int64(free+paid), int64(paid))
	}
	return err
}

// entitled refuses goods of a restricted fund to a household it is not for.
func entitled(ctx context.Context, tx *store.Tx, village core.Area, item Item, household core.ID) error {
	allowed, err := onFundList(ctx, tx, village, item.Fund, household)
	if err == nil && !allowed {
		err = errs.New(errs.Forbidden, "market.not_entitled", "name", item.Name)
	}
	return err
}

// reversalShort is fundShort for a line that is taken back.
func reversalShort(err error) error {
	var e *errs.Error
	if !errors.As(err, &e) || e.Code != "ledger.reversal_short" {
		return err
	}
	have, _ := e.Params["have"].(int64)
	need, _ := e.Params["need"].(int64)
	return short(have, need)
}
