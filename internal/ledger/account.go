package ledger

import (
	"qunyan/internal/core"
	"qunyan/internal/tally"
)

// Account is what a line takes from or gives to. Two belong to a household, one to a Party member for a
// year, the others to the village.
type Account int64

// The accounts. Those of the households and the shop never go below zero; the others count what came in from or went
// out to somewhere the book does not follow, so that every line has two sides and all accounts of a unit sum to zero.
const (
	HouseholdBase      Account = 1  // points; what deductions touch, not redeemable
	HouseholdSpendable Account = 2  // points; what the household can redeem
	PointsIssued       Account = 11 // points earned so far, as a negative number
	PointsDeducted     Account = 12 // base points taken by deductions
	PointsRedeemed     Account = 13 // points redeemed
	BaseGranted        Account = 14 // base points given at the opening, as a negative number
	PointsExpired      Account = 16 // points that nobody spent in the time the village voted
	BetweenHouseholds  Account = 17 // points on their way between two households; after every voucher, those that moved to other villages less those that came
	MemberPoints       Account = 18 // points of a Party member in a calendar year, kept by the branch; redeemable by no kind of line
	BranchPoints       Account = 19 // what the branch gave its members less what it took, as a negative number
	ShopFund           Account = 21 // fen the shop can still buy goods for
	ShopStock          Account = 22 // fen the goods on its shelves cost
	GrantsReceived     Account = 23 // fen granted so far, as a negative number
	GoodsHandedOut     Account = 24 // fen the goods redeemed so far cost
	DonationsReceived  Account = 25 // fen donated so far, as a negative number
	CollectiveReceived Account = 26 // fen of the village's collective income so far, as a negative number
	PrizesReceived     Account = 27 // fen of prize money so far, as a negative number
	GoodsReceived      Account = 28 // fen that goods given to the village are worth, as a negative number
	StockLost          Account = 29 // fen of goods that spoiled or were missing at a count, less what counts found
	GoodsGone          Account = 30 // fen the goods cost that were handed out offline and no points paid for
)

// Unit is what an account counts in.
type Unit string

// The units.
const (
	InPoints Unit = "points"
	InFen    Unit = "fen"
)

type accountFacts struct {
	name      string
	unit      Unit
	household bool // one for each household
	member    bool // one for each Party member and year; the others are the village's
	floored   bool // never below zero
}

var accountTable = map[Account]accountFacts{
	HouseholdBase:      {"household_base", InPoints, true, false, true},
	HouseholdSpendable: {"household_spendable", InPoints, true, false, true},
	PointsIssued:       {"points_issued", InPoints, false, false, false},
	PointsDeducted:     {"points_deducted", InPoints, false, false, false},
	PointsRedeemed:     {"points_redeemed", InPoints, false, false, false},
	BaseGranted:        {"base_granted", InPoints, false, false, false},
	PointsExpired:      {"points_expired", InPoints, false, false, false},
	BetweenHouseholds:  {"between_households", InPoints, false, false, false},
	MemberPoints:       {"member_points", InPoints, false, true, true},
	BranchPoints:       {"branch_points", InPoints, false, false, false},
	ShopFund:           {"shop_fund", InFen, false, false, true},
	ShopStock:          {"shop_stock", InFen, false, false, true},
	GrantsReceived:     {"grants_received", InFen, false, false, false},
	GoodsHandedOut:     {"goods_handed_out", InFen, false, false, false},
	DonationsReceived:  {"donations_received", InFen, false, false, false},
	CollectiveReceived: {"collective_received", InFen, false, false, false},
	PrizesReceived:     {"prizes_received", InFen, false, false, false},
	GoodsReceived:      {"goods_received", InFen, false, false, false},
	StockLost:          {"stock_lost", InFen, false, false, false},
	GoodsGone:          {"goods_gone", InFen, false, false, false},
}

// Accounts lists every account in the order of a statement: the households', then points, then the shop's.
func Accounts() []Account {
	return []Account{HouseholdBase, HouseholdSpendable, BaseGranted, PointsIssued, PointsDeducted, PointsRedeemed,
		PointsExpired, BetweenHouseholds, MemberPoints, BranchPoints, ShopFund, ShopStock, GrantsReceived, DonationsReceived,
		CollectiveReceived, PrizesReceived, GoodsReceived, GoodsHandedOut, StockLost, GoodsGone}
}

// String is the account's stable name, and the last part of its key "book.account.…" in the catalogue.
func (a Account) String() string {
	if f, ok := accountTable[a]; ok {
		return f.name
	}
	return "unknown"
}

// MarshalText writes String.
func (a Account) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Unit is what the account counts in.
func (a Account) Unit() Unit { return accountTable[a].unit }

// OfHousehold says that every household has one of its own.
func (a Account) OfHousehold() bool { return accountTable[a].household }

// OfMember says that every Party member has one of its own for every year. The branch alone sees such lines.
func (a Account) OfMember() bool { return accountTable[a].member }

// OfBranch says that the account counts what a Party branch keeps for itself.
func (a Account) OfBranch() bool { return a == MemberPoints || a == BranchPoints }

// owned says that the account is somebody's own, so that a line which touches it names the owner.
func (a Account) owned() bool { return a.OfHousehold() || a.OfMember() }

// Floored says that the account never goes below zero.
func (a Account) Floored() bool { return accountTable[a].floored }

// Kind says what happened, and with it which account gives and which receives.
type Kind int64

// The kinds of line.
const (
	Opening  Kind = 1  // a household's base points
	Earned   Kind = 2  // a claim that passed its notice
	Deducted Kind = 3  // base points taken; takes at most what is left
	Redeemed Kind = 4  // points given for goods
	GoodsOut Kind = 5  // those goods, at cost
	GoodsIn  Kind = 6  // goods bought from the fund
	Granted  Kind = 7  // money into the fund
	Reversal Kind = 8  // a line taken back, with a reason
	Void     Kind = 9  // a line of a redemption taken back on the day it was made
	Expired  Kind = 13 // points left over of what was earned longer ago than the village voted

	// What a household gives when it splits, merges or moves, and what the other one gets; only Transfer writes them.
	BaseMovedOut Kind = 20
	BaseMovedIn  Kind = 21
	MovedOut     Kind = 22
	MovedIn      Kind = 23

	// What a Party branch gives and takes within itself.
	MemberBase     Kind = 24 // what a member begins the year with
	MemberAdded    Kind = 25
	MemberDeducted Kind = 26

	// Where else the shop's money and goods come from, and how goods go without a redemption.
	Donated    Kind = 30 // money somebody gave
	Collective Kind = 31 // money of the village's collective income
	Prize      Kind = 32 // prize money
	GoodsGiven Kind = 33 // goods somebody gave, at what they are worth
	Spoiled    Kind = 34 // goods that cannot be handed out any more
	CountShort Kind = 35 // goods a count did not find
	CountOver  Kind = 36 // goods a count found beyond the book

	GoodsLost Kind = 40 // goods handed out offline that no points paid for, at cost
)

type kindFacts struct {
	name          string
	debit, credit Account
	topic         string // of package tally, '' for none
}

var kindTable = map[Kind]kindFacts{
	Opening:  {"opening", BaseGranted, HouseholdBase, ""},
	Earned:   {"earned", PointsIssued, HouseholdSpendable, tally.Earned},
	Deducted: {"deducted", HouseholdBase, PointsDeducted, tally.Deducted},
	Redeemed: {"redeemed", HouseholdSpendable, PointsRedeemed, tally.Redeemed},
	GoodsOut: {"goods_out", ShopStock, GoodsHandedOut, ""},
	GoodsIn:  {"goods_in", ShopFund, ShopStock, tally.Bought},
	Granted:  {"granted", GrantsReceived, ShopFund, tally.Granted},
	Expired:  {"expired", HouseholdSpendable, PointsExpired, ""},
	Reversal: {"reversal", 0, 0, ""},
	Void:     {"void", 0, 0, ""},

	BaseMovedOut: {"base_moved_out", HouseholdBase, BetweenHouseholds, ""},
	BaseMovedIn:  {"base_moved_in", BetweenHouseholds, HouseholdBase, ""},
	MovedOut:     {"moved_out", HouseholdSpendable, BetweenHouseholds, ""},
	MovedIn:      {"moved_in", BetweenHouseholds, HouseholdSpendable, ""},

	MemberBase:     {"member_base", BranchPoints, MemberPoints, ""},
	MemberAdded:    {"member_added", BranchPoints, MemberPoints, ""},
	MemberDeducted: {"member_deducted", MemberPoints, BranchPoints, ""},

	Donated:    {"donated", DonationsReceived, ShopFund, tally.Donated},
	Collective: {"collective", CollectiveReceived, ShopFund, tally.Collective},
	Prize:      {"prize", PrizesReceived, ShopFund, tally.Prize},
	GoodsGiven: {"goods_given", GoodsReceived, ShopStock, ""},
	Spoiled:    {"spoiled", ShopStock, StockLost, ""},
	CountShort: {"count_short", ShopStock, StockLost, ""},
	CountOver:  {"count_over", StockLost, ShopStock, ""},
	GoodsLost:  {"goods_lost", ShopStock, GoodsGone, ""},
}

// Kinds lists every kind of line.
func Kinds() []Kind {
	return []Kind{Opening, Earned, Deducted, Redeemed, GoodsOut, GoodsIn, Granted, Reversal, Void, Expired,
		BaseMovedOut, BaseMovedIn, MovedOut, MovedIn, MemberBase, MemberAdded, MemberDeducted,
		Donated, Collective, Prize, GoodsGiven, Spoiled, CountShort, CountOver, GoodsLost}
}

// String is the kind's stable name, and the last part of its key "book.kind.…" in the catalogue.
func (k Kind) String() string {
	if f, ok := kindTable[k]; ok {
		return f.name
	}
	return "unknown"
}

// MarshalText writes String.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Accounts is which account gives and which receives; both 0 for a Reversal or Void, which swap those of another line.
func (k Kind) Accounts() (debit, credit Account) {
	f := kindTable[k]
	return f.debit, f.credit
}

// TakesBack says that lines of the kind undo another line.
func (k Kind) TakesBack() bool { return k == Reversal || k == Void }

// BetweenHouseholds says that the line is half of what moves between two households.
func (k Kind) BetweenHouseholds() bool { return k >= BaseMovedOut && k <= MovedIn }

// OfBranch says that the line is a Party branch's own affair.
func (k Kind) OfBranch() bool { return k >= MemberBase && k <= MemberDeducted }

// moving is the kind whose lines go from debit to credit; 0 if there is none.
func moving(debit, credit Account) Kind {
	for _, k := range Kinds() {
		if d, c := k.Accounts(); d == debit && c == credit {
			return k
		}
	}
	return 0
}

// most is the greatest amount of one line.
func (u Unit) most() int64 {
	if u == InFen {
		return int64(core.MaxFen)
	}
	return int64(core.MaxPoints)
}
