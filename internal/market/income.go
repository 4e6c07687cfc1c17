package market

import (
	"context"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// IncomeKind says where money for the shop comes from.
type IncomeKind string

// The kinds of income. No kind says that a household paid: nothing is sold for money (domain.md §5, R10).
const (
	IncomeGrant      IncomeKind = "grant"      // from the county
	IncomeDonation   IncomeKind = "donation"   // from a person or a company
	IncomeCollective IncomeKind = "collective" // a share of the village's collective income
	IncomePrize      IncomeKind = "prize"      // prize money the village won
)

const maxDocument = 60

// line is the kind of line that an income is in the book; 0 for none.
func (k IncomeKind) line() ledger.Kind {
	switch k {
	case IncomeGrant:
		return ledger.Granted
	case IncomeDonation:
		return ledger.Donated
	case IncomeCollective:
		return ledger.Collective
	case IncomePrize:
		return ledger.Prize
	}
	return 0
}

// Grant is money put into a shop's fund: the county's start-up money, a donation, a share of the village company's profit.
type Grant struct {
	Village   core.Area  `json:"village"`
	Kind      IncomeKind `json:"kind"`
	Document  string     `json:"document"` // number of the paper it came with
	Source    string     `json:"source"`   // who gave it; "" for somebody who does not want to be named
	Fund      core.ID    `json:"fund"`     // restricted fund it belongs to; 0 for free money
	Amount    core.Fen   `json:"amount_fen"`
	Line      int64      `json:"line"`     // number in the village's book
	Reversed  int64      `json:"reversed"` // number of the line that took it back; 0 while it stands
	By        core.ID    `json:"by"`
	ByName    string     `json:"by_name"`
	CreatedMs int64      `json:"created_ms"`
}

// GrantInput is a payment into a shop's fund and the paper it came with.
type GrantInput struct {
	Village  core.Area
	Document string
	Amount   core.Fen
}

// IncomeInput is money of another kind than the county's.
type IncomeInput struct {
	Village  core.Area
	Kind     IncomeKind
	Document string
	Source   string
	Fund     core.ID
	Amount   core.Fen
}

func (in *IncomeInput) check() error {
	in.Document, in.Source = strings.Join(strings.Fields(in.Document), " "), strings.Join(strings.Fields(in.Source), " ")
	switch {
	case in.Kind.line() == 0:
		return errs.New(errs.Invalid, "market.bad_state").At("kind")
	case in.Document == "" || runes(in.Document) > maxDocument:
		return errs.New(errs.Invalid, "market.bad_document", "most", maxDocument).At("document")
	case runes(in.Source) > maxPaper:
		return errs.New(errs.Invalid, "market.note_too_long", "most", maxPaper).At("source")
	case in.Amount < 1 || in.Amount > core.MaxFen:
		return errs.New(errs.Invalid, "market.bad_amount").At("amount_fen")
	}
	return nil
}

// GrantFunds posts the county's money into a shop's fund. One paper is posted once in a village, whoever enters it again
// and whenever: the same amount gets the first answer, another amount market.document_used.
func (s *Service) GrantFunds(ctx context.Context, by core.Actor, in GrantInput) (Grant, error) {
	if err := access.Require(by, access.OpGrantFunds, in.Village); err != nil {
		return Grant{}, err
	}
	return s.income(ctx, by, IncomeInput{Village: in.Village, Kind: IncomeGrant, Document: in.Document, Amount: in.Amount})
}

// RecordIncome posts a donation, collective income or prize money into the shop's fund or into one of its restricted funds,
// with the promise of GrantFunds about its paper. The county's own money is not recorded here (market.bad_state).
func (s *Service) RecordIncome(ctx context.Context, by core.Actor, in IncomeInput) (Grant, error) {
	if err := access.Require(by, access.OpRecordIncome, in.Village); err != nil {
		return Grant{}, err
	}
	if in.Kind == IncomeGrant {
		return Grant{}, errs.New(errs.Invalid, "market.bad_state").At("kind")
	}
	return s.income(ctx, by, in)
}

func (s *Service) income(ctx context.Context, by core.Actor, in IncomeInput) (Grant, error) {
	if err := in.check(); err != nil {
		return Grant{}, err
	}
	now := s.clock.Now()
	var grant Grant
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		grant, err = store.Once(ctx, tx, by, in.Village, now, func() (Grant, error) {
			return s.postIncome(ctx, tx, by, in, now)
		})
		return err
	})
	return grant, err
}

func (s *Service) postIncome(ctx context.Context, tx *store.Tx, by core.Actor, in IncomeInput, now int64) (Grant, error) {
	if _, err := shopOf(ctx, tx, in.Village); err != nil {
		return Grant{}, err
	}
	grant := Grant{Village: in.Village, Kind: in.Kind, Document: in.Document, Source: in.Source, Fund: in.Fund, Amount: in.Amount, By: by.ID,
		ByName: by.Name, CreatedMs: now}
	isNew, err := insertGrant(ctx, tx, grant)
	if err != nil {
		return Grant{}, err
	}
	if !isNew {
		first, err := grantOf(ctx, tx, in.Village, in.Document)
		if err == nil && (first.Amount != in.Amount || first.Kind != in.Kind || first.Fund != in.Fund || first.Reversed != 0) {
			err = errs.New(errs.Conflict, "market.document_used", "document", in.Document).At("document")
		}
		return first, err
	}
	if err := giveOpenFund(ctx, tx, in.Village, in.Fund, in.Amount); err != nil {
		return Grant{}, err
	}
	grant.Line, _, err = ledger.Post(ctx, tx, ledger.Stamp{Village: in.Village, NowMs: now, Actor: by.ID}, ledger.Entry{
		Kind: in.Kind.line(), Amount: int64(in.Amount), Ref: in.Fund, MemoZh: grant.memo(),
	})
	if err != nil {
		return Grant{}, err
	}
	if err := setGrantLine(ctx, tx, grant); err != nil {
		return Grant{}, err
	}
	return grant, audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{
		Area: in.Village, Action: "market.grant", Subject: "grant", SubjectID: in.Document, After: grant,
	})
}

// memo is what the book says of it: the giver, where one is named, and the paper.
func (g Grant) memo() string {
	if g.Source == "" {
		return g.Document
	}
	return g.Source + " · " + g.Document
}

// ReverseIncome takes money back that was entered wrongly: by another person than entered it, with a reason, and only while
// the fund still holds it (market.fund_short).
func (s *Service) ReverseIncome(ctx context.Context, by core.Actor, village core.Area, document, reason string) (Grant, error) {
	if err := access.Require(by, access.OpReverseMoney, village); err != nil {
		return Grant{}, err
	}
	document, reason = strings.Join(strings.Fields(document), " "), strings.TrimSpace(reason)
	if n := runes(reason); n < minReason || n > maxReason {
		return Grant{}, errs.New(errs.Invalid, "market.bad_reason", "least", minReason, "most", maxReason).At("reason")
	}
	now := s.clock.Now()
	var grant Grant
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		grant, err = store.Once(ctx, tx, by, village, now, func() (Grant, error) {
			return s.reverseIncome(ctx, tx, by, village, document, reason, now)
		})
		return err
	})
	return grant, err
}

func (s *Service) reverseIncome(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, document, reason string, now int64) (Grant, error) {
	grant, err := grantOf(ctx, tx, village, document)
	switch {
	case err != nil:
		return grant, err
	case grant.Reversed != 0:
		return grant, errs.New(errs.Conflict, "market.already_reversed")
	case grant.By == by.ID:
		return grant, errs.New(errs.Forbidden, "market.reverse_by_same")
	}
	if err := takeFund(ctx, tx, village, grant.Fund, grant.Amount); err != nil {
		return grant, err
	}
	line, err := ledger.Reverse(ctx, tx, ledger.Stamp{Village: village, NowMs: now, Actor: by.ID}, grant.Line, reason)
	if err != nil {
		return grant, reversalShort(err)
	}
	if grant.Fund == 0 {
		if err := freeMoney(ctx, tx, village, grant.Amount); err != nil {
			return grant, err
		}
	}
	grant.Reversed = line.No
	if first, err := setGrantReversed(ctx, tx, grant); err != nil || !first {
		return grant, orElse(err, errs.New(errs.Conflict, "market.already_reversed"))
	}
	return grant, audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{
		Area: village, Action: "market.reverse_income", Subject: "grant", SubjectID: document, After: map[string]any{"amount_fen": grant.Amount, "reason": reason, "no": line.No},
	})
}

// Incomes lists the money that came in, newest first, and the cursor of the next page.
func (s *Service) Incomes(ctx context.Context, by core.Actor, village core.Area, page core.Page) ([]Grant, string, error) {
	return paged(ctx, s, by, village, page, incomesOf, func(g Grant) core.ID { return core.ID(g.Line) })
}
