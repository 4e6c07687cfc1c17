package seal

import (
	"context"
	"fmt"

	"qunyan/internal/errs"
	"qunyan/internal/proof"
	"qunyan/internal/store"
)

// Checker compares a tree's entries, read from the first to the last, with every checkpoint that was signed over them.
type Checker struct {
	place  Place
	series []*series
	added  int64
	bad    *bad
}

// series is the checkpoints of one hash function, the smallest first.
type series struct {
	hashing proof.Hashing
	tree    *proof.Frontier
	all     []proof.Note
	notes   []proof.Note // those that have not been reached
}

type bad struct {
	hashing proof.Hashing
	note    proof.Note
}

// NewChecker reads the checkpoints of a tree and checks their signatures, against the given keys only, or, without any,
// against those the database lists, each for its time. what is a sentence about the first checkpoint at fault, or "".
func NewChecker(ctx context.Context, tx *store.Tx, place Place, keys []proof.PublicKey) (c *Checker, what string, err error) {
	known, err := Keys(ctx, tx)
	if err != nil {
		return nil, "", err
	}
	c = &Checker{place: place}
	err = tx.Rows(ctx, sqlAllOf, func(r store.Row) error {
		var hashing proof.Hashing
		var size int64
		var text string
		if err := r.Scan(&hashing, &size, &text); err != nil {
			return err
		}
		n, err := proof.ParseNote(text)
		if err != nil || n.Size != size || n.Origin != place.Origin() {
			what = first(what, fmt.Sprintf("the checkpoint kept for %d entries is not one", size))
			return nil
		}
		if fault := signed(n, hashing, keys, known); fault != "" {
			what = first(what, fmt.Sprintf("the checkpoint of %d entries %s", size, fault))
		}
		c.take(hashing, n)
		return nil
	}, place.Area, place.Kind)
	return c, what, err
}

func first(what, more string) string {
	if what == "" {
		return more
	}
	return what
}

// signed says what is wrong with a note's signature, or "".
func signed(n proof.Note, h proof.Hashing, keys []proof.PublicKey, known []Key) string {
	trusted := keys
	if len(keys) == 0 {
		for _, k := range known {
			trusted = append(trusted, k.PublicKey)
		}
	}
	key, err := n.Check(trusted...)
	switch {
	case errs.KindOf(err) == errs.Invalid && err != nil && errs.CodeOf(err) == "proof.unknown_key":
		return "is signed by a key that is not trusted: " + n.Signature.Name
	case err != nil:
		return "does not bear the signature of " + n.Signature.Name
	case key.Algorithm.Hashing() != h:
		return "is filed under another hash function than its key's"
	}
	for _, k := range known {
		// A note's time has whole seconds.
		if len(keys) == 0 && k.Name == key.Name && (n.AtMs < k.FromMs-k.FromMs%1000 || k.UntilMs != 0 && n.AtMs > k.UntilMs) {
			return "is dated outside the time of its key"
		}
	}
	return ""
}

func (c *Checker) take(h proof.Hashing, n proof.Note) {
	if len(c.series) == 0 || c.series[len(c.series)-1].hashing != h {
		c.series = append(c.series, &series{hashing: h, tree: proof.NewFrontier(h)})
	}
	s := c.series[len(c.series)-1]
	s.all = append(s.all, n)
	s.notes = s.all
}

// Wants says that a checkpoint covers the next entry, so that its bytes are worth making.
func (c *Checker) Wants() bool {
	for _, s := range c.series {
		if len(s.notes) > 0 {
			return true
		}
	}
	return false
}

// Add takes the next entry. It answers false once the entries so far are not those that a checkpoint was signed over;
// Differing then finds the entry.
func (c *Checker) Add(entry []byte) bool {
	c.added++
	for _, s := range c.series {
		if len(s.notes) == 0 {
			continue
		}
		s.tree.Append(s.hashing.Leaf(entry))
		if s.tree.Size() < s.notes[0].Size {
			continue
		}
		if s.tree.Root() != s.notes[0].Root {
			c.bad = &bad{s.hashing, s.notes[0]}
			return false
		}
		s.notes = s.notes[1:]
	}
	return c.bad == nil
}

// Reached is how many checkpoints the entries so far make, and how many entries the largest of them covers. It may be
// asked of no checker at all.
func (c *Checker) Reached() (checkpoints, covered int64) {
	if c == nil {
		return 0, 0
	}
	for _, s := range c.series {
		done := len(s.all) - len(s.notes)
		checkpoints += int64(done)
		if done > 0 {
			covered = max(covered, s.all[done-1].Size)
		}
	}
	return checkpoints, covered
}

// Left is a checkpoint that the entries did not reach: it covers more of them than there are.
func (c *Checker) Left() (note proof.Note, left bool) {
	for _, s := range c.series {
		if len(s.notes) > 0 {
			return s.notes[0], true
		}
	}
	return proof.Note{}, false
}

// Differing compares entries one by one with the hashes kept of them, up to the first upTo, and gives the first that
// differs with a sentence on it, or -1.
func (c *Checker) Differing(ctx context.Context, tx *store.Tx, upTo int64, entries Entries) (index int64, what string, err error) {
	for _, s := range c.series {
		t := newTiles(ctx, tx, c.place, s.hashing)
		index, missing, err := differing(t, upTo, entries)
		if err != nil {
			return -1, "", err
		}
		if missing {
			return index, "is missing: a checkpoint was signed with it", nil
		}
		if index >= 0 {
			return index, s.blame(t, index), nil
		}
	}
	if c.bad != nil {
		return c.bad.note.Size - 1, fmt.Sprintf("ends the checkpoint of %d, which was signed over others", c.bad.note.Size), nil
	}
	return -1, "", nil
}

// blame tells a changed entry from a changed hash: kept hashes that make a signed root are those of the time.
func (s *series) blame(t *tiles, index int64) string {
	for _, n := range s.all {
		if n.Size <= index {
			continue
		}
		if root, err := t.tree().Root(n.Size); err == nil && root == n.Root {
			return fmt.Sprintf("is not what was signed by the checkpoint of %d", n.Size)
		}
		return fmt.Sprintf("differs from the hash kept of it, and the checkpoint of %d from both or one of them", n.Size)
	}
	return "differs from the hash kept of it"
}

// differing is the first entry whose hash is not the one kept of it, or -1; missing says that there is no entry at all.
func differing(t *tiles, upTo int64, entries Entries) (index int64, missing bool, err error) {
	for from := int64(0); from < upTo; from += tileWidth {
		kept, err := t.read(tileAt{0, from >> tileBits})
		if err != nil {
			return -1, false, err
		}
		until := min(from+int64(len(kept))/hashSize, upTo)
		at, found := from, int64(-1)
		err = entries(t.ctx, t.tx, from, until, func(entry []byte) error {
			if leaf := t.hashing.Leaf(entry); found < 0 && (at >= until || leaf != proof.Hash(kept[(at-from)*hashSize:])) {
				found = at
			}
			at++
			return nil
		})
		switch {
		case err != nil:
			return -1, false, err
		case found >= 0:
			return found, false, nil
		case at < until:
			return at, true, nil
		case len(kept) < tileWidth*hashSize:
			return -1, false, nil
		}
	}
	return -1, false, nil
}
