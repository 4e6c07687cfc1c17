package proof

import (
	"math/bits"

	"qunyan/internal/errs"
)

// Frontier grows a tree entry by entry and remembers only the roots of its complete parts: a few hashes, however many
// entries there are.
type Frontier struct {
	hashing Hashing
	size    int64
	parts   []Hash // of complete subtrees, the largest first
}

// NewFrontier is a tree without entries.
func NewFrontier(h Hashing) *Frontier { return &Frontier{hashing: h} }

// Size is how many entries the tree has.
func (f *Frontier) Size() int64 { return f.size }

// Append adds the hash of the next entry.
func (f *Frontier) Append(leaf Hash) {
	f.parts = append(f.parts, leaf)
	for s := f.size; s&1 == 1; s >>= 1 {
		last := len(f.parts) - 1
		f.parts[last-1] = f.hashing.Node(f.parts[last-1], f.parts[last])
		f.parts = f.parts[:last]
	}
	f.size++
}

// Root is the root of the tree so far.
func (f *Frontier) Root() Hash {
	if f.size == 0 {
		return f.hashing.Empty()
	}
	root := f.parts[len(f.parts)-1]
	for i := len(f.parts) - 2; i >= 0; i-- {
		root = f.hashing.Node(f.parts[i], root)
	}
	return root
}

// Nodes gives the root of the complete subtree over entries n<<level to (n+1)<<level, counted from 0.
type Nodes func(level uint, n int64) (Hash, error)

// Tree answers questions about a tree whose complete subtrees can be looked up.
type Tree struct {
	Hashing Hashing
	Nodes   Nodes
}

// Root is the root over the first size entries.
func (t Tree) Root(size int64) (Hash, error) {
	if size == 0 {
		return t.Hashing.Empty(), nil
	}
	return t.over(0, size)
}

// Inclusion is the path from entry index (from 0) to the root over the first size entries (RFC 6962, section 2.1.1).
func (t Tree) Inclusion(index, size int64) ([]Hash, error) {
	if index < 0 || index >= size {
		return nil, errs.New(errs.Invalid, "proof.no_entry")
	}
	var path []Hash
	for from, to := int64(0), size; to-from > 1; {
		middle := from + split(to-from)
		var beside Hash
		var err error
		if index < middle {
			beside, err = t.over(middle, to)
			to = middle
		} else {
			beside, err = t.over(from, middle)
			from = middle
		}
		if err != nil {
			return nil, err
		}
		path = append(path, beside)
	}
	reverse(path)
	return path, nil
}

// Consistency is the proof that the tree over size entries begins with the tree over the first old of them (RFC 6962,
// section 2.1.2).
func (t Tree) Consistency(old, size int64) ([]Hash, error) {
	if old < 1 || old > size {
		return nil, errs.New(errs.Invalid, "proof.no_entry")
	}
	var path []Hash
	whole := true // the old tree is a whole subtree here, so its root is known to whoever checks
	from, to := int64(0), size
	for old < to {
		middle := from + split(to-from)
		var beside Hash
		var err error
		if old <= middle {
			beside, err = t.over(middle, to)
			to = middle
		} else {
			beside, err = t.over(from, middle)
			from, whole = middle, false
		}
		if err != nil {
			return nil, err
		}
		path = append(path, beside)
	}
	if !whole {
		last, err := t.over(from, to)
		if err != nil {
			return nil, err
		}
		path = append(path, last)
	}
	reverse(path)
	return path, nil
}

// over is the root over entries from to to-1, where from is a multiple of the largest power of two below to-from.
func (t Tree) over(from, to int64) (Hash, error) {
	n := to - from
	if n&(n-1) == 0 {
		level := uint(bits.TrailingZeros64(uint64(n)))
		return t.Nodes(level, from>>level)
	}
	middle := from + split(n)
	left, err := t.over(from, middle)
	if err != nil {
		return Hash{}, err
	}
	right, err := t.over(middle, to)
	return t.Hashing.Node(left, right), err
}

// split is the largest power of two below n, for n above 1.
func split(n int64) int64 { return 1 << (bits.Len64(uint64(n-1)) - 1) }

func reverse(path []Hash) {
	for i, j := 0, len(path)-1; i < j; i, j = i+1, j-1 {
		path[i], path[j] = path[j], path[i]
	}
}
