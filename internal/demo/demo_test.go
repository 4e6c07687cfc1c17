package demo_test

import (
	"context"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/demo"
	"qunyan/internal/directory"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

type out struct{ t testing.TB }

func (o out) Write(b []byte) (int, error) { o.t.Log(string(b[:len(b)-1])); return len(b), nil }

func wire(st *store.Store, clock core.Clock) demo.Product {
	ids := core.NewIDs(clock)
	acc := access.New(st, clock, ids, access.Options{Key: make([]byte, 32)})
	return demo.Product{Store: st, Access: acc, Directory: directory.New(st, clock, ids, make([]byte, 32), func(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, homes []core.ID) error {
		_, err := ledger.OpenHouseholds(ctx, tx, ledger.Stamp{Village: village, NowMs: clock.Now(), Actor: by.ID}, ledger.OpeningPoints, homes...)
		return err
	}), Rules: rulebook.New(st, clock, ids), Claims: claims.New(st, clock, ids, claims.Options{}), Market: market.New(st, clock, ids, acc)}
}

func TestDefault(t *testing.T) {
	scale := demo.Default()
	clock := demo.Start(core.SystemClock{}, scale)
	st := storetest.Open(t)
	r, err := demo.New(wire(st, clock), clock, scale, out{t}).Play(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(r.Logins), len(r.Cards))
}
