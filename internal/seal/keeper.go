package seal

import (
	"context"
	"errors"
	"sync"

	"qunyan/internal/errs"
	"qunyan/internal/proof"
	"qunyan/internal/store"
)

// Keeper holds the private key that checkpoints are signed with.
type Keeper struct {
	load func() (proof.PrivateKey, error)

	mu  sync.Mutex
	key proof.PrivateKey
}

// NewKeeper makes a keeper of the key that load gives. load is asked again when the key in use has become another one:
// somebody rotated it beside the running server.
func NewKeeper(load func() (proof.PrivateKey, error)) (*Keeper, error) {
	key, err := load()
	return &Keeper{load: load, key: key}, err
}

// Public is the public part of the key it holds.
func (k *Keeper) Public() proof.PublicKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.key.PublicKey
}

// Key is a public key with the time it was, or is, in use.
type Key struct {
	proof.PublicKey
	FromMs  int64
	UntilMs int64 // 0 for the one in use
}

// Register makes the keeper's key the one in use if the database knows none.
func (k *Keeper) Register(ctx context.Context, tx *store.Tx, nowMs int64) error {
	key := k.Public()
	_, err := tx.Exec(ctx, sqlInsertKey, key.Name, key.String(), nowMs)
	return err
}

// Rotate ends the key in use and puts another in its place; it does nothing if that is the one in use. The private part
// is where the keepers load it from, or about to be.
func Rotate(ctx context.Context, tx *store.Tx, key proof.PublicKey, nowMs int64) error {
	name, _, err := inUse(ctx, tx)
	if err != nil || name == key.Name {
		return err
	}
	// Where the clock was set back the newest checkpoint is later than it, and belongs to the key that signed it.
	var newest int64
	if err := tx.Row(ctx, sqlNewestOfAll).Scan(&newest); err != nil {
		return err
	}
	nowMs = max(nowMs, newest)
	if _, err := tx.Exec(ctx, sqlEndKey, nowMs); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertKey, key.Name, key.String(), nowMs)
	return err
}

// inUse is the name of the key in use, or "", and since when it is.
func inUse(ctx context.Context, tx *store.Tx) (name string, fromMs int64, err error) {
	err = tx.Row(ctx, sqlCurrentKey).Scan(&name, &fromMs)
	if errors.Is(err, store.ErrNone) {
		return "", 0, nil
	}
	return name, fromMs, err
}

// Keys lists every key that ever signed, the oldest first.
func Keys(ctx context.Context, tx *store.Tx) (keys []Key, err error) {
	err = tx.Rows(ctx, sqlKeys, func(r store.Row) error {
		var key Key
		var public string
		if err := r.Scan(&public, &key.FromMs, &key.UntilMs); err != nil {
			return err
		}
		key.PublicKey, err = proof.ParsePublicKey(public)
		keys = append(keys, key)
		return err
	})
	return keys, err
}

// keyOf is the registered key that signed a note, by name; Check of the note is the caller's.
func keyOf(ctx context.Context, tx *store.Tx, n proof.Note) (proof.PublicKey, error) {
	keys, err := Keys(ctx, tx)
	if err != nil {
		return proof.PublicKey{}, err
	}
	for _, key := range keys {
		if key.Name == n.Signature.Name {
			return key.PublicKey, nil
		}
	}
	return proof.PublicKey{}, errs.New(errs.Invalid, "proof.unknown_key", "name", n.Signature.Name)
}

// current is the private key in use and since when it is, read anew if another one has come into use.
func (k *Keeper) current(ctx context.Context, tx *store.Tx) (key proof.PrivateKey, fromMs int64, err error) {
	name, fromMs, err := inUse(ctx, tx)
	if err != nil {
		return proof.PrivateKey{}, 0, err
	}
	if name == "" {
		return proof.PrivateKey{}, 0, errs.New(errs.Unavailable, "seal.other_key", "name", k.Public().Name, "current", "")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.key.Name != name {
		key, err := k.load()
		if err != nil {
			return key, 0, err
		}
		k.key = key
	}
	if k.key.Name != name {
		return proof.PrivateKey{}, 0, errs.New(errs.Unavailable, "seal.other_key", "name", k.key.Name, "current", name)
	}
	return k.key, fromMs, nil
}
