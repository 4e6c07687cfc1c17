package ledger

import (
	"qunyan/internal/core"
	"qunyan/internal/tally"
)

// Account is what a line takes from or gives to. Two belong to a household, the others to the village.
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
	BetweenHouseholds  Account = 17 // points on their way between two households; zero after every voucher
	ShopFund           Account = 21 // fen the shop can still buy goods for
	ShopStock          Account = 22 // fen the goods on its shelves cost
	GrantsReceived     Account = 23 // fen granted so far, as a negative number
	GoodsHandedOut     Account = 24 // fen the goods redeemed so far cost
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
	household bool // one for each household; the others are the village's
	floored   bool // never below zero
}

var accountTable = map[Account]accountFacts{
	HouseholdBase:      {"household_base", InPoints, true, true},
	HouseholdSpendable: {"household_spendable", InPoints, true, true},
	PointsIssued:       {"points_issued", InPoints, false, false},
	PointsDeducted:     {"points_deducted", InPoints, false, false},
	PointsRedeemed:     {"points_redeemed", InPoints, false, false},
	BaseGranted:        {"base_granted", InPoints, false, false},
	PointsExpired:      {"points_expired", InPoints, false, false},
	BetweenHouseholds:  {"between_households", InPoints, false, false},
	ShopFund:           {"shop_fund", InFen, false, true},
	ShopStock:          {"shop_stock", InFen, false, true},
	GrantsReceived:     {"grants_received", InFen, false, false},
	GoodsHandedOut:     {"goods_handed_out", InFen, false, false},
	GoodsGone:          {"goods_gone", InFen, false, false},
}

// Accounts lists every account in the order of a statement: the households', then points, then the shop's.
func Accounts() []Account {
	return []Account{HouseholdBase, HouseholdSpendable, BaseGranted, PointsIssued, PointsDeducted, PointsRedeemed,
		PointsExpired, BetweenHouseholds, ShopFund, ShopStock, GrantsReceived, GoodsHandedOut, GoodsGone}
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

	// What a household gives when it splits or merges, and what the other one gets; only Transfer writes them.
	BaseMovedOut Kind = 20
	BaseMovedIn  Kind = 21
	MovedOut     Kind = 22
	MovedIn      Kind = 23

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
	GoodsLost:    {"goods_lost", ShopStock, GoodsGone, ""},
}

// Kinds lists every kind of line.
func Kinds() []Kind {
	return []Kind{Opening, Earned, Deducted, Redeemed, GoodsOut, GoodsIn, Granted, Reversal, Void, Expired,
		BaseMovedOut, BaseMovedIn, MovedOut, MovedIn, GoodsLost}
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
