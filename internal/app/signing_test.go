package app_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"qunyan/internal/app"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

func TestTheSigningKeyIsMadeOnceAndKeptForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	cfg := app.DefaultConfig()
	cfg.Data, cfg.SignAlgorithm = filepath.Join(t.TempDir(), "data"), "sm2"
	var wg sync.WaitGroup
	keepers := make([]*seal.Keeper, 8)
	for i := range keepers {
		wg.Go(func() {
			var err error
			if keepers[i], err = app.OpenKeeper(cfg); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range keepers {
		if key := keepers[i].Public(); key.String() != keepers[0].Public().String() || key.Algorithm != proof.SM2 {
			t.Errorf("start %d has a key of its own", i)
		}
	}
	name := filepath.Join(cfg.Data, "sign.key")
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	cfg.SignKey = filepath.Join(t.TempDir(), "elsewhere", "county.key")
	if k, err := app.OpenKeeper(cfg); err != nil || k.Public().String() == keepers[0].Public().String() {
		t.Errorf("a key kept elsewhere: %v", err)
	}
	if err := os.WriteFile(cfg.SignKey, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := app.OpenKeeper(cfg); err == nil || !strings.Contains(err.Error(), "backup") {
		t.Errorf("a damaged key file: %v", err)
	}
}

// A rotation that was cut off between its steps is finished by the next one.
func TestAKeyIsRotatedBesideARunningServer(t *testing.T) {
	t.Parallel()
	cfg := app.DefaultConfig()
	cfg.Data = t.TempDir()
	st, clock, ctx := storetest.Open(t), storetest.NewClock(20260908), context.Background()
	keeper, err := app.OpenKeeper(cfg)
	if err != nil {
		t.Fatal(err)
	}
	tx := func(fn func(ctx context.Context, tx *store.Tx) error) {
		t.Helper()
		if err := st.Tx(ctx, fn); err != nil {
			t.Fatal(err)
		}
	}
	tx(func(ctx context.Context, tx *store.Tx) error { return keeper.Register(ctx, tx, clock.Now()) })
	clock.Advance(1000)
	first := keeper.Public()
	next, err := app.RotateSignKey(ctx, cfg, st, proof.SM2, clock)
	if err != nil || next.Algorithm != proof.SM2 {
		t.Fatal(err)
	}
	sign := func() proof.Note {
		t.Helper()
		var n proof.Note
		tx(func(ctx context.Context, tx *store.Tx) (err error) {
			n, err = keeper.Seal(ctx, tx, seal.Place{Area: storetest.Village(), Kind: seal.Book}, 1, seal.Ahead{},
				func(_ context.Context, _ *store.Tx, _, _ int64, add func([]byte) error) error {
					return add([]byte("x"))
				}, clock.Now())
			return err
		})
		return n
	}
	if n := sign(); n.Signature.Name != next.Name {
		t.Errorf("signed by %s after the rotation to %s", n.Signature.Name, next.Name)
	}
	name := filepath.Join(cfg.Data, "sign.key")
	if _, err := os.Stat(name + ".next"); !os.IsNotExist(err) {
		t.Errorf("the new key is still on its way: %v", err)
	}
	// Cut off after the database was told: the key in use is the one on its way.
	staged, err := proof.NewKey(proof.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name+".next", []byte(staged.Secret()), 0o600); err != nil {
		t.Fatal(err)
	}
	tx(func(ctx context.Context, tx *store.Tx) error {
		return seal.Rotate(ctx, tx, staged.PublicKey, clock.Now())
	})
	if again, err := app.RotateSignKey(ctx, cfg, st, proof.Ed25519, clock); err != nil || again.Name != staged.Name {
		t.Errorf("went on with %s, %v", again.Name, err)
	}
	if n := sign(); n.Signature.Name != staged.Name {
		t.Errorf("signed by %s", n.Signature.Name)
	}
	if err := st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		keys, err := seal.Keys(ctx, tx)
		if err != nil || len(keys) != 3 || keys[0].String() != first.String() {
			t.Errorf("%d keys, %v", len(keys), err)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestAKeyThatVanishesIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	cfg := app.DefaultConfig()
	cfg.Data = t.TempDir()
	st, clock, ctx := storetest.Open(t), storetest.NewClock(20260908), context.Background()
	keeper, err := app.OpenKeeper(cfg)
	if err != nil {
		t.Fatal(err)
	}
	other, err := proof.NewKey(proof.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(cfg.Data, "sign.key")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	err = st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := keeper.Register(ctx, tx, clock.Now()); err != nil {
			return err
		}
		if err := seal.Rotate(ctx, tx, other.PublicKey, clock.Now()); err != nil { // so that the keeper looks again
			return err
		}
		_, err := keeper.Seal(ctx, tx, seal.Place{Area: storetest.Village(), Kind: seal.Book}, 1, seal.Ahead{}, nil, clock.Now())
		return err
	})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("signed without a key: %v", err)
	}
	if _, err := os.Stat(name); err == nil {
		t.Error("another key was made in the place of the one that vanished")
	}
}
