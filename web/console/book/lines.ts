import type { Line } from '../api/model'
import { whole } from '../../shared/format/points'

/** Only what came from a claim or expired is reversed here: a redemption is voided at the shop, and a reversal stays. */
const fromClaims = new Set(['earned', 'deducted', 'expired'])

export const reversible = (line: Pick<Line, 'kind' | 'reversed_by'>) => line.reversed_by === 0 && fromClaims.has(line.kind)

/** A line's amount with its unit's sign: points as they are, money in yuan. */
export const amountText = (line: Pick<Line, 'unit' | 'amount'>, yuan: (fen: number) => string) => (line.unit === 'fen' ? `¥ ${yuan(line.amount)}` : whole(line.amount))
