import { describe, expect, it } from 'vitest'
import { cover, missing, shares } from './health'

describe('the shop’s money', () => {
  it('counts nine tenths of the stock behind the points, rounded down', () => {
    expect(cover({ fund: 10_000, stock: 5_005, liability: 0 })).toBe(14_504)
  })
  it('is short by what the points are worth beyond that', () => {
    expect(missing({ fund: 10_000, stock: 10_000, liability: 19_000 })).toBe(0)
    expect(missing({ fund: 10_000, stock: 10_000, liability: 19_001 })).toBe(1)
    expect(missing({ fund: 0, stock: 0, liability: 0 })).toBe(0)
  })
  it('is drawn inside its bar', () => {
    for (const money of [{ fund: 0, stock: 0, liability: 0 }, { fund: 1, stock: 1, liability: 999 }, { fund: 500_000, stock: 300_000, liability: 120_000 }]) {
      const s = shares(money)
      expect(s.fund + s.stock).toBeLessThanOrEqual(100)
      expect(s.liability).toBeLessThanOrEqual(100)
    }
  })
})
