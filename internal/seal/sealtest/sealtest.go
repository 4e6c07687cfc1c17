// Package sealtest gives tests a key to sign checkpoints with.
package sealtest

import (
	"context"
	"testing"

	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/store"
)

// Keeper holds a fresh Ed25519 key that is the database's key in use, for all times.
func Keeper(t testing.TB, st *store.Store) *seal.Keeper { return KeeperOf(t, st, proof.Ed25519) }

// KeeperOf holds a fresh key of an algorithm.
func KeeperOf(t testing.TB, st *store.Store, a proof.Algorithm) *seal.Keeper {
	t.Helper()
	key, err := proof.NewKey(a)
	if err != nil {
		t.Fatal(err)
	}
	keeper, err := seal.NewKeeper(func() (proof.PrivateKey, error) { return key, nil })
	if err != nil {
		t.Fatal(err)
	}
	register := func(ctx context.Context, tx *store.Tx) error { return keeper.Register(ctx, tx, 0) }
	if err := st.Tx(context.Background(), register); err != nil {
		t.Fatal(err)
	}
	return keeper
}
