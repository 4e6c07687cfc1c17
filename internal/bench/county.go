package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"qunyan/internal/core"
	"qunyan/internal/store/rawloop"
)

// countyClose closes a month in every village of the county, one after the other, while other villages go on posting. It
// is compared with the bare insert of as many lines, and the others' answers with those of an idle hour.
func countyClose(ctx context.Context, b *bench) ([]Result, error) {
	return b.closeCounty(ctx, b.size(584, 584, 4), b.size(1_000_000, 100_000, 80))
}

// longCloses is countyClose for a tenth of the villages, each with as many claims as in life, which takes a close in steps.
// The full run has that in every village.
func longCloses(ctx context.Context, b *bench) ([]Result, error) {
	if b.opt.Size == Full {
		return nil, nil
	}
	return b.closeCounty(ctx, b.size(58, 58, 2), b.size(100_000, 100_000, 80))
}

func (b *bench) closeCounty(ctx context.Context, villages, claims int) ([]Result, error) {
	rules := []string{"A01", "A03", "B02", "C03", "D01"}
	homes := max(claims/villages/len(rules), 1)
	per := homes * len(rules)
	if err := b.noticedCounty(ctx, villages, homes, rules); err != nil {
		return nil, err
	}
	loop, err := b.rawLoop(ctx, "raw")
	if err != nil {
		return nil, err
	}
	raw, err := rawly(villages*per, func() error {
		for i := range villages {
			if err := loop.Lines(ctx, village(i), 1, per, b.clock.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err = errors.Join(err, loop.Close()); err != nil {
		return nil, err
	}
	others := &postingWorld{b: b, first: 1000}
	others.populate(200)
	beside := load{clients: 8, n: b.size(4000, 2000, 40), rate: 200}
	idle, err := beside.run(ctx, others.post)
	if err != nil {
		return nil, err
	}
	var memory peak
	closed, meanwhile, err := b.closeAll(ctx, villages, per, others, &memory)
	name := fmt.Sprintf("month close of %d villages, %d claims", villages, villages*per)
	return []Result{
		{Name: name, Reference: fmt.Sprintf("raw bulk insert %d lines/s", raw.PerSec), Measured: fmt.Sprintf("%d lines/s", closed.PerSec), Ratio: pair{raw, closed}.ratio(), Bar: 500, AtLeast: true},
		{Name: name + ": memory", Reference: "200 MB", Measured: fmt.Sprintf("heap at most %d MB", memory.mb()), Ratio: memory.mb() * 5, Bar: 1000},
		{Name: name + ": p99 of other villages", Reference: "idle p99 " + ms(idle.P99), Measured: "p99 " + ms(meanwhile.P99), Ratio: meanwhile.P99 * 1000 / max(idle.P99, 1), Bar: 3000, Load: &meanwhile},
	}, err
}

// closeAll closes village after village beside the others' postings, and shows how far it is.
func (b *bench) closeAll(ctx context.Context, villages, per int, others *postingWorld, memory *peak) (closed, meanwhile Sample, err error) {
	ctx, done := context.WithCancel(ctx)
	defer done()
	var over atomic.Bool
	var wg sync.WaitGroup
	var failed error
	wg.Go(func() {
		meanwhile, failed = load{clients: 8, n: 10_000_000, rate: 200, until: &over}.run(ctx, others.post)
	})
	d, err := took(func() error {
		for i := range villages {
			if err := b.closes(ctx, village(i), per); err != nil {
				return err
			}
			memory.look()
			if (i+1)%20 == 0 {
				fmt.Fprintf(b.opt.Out, "  %d of %d villages closed\n", i+1, villages)
			}
		}
		return nil
	})
	over.Store(true)
	wg.Wait()
	return load{clients: 1, n: villages * per}.sample([]int64{0}, d), meanwhile, errors.Join(err, failed)
}

// noticedCounty loads a month's claims into every village, and the rules they were judged by.
func (b *bench) noticedCounty(ctx context.Context, villages, homes int, rules []string) error {
	if err := b.areas(ctx, villages); err != nil {
		return err
	}
	for i := range villages {
		if err := b.rules(ctx, village(i)); err != nil {
			return err
		}
	}
	loop, err := rawloop.Open(ctx, b.url)
	if err != nil {
		return err
	}
	months := make([]rawloop.Month, villages)
	for i := range months {
		months[i] = rawloop.Month{Village: village(i), Rules: rules, Day: 20260725, NowMs: b.clock.Now()}
		for range homes {
			months[i].Households = append(months[i].Households, b.ids.Next())
		}
	}
	b.clock.set(20260731)
	return errors.Join(loop.Claims(ctx, months), loop.Close())
}

// peak is the most memory that was seen in use.
type peak struct{ bytes uint64 }

func (p *peak) look() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	p.bytes = max(p.bytes, m.HeapInuse+m.StackInuse)
}

func (p *peak) mb() int64 { return int64(p.bytes >> 20) }

// alone compares one caller with the engine's own single commit: the same rows, one posting in each commit.
func alone(ctx context.Context, b *bench) ([]Result, error) {
	w := &postingWorld{b: b}
	w.populate(20)
	loop, err := b.rawLoop(ctx, "raw")
	if err != nil {
		return nil, err
	}
	pairs, err := inTurn(
		func(n int) (Sample, error) { return w.raw(ctx, loop, n, 1) },
		func(n int) (Sample, error) { return load{clients: 1, n: n}.run(ctx, w.post) }, b.size(1500, 1000, 20))
	if err = errors.Join(err, loop.Close()); err != nil {
		return nil, err
	}
	r := ratios("", pairs, 0)[0]
	one := r.Load
	each := time.Duration(0)
	for _, p := range pairs {
		if p.product.PerSec == one.PerSec {
			each = p.raw.took() / time.Duration(p.raw.N)
		}
	}
	return []Result{{Name: "posting, one caller alone", Reference: "single commit of the engine " + ms(each.Microseconds()), Measured: ms(one.TookUs / one.N),
		Ratio: one.TookUs * 1_000_000 / one.N / max(int64(each), 1), Bar: 1300, Load: one}}, nil
}

// village code of the n-th posting village.
func (w *postingWorld) at(v int) core.Area { return village(w.first + v) }
