import { shallowRef } from 'vue'
import type { Answer } from '../shared/api'
import { api } from '../shared/api'

export type Till = Answer<'/villages/{village}/till', 'get'>

/** The household that was just found, so that its page need not ask for it again; with the card's token if one was scanned. */
const kept = shallowRef<{ till: Till; card: string } | null>(null)

export function keepTill(till: Till, card: string): void {
  kept.value = { till, card }
}

/** The token of the card scanned for this household; '' where it was found another way. */
export function cardOf(household: string): string {
  return kept.value?.till.household.id === household ? kept.value.card : ''
}

/** The household at the counter: the one just found, or asked for anew. A kept one is used once, since balances move. */
export async function readTill(village: string, household: string, signal?: AbortSignal): Promise<Till> {
  const known = kept.value
  if (known?.till.household.id === household && !used.has(known.till)) {
    used.add(known.till)
    return known.till
  }
  return api.get('/villages/{village}/till', { path: { village }, query: { household }, signal })
}
const used = new WeakSet<Till>()
