import { describe, expect, it } from 'vitest'
import { parseWhole, parseYuan, typedYuan } from './numbers'

describe('whole numbers', () => {
  it('are read as people type them', () => {
    expect([' 12 ', '1,204', '１２', '-3', '−3', '0'].map(parseWhole)).toEqual([12, 1204, 12, -3, -3, 0])
  })
  it('refuse what is no whole number of a sane size', () => {
    expect(['', 'abc', '1.5', '1e3', '9999999999999', '--1'].map(parseWhole)).toEqual([null, null, null, null, null, null])
  })
})

describe('money', () => {
  it('is read as fen without rounding', () => {
    expect(['12', '12.5', '12.50', '0.07', '１２．５', '1,000'].map(parseYuan)).toEqual([1200, 1250, 1250, 7, 1250, 100000])
  })
  it('refuses what is no amount', () => {
    expect(['', '-1', '12.345', '1.', 'x', '.5', '1e5'].map(parseYuan)).toEqual([null, null, null, null, null, null, null])
  })
  it('is written back as typed', () => {
    for (const fen of [0, 7, 1200, 1250, 999_999_999]) expect(parseYuan(typedYuan(fen))).toBe(fen)
  })
})
