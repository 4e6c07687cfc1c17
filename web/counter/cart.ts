import type { Answer } from '../shared/api'

export type Good = Pick<Answer<'/villages/{village}/items', 'get'>['items'][number], 'id' | 'name' | 'unit' | 'price' | 'qty'>
/** How many of each good, by its id. */
export type Counts = Readonly<Record<string, number>>

export interface CartLine {
  item: string
  qty: number
  /** As the household saw it: the server refuses another. */
  price: number
}

export interface Sum {
  pieces: number
  points: number
  lines: CartLine[]
}

/** Adds the cart up over the goods as they are now; a good that is gone or a count of none is no line. */
export function sumUp(goods: readonly Good[], counts: Counts): Sum {
  const lines = goods.filter((good) => (counts[good.id] ?? 0) > 0).map((good) => ({ item: good.id, qty: counts[good.id], price: good.price }))
  return { lines, pieces: lines.reduce((n, line) => n + line.qty, 0), points: lines.reduce((n, line) => n + line.qty * line.price, 0) }
}

/** The most of a good that this cart could hold: bounded by the shelf and by the points that the rest leaves. */
export function mostOf(good: Good, goods: readonly Good[], counts: Counts, limit: number): number {
  const others = sumUp(goods, { ...counts, [good.id]: 0 }).points
  const affordable = good.price > 0 ? Math.floor(Math.max(0, limit - others) / good.price) : good.qty
  return Math.max(0, Math.min(good.qty, affordable))
}

/** Sets a count within what shelf and points allow; none takes the good out. */
export function withCount(good: Good, count: number, goods: readonly Good[], counts: Counts, limit: number): Counts {
  const next = { ...counts }
  const allowed = Math.min(Math.max(0, count), mostOf(good, goods, counts, limit))
  if (allowed === 0) delete next[good.id]
  else next[good.id] = allowed
  return next
}

/** Brings a cart in line with goods that changed meanwhile: never more than there is, never over the points. */
export function refit(goods: readonly Good[], counts: Counts, limit: number): Counts {
  let fitted: Counts = {}
  for (const good of goods) {
    if (counts[good.id]) fitted = withCount(good, counts[good.id], goods, fitted, limit)
  }
  return fitted
}
