import { uuidv7 } from '../../shared/api/uuid'
import type { CapView, Household, Rule, SheetInput, SheetResult } from '../api/model'

/** As many rows as the server takes on one sheet. */
export const maxRows = 1000

export interface SheetRow {
  household: string
  number: number
  head: string
  group: string
  qty: number
  step: number
  note: string
  /** What the server said of the row when it was last asked; absent while it was not. */
  judged?: { points: number; asked: number; code: string; duplicate?: boolean; cap?: CapView }
}

/** A paper sheet as it is typed in. It lives on this machine until it is handed in. */
export interface SheetDraft {
  form: 1
  /** The intent's name: handed in twice, it counts once. */
  key: string
  rule: string
  day: number
  title: string
  /** In the order of the paper. */
  rows: SheetRow[]
  /** Households that were claimed for the same rule and day already are recorded again: a second deed of one day. */
  again?: boolean
  /** When it was handed in without an answer; from then on it may only be handed in again, unchanged. */
  sentMs: number
}

export const newDraft = (day: number): SheetDraft => ({ form: 1, key: uuidv7(), rule: '', day, title: '', rows: [], sentMs: 0 })

/** Nothing worth keeping was typed yet. */
export const isBlank = (draft: SheetDraft) => draft.rows.length === 0 && draft.title === ''

/** The draft a browser kept, or null where it is none of ours: a changed form must never break the page. */
export function revive(kept: unknown): SheetDraft | null {
  const draft = kept as Partial<SheetDraft> | null
  if (!draft || draft.form !== 1 || typeof draft.key !== 'string' || typeof draft.day !== 'number' || !Array.isArray(draft.rows)) return null
  const sound = draft.rows.every((row) => typeof row.household === 'string' && Number.isInteger(row.qty) && Number.isInteger(row.step))
  return sound ? (draft as SheetDraft) : null
}

/** The draft as it is kept on this machine: numbers and ids only, so that a stolen or shared computer tells no names. */
export const withoutNames = (draft: SheetDraft): SheetDraft => ({ ...draft, rows: draft.rows.map(({ household, number, qty, step, note }) => ({ household, number, qty, step, note, head: '', group: '' })) })

/** The draft with the names of the village's list, where it knows them. */
export function withNames(draft: SheetDraft, list: ReadonlyMap<number, Household>): SheetDraft {
  if (!draft.rows.some((row) => row.head === '' && list.get(row.number)?.id === row.household)) return draft
  return {
    ...draft,
    rows: draft.rows.map((row) => {
      const known = list.get(row.number)
      return known?.id === row.household ? { ...row, head: known.head, group: known.group_name } : row
    }),
  }
}

/** Where a household stands on the sheet already; -1 where it does not. */
export const placeOf = (draft: SheetDraft, household: string) => draft.rows.findIndex((row) => row.household === household)

/** The sheet with a household at its end. A household stands on a paper once: the second time nothing changes. */
export function withRow(draft: SheetDraft, household: Household, qty: number, step: number): SheetDraft {
  if (placeOf(draft, household.id) >= 0 || draft.rows.length >= maxRows) return draft
  const row: SheetRow = { household: household.id, number: household.number, head: household.head, group: household.group_name, qty, step, note: '' }
  return { ...draft, rows: [...draft.rows, row] }
}

export const withoutRow = (draft: SheetDraft, index: number): SheetDraft => ({ ...draft, rows: draft.rows.filter((_, k) => k !== index) })

/** A row changed by hand is judged anew. */
export function withChange(draft: SheetDraft, index: number, change: Partial<Pick<SheetRow, 'qty' | 'step' | 'note'>>): SheetDraft {
  return { ...draft, rows: draft.rows.map((row, k) => (k === index ? { ...row, ...change, judged: undefined } : row)) }
}

/** Another rule or day makes every judgement void; a scale's step of the old rule means nothing in the new one. */
export function withHead(draft: SheetDraft, change: Partial<Pick<SheetDraft, 'rule' | 'day' | 'title' | 'again'>>): SheetDraft {
  const rule = change.rule !== undefined && change.rule !== draft.rule
  const reset = rule || change.again !== undefined || (change.day !== undefined && change.day !== draft.day)
  if (!reset) return { ...draft, ...change }
  return { ...draft, ...change, rows: draft.rows.map((row) => ({ ...row, qty: rule ? 1 : row.qty, step: rule ? -1 : row.step, judged: undefined })) }
}

/** What a row would bring before caps, by the rule's own numbers. */
export function estimate(rule: Rule | null, row: Pick<SheetRow, 'qty' | 'step'>): number {
  if (!rule) return 0
  const each = rule.scale.length > 0 ? (rule.scale[row.step]?.points ?? 0) : rule.points
  return rule.per === 'unit' ? each * row.qty : each
}

/** Points of a row: the server's word where it is known, else the estimate. */
export const rowPoints = (rule: Rule | null, row: SheetRow) => (row.judged ? row.judged.points : estimate(rule, row))

export interface Totals {
  rows: number
  points: number
  /** Rows whose points a cap cut, and rows that bring nothing at all. */
  cut: number
  refused: number
  /** Rows of households that have a claim by the rule for the day already. */
  doubles: number
  /** Rows the server has not been asked about since they changed. */
  unjudged: number
}

export function totalsOf(draft: SheetDraft, rule: Rule | null): Totals {
  const totals: Totals = { rows: draft.rows.length, points: 0, cut: 0, refused: 0, doubles: 0, unjudged: 0 }
  for (const row of draft.rows) {
    totals.points += rowPoints(rule, row)
    if (row.judged?.duplicate) totals.doubles++
    if (!row.judged) totals.unjudged++
    else if (row.judged.code !== '') totals.refused++
    else if (row.judged.points !== row.judged.asked) totals.cut++
  }
  return totals
}

/** The sheet with what the server said, row by row in the paper's order. An answer to an older sheet is dropped. */
export function withJudgements(draft: SheetDraft, asked: SheetInput, result: SheetResult): SheetDraft {
  const same = asked.rule === draft.rule && asked.day === draft.day && asked.rows.length === result.results.length
  if (!same) return draft
  return {
    ...draft,
    rows: draft.rows.map((row, k) => {
      const sent = asked.rows[k]
      const said = result.results[k]
      if (!sent || sent.household !== row.household || sent.qty !== row.qty || sent.step !== row.step) return row
      return { ...row, judged: { points: said.points, asked: said.asked, code: said.code, duplicate: said.duplicate, cap: said.cap } }
    }),
  }
}

export function toInput(draft: SheetDraft): SheetInput {
  const rows = draft.rows.map(({ household, qty, step, note }) => ({ household, qty, step, note }))
  return { rule: draft.rule, day: draft.day, title: draft.title, event: draft.title, rows, skip_duplicates: !draft.again }
}

export type Missing = 'rule' | 'day' | 'title' | 'rows' | 'step'

/** What is still missing before the sheet can be handed in, in the order of the form. */
export function missing(draft: SheetDraft, rule: Rule | null, today: number): Missing[] {
  const lacks: Missing[] = []
  if (!rule) lacks.push('rule')
  if (draft.day === 0 || draft.day > today) lacks.push('day')
  if (draft.title.trim() === '') lacks.push('title')
  if (draft.rows.length === 0) lacks.push('rows')
  if (rule && rule.scale.length > 0 && draft.rows.some((row) => !rule.scale[row.step])) lacks.push('step')
  return lacks
}
