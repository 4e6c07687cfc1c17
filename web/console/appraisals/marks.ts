import type { Rated } from '../api/model'
import { parseWhole } from '../parts/numbers'

/** Marks of one rater on their way to the server, by household; -1 takes a mark away. */
export type Waiting = Record<string, number>

/** As many as one request takes. */
export const perRequest = 200

/** The waiting marks as they were kept on this device; nothing where what was kept is not readable. */
export function readWaiting(text: string | null): Waiting {
  try {
    const kept: unknown = JSON.parse(text ?? '{}')
    if (!kept || typeof kept !== 'object' || Array.isArray(kept)) return {}
    return Object.fromEntries(Object.entries(kept as Record<string, unknown>).filter((one): one is [string, number] => Number.isInteger(one[1])))
  } catch {
    return {}
  }
}

/** What still waits after some were sent; a mark changed meanwhile goes again. */
export const afterSending = (waiting: Waiting, sent: Waiting): Waiting => Object.fromEntries(Object.entries(waiting).filter(([household, mark]) => sent[household] !== mark))

/** "12 2" as it is typed from the paper: household 12 gets 2; null where it is no such line. */
export function readTyped(text: string): { number: number; mark: number } | null {
  const parts = text.trim().split(/[\s\u3000]+/)
  const [number, mark] = parts.map(parseWhole)
  return parts.length === 2 && number !== null && mark !== null && number > 0 && mark >= 0 ? { number, mark } : null
}

/** Marks a rater can still give: open households that are not the rater's own. */
export const leftFor = (rows: readonly Rated[], rater: number) => rows.filter((row) => !row.closed && row.own !== rater && (row.marks[rater - 1] ?? -1) < 0).length
