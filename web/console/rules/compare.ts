import type { CategoryCap, Rule } from '../api/model'

/** What may differ between two versions of a line. */
export type Aspect = 'text' | 'points' | 'cap' | 'proof' | 'approver' | 'self' | 'category' | 'kind' | 'more' | 'listing'

export interface Difference {
  code: string
  /** Added and gone lines have one side only. */
  before: Rule | null
  after: Rule | null
  aspects: Aspect[]
}

const sides: Record<Aspect, (rule: Rule) => unknown> = {
  text: (rule) => [rule.text_zh, rule.text_en],
  points: (rule) => [rule.points, rule.per, rule.unit_zh, rule.scale.map((step) => [step.label_zh, step.points])],
  cap: (rule) => [rule.cap_period, rule.cap_points, rule.cap_count, (rule.caps ?? []).map((cap) => [cap.period, cap.each, cap.points, cap.count])],
  proof: (rule) => [rule.proof_zh, rule.proof_en],
  approver: (rule) => rule.approver,
  self: (rule) => rule.self,
  category: (rule) => rule.category,
  kind: (rule) => rule.kind,
  more: (rule) => [rule.who ?? 'household', rule.who_tag ?? '', rule.unit_size ?? 1, rule.unit_round ?? 'down', rule.warn_days ?? 0, rule.condition?.expr ?? '', rule.condition?.text_zh ?? ''],
  listing: (rule) => [rule.list_category ?? '', rule.list_text ?? false],
}

/** The aspects in which two versions of a line differ. */
function differing(before: Rule, after: Rule): Aspect[] {
  return (Object.keys(sides) as Aspect[]).filter((aspect) => JSON.stringify(sides[aspect](before)) !== JSON.stringify(sides[aspect](after)))
}

/** The lines that differ between two versions, by their codes: changed, added and gone. */
export function differences(before: readonly Rule[], after: readonly Rule[]): Difference[] {
  const was = new Map(before.map((rule) => [rule.code, rule]))
  const is = new Map(after.map((rule) => [rule.code, rule]))
  return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((code) => {
    const left = was.get(code) ?? null
    const right = is.get(code) ?? null
    const aspects = left && right ? differing(left, right) : []
    return left && right && aspects.length === 0 ? [] : [{ code, before: left, after: right, aspects }]
  })
}

export interface CapDifference {
  category: CategoryCap['category']
  period: CategoryCap['period']
  /** Points; null where that version has no such cap. */
  before: number | null
  after: number | null
}

/** The caps on whole categories that differ between two versions, in the order in which they stand. */
export function capDifferences(before: readonly CategoryCap[], after: readonly CategoryCap[]): CapDifference[] {
  const same = (a: CategoryCap) => (b: CategoryCap) => a.category === b.category && a.period === b.period
  const rows = [...before.map((cap) => [cap, cap, after.find(same(cap))] as const), ...after.filter((cap) => !before.some(same(cap))).map((cap) => [cap, undefined, cap] as const)]
  return rows.flatMap(([cap, was, is]) => (was?.points === is?.points ? [] : [{ category: cap.category, period: cap.period, before: was?.points ?? null, after: is?.points ?? null }]))
}
