package seal

import (
	"context"
	"errors"
	"math"
	"strconv"
	"time"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/proof"
	"qunyan/internal/store"
)

// Window is how old the newest checkpoint of a tree is when the next is due. With the hour between two looks it keeps what
// no checkpoint covers under a day.
const Window = 22 * time.Hour

// Entries hands the bytes of entries from to to-1 (counted from 0) to add, in order.
type Entries func(ctx context.Context, tx *store.Tx, from, to int64, add func(entry []byte) error) error

// Ahead is entries that were hashed before the transaction that seals them: entries never change, and reading and hashing
// a month of them is most of the work. The zero value holds none.
type Ahead struct {
	hashing proof.Hashing
	from    int64
	leaves  []proof.Hash
}

// aheadMost bounds the memory of Ahead: 2 MB of hashes.
const aheadMost = 1 << 16

// ReadAhead goes on with what was hashed ahead, up to the entry number size; at most 65,536 are held. It only reads, and a
// grown tree may be read on from where the last call ended.
func (k *Keeper) ReadAhead(ctx context.Context, tx *store.Tx, place Place, a Ahead, size int64, entries Entries) (Ahead, error) {
	hashing := k.Public().Algorithm.Hashing()
	if a.hashing != hashing {
		last, err := newest(ctx, tx, place, hashing)
		if err != nil && !errors.Is(err, store.ErrNone) {
			return Ahead{}, err
		}
		a = Ahead{hashing: hashing, from: last.Size}
	}
	from, to := a.from+int64(len(a.leaves)), min(size, a.from+aheadMost)
	if to <= from {
		return a, nil
	}
	err := entries(ctx, tx, from, to, func(entry []byte) error {
		a.leaves = append(a.leaves, hashing.Leaf(entry))
		return nil
	})
	if err == nil && int64(len(a.leaves)) != to-a.from {
		err = broken(place)
	}
	if err != nil {
		return Ahead{}, err
	}
	return a, nil
}

// of gives the leaves from from on that were made ahead, as far as to.
func (a Ahead) of(hashing proof.Hashing, from, to int64) []proof.Hash {
	if a.hashing != hashing || a.from != from {
		return nil
	}
	return a.leaves[:min(int64(len(a.leaves)), to-from)]
}

// Seal brings a tree up to size entries and signs a checkpoint over them; without a new entry it gives the newest
// checkpoint there is. The caller holds whatever keeps two of these from running at once (a book's lock).
//
// Errors: seal.other_key; seal.broken when the tree is no longer the one that was signed: the book shrank, or its hashes
// were changed. Verification names the line.
func (k *Keeper) Seal(ctx context.Context, tx *store.Tx, place Place, size int64, ahead Ahead, entries Entries, nowMs int64) (proof.Note, error) {
	key, fromMs, err := k.current(ctx, tx)
	if err != nil {
		return proof.Note{}, err
	}
	hashing := key.Algorithm.Hashing()
	last, err := newest(ctx, tx, place, hashing)
	switch {
	case err != nil && !errors.Is(err, store.ErrNone):
		return proof.Note{}, err
	case err == nil && last.Size == size:
		return last, nil
	case last.Size > size:
		return proof.Note{}, broken(place)
	}
	t := newTiles(ctx, tx, place, hashing)
	if root, err := t.tree().Root(last.Size); last.Size > 0 && (err != nil || root != last.Root) {
		return proof.Note{}, errors.Join(broken(place), err)
	}
	if err := t.grow(last.Size, size, ahead.of(hashing, last.Size, size), entries); err != nil {
		return proof.Note{}, err
	}
	root, err := t.tree().Root(size)
	if err != nil {
		return proof.Note{}, err
	}
	// A clock that was set back, or a job that began before a rotation, dates no checkpoint before the one it builds on or
	// before its key: a checkpoint outside the time of its key is refused for ever.
	note, err := proof.Sign(proof.Checkpoint{Origin: place.Origin(), Size: size, Root: root, AtMs: max(nowMs, last.AtMs, fromMs)}, key)
	if err != nil {
		return proof.Note{}, err
	}
	return note, tx.Later(ctx, sqlInsertCheckpoint, place.Area, place.Kind, hashing, size, note.AtMs, note.String())
}

// growStep is how many entries are read at once: a first checkpoint of a long book must not hold all of them.
const growStep = 4096

// grow appends the hashes of entries from to to-1, the first of which are known.
func (t *tiles) grow(from, to int64, known []proof.Hash, entries Entries) error {
	for _, leaf := range known {
		if err := t.add(0, from, leaf); err != nil {
			return err
		}
		from++
	}
	for from < to {
		var leaves []proof.Hash
		until := min(from+growStep, to)
		err := entries(t.ctx, t.tx, from, until, func(entry []byte) error {
			leaves = append(leaves, t.hashing.Leaf(entry))
			return nil
		})
		if err != nil {
			return err
		}
		if int64(len(leaves)) != until-from {
			return broken(t.place)
		}
		for _, leaf := range leaves {
			if err := t.add(0, from, leaf); err != nil {
				return err
			}
			from++
		}
	}
	return t.save()
}

// Newest is the newest checkpoint of a tree, under the key in use or the one before it. Error: seal.none.
func Newest(ctx context.Context, tx *store.Tx, place Place) (proof.Note, error) {
	var best proof.Note
	for _, hashing := range []proof.Hashing{proof.SHA256, proof.SM3} {
		n, err := newest(ctx, tx, place, hashing)
		if err != nil && !errors.Is(err, store.ErrNone) {
			return n, err
		}
		// Times are whole seconds: of two in one second the longer one is the newer.
		if err == nil && (best.Origin == "" || n.AtMs > best.AtMs || n.AtMs == best.AtMs && n.Size > best.Size) {
			best = n
		}
	}
	if best.Origin == "" {
		return best, errs.New(errs.NotFound, "seal.none")
	}
	return best, nil
}

// newest is store.ErrNone if there is none.
func newest(ctx context.Context, tx *store.Tx, place Place, h proof.Hashing) (proof.Note, error) {
	return scanNote(tx.Row(ctx, sqlNewest, place.Area, place.Kind, h))
}

func scanNote(r store.Row) (proof.Note, error) {
	var size, atMs int64
	var text string
	if err := r.Scan(&size, &atMs, &text); err != nil {
		return proof.Note{}, err
	}
	return proof.ParseNote(text)
}

// OfSize is the checkpoint over a number of entries. Error: seal.none.
func OfSize(ctx context.Context, tx *store.Tx, place Place, size int64) (proof.Note, error) {
	for _, hashing := range []proof.Hashing{proof.SHA256, proof.SM3} {
		n, err := scanNote(tx.Row(ctx, sqlOfSize, place.Area, place.Kind, hashing, size))
		if !errors.Is(err, store.ErrNone) {
			return n, err
		}
	}
	return proof.Note{}, errs.New(errs.NotFound, "seal.none")
}

// List is a page of a tree's checkpoints, the newest first, under the hash function of the newest. Cursor is the size of
// the last one seen.
func List(ctx context.Context, tx *store.Tx, place Place, page core.Page) (notes []proof.Note, next string, err error) {
	before := int64(math.MaxInt64)
	if page.Cursor != "" {
		if before, err = strconv.ParseInt(page.Cursor, 10, 64); err != nil || before < 1 {
			return nil, "", errs.New(errs.Invalid, "input.bad_cursor").At("cursor")
		}
	}
	hashing, err := hashingOf(ctx, tx, place)
	if err != nil || hashing == 0 {
		return nil, "", err
	}
	err = tx.Rows(ctx, sqlPage, func(r store.Row) error {
		n, err := scanNote(r)
		notes = append(notes, n)
		return err
	}, place.Area, place.Kind, hashing, before, page.Size()+1)
	if err == nil && len(notes) > page.Size() {
		notes = notes[:page.Size()]
		next = strconv.FormatInt(notes[len(notes)-1].Size, 10)
	}
	return notes, next, err
}

// hashingOf is the hash function of the newest checkpoint; 0 if there is none.
func hashingOf(ctx context.Context, tx *store.Tx, place Place) (proof.Hashing, error) {
	n, err := Newest(ctx, tx, place)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	key, err := keyOf(ctx, tx, n)
	return key.Algorithm.Hashing(), err
}

// Prove is the proof that the entry with these bytes stands at index, in the tree of the newest checkpoint. Errors:
// seal.none, seal.not_covered when the checkpoint is older than the entry.
func Prove(ctx context.Context, tx *store.Tx, place Place, index int64, entry []byte) (proof.Proof, proof.PublicKey, error) {
	n, err := Newest(ctx, tx, place)
	if err != nil {
		return proof.Proof{}, proof.PublicKey{}, err
	}
	key, err := keyOf(ctx, tx, n)
	if err != nil {
		return proof.Proof{}, key, err
	}
	if index >= n.Size {
		return proof.Proof{}, key, errs.New(errs.NotFound, "seal.not_covered", "size", n.Size)
	}
	path, err := newTiles(ctx, tx, place, key.Algorithm.Hashing()).tree().Inclusion(index, n.Size)
	if err != nil {
		return proof.Proof{}, key, err
	}
	p := proof.Proof{Index: index, Entry: entry, Path: path, Note: n}
	if _, err := p.Check(key); err != nil { // nobody is handed a proof that proves nothing
		return p, key, errs.New(errs.Conflict, "seal.broken", "origin", place.Origin()).Because(err)
	}
	return p, key, nil
}

// Consistency is the proof that the tree of size entries began as the tree of old entries. Errors: seal.none when there
// is no checkpoint over so many; seal.other_hashing when the two were made with different hash functions.
func Consistency(ctx context.Context, tx *store.Tx, place Place, old, size int64) ([]proof.Hash, error) {
	var hashing proof.Hashing
	for _, n := range []int64{old, size} {
		note, err := OfSize(ctx, tx, place, n)
		if err != nil {
			return nil, err
		}
		key, err := keyOf(ctx, tx, note)
		if err != nil {
			return nil, err
		}
		if hashing != 0 && key.Algorithm.Hashing() != hashing {
			return nil, errs.New(errs.Conflict, "seal.other_hashing")
		}
		hashing = key.Algorithm.Hashing()
	}
	return newTiles(ctx, tx, place, hashing).tree().Consistency(old, size)
}

func broken(place Place) error {
	return errs.New(errs.Conflict, "seal.broken", "origin", place.Origin())
}
