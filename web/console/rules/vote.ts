import { addMonths, monthOf } from '../../shared/format/day'

/** The meetings the law knows; the Party members decide nothing alone. */
export type Meeting = 'representatives' | 'households' | 'assembly' | 'party'
export const deciding: Exclude<Meeting, 'party'>[] = ['representatives', 'households', 'assembly']

/** The numbers of a meeting; the server computes the same quorum again. */
export interface Count {
  due: number | null
  present: number | null
  in_favour: number | null
}

export type VoteFault = 'numbers' | 'present' | 'favour'

/** Fewest that must be present of so many due: of adult villagers more than half, of all others two thirds. */
export const leastPresent = (kind: Meeting, due: number) => (kind === 'assembly' ? Math.floor(due / 2) + 1 : Math.floor((2 * due + 2) / 3))
/** Fewest that must be in favour: more than half of those present, of Party members of those due. */
export const leastFavour = (kind: Meeting, due: number, present: number) => Math.floor((kind === 'party' ? due : present) / 2) + 1

/** What is wrong with a vote's numbers; null where it carries. */
export function voteFault(kind: Meeting, count: Count): VoteFault | null {
  const { due, present, in_favour } = count
  if (due === null || present === null || in_favour === null || due < 1 || present < 0 || present > due || in_favour < 0 || in_favour > present) return 'numbers'
  if (present < leastPresent(kind, due)) return 'present'
  return in_favour < leastFavour(kind, due, present) ? 'favour' : null
}

/** One meeting as it stands in the minutes. */
export interface Minutes extends Count {
  vote_day: number
  minutes_no: string
}

/** The meeting that decided, and the Party members' before it where there was one. */
export interface Held {
  kind: Exclude<Meeting, 'party'>
  vote: Minutes
  with_party: boolean
  party: Minutes
}

export const blankMinutes = (day: number): Minutes => ({ vote_day: day, due: null, present: null, in_favour: null, minutes_no: '' })
const sound = (of: Meeting, record: Minutes) => voteFault(of, record) === null && record.minutes_no.trim() !== '' && record.vote_day !== 0
/** Whether the record is complete and carries; the server holds it to the same. */
export const carried = (held: Held) => sound(held.kind, held.vote) && (!held.with_party || sound('party', held.party))
const sent = (record: Minutes) => ({ vote_day: record.vote_day, due: record.due ?? 0, present: record.present ?? 0, in_favour: record.in_favour ?? 0, minutes_no: record.minutes_no.trim() })
/** The record as the server takes it. */
export const heldBody = (held: Held) => ({ ...sent(held.vote), kind: held.kind, ...(held.with_party ? { party: sent(held.party) } : {}) })

/** Rules begin on a month's first day, never backwards: the coming months one may choose. */
export const coming = (today: number, months = 6) => Array.from({ length: months }, (_, k) => addMonths(monthOf(today), k + 1) * 100 + 1)

/** Whether points lie inside the county's bounds. */
export const inBounds = (points: number | null, min: number, max: number) => points !== null && points >= min && points <= max
