package report

import (
	"testing"

	"qunyan/internal/core"
)

func TestWhatAShopLacks(t *testing.T) {
	for _, c := range []struct {
		issued, redeemed core.Points
		rate, fund       core.Fen
		stock, want      core.Fen
	}{
		{-100, 0, 100, 10_000, 0, 0},
		{-101, 0, 100, 10_000, 0, 100},
		{-100, 0, 100, 0, 10_000, 1_000}, // a tenth of the stock finds no taker
		{-100, 60, 100, 0, 4_445, 0},     // 4,000.5
		{-100, 60, 100, 0, 4_444, 1},     // 3,999.6: rounded up, one fen is missing
		{0, 0, 100, 0, 0, 0},
		{-100, 100, 0, 0, 0, 0},
	} {
		v := village{issued: c.issued, redeemed: c.redeemed, rate: c.rate, fund: c.fund, stock: c.stock}
		if got := v.short(); got != c.want {
			t.Errorf("%+v lacks %d, want %d", v, got, c.want)
		}
	}
}

func TestAMonthMayTakeTenDaysToClose(t *testing.T) {
	for today, want := range map[core.Day]core.Month{20260310: 202601, 20260311: 202602, 20260101: 202511, 20260131: 202512} {
		if got := lastDue(today); got != want {
			t.Errorf("on %v the last month due is %v, want %v", today, got, want)
		}
	}
}
