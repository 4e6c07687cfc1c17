package ledger

import (
	"context"
	"fmt"

	"qunyan/internal/core"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/store"
)

// Witnessed is what a comparison of a book with a kept checkpoint found.
type Witnessed struct {
	Lines  int64       // in the book now
	Newest *proof.Note // its newest checkpoint by one of the keys; nil if there is none
	Fault  *Fault      // where the book parts from the one that was signed; nil if it was only added to
}

// Witness compares the lines of a village's book with a checkpoint that somebody kept outside of it, and names the first
// line that differs. kept may be nil. keys are those the witness trusts.
func Witness(ctx context.Context, st *store.Store, village core.Area, kept *proof.Note, keys []proof.PublicKey) (found Witnessed, err error) {
	err = st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		b, err := bookOf(ctx, tx, village)
		if err != nil {
			return err
		}
		found.Lines = b.LastNo
		n, err := seal.Newest(ctx, tx, place(village))
		if err = noneIsFine(err); err != nil {
			return err
		}
		if n.Size > 0 {
			if _, err := n.Check(keys...); err != nil {
				return err
			}
			found.Newest = &n
		}
		// The newest is about to be kept in the place of the old one, so it has to be of these lines too.
		for _, one := range []*proof.Note{kept, found.Newest} {
			if one == nil || found.Fault != nil {
				continue
			}
			if found.Fault, err = partsFrom(ctx, tx, village, *one, keys); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// partsFrom recomputes the tree over a checkpoint's lines from the lines themselves.
func partsFrom(ctx context.Context, tx *store.Tx, village core.Area, kept proof.Note, keys []proof.PublicKey) (*Fault, error) {
	key, err := kept.Check(keys...)
	if err != nil {
		return nil, err
	}
	hashing := key.Algorithm.Hashing()
	tree := proof.NewFrontier(hashing)
	err = entriesOf(village)(ctx, tx, 0, kept.Size, func(entry []byte) error {
		tree.Append(hashing.Leaf(entry))
		return nil
	})
	if err != nil {
		return nil, err
	}
	if tree.Size() == kept.Size && tree.Root() == kept.Root {
		return nil, nil
	}
	checker, _, err := seal.NewChecker(ctx, tx, place(village), keys)
	if err != nil {
		return nil, err
	}
	index, what, err := checker.Differing(ctx, tx, kept.Size, entriesOf(village))
	if err != nil || index >= 0 {
		return &Fault{village, index + 1, what}, err
	}
	return &Fault{village, 0, fmt.Sprintf("its first %d lines are not those of their checkpoint", kept.Size)}, nil
}
