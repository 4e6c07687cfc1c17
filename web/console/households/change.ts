import type { ChangeInput, Household, HouseholdFull } from '../api/model'

/** What can be done to a household here. A change of the head moves no points and needs no second person. */
export type What = 'split' | 'merge' | 'move' | 'close' | 'head'

export interface ChangeForm {
  residents: string[]
  head: string
  remaining: string
  number: number | null
  group: string
  cadre: boolean
  opening: boolean
  /** null: as by heads */
  base: number | null
  spendable: number | null
  into: Household | null
  /** Village of a move, and the household's number there. */
  to: string
  toNumber: number | null
  cause: '' | 'moved' | 'died'
  points: '' | 'kept' | 'spent'
  reason: string
  newHead: string
  former: 'active' | 'left' | 'died'
  /** The present head goes, so somebody else heads the old household. */
  headGoes: boolean
}

export const emptyForm = (household: Pick<HouseholdFull, 'group'>): ChangeForm => ({
  residents: [], head: '', remaining: '', number: null, group: household.group, cadre: false, opening: false, base: null, spendable: null,
  into: null, to: '', toNumber: null, cause: '', points: '', reason: '', newHead: '', former: 'active', headGoes: false,
})

/** Whether something is still missing that the server would ask for. */
export function lacking(what: What, form: ChangeForm): boolean {
  if (what === 'head') return form.newHead === ''
  if (form.reason.trim().length < 2) return true
  if (what === 'merge') return form.into === null
  if (what === 'move') return form.to === '' || !form.toNumber
  if (what === 'close') return form.cause === '' || (form.cause === 'moved' && form.points === '')
  return form.residents.length === 0 || !form.residents.includes(form.head) || (form.headGoes && form.remaining === '')
}

/** The change as it is sent: only what belongs to its kind. */
export function inputOf(what: What, household: Pick<HouseholdFull, 'id'>, form: ChangeForm): ChangeInput {
  const common = { household: household.id, reason: form.reason.trim() }
  if (what === 'merge') return { ...common, kind: 'merge', into: form.into?.id }
  if (what === 'move') return { ...common, kind: 'move', to: form.to, to_number: form.toNumber ?? 0 }
  if (what === 'close') return { ...common, kind: 'close', cause: form.cause, points: form.cause === 'moved' ? form.points : '' }
  return {
    ...common, kind: 'split', residents: form.residents, head: form.head, remaining: form.headGoes ? form.remaining : undefined, number: form.number ?? 0,
    group: form.group || undefined, cadre: form.cadre, opening: form.opening, base: form.base ?? undefined, spendable: form.spendable ?? undefined,
  }
}
