package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/market"
)

// incomeView is money that came into a shop's fund.
type incomeView struct {
	Kind      market.IncomeKind `json:"kind" enum:"grant,donation,collective,prize"`
	Document  string            `json:"document"`
	Source    string            `json:"source" doc:"'' for somebody who does not want to be named"`
	Fund      core.ID           `json:"fund" doc:"restricted fund it belongs to; '' for free money"`
	Amount    core.Fen          `json:"amount_fen"`
	Line      int64             `json:"line" doc:"number in the village's book"`
	Reversed  int64             `json:"reversed" doc:"number of the line that took it back; 0 while it stands"`
	ByName    string            `json:"by_name"`
	CreatedMs int64             `json:"created_ms"`
}

func viewIncome(g market.Grant) incomeView {
	return incomeView{Kind: g.Kind, Document: g.Document, Source: g.Source, Fund: g.Fund, Amount: g.Amount, Line: g.Line, Reversed: g.Reversed,
		ByName: g.ByName, CreatedMs: g.CreatedMs}
}

type incomeBody struct {
	Kind     market.IncomeKind `json:"kind" enum:"donation,collective,prize"`
	Document string            `json:"document" maxLength:"120" doc:"number of the paper the money came with; entered once in a village"`
	Source   string            `json:"source,omitempty" maxLength:"120" doc:"who gave it; '' for somebody who does not want to be named"`
	Fund     core.ID           `json:"fund,omitempty" doc:"restricted fund it belongs to; '' for free money"`
	Amount   core.Fen          `json:"amount_fen"`
}

// fundView is money that may be spent on one purpose only.
type fundView struct {
	ID         core.ID          `json:"id"`
	Name       string           `json:"name"`
	Donor      string           `json:"donor" doc:"'' for one who does not want to be named"`
	Purpose    string           `json:"purpose"`
	Listed     bool             `json:"listed" doc:"its goods go to the households on its list only"`
	Balance    core.Fen         `json:"balance_fen"`
	State      market.FundState `json:"state" enum:"open,closed"`
	Version    int64            `json:"version"`
	Households []core.ID        `json:"households"`
}

func viewFund(f market.Fund) fundView {
	return fundView{ID: f.ID, Name: f.Name, Donor: f.Donor, Purpose: f.Purpose, Listed: f.Listed, Balance: f.Balance, State: f.State,
		Version: f.Version, Households: f.Households}
}

type fundBody struct {
	Name       string           `json:"name" maxLength:"60"`
	Donor      string           `json:"donor,omitempty" maxLength:"120"`
	Purpose    string           `json:"purpose" maxLength:"400"`
	Listed     bool             `json:"listed" doc:"its goods go to the households on its list only"`
	State      market.FundState `json:"state" enum:"open,closed"`
	Version    int64            `json:"version" doc:"the version the editor saw; 0 for a new fund"`
	Households []core.ID        `json:"households" maxItems:"2000" doc:"the list, whole"`
}

func (b fundBody) input(village core.Area, id core.ID) market.FundInput {
	return market.FundInput{Village: village, ID: id, Name: b.Name, Donor: b.Donor, Purpose: b.Purpose, Listed: b.Listed, State: b.State,
		Version: b.Version, Households: b.Households}
}

// purseView is a shop's money.
type purseView struct {
	Fund  core.Fen   `json:"fund_fen" doc:"in the book"`
	Free  core.Fen   `json:"free_fen" doc:"of it, what no restricted fund holds"`
	Stock core.Fen   `json:"stock_fen" doc:"goods at cost"`
	Funds []fundView `json:"funds"`
}

func (s *server) registerShopMoney() {
	handle(s, spec{
		ID: "get-purse", Method: http.MethodGet, Path: "/villages/{village}/shop/purse", Tag: marketTag, Op: access.OpReadVillage,
		Summary: "The shop's money: what is free, and what is for one purpose only",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*purseView, error) {
		p, err := s.svc.Market.Purse(ctx, by, in.Village.Area)
		return viewed(p, err, func(p market.Purse) purseView {
			return purseView{Fund: p.Fund, Free: p.Free, Stock: p.Stock, Funds: listOf(p.Funds, "", viewFund).Items}
		})
	})
	handle(s, spec{
		ID: "get-outlook", Method: http.MethodGet, Path: "/villages/{village}/shop/outlook", Tag: marketTag, Op: access.OpReadVillage,
		Summary: "Can the shop honour the points given, now and in the next twelve months",
		Detail: "Three ways the months may go (lower quartile, median and upper quartile of the village's own last twelve months), if no more money " +
			"comes: docs/outlook.md.",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*market.Outlook, error) {
		o, err := s.svc.Market.Outlook(ctx, by, in.Village.Area)
		return &o, err
	})
	handle(s, spec{
		ID: "list-incomes", Method: http.MethodGet, Path: "/villages/{village}/shop/incomes", Tag: marketTag, Op: access.OpReadVillage,
		Summary: "Money that came into the fund, newest first",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		PageQuery
	}) (*list[incomeView], error) {
		rows, next, err := s.svc.Market.Incomes(ctx, by, in.Village.Area, in.page())
		return listOf(rows, next, viewIncome), err
	})
	handle(s, spec{
		ID: "record-income", Method: http.MethodPost, Path: "/villages/{village}/shop/incomes", Tag: marketTag, Op: access.OpRecordIncome,
		Status: http.StatusCreated, Summary: "Record a donation, collective income or prize money",
		Detail: "One document number is posted once in a village. Nothing is ever sold for money, so no kind says that a household paid.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body incomeBody
	}) (*incomeView, error) {
		b := in.Body
		g, err := s.svc.Market.RecordIncome(ctx, by, market.IncomeInput{Village: in.Village.Area, Kind: b.Kind, Document: b.Document, Source: b.Source,
			Fund: b.Fund, Amount: b.Amount})
		return viewed(g, err, viewIncome)
	})
	handle(s, spec{
		ID: "reverse-income", Method: http.MethodPost, Path: "/villages/{village}/shop/incomes/reverse", Tag: marketTag, Op: access.OpReverseMoney,
		Summary: "Take money back that was entered wrongly; by another person than entered it",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body struct {
			Document string `json:"document" maxLength:"120"`
			Reason   string `json:"reason" maxLength:"400"`
		}
	}) (*incomeView, error) {
		g, err := s.svc.Market.ReverseIncome(ctx, by, in.Village.Area, in.Body.Document, in.Body.Reason)
		return viewed(g, err, viewIncome)
	})
}

func (s *server) registerFunds() {
	handle(s, spec{
		ID: "create-fund", Method: http.MethodPost, Path: "/villages/{village}/shop/funds", Tag: marketTag, Op: access.OpRecordIncome,
		Status: http.StatusCreated, Summary: "Set up a restricted fund: money for one purpose only",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body fundBody
	}) (*fundView, error) {
		f, err := s.svc.Market.SaveFund(ctx, by, in.Body.input(in.Village.Area, 0))
		return viewed(f, err, viewFund)
	})
	handle(s, spec{
		ID: "save-fund", Method: http.MethodPut, Path: "/villages/{village}/shop/funds/{id}", Tag: marketTag, Op: access.OpRecordIncome,
		Summary: "Change a restricted fund or its list of households",
		Detail:  "While it holds money its giver, purpose and whom it is for stay as they are.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body fundBody
	}) (*fundView, error) {
		f, err := s.svc.Market.SaveFund(ctx, by, in.Body.input(in.Village.Area, in.ID.ID))
		return viewed(f, err, viewFund)
	})
}
