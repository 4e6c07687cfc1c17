import { shallowRef, watch } from 'vue'
import { listHouseholds } from '../api/households'
import type { Household } from '../api/model'
import { parseWhole } from './numbers'

/** A village has some hundred households, the largest a few thousand: they are read once, so that a number finds its household without a wait. */
const pageSize = 200
const shown = 8

/** Household numbers and names are looked up here; pinyin is the server's, which knows every reading of a name. */
export function useRoster(village: () => string) {
  const byNumber = shallowRef(new Map<number, Household>())
  const complete = shallowRef(false)
  const error = shallowRef<unknown>(null)

  async function load(): Promise<void> {
    const asked = village()
    complete.value = false
    error.value = null
    try {
      const all = new Map<number, Household>()
      let cursor = ''
      do {
        const page = await listHouseholds(asked, { state: 'active', cursor, limit: pageSize })
        if (asked !== village()) return
        for (const household of page.items) all.set(household.number, household)
        cursor = page.next
        byNumber.value = new Map(all)
      } while (cursor !== '')
      complete.value = true
    } catch (fault) {
      error.value = fault
    }
  }

  /** The households whose number begins with what was typed, the exact one first; null where only the server can tell. */
  function numbered(text: string): Household[] | null {
    const number = parseWhole(text)
    if (number === null || !complete.value) return null
    const exact = byNumber.value.get(number)
    const longer = [...byNumber.value.values()].filter((household) => household !== exact && String(household.number).startsWith(String(number)))
    longer.sort((a, b) => a.number - b.number)
    return (exact ? [exact, ...longer] : longer).slice(0, shown)
  }

  /** What a name or its pinyin may mean, best first. */
  const named = async (text: string, signal?: AbortSignal): Promise<Household[]> =>
    (await listHouseholds(village(), { q: text.trim(), state: 'active', limit: shown }, signal)).items

  watch(village, load, { immediate: true })
  return { numbered, named, complete, error, load, byNumber }
}

export type Roster = ReturnType<typeof useRoster>

/** The one household Enter means: the exact number, or the only match; null where a person has to choose. */
export function meant(text: string, matches: readonly Household[]): Household | null {
  const number = parseWhole(text)
  const exact = number === null ? undefined : matches.find((household) => household.number === number)
  return exact ?? (matches.length === 1 ? matches[0] : null)
}

/** What was typed, and the quantity or grade behind it: "12 3" is household 12 with 3. */
export function splitTyped(text: string): { who: string; value: number | null } {
  const found = /^(.*\S)[\s\u3000]+([\d０-９]{1,4})$/.exec(text.trim())
  return found ? { who: found[1], value: parseWhole(found[2]) } : { who: text, value: null }
}
