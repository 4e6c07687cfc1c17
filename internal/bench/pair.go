package bench

import (
	"cmp"
	"fmt"
	"slices"
)

// rounds is how often the reference and the product take turns. The middle ratio counts: a busy neighbour disturbs one
// round, seldom two.
const rounds = 3

// pair is the reference and the product, measured one after the other.
type pair struct{ raw, product Sample }

func (p pair) ratio() int64 { return p.product.PerSec * 1000 / max(p.raw.PerSec, 1) }

// inTurn runs the reference and the product in turn, each in its own database, which grow alike. The first turn of both,
// a quarter of the others, warms up.
func inTurn(raw, product func(n int) (Sample, error), n int) (pairs []pair, err error) {
	for i := range rounds + 1 {
		size := n
		if i == 0 {
			size = max(n/4, 1)
		}
		var p pair
		if p.raw, err = raw(size); err != nil {
			return nil, err
		}
		if p.product, err = product(size); err != nil {
			return nil, err
		}
		if i > 0 {
			pairs = append(pairs, p)
		}
	}
	return pairs, nil
}

// ratios are the two bars of a load: its rate against the raw loop's, and how far its slow answers lie from the usual.
func ratios(name string, pairs []pair, bar int64) []Result {
	if len(pairs) == 0 {
		return nil
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.ratio(), b.ratio()) })
	p := pairs[len(pairs)/2]
	tail := slices.Clone(pairs)
	slices.SortFunc(tail, func(a, b pair) int { return cmp.Compare(a.product.spread(), b.product.spread()) })
	t := tail[len(tail)/2].product
	return []Result{
		{Name: name, Reference: fmt.Sprintf("raw loop %d/s", p.raw.PerSec), Measured: p.product.String(), Ratio: p.ratio(), Bar: bar, AtLeast: true, Load: &p.product},
		{Name: name + ": p99 to p50", Reference: "p50 " + ms(t.P50), Measured: "p99 " + ms(t.P99), Ratio: t.spread(), Bar: 10_000},
	}
}

// spread is p99 in p50, in thousandths.
func (s Sample) spread() int64 { return s.P99 * 1000 / max(s.P50, 1) }
