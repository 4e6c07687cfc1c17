package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"qunyan/internal/core"
	"qunyan/internal/store/rawloop"
)

const (
	shopVillages = 20
	shopHomes    = 50
)

// redemptions compares whole redemptions over HTTP (session, permission, household, price, stock, points, slip number,
// audit line, stored answer) with the raw loop writing the same rows.
func redemptions(ctx context.Context, b *bench) ([]Result, error) {
	w, err := newCounterWorld(ctx, b)
	if err != nil {
		return nil, err
	}
	defer w.stop()
	loop, err := b.rawLoop(ctx, "raw")
	if err != nil {
		return nil, err
	}
	pairs, err := inTurn(
		func(n int) (Sample, error) { return w.raw(ctx, loop, n) },
		func(n int) (Sample, error) {
			return load{clients: len(w.tills), n: n}.run(ctx, func(_ context.Context, c int) error { return w.redeemOnce(w.tills[c]) })
		}, b.size(12_000, 6000, 100))
	return ratios("redemption over HTTP, 64 clients", pairs, 500), errors.Join(err, loop.Close())
}

// counterWorld is twenty shops, their households and sixty-four counters that are signed in.
type counterWorld struct {
	b       *bench
	shops   int
	server  *http.Server
	addr    string
	homes   [][]core.ID
	items   []core.ID
	tills   []till
	rawTurn int
}

type till struct {
	line    *wire
	village int
}

func newCounterWorld(ctx context.Context, b *bench) (*counterWorld, error) {
	w := &counterWorld{b: b, shops: b.size(shopVillages, shopVillages, 2)}
	if err := b.areas(ctx, w.shops); err != nil {
		return nil, err
	}
	if err := b.keepers(ctx, w.shops); err != nil {
		return nil, err
	}
	for i := range w.shops {
		homes, err := b.households(ctx, village(i), shopHomes)
		if err != nil {
			return nil, err
		}
		if err := b.earn(ctx, village(i), 900_000, homes...); err != nil {
			return nil, err
		}
		item, err := b.shop(ctx, village(i))
		if err != nil {
			return nil, err
		}
		w.homes, w.items = append(w.homes, homes), append(w.items, item)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w.addr = listener.Addr().String()
	w.server = &http.Server{Handler: b.api, ReadHeaderTimeout: time.Minute}
	go func() { _ = w.server.Serve(listener) }() // ends with stop
	for i := range b.size(clients, clients, 4) {
		t, err := w.signIn(ctx, i%w.shops)
		if err != nil {
			w.stop()
			return nil, err
		}
		w.tills = append(w.tills, t)
	}
	return w, nil
}

func (w *counterWorld) stop() { _ = w.server.Close() }

func (w *counterWorld) signIn(ctx context.Context, v int) (till, error) {
	line, err := dial(ctx, w.addr)
	if err != nil {
		return till{}, err
	}
	var session struct {
		CSRF string `json:"csrf"`
	}
	err = line.post("/api/v1/session", "", map[string]string{"login": fmt.Sprintf("keeper%d", v), "password": password}, &session)
	line.csrf = session.CSRF
	return till{line, v}, err
}

// redeemOnce makes one redemption at one till.
func (w *counterWorld) redeemOnce(t till) error {
	id := w.b.ids.Next()
	homes := w.homes[t.village]
	body := map[string]any{
		"household": homes[int(id)%len(homes)], "points": 5,
		"items": []any{map[string]any{"item": w.items[t.village], "qty": 1, "price": 5}},
	}
	var slip struct {
		No int64 `json:"no"`
	}
	err := t.line.post("/api/v1/villages/"+village(t.village).String()+"/redemptions", "0192f3a0-7c1e-7d2a-9b3c-"+id.String(), body, &slip)
	if err == nil && slip.No == 0 {
		err = errors.New("a slip without a number")
	}
	return err
}

// raw writes the same number of redemptions into a database of its own.
func (w *counterWorld) raw(ctx context.Context, loop *rawloop.Loop, n int) (Sample, error) {
	return rawly(n, func() error {
		from := w.rawTurn
		w.rawTurn += n
		return loop.Redemptions(ctx, n, rawGroup, func(i int) rawloop.Redeem {
			i += from
			v := i % len(w.homes)
			return rawloop.Redeem{Village: village(v), Household: w.homes[v][i%shopHomes], Item: w.items[v], No: int64(i/len(w.homes)*2 + 1), Points: 5, Fen: 400, NowMs: w.b.clock.Now()}
		})
	})
}
