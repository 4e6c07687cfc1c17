package proof

import "qunyan/internal/errs"

// RootOf works an entry's hash up its path to the root over size entries (RFC 9162, section 2.1.3.2). Whoever knows
// the right root compares. Error: proof.path for a path that cannot belong to such a tree.
func (h Hashing) RootOf(leaf Hash, index, size int64, path []Hash) (Hash, error) {
	if index < 0 || index >= size {
		return Hash{}, badPath()
	}
	root, fn, sn := leaf, index, size-1
	for _, beside := range path {
		if sn == 0 {
			return Hash{}, badPath()
		}
		if fn&1 == 1 || fn == sn {
			root = h.Node(beside, root)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			root = h.Node(root, beside)
		}
		fn, sn = fn>>1, sn>>1
	}
	if sn != 0 {
		return Hash{}, badPath()
	}
	return root, nil
}

// CheckConsistency says whether path proves that the tree of size entries with root began as the tree of old entries
// with oldRoot (RFC 9162, section 2.1.4.2). Error: proof.fork if it does not.
func (h Hashing) CheckConsistency(old, size int64, oldRoot, root Hash, path []Hash) error {
	switch {
	case old < 1 || old > size:
		return fork()
	case old == size:
		if len(path) != 0 || oldRoot != root {
			return fork()
		}
		return nil
	}
	if old&(old-1) == 0 { // the old root itself is where the path begins
		path = append([]Hash{oldRoot}, path...)
	}
	if len(path) == 0 {
		return fork()
	}
	fn, sn := old-1, size-1
	for fn&1 == 1 {
		fn, sn = fn>>1, sn>>1
	}
	was, is := path[0], path[0]
	for _, c := range path[1:] {
		if sn == 0 {
			return fork()
		}
		if fn&1 == 1 || fn == sn {
			was, is = h.Node(c, was), h.Node(c, is)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			is = h.Node(is, c)
		}
		fn, sn = fn>>1, sn>>1
	}
	if sn != 0 || was != oldRoot || is != root {
		return fork()
	}
	return nil
}

func badPath() error { return errs.New(errs.Invalid, "proof.path") }

func fork() error { return errs.New(errs.Conflict, "proof.fork") }
