package ledger_test

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// model is a book kept the naive way: a list of lines, and sums over it.
type model struct {
	*bench
	balances map[[2]int64]int64
	lines    []ledger.Line
	reversed map[int64]bool
	holds    map[core.ID]ledger.Hold
	lastMs   int64      // of the newest line
	closed   core.Month // newest closed month
	wishes   []wish
}

func newModel(t *rapid.T, b *bench, households int, points int64) *model {
	m := &model{bench: another(t, b, households), balances: map[[2]int64]int64{}, reversed: map[int64]bool{}, holds: map[core.ID]ledger.Hold{},
		closed: 202512}
	m.open(t, core.Points(points))
	m.passed()
	if err := m.closeMonth(m.closed); err != nil {
		t.Fatalf("close: %v", err)
	}
	for i, h := range m.households {
		m.balances[m.key(ledger.HouseholdBase, h)] = points
		m.balances[m.key(ledger.BaseGranted, 0)] -= points
		m.lines = append(m.lines, ledger.Line{No: int64(i + 1), Voucher: int64(i + 1), Kind: ledger.Opening, Debit: ledger.BaseGranted,
			Credit: ledger.HouseholdBase, Owner: h, Amount: points})
	}
	return m
}

// now is the book's time: the clock, unless it was set back behind the newest line.
func (m *model) now() int64 { return max(m.clock.Now(), m.lastMs) }

// passed notes that a line was written.
func (m *model) passed() { m.lastMs = m.now() }

func (m *model) key(a ledger.Account, owner core.ID) [2]int64 {
	if !a.OfHousehold() {
		owner = 0
	}
	return [2]int64{int64(a), int64(owner)}
}

// held is what is on hold of a household now.
func (m *model) held(owner core.ID) (points int64) {
	for _, h := range m.holds {
		if h.Owner == owner && h.State == ledger.HoldPending && h.ExpiresMs > m.now() {
			points += int64(h.Points)
		}
	}
	return points
}

// expect works a line through the model: how much it moves, and whether it can.
func (m *model) expect(kind ledger.Kind, debit, credit ledger.Account, owner core.ID, amount int64) (int64, bool) {
	from := m.key(debit, owner)
	have := m.balances[from]
	if debit == ledger.HouseholdSpendable {
		have -= m.held(owner)
	}
	if kind == ledger.Deducted {
		amount = min(amount, have)
	}
	if debit.Floored() && amount > have {
		return 0, false
	}
	m.balances[from] -= amount
	m.balances[m.key(credit, owner)] += amount
	return amount, true
}

func (m *model) snapshot() map[[2]int64]int64 {
	c := map[[2]int64]int64{}
	for k, v := range m.balances {
		c[k] = v
	}
	return c
}

// post compares one or more vouchers with the model.
func (m *model) post(t *rapid.T, vouchers ...[]ledger.Entry) {
	before := m.snapshot()
	var want []int64
	fine := true
	for _, entries := range vouchers {
		for _, e := range entries {
			debit, credit := e.Kind.Accounts()
			amount, ok := m.expect(e.Kind, debit, credit, e.Owner, e.Amount)
			fine = fine && ok
			want = append(want, amount)
		}
	}
	w := newWish(m, vouchers)
	lines, err := w.send()
	if !fine {
		m.balances = before
		wantCode(t, err, "ledger.insufficient")
		return
	}
	if err != nil {
		t.Fatalf("post: %v", err)
	}
	for i, l := range lines {
		if l.Amount != want[i] {
			t.Fatalf("entry %d moved %d, want %d", i, l.Amount, want[i])
		}
		if l.No != 0 {
			m.append(t, l)
		}
	}
	m.wishes = append(m.wishes, w)
}

func (m *model) append(t *rapid.T, l ledger.Line) {
	if l.No != int64(len(m.lines))+1 {
		t.Fatalf("line %d after %d lines", l.No, len(m.lines))
	}
	m.lines = append(m.lines, l)
	m.passed()
}

func (m *model) anEntry(t *rapid.T) ledger.Entry {
	h := rapid.SampledFrom(m.households).Draw(t, "household")
	points := rapid.Int64Range(1, 40).Draw(t, "amount")
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0, 1:
		return earned(h, points)
	case 2:
		return deducted(h, points)
	case 3:
		return redeemed(h, points)
	case 4:
		return granted(points * 100)
	case 5:
		return goodsIn(points * 50)
	}
	return goodsOut(points * 50)
}

func (m *model) someEntries(t *rapid.T, most int) []ledger.Entry {
	return rapid.SliceOfN(rapid.Custom(m.anEntry), 0, most).Draw(t, "entries")
}

func (m *model) month(t *rapid.T) {
	var vouchers [][]ledger.Entry
	for range rapid.IntRange(0, 8).Draw(t, "vouchers") {
		vouchers = append(vouchers, m.someEntries(t, 3))
	}
	m.post(t, vouchers...)
}

func (m *model) takeBack(t *rapid.T) {
	if len(m.lines) == 0 {
		return
	}
	old := rapid.SampledFrom(m.lines).Draw(t, "line")
	_, enough := int64(0), true
	before := m.snapshot()
	if !old.Kind.TakesBack() && !m.reversed[old.No] {
		_, enough = m.expect(ledger.Reversal, old.Credit, old.Debit, old.Owner, old.Amount)
	}
	l, err := m.reverse(old.No, "登记错了")
	switch {
	case old.Kind.TakesBack():
		wantCode(t, err, "ledger.not_reversible")
	case m.reversed[old.No]:
		wantCode(t, err, "ledger.already_reversed")
	case !enough:
		m.balances = before
		wantCode(t, err, "ledger.reversal_short")
	case err != nil:
		t.Fatalf("reverse: %v", err)
	default:
		m.reversed[old.No] = true
		m.append(t, l)
	}
}

func (m *model) placeHold(t *rapid.T) {
	h := ledger.Hold{ID: m.ids.Next(), Owner: rapid.SampledFrom(m.households).Draw(t, "household"), State: ledger.HoldPending,
		Points: core.Points(rapid.IntRange(1, 30).Draw(t, "points")), ExpiresMs: m.now() + rapid.Int64Range(1, 5000).Draw(t, "ms")}
	free := m.balances[m.key(ledger.HouseholdSpendable, h.Owner)] - m.held(h.Owner)
	err := m.hold(h)
	if free < int64(h.Points) {
		wantCode(t, err, "ledger.insufficient")
		return
	}
	if err != nil {
		t.Fatalf("hold: %v", err)
	}
	m.holds[h.ID] = h
}

func (m *model) endHold(t *rapid.T) {
	var ids []core.ID
	for id := range m.holds {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return
	}
	slices.Sort(ids) // a map's order would keep a failure from being found again
	h := m.holds[rapid.SampledFrom(ids).Draw(t, "hold")]
	ended := h.State != ledger.HoldPending || h.ExpiresMs <= m.now()
	settle := rapid.Bool().Draw(t, "settle")
	points := rapid.Int64Range(1, int64(h.Points)).Draw(t, "points")
	var err error
	var lines []ledger.Line
	if settle {
		err = m.tx(func(ctx context.Context, tx *store.Tx) (err error) {
			_, lines, err = ledger.SettleHold(ctx, tx, m.stamp(), h.ID, redeemed(h.Owner, points))
			return err
		})
	} else {
		err = m.voidHold(h.ID)
	}
	if ended {
		wantCode(t, err, "ledger.hold_ended")
		return
	}
	if err != nil {
		t.Fatalf("end of a hold: %v", err)
	}
	h.State = ledger.HoldVoided
	if settle {
		h.State = ledger.HoldSettled
	}
	m.holds[h.ID] = h
	for _, l := range lines {
		m.expect(ledger.Redeemed, l.Debit, l.Credit, l.Owner, l.Amount)
		m.append(t, l)
	}
}

// Whatever is done in whatever order, in villages that know nothing of each other, each book says what a naive list of
// lines says, refuses what it must, and verifies.
func TestTheBookAgreesWithANaiveModel(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	rapid.Check(t, func(t *rapid.T) {
		villages := []*model{newModel(t, b, 3, 30), newModel(t, b, 2, 30)}
		in := func(do func(*model, *rapid.T)) func(*rapid.T) {
			return func(t *rapid.T) { do(rapid.SampledFrom(villages).Draw(t, "village"), t) }
		}
		t.Repeat(map[string]func(*rapid.T){
			"post":     in(func(m *model, t *rapid.T) { m.post(t, m.someEntries(t, 6)) }),
			"month":    in((*model).month),
			"close":    in((*model).close),
			"takeBack": in((*model).takeBack),
			"void":     in((*model).void),
			"hold":     in((*model).placeHold),
			"endHold":  in((*model).endHold),
			"tidy":     in((*model).tidy),
			"again":    in((*model).again),
			"reopen":   in((*model).reopen),
			"crowd":    func(t *rapid.T) { crowd(t, villages) },
			"clock":    in(func(m *model, t *rapid.T) { m.clock.Advance(rapid.Int64Range(-3000, 3000).Draw(t, "ms")) }),
		})
		for _, m := range villages {
			m.compare(t)
		}
	})
}

func (m *model) compare(t *rapid.T) {
	for key, want := range m.balances {
		if got := m.balance(t, ledger.Account(key[0]), core.ID(key[1])); got != want {
			t.Fatalf("account %v of %d holds %d, want %d", ledger.Account(key[0]), key[1], got, want)
		}
	}
	m.setGoods(t, m.balances[m.key(ledger.ShopStock, 0)])
	if n := m.mustVerify(t); n != int64(len(m.lines)) {
		t.Fatalf("%d lines in the book, want %d", n, len(m.lines))
	}
	m.clock.Set(m.now())
	for _, h := range m.households {
		if p := m.purse(t, h); int64(p.Held) != m.held(h) {
			t.Fatalf("%d on hold, want %d", p.Held, m.held(h))
		}
	}
}

// Posting line by line and posting together are two ways to one book.
func TestOneByOneAndTogetherGiveTheSameBook(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	rapid.Check(t, func(t *rapid.T) {
		single, together := another(t, b, 2), another(t, b, 2)
		together.households = append(together.households[:0], single.households...)
		m := &model{bench: single}
		single.open(t, 20)
		var vouchers [][]ledger.Entry
		refused := false
		for range rapid.IntRange(5, 20).Draw(t, "n") {
			e := m.anEntry(t)
			vouchers = append(vouchers, []ledger.Entry{e})
			if _, _, err := single.post(e); err != nil {
				wantCode(t, err, "ledger.insufficient")
				refused = true
			}
		}
		var lines []ledger.Line
		err := together.tx(func(ctx context.Context, tx *store.Tx) (err error) {
			if _, err = ledger.OpenHouseholds(ctx, tx, together.stamp(), 20, single.households...); err != nil {
				return err
			}
			lines, err = ledger.PostMany(ctx, tx, together.stamp(), vouchers)
			return err
		})
		if refused != (err != nil && errs.CodeOf(err) == "ledger.insufficient") {
			t.Fatalf("one by one refused: %v; together: %v", refused, err)
		}
		if refused {
			return
		}
		for _, a := range ledger.Accounts() {
			for _, owner := range append([]core.ID{0}, single.households...) {
				if x, y := single.balance(t, a, owner), together.balance(t, a, owner); x != y {
					t.Fatalf("%v of %d: %d one by one, %d together (%d lines)", a, owner, x, y, len(lines))
				}
			}
		}
	})
}
