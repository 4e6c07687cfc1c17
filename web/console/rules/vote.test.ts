import { describe, expect, it } from 'vitest'
import { coming, inBounds, leastFavour, leastPresent, voteFault } from './vote'

describe('a vote', () => {
  it('needs the quorum of its kind', () => {
    expect([30, 31, 32, 1].map((due) => leastPresent('representatives', due))).toEqual([20, 21, 22, 1])
    expect([30, 31].map((due) => leastPresent('assembly', due))).toEqual([16, 16])
    expect([20, 21, 1].map((present) => leastFavour('households', 99, present))).toEqual([11, 11, 1])
    expect(voteFault('representatives', { due: 30, present: 20, in_favour: 11 })).toBeNull()
    expect(voteFault('party', { due: 30, present: 20, in_favour: 15 })).toBe('favour')
    expect(voteFault('party', { due: 30, present: 20, in_favour: 16 })).toBeNull()
    expect(voteFault('assembly', { due: 30, present: 15, in_favour: 15 })).toBe('present')
    expect(voteFault('representatives', { due: 30, present: 20, in_favour: 10 })).toBe('favour')
  })

  it('is refused when the numbers cannot be', () => {
    for (const count of [{ due: null, present: 1, in_favour: 1 }, { due: 0, present: 0, in_favour: 0 }, { due: 10, present: 11, in_favour: 5 }, { due: 10, present: 9, in_favour: 10 }, { due: 10, present: 9, in_favour: -1 }]) expect(voteFault('assembly', count)).toBe('numbers')
  })
})

describe('new rules', () => {
  it('begin on the first day of a month to come', () => {
    expect(coming(20261115, 3)).toEqual([20261201, 20270101, 20270201])
  })
  it('stay inside the county’s bounds', () => {
    expect([1, 5, 10, 11, null].map((points) => inBounds(points, 2, 10))).toEqual([false, true, true, false, false])
    expect(inBounds(-5, -10, -2)).toBe(true)
  })
})
