/**
 * Days are whole numbers yyyymmdd and months yyyymm, as the server counts them: a village's day has no time zone.
 */
import type { Locale } from '../i18n'

const shortMonths = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const longMonths = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
/** China keeps one clock, eight hours ahead of UTC, without summer time. */
const chinaOffsetMs = 8 * 3_600_000

export interface DayParts {
  year: number
  month: number
  day: number
}

export function splitDay(day: number): DayParts {
  return { year: Math.floor(day / 10000), month: Math.floor(day / 100) % 100, day: day % 100 }
}

/** The month (yyyymm) a day lies in. */
export function monthOf(day: number): number {
  return Math.floor(day / 100)
}

/** 20260908 → "2026年9月8日" / "8 Sep 2026". */
export function longDay(day: number, locale: Locale): string {
  const p = splitDay(day)
  return locale === 'zh' ? `${p.year}年${p.month}月${p.day}日` : `${p.day} ${shortMonths[p.month - 1]} ${p.year}`
}

/** 20260908 → "9月8日" / "8 Sep". */
export function shortDay(day: number, locale: Locale): string {
  const p = splitDay(day)
  return locale === 'zh' ? `${p.month}月${p.day}日` : `${p.day} ${shortMonths[p.month - 1]}`
}

/** 202609 → "2026年9月" / "September 2026". */
export function monthName(month: number, locale: Locale): string {
  const year = Math.floor(month / 100)
  return locale === 'zh' ? `${year}年${month % 100}月` : `${longMonths[(month % 100) - 1]} ${year}`
}

/** The day in China at a moment given in Unix milliseconds. */
export function dayOfMs(ms: number): number {
  const d = new Date(ms + chinaOffsetMs)
  return d.getUTCFullYear() * 10000 + (d.getUTCMonth() + 1) * 100 + d.getUTCDate()
}

/** "14:05", the clock in China at a moment given in Unix milliseconds. */
export function clockOfMs(ms: number): string {
  return new Date(ms + chinaOffsetMs).toISOString().slice(11, 16)
}

/** Moves a day by whole days: (20260301, -1) → 20260228. */
export function addDays(day: number, count: number): number {
  const p = splitDay(day)
  const d = new Date(Date.UTC(p.year, p.month - 1, p.day + count))
  return d.getUTCFullYear() * 10000 + (d.getUTCMonth() + 1) * 100 + d.getUTCDate()
}

/** Whole days from one day to another: (20260926, 20260928) → 2. */
export function daysBetween(from: number, to: number): number {
  const at = (day: number) => {
    const p = splitDay(day)
    return Date.UTC(p.year, p.month - 1, p.day)
  }
  return Math.round((at(to) - at(from)) / 86_400_000)
}

/** Moves a month by whole months: (202601, -1) → 202512. */
export function addMonths(month: number, count: number): number {
  const index = Math.floor(month / 100) * 12 + (month % 100) - 1 + count
  return Math.floor(index / 12) * 100 + (index % 12) + 1
}

/** For `<input type=date>`: 20260908 ↔ "2026-09-08". */
export function toDateInput(day: number): string {
  const p = splitDay(day)
  return `${p.year}-${String(p.month).padStart(2, '0')}-${String(p.day).padStart(2, '0')}`
}

/** The day an `<input type=date>` holds, or null where it is empty or not a day. */
export function fromDateInput(value: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value)
  return match ? Number(match[1]) * 10000 + Number(match[2]) * 100 + Number(match[3]) : null
}
