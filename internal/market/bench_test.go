package market_test

import (
	"context"
	"sync/atomic"
	"testing"

	"qunyan/internal/core"
)

// BenchmarkRedeem is the work of one redemption of one kind of goods, by many tills of one village at once.
func BenchmarkRedeem(b *testing.B) {
	s := newStage(b)
	soap := s.stocked("肥皂", 5, core.MaxQty, core.MaxFen/100)
	homes := make([]core.ID, 64)
	for i := range homes {
		homes[i] = s.household(int64(i+1), core.MaxPoints)
	}
	var next atomic.Int64
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			in := basket(homes[next.Add(1)%int64(len(homes))], s.village, soap, 1)
			if _, err := s.market.Redeem(context.Background(), s.keeper, in); err != nil {
				b.Error(err)
			}
		}
	})
}
