package market

import "qunyan/internal/core"

// costOut is what out pieces of a stock of qty pieces cost, when the whole stock cost cost: the moving average, rounded
// down, so that what stays is never worth less than nothing; the last piece takes whatever is left, so that an empty
// shelf costs exactly 0. It wants 0 < out ≤ qty; qty ≤ core.MaxQty and cost ≤ core.MaxFen keep the product in 64 bits.
func costOut(qty int64, cost core.Fen, out int64) core.Fen {
	if out == qty {
		return cost
	}
	return cost * core.Fen(out) / core.Fen(qty)
}
