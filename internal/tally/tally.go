// Package tally keeps the counters that a township's and a county's view are made of, in the very transactions they
// count, so that no report ever reads single lines. Package report recomputes them in its tests.
package tally

import (
	"context"
	"fmt"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// The topics. What item, n and amount mean stands beside each; month is 0 where a count has no month.
const (
	Household  = "household"  // month 0; item active or closed; n households
	Resident   = "resident"   // month 0; item ""; n residents
	Active     = "active"     // month of the list; item ""; n households that its close gave points
	Claim      = "claim"      // month of the list the claim stands on; item its state; n claims, amount points
	Earned     = "earned"     // month of posting; item category; n lines, amount points
	Deducted   = "deducted"   // month of posting; item category; n lines, amount points really taken
	Redeemed   = "redeemed"   // month; item ""; n redemptions, amount points; a void takes both back
	Granted    = "granted"    // month; item ""; n grants, amount fen
	Donated    = "donated"    // month; item ""; n donations of money, amount fen
	Collective = "collective" // month; item ""; n payments of collective income, amount fen
	Prize      = "prize"      // month; item ""; n prizes, amount fen
	Bought     = "bought"     // month; item ""; n deliveries, amount fen at cost
	Shop       = "shop"       // month 0; item open; n shops (0 or 1 in a village)
)

const addSQL = `INSERT INTO tally (village, month, topic, item, n, amount) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (village, month, topic, item) DO UPDATE SET n = tally.n + excluded.n, amount = tally.amount + excluded.amount`

// Add moves one counter of a village by n and amount, either of which may be negative. Call it in the transaction of
// what it counts.
func Add(ctx context.Context, tx *store.Tx, village core.Area, month core.Month, topic, item string, n, amount int64) error {
	if err := tx.Count(ctx, addSQL, 4, village, month, topic, item, n, amount); err != nil {
		return fmt.Errorf("tally %s/%s: %w", topic, item, err)
	}
	return nil
}
