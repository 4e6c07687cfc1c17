package seal

import (
	"context"
	"errors"
	"fmt"

	"qunyan/internal/proof"
	"qunyan/internal/store"
)

// A tile is a row of up to tileWidth hashes; a hash of one level is the root of a full tile of the level below.
const (
	tileBits  = 8
	tileWidth = 1 << tileBits
	hashSize  = 32
)

// tiles reads and grows the hashes of one tree within one transaction.
type tiles struct {
	ctx     context.Context // of the transaction; tiles does not outlive it
	tx      *store.Tx
	place   Place
	hashing proof.Hashing
	kept    map[tileAt][]byte
	changed []tileAt
}

type tileAt struct {
	level uint
	n     int64
}

// keptMost bounds how many tiles stay in memory while a long book is sealed for the first time.
const keptMost = 64

func newTiles(ctx context.Context, tx *store.Tx, place Place, h proof.Hashing) *tiles {
	return &tiles{ctx: ctx, tx: tx, place: place, hashing: h, kept: map[tileAt][]byte{}}
}

// tree answers questions about the tree through the tiles.
func (t *tiles) tree() proof.Tree { return proof.Tree{Hashing: t.hashing, Nodes: t.node} }

// node is the root of the complete subtree over entries n<<level to (n+1)<<level.
func (t *tiles) node(level uint, n int64) (proof.Hash, error) {
	from, width := n<<(level%tileBits), int64(1)<<(level%tileBits)
	at := tileAt{level / tileBits, from >> tileBits}
	hashes, err := t.read(at)
	if err != nil {
		return proof.Hash{}, err
	}
	begin := from % tileWidth * hashSize
	if int64(len(hashes)) < begin+width*hashSize {
		return proof.Hash{}, fmt.Errorf("seal: tile %d of level %d of %s is short", at.n, at.level, t.place.Origin())
	}
	return t.root(hashes[begin : begin+width*hashSize]), nil
}

// root is the root over a power of two of hashes.
func (t *tiles) root(hashes []byte) proof.Hash {
	f := proof.NewFrontier(t.hashing)
	for ; len(hashes) > 0; hashes = hashes[hashSize:] {
		f.Append(proof.Hash(hashes))
	}
	return f.Root()
}

func (t *tiles) read(at tileAt) ([]byte, error) {
	if hashes, ok := t.kept[at]; ok {
		return hashes, nil
	}
	var hashes []byte
	err := t.tx.Row(t.ctx, sqlTile, t.place.Area, t.place.Kind, t.hashing, int64(at.level), at.n).Scan(&hashes)
	if err != nil && !errors.Is(err, store.ErrNone) {
		return nil, err
	}
	if len(t.kept) >= keptMost && len(t.changed) == 0 {
		clear(t.kept)
	}
	t.kept[at] = hashes
	return hashes, nil
}

// add puts hash number n at its place on a level, and goes on upwards where that fills a tile.
func (t *tiles) add(level uint, n int64, hash proof.Hash) error {
	at := tileAt{level, n >> tileBits}
	hashes, err := t.read(at)
	if err != nil {
		return err
	}
	if int64(len(hashes)) != n%tileWidth*hashSize {
		return broken(t.place)
	}
	if len(t.changed) == 0 || t.changed[len(t.changed)-1] != at {
		t.changed = append(t.changed, at)
	}
	hashes = append(hashes, hash[:]...)
	t.kept[at] = hashes
	if len(hashes) < tileWidth*hashSize {
		return nil
	}
	if err := t.add(level+1, at.n, t.root(hashes)); err != nil {
		return err
	}
	return t.save()
}

// save writes the tiles that changed.
func (t *tiles) save() error {
	for _, at := range t.changed {
		if _, err := t.tx.Exec(t.ctx, sqlSaveTile, t.place.Area, t.place.Kind, t.hashing, int64(at.level), at.n, t.kept[at]); err != nil {
			return err
		}
	}
	t.changed = t.changed[:0]
	return nil
}
