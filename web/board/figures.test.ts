import { describe, expect, it } from 'vitest'
import { bigNumber, bigYuan, percent, shares, tint } from './figures'

describe('a number across a room', () => {
  it('is counted in ten thousands in Chinese', () => {
    expect(bigNumber(787_500, 'zh')).toEqual({ value: '78.75', scale: '万' })
    expect(bigNumber(300_000, 'zh')).toEqual({ value: '30', scale: '万' })
    expect(bigNumber(10_500, 'zh')).toEqual({ value: '1.05', scale: '万' })
    expect(bigNumber(120_099, 'zh')).toEqual({ value: '12', scale: '万' })
    expect(bigNumber(9_999, 'zh')).toEqual({ value: '9,999', scale: '' })
    expect(bigNumber(-25_000, 'zh')).toEqual({ value: '−2.5', scale: '万' })
  })
  it('is written out in English', () => {
    expect(bigNumber(787_500, 'en')).toEqual({ value: '787,500', scale: '' })
  })
  it('shows money in yuan', () => {
    expect(bigYuan(57_800_000, 'zh')).toEqual({ value: '57.8', scale: '万' })
    expect(bigYuan(12_350, 'zh')).toEqual({ value: '123', scale: '' })
  })
})

describe('shares', () => {
  it('never say everybody before everybody is in', () => {
    expect(percent(999, 1000)).toBe(99)
    expect(percent(5, 0)).toBe(0)
  })
  it('have five tints', () => {
    expect([0, 19, 20, 59, 79, 80, 100].map(tint)).toEqual([0, 0, 1, 2, 3, 4, 4])
  })
  it('add up to one hundred', () => {
    expect(shares([1, 1, 1])).toEqual([34, 33, 33])
    expect(shares([0, 0])).toEqual([0, 0])
    for (const values of [[7, 11, 13, 17], [1, 0, 999], [38, 24, 17, 12, 9]]) expect(shares(values).reduce((a, b) => a + b, 0)).toBe(100)
  })
})
