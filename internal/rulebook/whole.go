package rulebook

import (
	"context"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Whole reads a version with its lines and its caps, whatever its state: a step of other packages' questions, which see
// to it who asks. Error: rulebook.no_ruleset.
func Whole(ctx context.Context, tx *store.Tx, area core.Area, version int64) (Ruleset, error) {
	return byVersion(ctx, tx, area, version)
}
