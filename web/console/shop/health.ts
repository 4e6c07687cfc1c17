/** Can the shop honour what households may spend? Stores die of money, not of software (domain.md §4). All in fen. */
export interface Money {
  fund: number
  stock: number
  liability: number
}

/** What stands behind the points: the fund, and nine tenths of the stock at cost (goods are never all wanted). Whole fen, rounded down. */
export const cover = (money: Money) => money.fund + Math.floor((money.stock * 9) / 10)

/** Fen missing to honour every point that can be spent; 0 where nothing is. */
export const missing = (money: Money) => Math.max(0, money.liability - cover(money))

/** Parts of the bar that shows it, in whole percent of the larger side; they add up to at most 100 on each side. */
export function shares(money: Money): { fund: number; stock: number; liability: number } {
  const behind = Math.floor((money.stock * 9) / 10)
  const most = Math.max(1, money.fund + behind, money.liability)
  const percent = (fen: number) => Math.floor((fen * 100) / most)
  return { fund: percent(money.fund), stock: percent(behind), liability: percent(money.liability) }
}
