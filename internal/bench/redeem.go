package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"qunyan/internal/core"
	"qunyan/internal/store/rawloop"
)

const (
	clients      = 64
	rawGroup     = 64 // commits of the reference: as many redemptions as there are clients
	shopVillages = 20
	shopHomes    = 50
)

// redemptions compares whole redemptions over HTTP (session, permission, household, price, stock, points, slip number,
// audit line, stored answer) with the raw loop writing the same rows.
func redemptions(ctx context.Context, b *bench) (Result, error) {
	n := b.size(12000)
	w, err := newCounterWorld(ctx, b)
	if err != nil {
		return Result{}, err
	}
	defer w.stop()
	if _, err := w.redeem(ctx, n/10); err != nil { // connections, caches and prepared statements
		return Result{}, err
	}
	// The reference runs before and after, and the mean of the two counts.
	before, err := w.raw(ctx, n)
	if err != nil {
		return Result{}, err
	}
	product, err := w.redeem(ctx, n)
	if err != nil {
		return Result{}, err
	}
	after, err := w.raw(ctx, n)
	if err != nil {
		return Result{}, err
	}
	raw := (before + after) / 2
	return Result{
		Reference: "raw loop " + perSecond(n, raw), Measured: perSecond(n, product),
		Ratio: int64(raw) * 1000 / int64(product), Bar: 400, AtLeast: true,
	}, nil
}

// counterWorld is twenty shops, their households and sixty-four counters that are signed in.
type counterWorld struct {
	b      *bench
	server *http.Server
	url    string
	homes  [][]core.ID
	items  []core.ID
	tills  []till
	rawRun int
}

type till struct {
	client  *http.Client
	csrf    string
	village int
}

func newCounterWorld(ctx context.Context, b *bench) (*counterWorld, error) {
	w := &counterWorld{b: b}
	if err := b.areas(ctx, shopVillages); err != nil {
		return nil, err
	}
	if err := b.keepers(ctx, shopVillages); err != nil {
		return nil, err
	}
	for i := range shopVillages {
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
	w.url = "http://" + listener.Addr().String()
	w.server = &http.Server{Handler: b.api, ReadHeaderTimeout: time.Minute}
	go func() { _ = w.server.Serve(listener) }() // ends with stop
	for i := range clients {
		t, err := w.signIn(ctx, i%shopVillages)
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
	jar, err := cookiejar.New(nil)
	if err != nil {
		return till{}, err
	}
	t := till{client: &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 1}}, village: v}
	var session struct {
		CSRF string `json:"csrf"`
	}
	err = w.post(ctx, t, "/api/v1/session", "", map[string]string{"login": fmt.Sprintf("keeper%d", v), "password": password}, &session)
	t.csrf = session.CSRF
	return t, err
}

func (w *counterWorld) post(ctx context.Context, t till, path, key string, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-CSRF-Token", t.csrf)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	res, err := t.client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err = io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s answered %d: %s", path, res.StatusCode, text)
	}
	return json.Unmarshal(text, answer)
}

// redeem makes n redemptions, each client one after the other, and says how long all took.
func (w *counterWorld) redeem(ctx context.Context, n int) (time.Duration, error) {
	var left atomic.Int64
	left.Store(int64(n))
	return took(func() error {
		var wg sync.WaitGroup
		failed := make([]error, len(w.tills))
		for i, t := range w.tills {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for left.Add(-1) >= 0 && failed[i] == nil {
					failed[i] = w.redeemOnce(ctx, t)
				}
			}()
		}
		wg.Wait()
		return errors.Join(failed...)
	})
}

func (w *counterWorld) redeemOnce(ctx context.Context, t till) error {
	id := w.b.ids.Next()
	homes := w.homes[t.village]
	body := map[string]any{
		"household": homes[int(id)%len(homes)], "points": 5,
		"items": []any{map[string]any{"item": w.items[t.village], "qty": 1, "price": 5}},
	}
	var slip struct {
		No int64 `json:"no"`
	}
	err := w.post(ctx, t, "/api/v1/villages/"+village(t.village).String()+"/redemptions", "0192f3a0-7c1e-7d2a-9b3c-"+id.String(), body, &slip)
	if err == nil && slip.No == 0 {
		err = errors.New("a slip without a number")
	}
	return err
}

// raw writes the same number of redemptions into a database of its own.
func (w *counterWorld) raw(ctx context.Context, n int) (time.Duration, error) {
	w.rawRun++
	name := fmt.Sprintf("raw%d.db", w.rawRun)
	st, err := w.b.open(ctx, name)
	if err != nil {
		return 0, err
	}
	if err := st.Close(); err != nil {
		return 0, err
	}
	loop, err := rawloop.Open(ctx, filepath.Join(w.b.dir, name))
	if err != nil {
		return 0, err
	}
	d, err := took(func() error {
		return loop.Redemptions(ctx, n, rawGroup, func(i int) rawloop.Redeem {
			v := i % shopVillages
			return rawloop.Redeem{Village: village(v), Household: w.homes[v][i%shopHomes], Item: w.items[v], Points: 5, Fen: 400, NowMs: w.b.clock.Now()}
		})
	})
	return d, errors.Join(err, loop.Close())
}
