package ledger_test

import (
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
)

// Many tills and a closing month at once: the numbers stay without a gap, nobody spends a point twice, and what was
// refused left nothing behind.
func TestManyPostingsOfOneVillageAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, 4)
	const (
		workers = 32
		rounds  = 8
		start   = 100
	)
	for _, h := range b.households {
		b.mustPost(t, earned(h, start))
	}
	var wg sync.WaitGroup
	spent := make([]map[core.ID]int64, workers)
	failed := make([]error, workers)
	for w := range workers {
		spent[w] = map[core.ID]int64{}
		wg.Go(func() {
			for r := range rounds {
				h := b.households[(w+r)%len(b.households)]
				var err error
				switch (w + r) % 3 {
				case 0:
					if _, _, err = b.post(redeemed(h, 5)); err == nil {
						spent[w][h] += 5
					}
				case 1:
					if _, _, err = b.post(redeemed(h, 3), earned(h, 1)); err == nil {
						spent[w][h] += 2
					}
				default:
					if _, _, err = b.post(earned(h, 1), earned(h, 1), redeemed(h, 3), earned(h, 1), redeemed(h, 4)); err == nil {
						spent[w][h] += 4
					}
				}
				if err != nil && errs.CodeOf(err) != "ledger.insufficient" {
					failed[w] = err
				}
			}
		})
	}
	wg.Wait()
	for w, err := range failed {
		if err != nil {
			t.Errorf("worker %d: %v", w, err)
		}
	}
	for _, h := range b.households {
		want := int64(start)
		for w := range workers {
			want -= spent[w][h]
		}
		if got := b.balance(t, ledger.HouseholdSpendable, h); got != want {
			t.Errorf("household %s has %d points, want %d", h, got, want)
		}
	}
	b.mustVerify(t)
}

// Two people reverse the same line at the same moment: one does, the other is told.
func TestOneLineReversedByTwoAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.mustPost(t, earned(b.households[0], 50))
	b.mustPost(t, earned(b.households[0], 5))
	var wg sync.WaitGroup
	results := make([]error, 16)
	for i := range results {
		wg.Go(func() { _, results[i] = b.reverse(2, "登记错了") })
	}
	wg.Wait()
	done := 0
	for _, err := range results {
		if err == nil {
			done++
		} else if errs.CodeOf(err) != "ledger.already_reversed" {
			t.Error(err)
		}
	}
	if done != 1 {
		t.Errorf("reversed %d times", done)
	}
	b.mustVerify(t)
}

// The till holds points while the household redeems elsewhere.
func TestHoldsAndRedemptionsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	h := b.households[0]
	b.mustPost(t, earned(h, 40))
	var wg sync.WaitGroup
	results := make([]error, 32)
	for i := range results {
		wg.Go(func() {
			if i%2 == 0 {
				results[i] = b.hold(ledger.Hold{ID: core.ID(i + 1), Owner: h, Points: 3, ExpiresMs: b.clock.Now() + 1000})
			} else {
				_, _, results[i] = b.post(redeemed(h, 3))
			}
		})
	}
	wg.Wait()
	done := int64(0)
	for _, err := range results {
		if err == nil {
			done++
		} else if errs.CodeOf(err) != "ledger.insufficient" {
			t.Error(err)
		}
	}
	if p := b.purse(t, h); done != 13 || p.Free() != 1 {
		t.Errorf("%d of 13 went through, %d points free", done, p.Free())
	}
	b.mustVerify(t)
}
