package ledger_test

import (
	"testing"

	"qunyan/internal/ledger"
	"qunyan/internal/messages"
)

// A passbook that shows "goods_out" helps nobody: whatever the book can say has a word in both languages.
func TestEveryAccountAndKindHasItsWords(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, a := range ledger.Accounts() {
		keys = append(keys, "book.account."+a.String())
	}
	for _, k := range ledger.Kinds() {
		keys = append(keys, "book.kind."+k.String())
	}
	for _, key := range keys {
		zh, en := messages.Text(messages.Chinese, key, nil), messages.Text(messages.English, key, nil)
		if zh == key || en == key || zh == en {
			t.Errorf("%s: %q and %q", key, zh, en)
		}
	}
}

// The red lines R9 and R10 (domain.md §5) are a matter of which lines can be written at all: none moves points between
// two households' accounts, none turns points into money or money into points.
func TestNoKindMovesPointsBetweenHouseholdsOrTradesThemForMoney(t *testing.T) {
	t.Parallel()
	for _, k := range ledger.Kinds() {
		if k.TakesBack() { // the two accounts of another line, swapped
			continue
		}
		debit, credit := k.Accounts()
		if debit.OfHousehold() && credit.OfHousehold() {
			t.Errorf("%s moves between households", k)
		}
		if debit.Unit() != credit.Unit() {
			t.Errorf("%s turns %s into %s", k, debit.Unit(), credit.Unit())
		}
		if k == ledger.Deducted && debit != ledger.HouseholdBase {
			t.Errorf("a deduction takes from %s", debit)
		}
	}
}

// A Party member's points stay inside the branch: no kind of line moves them to a household, where they could be redeemed, or
// to anywhere else, and none brings a household's points in.
func TestNoKindLetsAMembersPointsOut(t *testing.T) {
	t.Parallel()
	for _, k := range ledger.Kinds() {
		debit, credit := k.Accounts()
		if debit.OfBranch() != credit.OfBranch() || debit.OfBranch() != k.OfBranch() {
			t.Errorf("%s moves from %s to %s", k, debit, credit)
		}
		if k.OfBranch() && debit.OfMember() == credit.OfMember() {
			t.Errorf("%s moves between members", k)
		}
	}
	for _, a := range ledger.Accounts() {
		if a.OfHousehold() && a.OfMember() {
			t.Errorf("%s is of a household and of a member", a)
		}
	}
}
