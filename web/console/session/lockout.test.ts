import { describe, expect, it } from 'vitest'
import { clockLeft, leftMs, lockedUntil } from './lockout'

describe('a lock-out', () => {
  it('is read from whatever the problem carries', () => {
    expect(lockedUntil({ until_ms: 5_000 }, 1_000)).toBe(5_000)
    expect(lockedUntil({ seconds: 60 }, 1_000)).toBe(61_000)
    expect(lockedUntil({ minutes: '2' }, 0)).toBe(120_000)
    expect(lockedUntil({}, 1_000)).toBe(0)
  })
  it('counts down to nothing and never below', () => {
    expect(leftMs(5_000, 1_000)).toBe(4_000)
    expect(leftMs(5_000, 9_000)).toBe(0)
    expect(clockLeft(125_000)).toEqual({ minutes: 2, seconds: 5 })
    expect(clockLeft(1)).toEqual({ minutes: 0, seconds: 1 })
  })
})
