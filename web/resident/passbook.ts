import { monthOf } from '../shared/format/day'
import type { Line } from './card'

export interface MonthOfLines {
  /** yyyymm */
  month: number
  lines: Line[]
}

/** Puts lines, newest first as the book gives them, under the months they were posted in. */
export function byMonth(lines: readonly Line[]): MonthOfLines[] {
  const months: MonthOfLines[] = []
  for (const line of lines) {
    const month = monthOf(line.day)
    const last = months[months.length - 1]
    if (last?.month === month) last.lines.push(line)
    else months.push({ month, lines: [line] })
  }
  return months
}

/** What a household can take home now, dearest first: what is in stock and within its points. */
export function affordable<I extends { price: number; qty: number }>(items: readonly I[], points: number): I[] {
  return items.filter((item) => item.qty > 0 && item.price > 0 && item.price <= points).sort((a, b) => b.price - a.price)
}
