package ledger

import (
	"context"

	"qunyan/internal/seal"
	"qunyan/internal/store"
)

func (c *check) readSeals(ctx context.Context, tx *store.Tx) (err error) {
	c.seals, c.sealFlaw, err = seal.NewChecker(ctx, tx, place(c.village), c.keys)
	return err
}

// sealed grows the book's tree by a line and compares its root where a checkpoint was signed.
func (c *check) sealed(l Line) error {
	if !c.seals.Wants() {
		return nil
	}
	c.entry = l.AppendEntry(c.entry[:0], c.village)
	if !c.seals.Add(c.entry) {
		return c.fault(l.No, "ends a checkpoint that was signed over other lines")
	}
	return nil
}

// checkSeals asks for the lines that checkpoints speak of and the book no longer has, and then for the signatures.
func (c *check) checkSeals(context.Context, *store.Tx) error {
	if n, left := c.seals.Left(); left {
		return c.fault(c.last.No+1, "is missing: a checkpoint was signed over %d lines", n.Size)
	}
	if c.sealFlaw != "" {
		return c.fault(0, "%s", c.sealFlaw)
	}
	return nil
}
