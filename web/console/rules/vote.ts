import { addMonths, monthOf } from '../../shared/format/day'

/** The quorum of 四议两公开 for the villagers' representatives: at least two thirds present, more than half of those in favour. */
export interface Count {
  due: number | null
  present: number | null
  in_favour: number | null
}

export type VoteFault = 'numbers' | 'present' | 'favour'

/** Fewest that must be present of so many due. */
export const leastPresent = (due: number) => Math.floor((2 * due + 2) / 3)
/** Fewest that must be in favour of so many present. */
export const leastFavour = (present: number) => Math.floor(present / 2) + 1

/** What is wrong with a vote's numbers; null where it carries. */
export function voteFault(count: Count): VoteFault | null {
  const { due, present, in_favour } = count
  if (due === null || present === null || in_favour === null || due < 1 || present < 0 || present > due || in_favour < 0 || in_favour > present) return 'numbers'
  if (present < leastPresent(due)) return 'present'
  return in_favour < leastFavour(present) ? 'favour' : null
}

/** Rules begin on a month's first day, never backwards: the coming months one may choose. */
export const coming = (today: number, months = 6) => Array.from({ length: months }, (_, k) => addMonths(monthOf(today), k + 1) * 100 + 1)

/** Whether points lie inside the county's bounds. */
export const inBounds = (points: number | null, min: number, max: number) => points !== null && points >= min && points <= max
