import type { Claim } from '../api/model'

/**
 * The review queue as plain data: what stands in it, where the cursor goes, which key does what. A paper sheet is one
 * entry of the queue, because it is one piece of paper that is checked as a whole; it can be opened into its rows.
 */
export interface Entry {
  /** The claim's id; `sheet:` and the sheet's id for a sheet. */
  key: string
  claims: Claim[]
}

/** Claims in the queue's order; those of one sheet become one entry at the place of its first, unless it is opened. */
export function toEntries(claims: readonly Claim[], opened: ReadonlySet<string>): Entry[] {
  const entries: Entry[] = []
  const sheets = new Map<string, Entry>()
  for (const claim of claims) {
    if (claim.sheet === '' || opened.has(claim.sheet)) {
      entries.push({ key: claim.id, claims: [claim] })
      continue
    }
    const known = sheets.get(claim.sheet)
    if (known) {
      known.claims.push(claim)
      continue
    }
    const entry = { key: `sheet:${claim.sheet}`, claims: [claim] }
    sheets.set(claim.sheet, entry)
    entries.push(entry)
  }
  return entries
}

export const isSheet = (entry: Entry) => entry.key.startsWith('sheet:')
export const pointsOf = (claims: readonly Claim[]) => claims.reduce((sum, claim) => sum + claim.points, 0)
export const approvable = (claims: readonly Claim[]) => claims.filter((claim) => claim.can.approve)

/** The key `by` entries further, held inside the list; the first where the cursor stands nowhere. */
export function moved(entries: readonly Entry[], at: string, by: number): string {
  if (entries.length === 0) return ''
  const index = entries.findIndex((entry) => entry.key === at)
  if (index < 0) return entries[0].key
  return entries[Math.min(entries.length - 1, Math.max(0, index + by))].key
}

/** Where the cursor goes when entries leave: the next that stays, else the last before. */
export function afterLeaving(before: readonly Entry[], after: readonly Entry[], at: string): string {
  const stays = new Set(after.map((entry) => entry.key))
  const index = before.findIndex((entry) => entry.key === at)
  const onward = before.slice(Math.max(0, index)).find((entry) => stays.has(entry.key))
  return onward?.key ?? after[after.length - 1]?.key ?? ''
}

export type Why = 'own_household' | 'relative' | 'same_phone' | 'second' | 'registrar' | 'township' | 'role'

/** Why a claim cannot be decided by the person who looks at it; null where it can. */
export function whyNot(claim: Claim, mine: { name: string; reviewer: boolean; township: boolean }, approver: string): Why | null {
  if (claim.can.approve) return null
  if (claim.flags.includes('own_household')) return 'own_household'
  if (claim.flags.includes('relative')) return 'relative'
  if (claim.flags.includes('same_phone')) return 'same_phone'
  if (!mine.reviewer) return 'role'
  if (approver === 'township' && !mine.township) return 'township'
  if (claim.by_kind === 'staff' && claim.by_name === mine.name) return 'registrar'
  if (claim.flags.includes('second') && claim.first_reviewer_name === mine.name) return 'second'
  return 'role'
}

export type Action = 'next' | 'previous' | 'first' | 'last' | 'approve' | 'return' | 'reject' | 'select' | 'all' | 'open' | 'photo' | 'help' | 'clear'

const keys: Record<string, Action> = {
  j: 'next', ArrowDown: 'next', k: 'previous', ArrowUp: 'previous', Home: 'first', End: 'last',
  a: 'approve', r: 'return', x: 'reject', ' ': 'select', '*': 'all', o: 'open', p: 'photo', '?': 'help', '？': 'help', Escape: 'clear',
}

/** What a key means in the queue; null for keys that belong to a text box, an open dialog, a focused button or the browser. */
export function actionFor(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing'>, place: 'page' | 'text' | 'button' | 'dialog'): Action | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null
  if (place === 'text' || place === 'dialog') return null
  // Space and arrows on a focused control are the control's own.
  if (place === 'button' && (event.key === ' ' || event.key.startsWith('Arrow'))) return null
  return keys[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null
}

/** Where the keyboard is, for actionFor. */
export function placeOf(target: EventTarget | null): 'page' | 'text' | 'button' | 'dialog' {
  if (!(target instanceof Element)) return 'page'
  if (document.querySelector('[role=dialog][aria-modal=true]:not([style*="display: none"])')?.closest('.el-overlay:not([style*="display: none"])')) return 'dialog'
  if (target.closest('input:not([type=checkbox]), textarea, select, [contenteditable=true]')) return 'text'
  return target.closest('button, a, summary, input[type=checkbox]') ? 'button' : 'page'
}
