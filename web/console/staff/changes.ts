import words from '../../../internal/messages/zh/console.json'
import { splitDay } from '../../shared/format/day'

/** One field of what was changed, as text. */
export interface Field {
  name: string
  before: string
  after: string
  changed: boolean
}

const text = (value: unknown) => (value === undefined || value === null || value === '' ? '—' : typeof value === 'object' ? JSON.stringify(value) : String(value))
const record = (value: unknown) => (value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : value === null || value === undefined ? {} : { value })

/** The fields of before and after side by side, the changed ones first. */
export function fieldsOf(before: unknown, after: unknown): Field[] {
  const old = record(before)
  const now = record(after)
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])]
  const fields = names.map((name) => ({ name, before: text(old[name]), after: text(now[name]), changed: text(old[name]) !== text(now[name]) }))
  return [...fields.filter((field) => field.changed), ...fields.filter((field) => !field.changed)]
}

/** Midnight in China at the start of a day, Unix ms. */
export function dayStartMs(day: number): number {
  const p = splitDay(day)
  return Date.UTC(p.year, p.month - 1, p.day) - 8 * 3_600_000
}

/** The actions the catalogue has words for, to choose from. */
export const actions: string[] = Object.keys(words).filter((key) => key.startsWith('console.action.')).map((key) => key.slice('console.action.'.length))

/** A query of what is set: "?q=…&action=…", or nothing. */
export function searchOf(filter: object): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(filter)) if (value !== undefined && value !== '') search.set(name, String(value))
  const text = search.toString()
  return text && `?${text}`
}
