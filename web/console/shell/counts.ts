import { reactive } from 'vue'
import { listChanges } from '../api/changes'
import { listClaims, listObjections } from '../api/claims'
import { listFilings } from '../api/rules'
import { can } from '../session/session'

/** What waits for a person in the area shown; -1 while unknown. `more` says that a page was not enough to count it. */
export const counts = reactive({ area: '', review: -1, objections: -1, changes: -1, filings: -1, more: false })

/** Reads the counts of a village or a township anew. A failure leaves the last known ones: they only hint. */
export async function refreshCounts(area: string): Promise<void> {
  if (counts.area !== area) Object.assign(counts, { area, review: -1, objections: -1, changes: -1, filings: -1, more: false })
  if (area.length === 9 && can('FileRules', area)) {
    const waiting = await listFilings(area).catch(() => null)
    if (waiting && counts.area === area) counts.filings = waiting.length
  }
  if (area.length !== 12 || !can('ReadVillage', area)) return
  try {
    const [waiting, open, changes] = await Promise.all([
      can('ReviewClaim', area) ? listClaims(area, { state: 'submitted', limit: 200 }) : null,
      listObjections(area, { state: 'open' }),
      can('ConfirmChange', area) ? listChanges(area, { state: 'proposed' }) : null,
    ])
    if (counts.area !== area) return
    if (waiting) Object.assign(counts, { review: waiting.items.length, more: waiting.next !== '' })
    counts.objections = open.items.length
    if (changes) counts.changes = changes.items.filter((one) => one.can_confirm).length
  } catch {
    // The page's own requests say what is wrong.
  }
}
