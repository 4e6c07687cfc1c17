import type { components } from '../shared/api/schema'

type Need = components['schemas']['Need']

export const matters = ['month_open', 'objection_waiting', 'shop_short'] as const
export type Matter = (typeof matters)[number]

export interface Group {
  matter: Matter
  /** How many villages. */
  count: number
  /** Those shown now, in the county's list order; the rest take their turn. */
  names: string[]
}

/**
 * Villages by what they may need, a few names of each at a time. `turn` moves the window on with every refresh, so that in
 * an hour everybody was on the screen and nobody stands there for good.
 */
export function groups(needs: readonly Need[], turn: number, room: number, say: (need: Need) => string): Group[] {
  return matters.map((matter) => {
    const all = needs.filter((need) => need.code === matter)
    const pages = Math.max(1, Math.ceil(all.length / room))
    const from = (turn % pages) * room
    return { matter, count: all.length, names: all.slice(from, from + room).map(say) }
  })
}
