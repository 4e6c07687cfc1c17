import type { Claim, Rule } from '../api/model'
import { either, t, word } from '../texts'

export const ruleText = (rule: Pick<Rule, 'text_zh' | 'text_en'>) => either(rule.text_zh, rule.text_en)
export const claimText = (claim: Pick<Claim, 'rule_text_zh' | 'rule_text_en'>) => either(claim.rule_text_zh, claim.rule_text_en)
export const unitOf = (rule: Pick<Rule, 'unit_zh' | 'unit_en'>) => either(rule.unit_zh, rule.unit_en)
export const proofOf = (rule: Pick<Rule, 'proof_zh' | 'proof_en'>) => either(rule.proof_zh, rule.proof_en)
export const stepLabel = (step: { label_zh: string; label_en: string }) => either(step.label_zh, step.label_en)

/** "每月最多 20 分" / "at most 20 points a month"; '' where the rule has no cap. */
export function capText(cap: { period: string; points: number; count: number }): string {
  if (cap.period === '') return ''
  const period = word('rules.period', cap.period)
  const parts: string[] = []
  if (cap.points > 0) parts.push(t('rules.cap.points', { period, n: cap.points }))
  if (cap.count > 0) parts.push(t('rules.cap.count', { period, n: cap.count }))
  return parts.join(t('console.comma'))
}

/** All caps of a rule in words. */
export const ruleCap = (rule: Rule) =>
  [capText({ period: rule.cap_period, points: rule.cap_points, count: rule.cap_count }), ...(rule.caps ?? []).map((cap) => (cap.each === 'person' ? t('rules.cap.each_person', { cap: capText(cap) }) : capText(cap)))].filter(Boolean).join(t('console.comma'))

/** What a rule asks for beside its points and caps: whose deed it is, its unit's size, a warning first, and its condition. */
export function ruleMore(rule: Rule): string[] {
  const parts: string[] = []
  if (rule.who === 'person') parts.push(t('rules.who.only_person'))
  if (rule.who === 'party') parts.push(t('rules.who.only_party'))
  if (rule.who === 'tag') parts.push(t('rules.who.only_tag', { tag: rule.who_tag ?? '' }))
  if ((rule.unit_size ?? 1) > 1) parts.push(`${t('rules.unit.each', { size: rule.unit_size ?? 1, unit: unitOf(rule) })}（${word('rules.round', rule.unit_round ?? 'down')}）`)
  if ((rule.warn_days ?? 0) > 0) parts.push(t('rules.warn', { days: rule.warn_days ?? 0 }))
  if (rule.condition?.expr) parts.push(t('rules.condition.label', { text: either(rule.condition.text_zh, rule.condition.text_en ?? '') }))
  return parts
}
