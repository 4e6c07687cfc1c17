import { describe, expect, it } from 'vitest'
import type { TrendPoint } from '../api/model'
import { chartOf, roundStep } from './trend'

const frame = { width: 600, height: 240, left: 60, bottom: 30, top: 10 }
const points: TrendPoint[] = [
  { month: 202607, earned: 120, redeemed: 30, redemptions: 9 },
  { month: 202608, earned: 0, redeemed: 0, redemptions: 0 },
  { month: 202609, earned: 390, redeemed: 410, redemptions: 80 },
]

describe('the scale', () => {
  it('has round steps that reach the largest value in at most four', () => {
    expect([0, 1, 4, 5, 40, 41, 390, 1200, 78_750].map(roundStep)).toEqual([1, 1, 1, 2, 10, 20, 100, 500, 20_000])
    for (let most = 0; most < 3_000; most += 7) expect(roundStep(most) * 4).toBeGreaterThanOrEqual(most)
  })
})

describe('the trend', () => {
  const chart = chartOf(points, frame)

  it('stays inside its frame', () => {
    for (const bar of chart.bars) {
      expect(bar.y).toBeGreaterThanOrEqual(frame.top)
      expect(bar.y + bar.height).toBeCloseTo(frame.height - frame.bottom)
      expect(bar.x).toBeGreaterThanOrEqual(frame.left)
      expect(bar.x + bar.width).toBeLessThanOrEqual(frame.width)
    }
    expect(chart.ticks[0]).toEqual({ y: frame.height - frame.bottom, value: 0 })
    expect(chart.ticks[chart.ticks.length - 1].value).toBeGreaterThanOrEqual(410)
  })

  it('draws nothing from nothing and does not divide by it', () => {
    expect(chartOf([], frame)).toMatchObject({ bars: [], line: '', dots: [] })
    expect(chartOf([{ month: 202601, earned: 0, redeemed: 0, redemptions: 0 }], frame).bars[0].height).toBe(0)
  })
})
