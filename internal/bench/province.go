package bench

import (
	"context"
	"fmt"

	"qunyan/internal/core"
)

// loaded throws postings at the machine, so that a county can size its own. There is no bar; the ratio is p99 to p50.
func loaded(ctx context.Context, b *bench) ([]Result, error) {
	w := &postingWorld{b: b}
	w.populate(max(b.opt.Villages, 1))
	s, err := load{clients: b.opt.Clients, n: b.opt.N, warm: b.opt.N / 10, rate: b.opt.Rate}.run(ctx, w.post)
	asked := "closed loop"
	if b.opt.Rate > 0 {
		asked = fmt.Sprintf("%d/s asked for", b.opt.Rate)
	}
	return []Result{{Name: fmt.Sprintf("%d callers, %d villages", s.Clients, len(w.homes)), Reference: asked, Measured: s.String(),
		Ratio: s.spread(), Bar: 10_000, Load: &s}}, err
}

// The province's busiest hour, as docs/performance.md reckons it: redemptions and other single postings of 16,000
// villages, a second.
const (
	provinceVillages = 16_000
	provinceRate     = 300
)

// province plays the busiest hour of 16,000 villages on one machine: every village has a book, the postings come at
// their own times, and then the same callers go as fast as they can.
func province(ctx context.Context, b *bench) ([]Result, error) {
	villages := b.size(provinceVillages, provinceVillages, 50)
	w := &postingWorld{b: b}
	w.populate(villages)
	lib, err := b.provinceBooks(ctx, w, b.size(200, 20, 5))
	if err != nil {
		return nil, err
	}
	open, err := load{clients: 256, n: b.size(60_000, 9000, 60), warm: b.size(3000, 3000, 10), rate: provinceRate}.run(ctx, w.post)
	if err != nil {
		return nil, err
	}
	closed, err := load{clients: 256, n: b.size(60_000, 20_000, 60)}.run(ctx, w.post)
	name := fmt.Sprintf("province of %d villages, %d lines before", villages, lib)
	return []Result{
		{Name: name + ", its busiest hour", Reference: fmt.Sprintf("%d/s asked for", provinceRate), Measured: open.String(), Ratio: open.PerSec * 1000 / provinceRate, Bar: 950, AtLeast: true, Load: &open},
		{Name: name + ", as fast as it goes", Reference: fmt.Sprintf("%d/s needed", provinceRate), Measured: closed.String(), Ratio: closed.PerSec * 1000 / provinceRate, Bar: 3000, AtLeast: true, Load: &closed},
	}, err
}

// provinceBooks gives every village a book of some lines.
func (b *bench) provinceBooks(ctx context.Context, w *postingWorld, each int) (lines int, err error) {
	homes := make(map[core.Area][]core.ID, len(w.homes))
	for v, list := range w.homes {
		homes[w.at(v)] = list[:min(len(list), 5)]
	}
	return len(w.homes) * each, b.books(ctx, homes, each)
}
