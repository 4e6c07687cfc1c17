import type { TrendPoint } from '../api/model'

/** The geometry of the trend: earned as bars, redeemed as a line over them, one scale. Whole numbers in, pixels out. */
export interface Frame {
  width: number
  height: number
  left: number
  bottom: number
  top: number
}

export interface Chart {
  bars: { x: number; y: number; width: number; height: number; point: TrendPoint }[]
  line: string
  dots: { x: number; y: number; point: TrendPoint }[]
  ticks: { y: number; value: number }[]
  labels: { x: number; month: number }[]
}

/** The smallest round step that reaches `most` in at most four steps: 1, 2 or 5 times a power of ten. */
export function roundStep(most: number): number {
  const least = Math.max(1, Math.ceil(most / 4))
  let power = 1
  while (power * 10 <= least) power *= 10
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= least) ?? power * 10
}

export function chartOf(points: readonly TrendPoint[], frame: Frame): Chart {
  const most = points.reduce((top, point) => Math.max(top, point.earned, point.redeemed), 0)
  const step = roundStep(most)
  const steps = Math.max(1, Math.ceil(most / step))
  const plot = frame.height - frame.bottom - frame.top
  const y = (value: number) => frame.top + plot - (plot * value) / (step * steps)
  const slot = (frame.width - frame.left) / Math.max(1, points.length)
  const width = Math.min(44, slot * 0.56)
  const x = (k: number) => frame.left + slot * (k + 0.5)
  const dots = points.map((point, k) => ({ x: x(k), y: y(point.redeemed), point }))
  return {
    bars: points.map((point, k) => ({ x: x(k) - width / 2, y: y(point.earned), width, height: y(0) - y(point.earned), point })),
    line: dots.map((dot, k) => `${k === 0 ? 'M' : 'L'}${dot.x.toFixed(1)} ${dot.y.toFixed(1)}`).join(''),
    dots,
    ticks: Array.from({ length: steps + 1 }, (_, k) => ({ y: y(step * k), value: step * k })),
    labels: points.map((point, k) => ({ x: x(k), month: point.month })),
  }
}
