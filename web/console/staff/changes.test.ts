import { describe, expect, it } from 'vitest'
import { dayOfMs } from '../../shared/format/day'
import { dayStartMs, fieldsOf } from './changes'

describe('what was changed', () => {
  it('puts changed fields first and says "none" with a dash', () => {
    expect(fieldsOf({ head: '王建国', number: 7 }, { head: '王建军', number: 7 })).toEqual([
      { name: 'head', before: '王建国', after: '王建军', changed: true },
      { name: 'number', before: '7', after: '7', changed: false },
    ])
    expect(fieldsOf(null, { state: 'active' })).toEqual([{ name: 'state', before: '—', after: 'active', changed: true }])
    expect(fieldsOf(null, null)).toEqual([])
    expect(fieldsOf(1, [2])).toEqual([{ name: 'value', before: '1', after: '[2]', changed: true }])
  })
})

describe('a day in China', () => {
  it('begins eight hours before Greenwich’s', () => {
    const start = dayStartMs(20260908)
    expect(dayOfMs(start)).toBe(20260908)
    expect(dayOfMs(start - 1)).toBe(20260907)
    expect(new Date(start).toISOString()).toBe('2026-09-07T16:00:00.000Z')
  })
})
