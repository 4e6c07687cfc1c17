package api_test

import (
	"context"
	"slices"
	"strconv"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

type bookLine struct {
	No         int64   `json:"no"`
	Voucher    int64   `json:"voucher"`
	Kind       string  `json:"kind"`
	Debit      string  `json:"debit"`
	Credit     string  `json:"credit"`
	Household  core.ID `json:"household"`
	Number     int64   `json:"number"`
	Head       string  `json:"head"`
	Amount     int64   `json:"amount"`
	Reverses   int64   `json:"reverses"`
	ReversedBy int64   `json:"reversed_by"`
	MemoZh     string  `json:"memo_zh"`
	ByName     string  `json:"by_name"`
}

type passbookLine struct {
	No         int64  `json:"no"`
	Kind       string `json:"kind"`
	Account    string `json:"account"`
	Amount     int64  `json:"amount"`
	Balance    int64  `json:"balance"`
	MemoZh     string `json:"memo_zh"`
	MemoEn     string `json:"memo_en"`
	Category   string `json:"category"`
	RecordedBy string `json:"recorded_by"`
	Reversed   bool   `json:"reversed"`
}

type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}

// books is a world with one household that has its opening line (1), points earned (2) and a deduction (3).
func books(t *testing.T) (*apitest.World, core.ID) {
	t.Helper()
	w := apitest.New(t)
	h := w.Household("王建国")
	secretary := w.As(core.RoleSecretary).ID // before the command: signing in is a command of its own
	err := w.Services.Store.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, _, err := ledger.Post(ctx, tx, ledger.Stamp{Village: w.Village, NowMs: w.Clock.Now(), Actor: secretary},
			ledger.Entry{Kind: ledger.Earned, Category: "council", Owner: h, Amount: 12, MemoZh: "意见被采纳", MemoEn: "Suggestion adopted"},
			ledger.Entry{Kind: ledger.Deducted, Category: "deduction", Owner: h, Amount: 2, MemoZh: "乱倒垃圾"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w, h
}

func TestTheBookIsReadNewestFirst(t *testing.T) {
	t.Parallel()
	w, h := books(t)
	clerk := w.As(core.RoleClerk)
	first := apitest.Read[page[bookLine]](clerk.Get(w.In("/lines?limit=2")).Want(200))
	if len(first.Items) != 2 || first.Items[0].No != 3 || first.Next == "" {
		t.Fatalf("first page %+v", first)
	}
	if l := first.Items[1]; l.Kind != "earned" || l.Debit != "points_issued" || l.Credit != "household_spendable" || l.Household != h ||
		l.Number != 1 || l.Head != "王建国" || l.Amount != 12 || l.ByName != "孙书记" || l.Voucher != 2 {
		t.Errorf("line %+v", l)
	}
	second := apitest.Read[page[bookLine]](clerk.Get(w.In("/lines?limit=2&cursor=" + first.Next)).Want(200))
	if len(second.Items) != 1 || second.Items[0].Kind != "opening" || second.Next != "" {
		t.Errorf("second page %+v", second)
	}
	clerk.Get(w.In("/lines?cursor=nonsense")).WantProblem(422, "input.bad_cursor")
	if got := clerk.Get(w.In("/lines?limit=1000")); got.Status < 400 {
		t.Errorf("a page of a thousand: %d", got.Status)
	}
	if got := apitest.Read[page[bookLine]](clerk.Get(w.In("/lines?household=" + h.String())).Want(200)); len(got.Items) != 3 {
		t.Errorf("of the household: %d lines", len(got.Items))
	}
	if got := clerk.Get(w.In("/lines?household=x")); got.Status < 400 || got.Status > 499 {
		t.Errorf("a household that is no id: %d", got.Status)
	}
	one := apitest.Read[bookLine](clerk.Get(w.In("/lines/2")).Want(200))
	if one.No != 2 || one.MemoZh != "意见被采纳" {
		t.Errorf("line %+v", one)
	}
	clerk.Get(w.In("/lines/99")).WantProblem(404, "ledger.no_line")
	for _, bad := range []string{"/lines/0", "/lines/-1", "/lines/x", "/lines/99999999999999999999"} {
		if got := clerk.Get(w.In(bad)); got.Status < 400 || got.Status > 499 {
			t.Errorf("%s: %d", bad, got.Status)
		}
	}
	w.AsIn(core.RoleClerk, w.Nearby).Get(w.In("/lines")).WantProblem(403, "access.forbidden")
	w.Stranger().Get(w.In("/lines")).WantProblem(401, "access.sign_in")
	w.AsIn(core.RoleClerk, w.Foreign).Get(w.In("/accounts")).WantProblem(403, "access.forbidden")
}

func TestAPassbookIsTheCardsOwn(t *testing.T) {
	t.Parallel()
	w, h := books(t)
	other := w.Household("李秀英")
	card := w.Card(h)
	lines := apitest.Read[page[passbookLine]](card.Get("/card/lines").Want(200))
	if len(lines.Items) != 3 {
		t.Fatalf("lines %+v", lines)
	}
	want := []passbookLine{
		{3, "deducted", "base", -2, 98, "乱倒垃圾", "", "deduction", "孙书记", false},
		{2, "earned", "spendable", 12, 12, "意见被采纳", "Suggestion adopted", "council", "孙书记", false},
	}
	for i := range want {
		if lines.Items[i] != want[i] {
			t.Errorf("line %+v, want %+v", lines.Items[i], want[i])
		}
	}
	if l := lines.Items[2]; l.Kind != "opening" || l.Account != "base" || l.Amount != 100 || l.Balance != 100 {
		t.Errorf("opening %+v", l)
	}
	if got := apitest.Read[page[passbookLine]](w.Card(other).Get("/card/lines").Want(200)); len(got.Items) != 1 {
		t.Errorf("the neighbour's card shows %d lines", len(got.Items))
	}
	staff := apitest.Read[page[passbookLine]](w.As(core.RoleKeeper).Get(w.In("/households/" + h.String() + "/lines")).Want(200))
	if len(staff.Items) != 3 {
		t.Errorf("the keeper sees %d lines", len(staff.Items))
	}
	if got := card.Get(w.In("/households/" + other.String() + "/lines")); got.Status != 401 && got.Status != 403 {
		t.Errorf("a card read another passbook: %d", got.Status)
	}
}

func TestALineIsReversedOverTheAPI(t *testing.T) {
	t.Parallel()
	w, h := books(t)
	secretary := w.As(core.RoleSecretary)
	secretary.Post(w.In("/lines/2/reverse"), map[string]any{}).Want(422)
	secretary.Post(w.In("/lines/2/reverse"), map[string]any{"reason": " "}).WantProblem(422, "ledger.reason_needed")
	if p := secretary.Post(w.In("/lines/2/reverse"), map[string]any{"reason": "登记错了", "amount": 1}); p.Code() != "input.unknown_field" {
		t.Errorf("an unknown field: %d %s", p.Status, p.Code())
	}
	secretary.Post(w.In("/lines/1/reverse"), map[string]any{"reason": "登记错了"}).WantProblem(409, "ledger.not_reversible")
	secretary.Post(w.In("/lines/9/reverse"), map[string]any{"reason": "登记错了"}).WantProblem(404, "ledger.no_line")
	w.As(core.RoleClerk).Post(w.In("/lines/2/reverse"), map[string]any{"reason": "登记错了"}).WantProblem(403, "access.forbidden")
	for range 2 { // the same request twice is one reversal
		got := apitest.Read[bookLine](secretary.Key("0190aaaa-reverse").Post(w.In("/lines/2/reverse"), map[string]any{"reason": "登记错了"}).Want(201))
		if got.No != 4 || got.Reverses != 2 || got.Kind != "reversal" || got.MemoZh != "登记错了" || got.ByName != "孙书记" {
			t.Errorf("reversal %+v", got)
		}
	}
	again := secretary.With("Accept-Language", "zh-CN").Post(w.In("/lines/2/reverse"), map[string]any{"reason": "登记错了"}).WantProblem(409, "ledger.already_reversed").Problem()
	if again.Detail != "这一笔已经冲正过了（第 4 号），不能再冲。" {
		t.Errorf("said %q", again.Detail)
	}
	lines := apitest.Read[page[passbookLine]](w.Card(h).Get("/card/lines").Want(200))
	if len(lines.Items) != 4 || !lines.Items[2].Reversed || lines.Items[0].Amount != -12 {
		t.Errorf("passbook %+v", lines.Items)
	}
}

func TestAccountsSumToZero(t *testing.T) {
	t.Parallel()
	w, _ := books(t)
	type row struct {
		Account    string `json:"account"`
		Unit       string `json:"unit"`
		Balance    int64  `json:"balance"`
		Households int64  `json:"households"`
	}
	accounts := apitest.Read[page[row]](w.As(core.RoleSupervisor).Get(w.In("/accounts")).Want(200))
	sum := int64(0)
	for _, a := range accounts.Items {
		sum += a.Balance
	}
	shown := slices.DeleteFunc(ledger.Accounts(), ledger.Account.OfBranch)
	if len(accounts.Items) != len(shown) || sum != 0 || accounts.Items[0] != (row{"household_base", "points", 98, 1}) {
		t.Errorf("sum %s of %+v", strconv.FormatInt(sum, 10), accounts.Items)
	}
}
