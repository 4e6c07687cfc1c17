import { describe, expect, it } from 'vitest'
import { addDays, addMonths, clockOfMs, dayOfMs, daysBetween, fromDateInput, longDay, monthName, monthOf, shortDay, toDateInput } from './day'
import { signed, whole, yuan } from './points'

describe('points and money', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [1204, '1,204'],
    [1234567, '1,234,567'],
    [-45, '−45'],
  ])('writes %d as %s', (value, text) => expect(whole(value)).toBe(text))

  it('puts a real minus and a plus before a change', () => {
    expect(signed(5)).toBe('+5')
    expect(signed(-45)).toBe('−45')
    expect(signed(0)).toBe('0')
  })

  it.each([
    [3600, '36'],
    [3650, '36.50'],
    [3605, '36.05'],
    [5, '0.05'],
    [57800000, '578,000'],
    [-1250, '−12.50'],
  ])('writes %d fen as %s yuan', (fen, text) => expect(yuan(fen)).toBe(text))
})

describe('days', () => {
  it('reads in both languages', () => {
    expect(longDay(20260908, 'zh')).toBe('2026年9月8日')
    expect(longDay(20260908, 'en')).toBe('8 Sep 2026')
    expect(shortDay(20261231, 'zh')).toBe('12月31日')
    expect(shortDay(20261231, 'en')).toBe('31 Dec')
    expect(monthName(202609, 'zh')).toBe('2026年9月')
    expect(monthName(202609, 'en')).toBe('September 2026')
    expect(monthOf(20260908)).toBe(202609)
  })

  it('takes the day from the clock in China, wherever the phone thinks it is', () => {
    expect(dayOfMs(Date.UTC(2026, 8, 7, 15, 59))).toBe(20260907)
    expect(dayOfMs(Date.UTC(2026, 8, 7, 16, 0))).toBe(20260908)
    expect(clockOfMs(Date.UTC(2026, 8, 7, 16, 5))).toBe('00:05')
  })

  it('moves over the ends of months and years, leap years too', () => {
    expect(addDays(20260301, -1)).toBe(20260228)
    expect(addDays(20280228, 1)).toBe(20280229)
    expect(addDays(20261231, 1)).toBe(20270101)
    expect(addMonths(202601, -1)).toBe(202512)
    expect(addMonths(202612, 1)).toBe(202701)
    expect(daysBetween(20260926, 20261001)).toBe(5)
    expect(daysBetween(20261001, 20260926)).toBe(-5)
  })

  it('goes to a date input and back', () => {
    expect(toDateInput(20260908)).toBe('2026-09-08')
    expect(fromDateInput('2026-09-08')).toBe(20260908)
    expect(fromDateInput('')).toBeNull()
  })
})
