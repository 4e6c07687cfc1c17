package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"qunyan/internal/core"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/store"
)

// signFile is where the private key of checkpoints is kept if the configuration names no other place. Whoever can read it
// and write to the database can rewrite history, so docs/operations.md says who should be able to do both: nobody.
const signFile = "sign.key"

// nextKey ends the name of a key that is on its way in: written before the database is told of it.
const nextKey = ".next"

func (c *Config) signPath() string {
	if c.SignKey != "" {
		return c.SignKey
	}
	return filepath.Join(c.Data, signFile)
}

// OpenKeeper reads the private key that checkpoints are signed with and makes it at the first start. A key that vanishes
// later is not made again: what stands there then would not be the one that the database names.
func OpenKeeper(cfg Config) (*seal.Keeper, error) {
	name := cfg.signPath()
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		key, err := proof.NewKey(proof.Algorithm(cfg.SignAlgorithm))
		if err == nil {
			err = makeSecretFile(name, key.Secret())
		}
		if err != nil {
			return nil, fmt.Errorf("signing key: %w", err)
		}
	}
	return seal.NewKeeper(func() (proof.PrivateKey, error) { return readSignKey(name) })
}

func readSignKey(name string) (proof.PrivateKey, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return proof.PrivateKey{}, fmt.Errorf("signing key: %w", err)
	}
	key, err := proof.ParsePrivateKey(string(text))
	if err != nil {
		return key, fmt.Errorf("%s does not hold a signing key; put the right one back from the backup: %w", name, err)
	}
	return key, nil
}

// RotateSignKey makes a new key and puts it in the place of the one in use: for the future only, for what the old key
// signed stays provable with it. A running server takes the new one up by itself. It gives the new public key.
//
// The new key is on disk before the database names it, and has its final name after, so that a crash in between leaves
// both keys to choose from: run again, it goes on where it was.
func RotateSignKey(ctx context.Context, cfg Config, st *store.Store, a proof.Algorithm, clock core.Clock) (proof.PublicKey, error) {
	name := cfg.signPath()
	key, err := stagedKey(name+nextKey, a)
	if err != nil {
		return key.PublicKey, fmt.Errorf("signing key: %w", err)
	}
	err = st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error { return seal.Rotate(ctx, tx, key.PublicKey, clock.Now()) })
	if err != nil {
		return key.PublicKey, err
	}
	return key.PublicKey, os.Rename(name+nextKey, name)
}

// stagedKey is the key a run before this one left behind, or a new one.
func stagedKey(name string, a proof.Algorithm) (proof.PrivateKey, error) {
	text, err := os.ReadFile(name)
	if err == nil {
		return proof.ParsePrivateKey(string(text))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return proof.PrivateKey{}, err
	}
	key, err := proof.NewKey(a)
	if err == nil {
		err = makeSecretFile(name, key.Secret())
	}
	if err != nil {
		return key, err
	}
	return stagedKey(name, a) // of two that rotate at once, both go on with the one that is on disk
}
