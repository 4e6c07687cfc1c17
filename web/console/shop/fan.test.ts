import { describe, expect, it } from 'vitest'
import { fan, line } from './fan'

const path = (...covers: number[]) => ({ earned: 0, permille: 0, runs_out: 0, remedy: { grant_fen: 0, rate_fen: 0, budget: 0 }, months: covers.map((cover_fen, at) => ({ month: 202601 + at, points: 0, cover_fen })) })

describe('the fan', () => {
  it('spans from the most there is to what is missing, with zero between', () => {
    const drawn = fan({ cover_fen: 100, low: path(90, 80), middle: path(50, 0), high: path(0, -100) })
    expect(drawn.middle[0]).toEqual([0, 4])
    expect(drawn.middle[2]).toEqual([360, drawn.zero])
    expect(drawn.zero).toBe(60)
    expect(drawn.band).toContain('L360 116')
    expect(drawn.band.endsWith('Z')).toBe(true)
  })

  it('draws a village that has nothing and owes nothing', () => {
    expect(fan({ cover_fen: 0, low: path(0), middle: path(0), high: path(0) }).zero).toBeGreaterThan(0)
    expect(line([[0, 1], [2, 3]])).toBe('M0 1L2 3')
  })
})
