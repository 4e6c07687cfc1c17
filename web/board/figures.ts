import type { Locale } from '../shared/i18n'
import { whole } from '../shared/format/points'

/** A number as it is read across a room: few digits, the unit beside it. */
export interface Figure {
  value: string
  /** 万 where ten thousands are counted; '' otherwise. */
  scale: string
}

/** Chinese counts in ten thousands: 787500 → 78.75 万. English writes the digits out. Whole-number arithmetic, cut and not rounded up. */
export function bigNumber(value: number, locale: Locale): Figure {
  if (locale !== 'zh' || Math.abs(value) < 10_000) return { value: whole(value), scale: '' }
  const hundredths = Math.trunc(Math.abs(value) / 100)
  const rest = hundredths % 100
  const head = whole(Math.trunc(hundredths / 100))
  const tail = rest === 0 ? '' : `.${String(rest).padStart(2, '0').replace(/0$/, '')}`
  return { value: `${value < 0 ? '−' : ''}${head}${tail}`, scale: '万' }
}

/** Money in fen as whole yuan, counted the same way. */
export const bigYuan = (fen: number, locale: Locale) => bigNumber(Math.trunc(fen / 100), locale)

/** Whole percent of a part, rounded down: 99.9 % is not yet everybody. */
export const percent = (part: number, all: number) => (all > 0 ? Math.floor((part * 100) / all) : 0)

/** Which of five tints a share gets: under 20, 40, 60, 80, and from 80. */
export const tint = (share: number) => Math.max(0, Math.min(4, Math.floor(share / 20)))

/** Shares of a whole in percent that add up to exactly 100: the largest remainders get what flooring left over. */
export function shares(values: readonly number[]): number[] {
  const total = values.reduce((sum, value) => sum + value, 0)
  if (total === 0) return values.map(() => 0)
  const floors = values.map((value) => Math.floor((value * 100) / total))
  const order = values.map((value, k) => ({ k, rest: (value * 100) % total })).sort((a, b) => b.rest - a.rest || a.k - b.k)
  const left = 100 - floors.reduce((sum, value) => sum + value, 0)
  for (let i = 0; i < left; i++) floors[order[i].k]++
  return floors
}
