package proof_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"qunyan/internal/errs"
	"qunyan/internal/proof"
)

// entries is a tree of n small entries, kept the slow way: every leaf, every subtree worked out when asked for.
type entries struct {
	h      proof.Hashing
	leaves []proof.Hash
}

func grow(h proof.Hashing, n int64) entries {
	e := entries{h: h}
	for i := range n {
		e.leaves = append(e.leaves, h.Leaf(entry(i)))
	}
	return e
}

func entry(i int64) []byte { return binary.BigEndian.AppendUint64([]byte("line "), uint64(i)) }

func (e entries) node(level uint, n int64) (proof.Hash, error) {
	if level == 0 {
		return e.leaves[n], nil
	}
	left, _ := e.node(level-1, 2*n)
	right, _ := e.node(level-1, 2*n+1)
	return e.h.Node(left, right), nil
}

func (e entries) tree() proof.Tree { return proof.Tree{Hashing: e.h, Nodes: e.node} }

func (e entries) frontier(n int64) proof.Hash {
	f := proof.NewFrontier(e.h)
	for _, leaf := range e.leaves[:n] {
		f.Append(leaf)
	}
	return f.Root()
}

// TestTreesAreThoseOfTheGoChecksumDatabase compares with golang.org/x/mod/sumdb/tlog, the other implementation at hand.
func TestTreesAreThoseOfTheGoChecksumDatabase(t *testing.T) {
	t.Parallel()
	const most = 70
	e := grow(proof.SHA256, most)
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
		for _, i := range indexes {
			out = append(out, stored[i])
		}
		return out, nil
	})
	for n := range int64(most) {
		hashes, err := tlog.StoredHashes(n, entry(n), reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
		size := n + 1
		want, err := tlog.TreeHash(size, reader)
		root, rootErr := e.tree().Root(size)
		if err != nil || rootErr != nil || root != proof.Hash(want) || e.frontier(size) != root {
			t.Fatalf("root of %d entries is %s, want %s", size, root, want)
		}
		for i := range size {
			record, _ := tlog.ProveRecord(size, i, reader)
			path, _ := e.tree().Inclusion(i, size)
			samePath(t, path, record)
			old, _ := tlog.ProveTree(size, i+1, reader)
			path, _ = e.tree().Consistency(i+1, size)
			samePath(t, path, old)
		}
	}
}

func samePath[H ~[32]byte](t *testing.T, got []proof.Hash, want []H) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("a path of %d, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != proof.Hash(want[i]) {
			t.Fatalf("step %d of the path differs", i)
		}
	}
}

func TestAPathProvesItsEntryAndNoOther(t *testing.T) {
	t.Parallel()
	for _, h := range []proof.Hashing{proof.SHA256, proof.SM3} {
		e := grow(h, 300)
		rapid.Check(t, func(t *rapid.T) {
			size := rapid.Int64Range(1, 300).Draw(t, "size")
			index := rapid.Int64Range(0, size-1).Draw(t, "index")
			path, err := e.tree().Inclusion(index, size)
			if err != nil {
				t.Fatal(err)
			}
			want := e.frontier(size)
			if root, err := h.RootOf(e.leaves[index], index, size, path); err != nil || root != want {
				t.Fatalf("entry %d of %d is not proved: %v", index, size, err)
			}
			other := rapid.Int64Range(0, 299).Draw(t, "other")
			if root, err := h.RootOf(e.leaves[other], index, size, path); other != index && err == nil && root == want {
				t.Fatal("another entry is proved too")
			}
			if root, err := h.RootOf(e.leaves[index], other, size, path); other != index && err == nil && root == want {
				t.Fatal("another place is proved too")
			}
			if len(path) > 0 {
				cut := path[:len(path)-1]
				if root, err := h.RootOf(e.leaves[index], index, size, cut); err == nil && root == want {
					t.Fatal("a cut path proves it too")
				}
			}
		})
	}
}

func TestAHistoryThatWasOnlyAddedToIsConsistent(t *testing.T) {
	t.Parallel()
	fork := errs.New(errs.Conflict, "proof.fork")
	for _, h := range []proof.Hashing{proof.SHA256, proof.SM3} {
		e := grow(h, 300)
		rapid.Check(t, func(t *rapid.T) {
			size := rapid.Int64Range(1, 300).Draw(t, "size")
			old := rapid.Int64Range(1, size).Draw(t, "old")
			path, err := e.tree().Consistency(old, size)
			if err != nil {
				t.Fatal(err)
			}
			was, is := e.frontier(old), e.frontier(size)
			if err := h.CheckConsistency(old, size, was, is, path); err != nil {
				t.Fatalf("%d of %d: %v", old, size, err)
			}
			changed := was
			changed[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1
			if err := h.CheckConsistency(old, size, changed, is, path); !errors.Is(err, fork) {
				t.Fatalf("an old root that was never there is accepted: %v", err)
			}
			if err := h.CheckConsistency(old, size, was, changed, path); !errors.Is(err, fork) {
				t.Fatalf("a new root that is not there is accepted: %v", err)
			}
		})
	}
}

func TestWhatIsNotInTheTreeHasNoProof(t *testing.T) {
	t.Parallel()
	tree := grow(proof.SHA256, 5).tree()
	for _, ask := range []func() ([]proof.Hash, error){
		func() ([]proof.Hash, error) { return tree.Inclusion(5, 5) },
		func() ([]proof.Hash, error) { return tree.Inclusion(-1, 5) },
		func() ([]proof.Hash, error) { return tree.Consistency(0, 5) },
		func() ([]proof.Hash, error) { return tree.Consistency(6, 5) },
	} {
		if _, err := ask(); !errors.Is(err, errs.New(errs.Invalid, "proof.no_entry")) {
			t.Errorf("got %v", err)
		}
	}
	if root, err := tree.Root(0); err != nil || root != proof.SHA256.Empty() || proof.NewFrontier(proof.SM3).Root() != proof.SM3.Empty() {
		t.Errorf("an empty tree has the root %s, %v", root, err)
	}
}
