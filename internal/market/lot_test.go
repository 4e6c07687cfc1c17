package market

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
)

// Whatever redemptions took, and in whichever steps they are settled, the lots end the same: in the order of their dates.
func TestLotsSettledLateAreLotsSettledAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lots := make([]Lot, rapid.IntRange(1, 6).Draw(t, "lots"))
		var shelf int64
		for i := range lots {
			n := rapid.Int64Range(1, 20).Draw(t, "pieces")
			lots[i] = Lot{ID: core.ID(i + 1), Received: n, Qty: n, BestBefore: core.Day(rapid.SampledFrom([]int{0, 20260401, 20260501, 20260601}).Draw(t, "date"))}
			shelf += n
		}
		settleLots(lots, shelf) // in their order
		step := slices.Clone(lots)
		for range rapid.IntRange(0, 5).Draw(t, "redemptions") {
			if shelf == 0 {
				break
			}
			shelf -= rapid.Int64Range(1, shelf).Draw(t, "out")
			if over := settleLots(step, shelf); over != 0 {
				t.Fatalf("%d pieces nobody delivered", over)
			}
		}
		if over := settleLots(lots, shelf); over != 0 || !slices.Equal(lots, step) {
			t.Fatalf("at once %+v, in steps %+v", lots, step)
		}
		var left int64
		for i, l := range lots {
			if left += l.Qty; l.Qty < 0 || l.Qty > l.Received || l.Qty > 0 && i+1 < len(lots) && lots[i+1].Qty < lots[i+1].Received {
				t.Fatalf("lot %d has %d of %d left while a later one was begun", i, l.Qty, l.Received)
			}
		}
		if left != shelf {
			t.Fatalf("lots hold %d, the shelf %d", left, shelf)
		}
	})
}

func TestWhatComesBackGoesToTheLotsItLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lots := []Lot{{ID: 1, Received: 5, Qty: 5, BestBefore: 20260401}, {ID: 2, Received: 4, Qty: 4}, {ID: 3, Received: 3, Qty: 3, BestBefore: 20260301}}
		out := rapid.Int64Range(0, 12).Draw(t, "out")
		more := rapid.Int64Range(0, 12-out).Draw(t, "more")
		settleLots(lots, 12-out)
		want := slices.Clone(lots)
		settleLots(lots, 12-out-more)
		if over := putBackLots(lots, more); over != 0 || !slices.Equal(lots, want) {
			t.Fatalf("%d out, %d out and back: %+v, want %+v", out, more, lots, want)
		}
		if over := putBackLots(lots, out+2); over != 2 {
			t.Fatalf("%d pieces fit nowhere, want 2", over)
		}
	})
}

func TestStockNobodyDeliveredIsSaid(t *testing.T) {
	lots := []Lot{{ID: 1, Received: 5, Qty: 2}}
	if over := settleLots(lots, 7); over != 5 || lots[0].Qty != 2 {
		t.Errorf("over %d, lot %d; want 5 and 2", over, lots[0].Qty)
	}
}
