package ledger_test

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"

	"pgregory.net/rapid"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// wish is a posting that a client may send again, because the first answer was lost.
type wish struct {
	m        *model
	by       core.Actor
	vouchers [][]ledger.Entry
	answer   []int64 // numbers of the lines, as the first answer gave them
}

// newWish gives a posting a key that no other has.
func newWish(m *model, vouchers [][]ledger.Entry) wish {
	return wish{m: m, vouchers: vouchers, by: core.Actor{Intent: core.Intent{Key: m.ids.Next().String(), Hash: [32]byte{1}}}}
}

// send runs the posting as a command does. The lines are there only if this time they were written.
func (w *wish) send() (lines []ledger.Line, err error) {
	err = w.m.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		lines = nil
		w.answer, err = store.Once(ctx, tx, w.by, w.m.village, w.m.clock.Now(), func() ([]int64, error) {
			var numbers []int64
			lines, err = ledger.PostMany(ctx, tx, w.m.stamp(), w.vouchers)
			for _, l := range lines {
				numbers = append(numbers, l.No)
			}
			return numbers, err
		})
		return err
	})
	return lines, err
}

// again sends an old wish once more, or another under its key.
func (m *model) again(t *rapid.T) {
	if len(m.wishes) == 0 {
		return
	}
	old := rapid.SampledFrom(m.wishes).Draw(t, "wish")
	twice := old
	if rapid.Bool().Draw(t, "another body") {
		twice.by.Intent.Hash = [32]byte{2}
		_, err := twice.send()
		wantCode(t, err, "store.key_reused")
		return
	}
	lines, err := twice.send()
	if err != nil || len(lines) != 0 || !reflect.DeepEqual(twice.answer, old.answer) {
		t.Fatalf("sent again: wrote %v, answered %v after %v, %v", lines, twice.answer, old.answer, err)
	}
}

// reopen opens accounts that are open.
func (m *model) reopen(t *rapid.T) {
	if n := m.open(t, 30); n != 0 {
		t.Fatalf("opened %d households twice", n)
	}
}

// tidy marks the holds that have run out.
func (m *model) tidy(t *rapid.T) {
	var want, got int64
	for id, h := range m.holds {
		if h.State == ledger.HoldPending && h.ExpiresMs <= m.now() {
			h.State = ledger.HoldExpired
			m.holds[id] = h
			want++
		}
	}
	err := m.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		got, err = ledger.ExpireHolds(ctx, tx, m.stamp())
		return err
	})
	if err != nil || got != want {
		t.Fatalf("%d holds ran out, want %d, %v", got, want, err)
	}
}

// void takes a whole voucher back.
func (m *model) void(t *rapid.T) {
	if len(m.lines) == 0 {
		return
	}
	voucher := rapid.SampledFrom(m.lines).Draw(t, "line").Voucher
	before, code := m.snapshot(), ""
	var old []ledger.Line
	for _, l := range m.lines {
		if l.Voucher == voucher {
			old = append(old, l)
		}
	}
	for _, l := range old {
		switch {
		case code != "":
		case l.Kind.TakesBack():
			code = "ledger.not_reversible"
		case m.reversed[l.No]:
			code = "ledger.already_reversed"
		}
	}
	for _, l := range old {
		if code == "" {
			if _, enough := m.expect(ledger.Void, l.Credit, l.Debit, l.Owner, l.Amount); !enough {
				code = "ledger.reversal_short"
			}
		}
	}
	var lines []ledger.Line
	err := m.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		_, lines, err = ledger.VoidVoucher(ctx, tx, m.stamp(), voucher, "拿错了货")
		return err
	})
	if code != "" {
		m.balances = before
		wantCode(t, err, code)
		return
	}
	if err != nil {
		t.Fatalf("void: %v", err)
	}
	for i, l := range lines {
		m.reversed[old[i].No] = true
		m.append(t, l)
	}
}

// close posts and closes the next month; or one that is closed, which must leave nothing of what it posted.
func (m *model) close(t *rapid.T) {
	month := m.closed.Add(rapid.IntRange(0, 1).Draw(t, "month"))
	c := ledger.Closing{Month: month, Actor: 7, ActorName: "李书记", AtMs: m.clock.Now()}
	var vouchers [][]ledger.Entry
	for range rapid.IntRange(0, 4).Draw(t, "claims") {
		points := rapid.Int64Range(1, 20).Draw(t, "points")
		vouchers = append(vouchers, []ledger.Entry{earned(rapid.SampledFrom(m.households).Draw(t, "household"), points)})
		c.Claims, c.Points = c.Claims+1, c.Points+core.Points(points)
	}
	var lines []ledger.Line
	err := m.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		if lines, err = ledger.PostMany(ctx, tx, m.stamp(), vouchers); err != nil {
			return err
		}
		if len(lines) > 0 {
			c.FirstNo, c.LastNo = lines[0].No, lines[len(lines)-1].No
		} else if _, err := ledger.Lock(ctx, tx, m.village); err != nil {
			return err
		}
		return ledger.CloseMonth(ctx, tx, m.village, c)
	})
	if month == m.closed {
		wantCode(t, err, "ledger.month_closed")
		return
	}
	if err != nil {
		t.Fatalf("close: %v", err)
	}
	m.closed = c.Month
	for _, l := range lines {
		m.expect(l.Kind, l.Debit, l.Credit, l.Owner, l.Amount)
		m.append(t, l)
	}
}

// errUndone is what a command fails with after it has posted.
var errUndone = errs.New(errs.Conflict, "test.undone")

// outcome is one command of a crowd, and what came of it.
type outcome struct {
	wish
	fate  int // sent, failed, panicked
	lines []ledger.Line
	err   error
}

const (
	sent = iota
	failed
	panicked
)

func (o *outcome) run() {
	if o.fate == sent {
		o.lines, o.err = o.send()
		return
	}
	o.err = o.m.tx(func(ctx context.Context, tx *store.Tx) error {
		if _, err := ledger.PostMany(ctx, tx, o.m.stamp(), o.vouchers); err != nil {
			return err
		}
		if o.fate == panicked {
			panic("after posting")
		}
		return errUndone
	})
}

func (o *outcome) asExpected() bool {
	switch o.fate {
	case sent:
		return o.err == nil
	case failed:
		return errors.Is(o.err, errUndone)
	}
	return o.err != nil && strings.Contains(o.err.Error(), "after posting")
}

// crowd lets many commands run at once, in all villages: some are sent twice at the same moment, some fail or panic after
// they have posted. The engine puts them into one commit or many; the books must not show which.
func crowd(t *rapid.T, villages []*model) {
	var all []*outcome
	for range rapid.IntRange(2, 6).Draw(t, "commands") {
		m := rapid.SampledFrom(villages).Draw(t, "village")
		h := rapid.SampledFrom(m.households).Draw(t, "household")
		w := newWish(m, [][]ledger.Entry{{earned(h, rapid.Int64Range(1, 9).Draw(t, "points"))}})
		o := &outcome{wish: w, fate: rapid.SampledFrom([]int{sent, sent, failed, panicked}).Draw(t, "fate")}
		all = append(all, o)
		if o.fate == sent && rapid.Bool().Draw(t, "twice") {
			all = append(all, &outcome{wish: w, fate: sent})
		}
	}
	var running sync.WaitGroup
	for _, o := range all {
		running.Go(o.run)
	}
	running.Wait()
	var wrote []*outcome
	for i, o := range all {
		if !o.asExpected() {
			t.Fatalf("command %d of fate %d: %v", i, o.fate, o.err)
		}
		if len(o.lines) > 0 {
			wrote = append(wrote, o)
			o.m.wishes = append(o.m.wishes, o.wish)
		}
		if i == 0 || o.by.Intent != all[i-1].by.Intent {
			continue
		}
		if twin := all[i-1]; !reflect.DeepEqual(o.answer, twin.answer) || len(o.lines)+len(twin.lines) != 1 {
			t.Fatalf("sent twice at once: wrote %v and %v, answered %v and %v", o.lines, twin.lines, o.answer, twin.answer)
		}
	}
	slices.SortFunc(wrote, func(a, b *outcome) int { return cmp.Compare(a.lines[0].No, b.lines[0].No) })
	for _, o := range wrote {
		for _, l := range o.lines {
			o.m.expect(l.Kind, l.Debit, l.Credit, l.Owner, l.Amount)
			o.m.append(t, l)
		}
	}
}
