package bench

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
	"qunyan/internal/store/rawloop"
)

// postings compares single postings under a client's key (take the number, move two accounts, write the line, count,
// keep the answer) with the raw loop that writes the same rows: callers spread over the county's villages, all callers
// in one village, and one caller alone.
func postings(ctx context.Context, b *bench) ([]Result, error) {
	n := b.size(40_000, 20_000, 300)
	var all []Result
	for _, shape := range []struct {
		name     string
		villages int
		bar      int64
	}{{"64 callers over the villages", 200, 700}, {"64 callers in one village", 1, 500}} {
		w := &postingWorld{b: b}
		w.populate(shape.villages)
		bar := shape.bar
		if b.opt.Database != "" {
			bar = 500
		}
		results, err := w.compare(ctx, "postings, "+shape.name, n, bar)
		if err != nil {
			return nil, err
		}
		all = append(all, results...)
		if one := results[0].Load; b.opt.Database == "" && shape.villages > 1 {
			each := one.CPUUs / max(one.N, 1)
			all = append(all, Result{Name: "postings: processor time of one", Reference: "250 µs", Measured: fmt.Sprintf("%d µs", each), Ratio: each * 1000 / 250, Bar: 1000})
		}
	}
	return all, nil
}

// postingWorld is some villages whose households are given points.
type postingWorld struct {
	b       *bench
	first   int // number of the first village
	homes   [][]core.ID
	turn    atomic.Int64
	rawTurn int
}

const homesPosted = 50

// populate makes the villages and their households.
func (w *postingWorld) populate(villages int) {
	for range villages {
		homes := make([]core.ID, homesPosted)
		for i := range homes {
			homes[i] = w.b.ids.Next()
		}
		w.homes = append(w.homes, homes)
	}
}

// post is one command of one caller.
func (w *postingWorld) post(ctx context.Context, _ int) error {
	i := int(w.turn.Add(1))
	v := i % len(w.homes)
	now := w.b.clock.Now()
	by := actor(7, core.RoleClerk, w.at(v))
	by.Intent.Key = "0192f3a0-7c1e-7d2a-9b3c-" + w.b.ids.Next().String()
	at := ledger.Stamp{Village: w.at(v), NowMs: now, Actor: by.ID}
	entry := ledger.Entry{Kind: ledger.Earned, Category: "council", Owner: w.homes[v][i/len(w.homes)%homesPosted], Amount: 2, Ref: w.b.ids.Next(), MemoZh: "按时参加群众会"}
	return w.b.st.TxAt(ctx, at.Village, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Once(ctx, tx, by, at.Village, now, func() (int64, error) {
			no, _, err := ledger.Post(ctx, tx, at, entry)
			return no, err
		})
		return err
	}, append(ledger.Ahead(at.Village, entry), store.OnceAhead(by, at.Village))...)
}

// raw writes as many postings into a database of its own, as fast as a loop can.
func (w *postingWorld) raw(ctx context.Context, loop *rawloop.Loop, n, group int) (Sample, error) {
	return rawly(n, func() error {
		from := w.rawTurn
		w.rawTurn += n
		return loop.Postings(ctx, n, group, func(i int) rawloop.Posting {
			i += from
			v := i % len(w.homes)
			return rawloop.Posting{Village: w.at(v), Household: w.homes[v][i/len(w.homes)%homesPosted], No: int64(i/len(w.homes) + 1), Points: 2, NowMs: w.b.clock.Now()}
		})
	})
}

// rawly measures a raw loop of n.
func rawly(n int, fn func() error) (Sample, error) {
	d, err := took(fn)
	return load{clients: 1, n: n}.sample([]int64{0}, d), err
}

// compare runs the raw loop and the product in turn and takes the middle of the ratios.
func (w *postingWorld) compare(ctx context.Context, name string, n int, bar int64) ([]Result, error) {
	loop, err := w.b.rawLoop(ctx, fmt.Sprintf("raw%d", len(w.homes)))
	if err != nil {
		return nil, err
	}
	pairs, err := inTurn(
		func(n int) (Sample, error) { return w.raw(ctx, loop, n, rawGroup) },
		func(n int) (Sample, error) { return load{clients: clients, n: n}.run(ctx, w.post) }, n)
	return ratios(name, pairs, bar), errors.Join(err, loop.Close())
}

// rawLoop opens a raw loop on a database of its own.
func (b *bench) rawLoop(ctx context.Context, name string) (*rawloop.Loop, error) {
	url, err := b.fresh(ctx, name)
	if err != nil {
		return nil, err
	}
	return rawloop.Open(ctx, url)
}
