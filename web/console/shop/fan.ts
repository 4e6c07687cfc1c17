import type { Outlook } from '../api/model'

export type Point = [x: number, y: number]

const width = 360
const height = 120

/** The fan's outline: from what there is today, the easy path above and the tight one below; `zero` is where the money is gone. */
export function fan(o: Pick<Outlook, 'cover_fen' | 'low' | 'middle' | 'high'>): { width: number; height: number; zero: number; band: string; middle: Point[] } {
  const path = (p: Outlook['low']) => [o.cover_fen, ...p.months.map((month) => month.cover_fen)]
  const [low, middle, high] = [path(o.low), path(o.middle), path(o.high)]
  const top = Math.max(1, ...low, ...middle)
  const bottom = Math.min(0, ...high)
  const y = (fen: number) => 4 + Math.round(((top - fen) * (height - 8)) / (top - bottom))
  const points = (fens: number[]): Point[] => fens.map((fen, at) => [Math.round((at * width) / (fens.length - 1)), y(fen)])
  return { width, height, zero: y(0), band: `${line([...points(low), ...points(high).reverse()])}Z`, middle: points(middle) }
}

/** A line through points, as an SVG path. */
export const line = (points: Point[]) => points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x} ${y}`).join('')
