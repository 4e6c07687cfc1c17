import { describe, expect, it } from 'vitest'
import { yuan } from '../../shared/format/points'
import { amountText, reversible } from './lines'

describe('a line of the book', () => {
  it('shows points as points and fen as yuan', () => {
    expect(amountText({ unit: 'points', amount: 1204 }, yuan)).toBe('1,204')
    expect(amountText({ unit: 'fen', amount: 1250 }, yuan)).toBe('¥ 12.50')
  })
  it('is reversed here once, and only if a claim made it', () => {
    expect(reversible({ kind: 'earned', reversed_by: 0 })).toBe(true)
    expect(reversible({ kind: 'deducted', reversed_by: 0 })).toBe(true)
    expect(reversible({ kind: 'earned', reversed_by: 9 })).toBe(false)
    for (const kind of ['redeemed', 'reversal', 'void', 'opening', 'granted', 'goods_in'] as const) expect(reversible({ kind, reversed_by: 0 })).toBe(false)
  })
})
