package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
)

const bookTag = "Book"

// withheld is the kind of a line of which only number and time are shown; with "book.kind." a key of the catalogue.
const withheld = "withheld"

// bookLine is a line as the village's book shows it.
type bookLine struct {
	No          int64    `json:"no" doc:"1, 2, 3 … in the village, without a gap"`
	Voucher     int64    `json:"voucher" doc:"number of the voucher's first line"`
	Day         core.Day `json:"day"`
	AtMs        int64    `json:"at_ms"`
	Kind        string   `json:"kind" enum:"opening,earned,deducted,redeemed,goods_out,goods_in,granted,reversal,void,base_moved_out,base_moved_in,moved_out,moved_in,expired,withheld,donated,collective,prize,goods_given,spoiled,count_short,count_over" doc:"withheld: a line of the Party branch's own, of which nothing else is shown"`
	Category    string   `json:"category" doc:"of the rule, for points earned or deducted; else ''"`
	Debit       string   `json:"debit" doc:"account that gives"`
	Credit      string   `json:"credit" doc:"account that receives"`
	Unit        string   `json:"unit" enum:"points,fen"`
	Household   core.ID  `json:"household" doc:"'' for a line of the village's own accounts"`
	Number      int64    `json:"number" doc:"of the household in the village"`
	Head        string   `json:"head"`
	Amount      int64    `json:"amount"`
	DebitAfter  int64    `json:"debit_after" doc:"balance of the giving account after the line"`
	CreditAfter int64    `json:"credit_after" doc:"balance of the receiving account after the line"`
	Ref         core.ID  `json:"ref" doc:"the claim, redemption or delivery it comes from"`
	Reverses    int64    `json:"reverses" doc:"line it takes back, or 0"`
	ReversedBy  int64    `json:"reversed_by" doc:"line that took it back, or 0"`
	MemoZh      string   `json:"memo_zh"`
	MemoEn      string   `json:"memo_en" doc:"'' where there is only the Chinese one"`
	ByName      string   `json:"by_name" doc:"who posted it"`
	RecordedBy  string   `json:"recorded_by"`
	ReviewedBy  string   `json:"reviewed_by"`
}

func bookLineOf(l ledger.BookLine) bookLine {
	if l.Withheld {
		return bookLine{No: l.No, Voucher: l.Voucher, Day: l.Day, AtMs: l.AtMs, Kind: withheld, Unit: string(ledger.InPoints)}
	}
	return bookLine{No: l.No, Voucher: l.Voucher, Day: l.Day, AtMs: l.AtMs, Kind: l.Kind.String(), Category: l.Category,
		Debit: l.Debit.String(), Credit: l.Credit.String(), Unit: string(l.Debit.Unit()), Household: l.Owner, Number: l.Number,
		Head: l.Head, Amount: l.Amount, DebitAfter: l.DebitAfter, CreditAfter: l.CreditAfter, Ref: l.Ref, Reverses: l.Reverses,
		ReversedBy: l.ReversedBy, MemoZh: l.MemoZh, MemoEn: l.MemoEn, ByName: l.PostedBy, RecordedBy: l.RecordedBy, ReviewedBy: l.ReviewedBy}
}

// passbookLine is a line as the household's passbook shows it.
type passbookLine struct {
	No         int64    `json:"no"`
	Voucher    int64    `json:"voucher" doc:"the number on the slip"`
	Day        core.Day `json:"day"`
	AtMs       int64    `json:"at_ms"`
	Kind       string   `json:"kind" enum:"opening,earned,deducted,redeemed,reversal,void,base_moved_out,base_moved_in,moved_out,moved_in"`
	Account    string   `json:"account" enum:"base,spendable"`
	Amount     int64    `json:"amount" doc:"with its sign"`
	Balance    int64    `json:"balance" doc:"of the account after the line"`
	MemoZh     string   `json:"memo_zh"`
	MemoEn     string   `json:"memo_en" doc:"'' where there is only the Chinese one"`
	Category   string   `json:"category"`
	RecordedBy string   `json:"recorded_by"`
	ReviewedBy string   `json:"reviewed_by"`
	Reverses   int64    `json:"reverses" doc:"line it takes back, or 0"`
	Reversed   bool     `json:"reversed" doc:"another line took it back"`
	Code       string   `json:"code" doc:"eight characters; with the line's number they open its proof without a login"`
}

func passbookLineOf(village core.Area) func(ledger.BookLine) passbookLine {
	return func(l ledger.BookLine) passbookLine { return passbookLineIn(village, l) }
}

func passbookLineIn(village core.Area, l ledger.BookLine) passbookLine {
	account, change, balance := l.OfHousehold()
	name := "spendable"
	if account == ledger.HouseholdBase {
		name = "base"
	}
	return passbookLine{No: l.No, Voucher: l.Voucher, Day: l.Day, AtMs: l.AtMs, Kind: l.Kind.String(), Account: name,
		Amount: change, Balance: balance, MemoZh: l.MemoZh, MemoEn: l.MemoEn, Category: l.Category,
		RecordedBy: l.RecordedBy, ReviewedBy: l.ReviewedBy, Reverses: l.Reverses, Reversed: l.ReversedBy != 0,
		Code: l.Code(village)}
}

type accountRow struct {
	Account    string `json:"account" doc:"household_base and household_spendable stand for all households together"`
	Unit       string `json:"unit" enum:"points,fen"`
	Balance    int64  `json:"balance"`
	Lines      int64  `json:"lines" doc:"lines that touched it"`
	Households int64  `json:"households" doc:"that have such an account; 0 for the village's own"`
}

func accountRowOf(a ledger.AccountSum) accountRow {
	return accountRow{Account: a.Account.String(), Unit: string(a.Account.Unit()), Balance: a.Balance, Lines: a.Lines, Households: a.Owners}
}

// LineInVillage names a line by its number.
type LineInVillage struct {
	InVillage
	No int64 `path:"no" minimum:"1" doc:"number of the line"`
}

func (s *server) registerBook() {
	handle(s, spec{
		ID: "list-lines", Method: http.MethodGet, Path: "/villages/{village}/lines", Tag: bookTag, Op: access.OpReadVillage,
		Summary: "The village's book, newest line first", Detail: "With household, only the lines of that household's accounts.",
	}, s.listLines)
	handle(s, spec{
		ID: "get-line", Method: http.MethodGet, Path: "/villages/{village}/lines/{no}", Tag: bookTag, Op: access.OpReadVillage,
		Summary: "One line of the book",
	}, func(ctx context.Context, by core.Actor, in *LineInVillage) (*bookLine, error) {
		l, err := s.svc.Ledger.Line(ctx, by, in.Village.Area, in.No)
		return viewed(l, err, bookLineOf)
	})
	handle(s, spec{
		ID: "reverse-line", Method: http.MethodPost, Path: "/villages/{village}/lines/{no}/reverse", Tag: bookTag,
		Op: access.OpReverseLine, Status: http.StatusCreated, Summary: "Take a claim's line back with a reason; answers the new line",
		Detail: "Points earned and base points deducted only. A redemption is voided at the shop.",
	}, s.reverseLine)
	handle(s, spec{
		ID: "list-accounts", Method: http.MethodGet, Path: "/villages/{village}/accounts", Tag: bookTag, Op: access.OpReadVillage,
		Summary: "The village's accounts", Detail: "All accounts of a unit sum to zero. There are no pages.",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*list[accountRow], error) {
		accounts, err := s.svc.Ledger.Accounts(ctx, by, in.Village.Area)
		return listOf(accounts, "", accountRowOf), err
	})
	handle(s, spec{
		ID: "list-household-lines", Method: http.MethodGet, Path: "/villages/{village}/households/{id}/lines", Tag: bookTag,
		Op: access.OpReadVillage, Summary: "A household's passbook, newest line first",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		PageQuery
	}) (*list[passbookLine], error) {
		lines, next, err := s.svc.Ledger.HouseholdLines(ctx, by, in.Village.Area, in.ID.ID, in.page())
		return listOf(lines, next, passbookLineOf(in.Village.Area)), err
	})
	handle(s, spec{
		ID: "list-card-lines", Method: http.MethodGet, Path: "/card/lines", Tag: tagCardHolder, Op: access.OpReadCard, Auth: authCard,
		Summary: "The card's passbook, newest line first",
	}, func(ctx context.Context, by core.Actor, in *struct{ PageQuery }) (*list[passbookLine], error) {
		lines, next, err := s.svc.Ledger.HouseholdLines(ctx, by, by.Village, by.Household, in.page())
		return listOf(lines, next, passbookLineOf(by.Village)), err
	})
}

func (s *server) listLines(ctx context.Context, by core.Actor, in *struct {
	InVillage
	PageQuery
	Household idParam `query:"household" doc:"id; leave out for the whole book"`
}) (*list[bookLine], error) {
	if in.Household.ID != 0 {
		lines, next, err := s.svc.Ledger.HouseholdLines(ctx, by, in.Village.Area, in.Household.ID, in.page())
		return listOf(lines, next, bookLineOf), err
	}
	lines, next, err := s.svc.Ledger.Lines(ctx, by, in.Village.Area, in.page())
	return listOf(lines, next, bookLineOf), err
}

func (s *server) reverseLine(ctx context.Context, by core.Actor, in *struct {
	LineInVillage
	Body struct {
		Reason string `json:"reason" maxLength:"400" doc:"2 to 100 characters; the household reads it"`
	}
}) (*bookLine, error) {
	no, err := s.svc.Ledger.ReverseLine(ctx, by, ledger.ReverseInput{Village: in.Village.Area, No: in.No, Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	l, err := s.svc.Ledger.Line(ctx, by, in.Village.Area, no)
	return viewed(l, err, bookLineOf)
}
