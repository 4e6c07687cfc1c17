import { computed, ref, shallowRef, watch } from 'vue'
import { approveClaims, listClaims, pageSize, rejectClaim, returnClaim } from '../api/claims'
import type { Claim } from '../api/model'
import { afterLeaving, moved, toEntries, type Entry } from './queue'

/** So many pages at most are read at once; a longer queue shows the rest as it shrinks. */
const maxPages = 5

/** The queue of a village: what waits, where the cursor stands, what is marked, and the decisions. */
export function useQueue(village: () => string) {
  const claims = shallowRef<Claim[]>([])
  const loaded = ref(false)
  const busy = ref(false)
  const error = shallowRef<unknown>(null)
  const truncated = ref(false)
  const opened = ref(new Set<string>())
  const marked = ref(new Set<string>())
  const at = ref('')
  /** Entries whose evidence was on the screen: only these are approved together. */
  const shown = ref(new Set<string>())

  const entries = computed<Entry[]>(() => toEntries(claims.value, opened.value))
  const current = computed(() => entries.value.find((entry) => entry.key === at.value) ?? null)
  const markedClaims = computed(() => entries.value.filter((entry) => marked.value.has(entry.key)).flatMap((entry) => entry.claims))

  async function load(): Promise<void> {
    const asked = village()
    busy.value = true
    error.value = null
    try {
      const all: Claim[] = []
      let cursor = ''
      let pages = 0
      do {
        const page = await listClaims(asked, { state: 'submitted', cursor, limit: pageSize })
        all.push(...page.items)
        cursor = page.next
      } while (cursor !== '' && ++pages < maxPages)
      if (asked !== village()) return
      claims.value = all
      truncated.value = cursor !== ''
      loaded.value = true
      if (!entries.value.some((entry) => entry.key === at.value)) at.value = entries.value[0]?.key ?? ''
    } catch (fault) {
      error.value = fault
    } finally {
      busy.value = false
    }
  }

  /** Takes decided claims out and moves the cursor on. */
  function leave(ids: ReadonlySet<string>): void {
    const before = entries.value
    claims.value = claims.value.filter((claim) => !ids.has(claim.id))
    at.value = afterLeaving(before, entries.value, at.value)
    const kept = new Set(entries.value.map((entry) => entry.key))
    marked.value = new Set([...marked.value].filter((key) => kept.has(key)))
  }

  async function approve(seen: readonly Claim[]) {
    const results = await approveClaims(village(), seen)
    const done = new Set(results.filter((result) => result.ok).map((result) => result.id))
    leave(done)
    // What waits for a second person stands in the queue again, for whoever that is.
    if (done.size > 0) await load()
    return results
  }

  async function decide(claim: Claim, how: 'return' | 'reject', reason: string): Promise<void> {
    await (how === 'return' ? returnClaim : rejectClaim)(village(), claim, reason)
    leave(new Set([claim.id]))
  }

  function toggle(key: string): void {
    const next = new Set(marked.value)
    if (!next.delete(key)) next.add(key)
    marked.value = next
  }

  function toggleAll(): void {
    const seen = entries.value.filter((entry) => shown.value.has(entry.key)).map((entry) => entry.key)
    marked.value = marked.value.size === seen.length ? new Set() : new Set(seen)
  }

  /** Opens a sheet into its rows, with the cursor on the first. */
  function open(entry: Entry): void {
    opened.value = new Set([...opened.value, entry.claims[0].sheet])
    at.value = entry.claims[0].id
  }

  watch(village, () => {
    claims.value = []
    loaded.value = false
    shown.value = new Set()
    void load()
  }, { immediate: true })

  return {
    claims, entries, current, at, shown, marked, markedClaims, loaded, busy, error, truncated, load, leave, approve, decide, toggle, toggleAll, open,
    clear: () => (marked.value = new Set()),
    move: (by: number) => (at.value = moved(entries.value, at.value, by)),
  }
}
