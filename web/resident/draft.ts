import type { Rule } from './village'

/** What a resident fills in. `step` is an index into the rule's scale, −1 where it has none. */
export interface Draft {
  day: number | null
  step: number
  qty: number
  note: string
  proof: string
}

/** An empty draft for a rule, or what a returned claim said, to be added to. */
export function draftFor(rule: Pick<Rule, 'scale'>, today: number, returned?: Draft | null): Draft {
  if (returned) return { day: returned.day, step: returned.step, qty: returned.qty, note: returned.note, proof: returned.proof }
  return { day: today, step: rule.scale.length > 0 ? 0 : -1, qty: 1, note: '', proof: '' }
}

/** The points asked for, before the village's caps: only told as "about", since the review decides. */
export function asked(rule: Pick<Rule, 'points' | 'scale' | 'per'>, draft: Pick<Draft, 'step' | 'qty'>): number {
  const each = rule.scale[draft.step]?.points ?? rule.points
  return rule.per === 'unit' ? each * draft.qty : each
}

type Faults = Partial<Record<'day' | 'note', 'resident.apply.day_missing' | 'resident.apply.day_future' | 'resident.apply.note_missing'>>
/** Two characters can name a deed (巡逻); fewer say nothing. */
const shortestNote = 2

export function draftFaults(draft: Draft, today: number): Faults {
  const faults: Faults = {}
  if (draft.day === null) faults.day = 'resident.apply.day_missing'
  else if (draft.day > today) faults.day = 'resident.apply.day_future'
  if (draft.note.trim().length < shortestNote) faults.note = 'resident.apply.note_missing'
  return faults
}
