package ledger_test

import (
	"context"
	"slices"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

func (b *bench) service() *ledger.Service { return ledger.New(b.st, b.clock, b.ids, nil) }

func (b *bench) staff(role core.Role, area core.Area) core.Actor {
	return core.Actor{Kind: core.StaffActor, ID: 7, Name: "李书记", Grants: []core.Grant{{Role: role, Area: area}}}
}

func (b *bench) secretary() core.Actor { return b.staff(core.RoleSecretary, b.village) }

func TestPagesOfTheBookAndOfAPassbook(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2)
	first, second := b.households[0], b.households[1]
	for i := range 7 {
		b.mustPost(t, earned(first, int64(i+1)))
		b.mustPost(t, earned(second, 1))
	}
	if _, err := b.reverse(1, "登记错了"); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	var book, pass []int64
	for cursor := ""; ; {
		lines, next, err := b.service().Lines(ctx, b.secretary(), b.village, core.Page{Cursor: cursor, Limit: 4})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			book = append(book, l.No)
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	if len(book) != 15 || book[0] != 15 || book[14] != 1 {
		t.Errorf("book %v", book)
	}
	own := core.Actor{Kind: core.CardActor, Village: b.village, Household: first}
	for cursor := ""; ; {
		lines, next, err := b.service().HouseholdLines(ctx, own, b.village, first, core.Page{Cursor: cursor, Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			pass = append(pass, l.No)
			if l.Owner != first || l.Number != 1 || l.Head != "王建国" {
				t.Errorf("line %d of household %d, number %d", l.No, l.Owner, l.Number)
			}
			if (l.No == 1) != (l.ReversedBy == 15) {
				t.Errorf("line %d reversed by %d", l.No, l.ReversedBy)
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	if len(pass) != 8 || pass[0] != 15 || pass[1] != 13 || pass[7] != 1 {
		t.Errorf("passbook %v", pass)
	}
	lines, next, err := b.service().HouseholdLines(ctx, own, b.village, first, core.Page{Limit: 8})
	if err != nil || len(lines) != 8 || next != "" {
		t.Errorf("a page that just fits: %d lines, next %q, %v", len(lines), next, err)
	}
	for _, cursor := range []string{"x", "-1", "0", "1e3", "99999999999999999999"} {
		_, _, err := b.service().Lines(ctx, b.secretary(), b.village, core.Page{Cursor: cursor})
		wantCode(t, err, "input.bad_cursor")
	}
}

func TestWhoMayReadABook(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2)
	b.mustPost(t, earned(b.households[0], 5))
	ctx := context.Background()
	card := core.Actor{Kind: core.CardActor, Village: b.village, Household: b.households[1]}
	elsewhere := card
	elsewhere.Village, elsewhere.Household = b.village+1, b.households[0]
	for name, by := range map[string]core.Actor{
		"nobody":                    {},
		"a neighbour's card":        card,
		"a card of another village": elsewhere,
		"a clerk of another":        b.staff(core.RoleClerk, another(t, b, 0).village),
	} {
		if _, _, err := b.service().HouseholdLines(ctx, by, b.village, b.households[0], core.Page{}); err == nil || errs.KindOf(err) != errs.Forbidden && errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("%s read a passbook: %v", name, err)
		}
		if _, _, err := b.service().Lines(ctx, by, b.village, core.Page{}); err == nil {
			t.Errorf("%s read the book", name)
		}
		if _, err := b.service().Accounts(ctx, by, b.village); err == nil {
			t.Errorf("%s read the accounts", name)
		}
	}
	for _, role := range access.Table()[access.OpReadVillage] {
		if role == access.System {
			continue
		}
		if _, _, err := b.service().Lines(ctx, b.staff(role, b.village), b.village, core.Page{}); err != nil {
			t.Errorf("%s: %v", role, err)
		}
	}
	if _, _, err := b.service().HouseholdLines(ctx, core.Actor{Kind: core.CardActor, Village: b.village}, b.village, 0, core.Page{}); err == nil {
		t.Error("a card without a household read the village's own lines")
	}
}

func TestTheStatementOfAVillageSumsToZero(t *testing.T) {
	t.Parallel()
	b := newBench(t, 3)
	b.open(t, 100)
	b.mustPost(t, earned(b.households[0], 30))
	b.mustPost(t, granted(5000))
	b.mustPost(t, redeemed(b.households[0], 4))
	statement, err := b.service().Accounts(context.Background(), b.secretary(), b.village)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[ledger.Unit]int64{}
	shown := slices.DeleteFunc(ledger.Accounts(), ledger.Account.OfBranch)
	for i, a := range statement {
		if a.Account != shown[i] {
			t.Errorf("account %d is %s", i, a.Account)
		}
		sums[a.Account.Unit()] += a.Balance
		switch a.Account {
		case ledger.HouseholdBase:
			if a.Balance != 300 || a.Owners != 3 || a.Lines != 3 {
				t.Errorf("base %+v", a)
			}
		case ledger.HouseholdSpendable:
			if a.Balance != 26 || a.Owners != 1 || a.Lines != 2 {
				t.Errorf("spendable %+v", a)
			}
		case ledger.ShopFund:
			if a.Balance != 5000 || a.Owners != 0 {
				t.Errorf("fund %+v", a)
			}
		}
	}
	if len(statement) != len(shown) || sums[ledger.InPoints] != 0 || sums[ledger.InFen] != 0 {
		t.Errorf("sums %v of %d accounts", sums, len(statement))
	}
}

func TestAllBalancesOfAVillage(t *testing.T) {
	t.Parallel()
	b := newBench(t, 3)
	b.open(t, 100)
	b.mustPost(t, earned(b.households[1], 30))
	var all map[core.ID]ledger.Balances
	if err := b.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		all, err = ledger.AllBalances(ctx, tx, b.village)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if len(all) != 3 || all[b.households[0]] != (ledger.Balances{Base: 100}) || all[b.households[1]] != (ledger.Balances{Base: 100, Spendable: 30}) {
		t.Errorf("balances %v", all)
	}
}

func TestReverseLineIsTheSecretarysAndNotForTheOwnHousehold(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2)
	h := b.households[0]
	b.open(t, 100)                // 1 2
	b.mustPost(t, earned(h, 9))   // 3
	b.mustPost(t, redeemed(h, 4)) // 4
	b.mustPost(t, granted(100))   // 5
	b.mustPost(t, deducted(h, 5)) // 6
	ctx := context.Background()
	in := ledger.ReverseInput{Village: b.village, No: 6, Reason: "罚错了户"}
	for _, role := range []core.Role{core.RoleClerk, core.RoleKeeper, core.RoleSupervisor, core.RoleAuditor, core.RoleTownship, core.RoleCounty} {
		_, err := b.service().ReverseLine(ctx, b.staff(role, b.village), in)
		wantCode(t, err, "access.forbidden")
	}
	related := b.secretary()
	related.Village, related.Household = b.village, h
	_, err := b.service().ReverseLine(ctx, related, in)
	wantCode(t, err, "ledger.own_household")
	for _, no := range []int64{1, 4, 5} {
		_, err := b.service().ReverseLine(ctx, b.secretary(), ledger.ReverseInput{Village: b.village, No: no, Reason: "登记错了"})
		wantCode(t, err, "ledger.not_reversible")
	}
	by := b.secretary()
	by.Intent = core.Intent{Key: "0190-reverse", Hash: [32]byte{1}}
	for range 2 { // sent twice, done once
		no, err := b.service().ReverseLine(ctx, by, in)
		if err != nil || no != 7 {
			t.Fatalf("reversed as %d, %v", no, err)
		}
	}
	_, err = b.service().ReverseLine(ctx, b.secretary(), ledger.ReverseInput{Village: b.village, No: 7, Reason: "再冲回来"})
	wantCode(t, err, "ledger.not_reversible")
	if err := b.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		records, _, err := audit.List(ctx, tx, b.village, audit.Filter{Action: "ledger."}, core.Page{})
		if err == nil && (len(records) != 1 || records[0].SubjectID != "6" || records[0].ActorName != "李书记") {
			t.Errorf("audit %+v", records)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	b.mustVerify(t)
}
