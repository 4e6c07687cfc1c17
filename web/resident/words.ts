import { longDay, shortDay } from '../shared/format/day'
import { signed, whole, yuan } from '../shared/format/points'
import { locale } from '../shared/i18n'
import type { Claim, Line } from './card'
import { t } from './texts'
import type { Rule } from './village'

/** Texts the server holds in both languages; English falls back to Chinese where a village wrote only that. */
export const said = (zh: string, en: string): string => (locale.value === 'en' && en !== '' ? en : zh)
export const day = (value: number): string => shortDay(value, locale.value)
export const fullDay = (value: number): string => longDay(value, locale.value)

type ClaimState = Claim['state']
type Tone = 'plain' | 'green' | 'gold' | 'seal' | 'blue'
const tones: Record<ClaimState, Tone> = {
  submitted: 'blue', returned: 'seal', approved: 'green', noticed: 'gold', frozen: 'seal', posted: 'green', rejected: 'seal', dropped: 'seal', withdrawn: 'plain',
}
/** A page that is older than the server may meet a state it has no word for. */
const known = (state: string): state is ClaimState => state in tones

export const claimState = (claim: { state: string }): string => (known(claim.state) ? t(`resident.state.${claim.state}`) : claim.state)

export const claimTone = (claim: { state: string }): Tone => (known(claim.state) ? tones[claim.state] : 'plain')

/** On its way into the book: counted for nothing yet, and told to the household as coming. */
export const isComing = (claim: { state: string }): boolean => ['submitted', 'approved', 'noticed', 'frozen'].includes(claim.state)

/** What a point buys in this village: "1 分 = 1 元", or "10 分 = 1 元" where a point is a whole part of a yuan; a village without a shop has no rate. */
export function rateText(rateFen: number): string {
  if (rateFen <= 0) return t('resident.store.none')
  return rateFen < 100 && 100 % rateFen === 0
    ? t('resident.rate', { points: 100 / rateFen, yuan: 1 })
    : t('resident.rate', { points: 1, yuan: yuan(rateFen) })
}

/** What a line is about; of a redemption the book holds only the goods. */
export function lineTitle(line: Pick<Line, 'kind' | 'memo_zh' | 'memo_en'>): string {
  const memo = said(line.memo_zh, line.memo_en)
  return line.kind === 'redeemed' ? t('resident.line.redeemed', { goods: memo }) : memo
}

/** Who stands behind a line: who wrote it down and who checked it, as far as there is somebody to name. */
export function witnesses(line: Pick<Line, 'kind' | 'recorded_by' | 'reviewed_by'>): string {
  if (line.kind === 'redeemed' && line.recorded_by) return t('resident.line.handled', { name: line.recorded_by })
  if (line.recorded_by && line.reviewed_by) return t('resident.line.witnesses', { recorded: line.recorded_by, reviewed: line.reviewed_by })
  return line.recorded_by ? t('resident.line.recorded', { recorded: line.recorded_by }) : ''
}

const categories = ['council', 'environment', 'harmony', 'customs', 'volunteer', 'honour', 'industry', 'deduction'] as const
export type Category = (typeof categories)[number]
export const categoryName = (category: string): string => ((categories as readonly string[]).includes(category) ? t(`resident.category.${category as Category}`) : category)

/** What stands on the list for a line: its item, or for a deduction only the category, because the reason is nobody else's matter. */
export const noticeItem = (line: { item_zh: string; item_en: string; category: string; about?: string }): string =>
  said(line.item_zh, line.item_en) || (line.about ? t('resident.about', { deduction: categoryName(line.category), category: categoryName(line.about) }) : categoryName(line.category))

/** Rules under their categories, both in the village's order. */
export function byCategory<R extends { category: string }>(rules: readonly R[]): { category: string; rules: R[] }[] {
  const groups: { category: string; rules: R[] }[] = []
  for (const rule of rules) {
    const group = groups.find((g) => g.category === rule.category)
    if (group) group.rules.push(rule)
    else groups.push({ category: rule.category, rules: [rule] })
  }
  return groups
}

const periods = ['event', 'day', 'week', 'month', 'year', 'life'] as const
type Period = (typeof periods)[number]

/** The most a household can have from a rule, in words; empty where there is no cap. */
export function capText(rule: Pick<Rule, 'cap_period' | 'cap_points' | 'cap_count'>): string {
  if (!(periods as readonly string[]).includes(rule.cap_period)) return ''
  const period = rule.cap_period as Period
  if (rule.cap_points > 0) return t(`resident.cap.points.${period}`, { n: whole(rule.cap_points) })
  return rule.cap_count > 0 ? t(`resident.cap.count.${period}`, { n: rule.cap_count }) : ''
}

/** What a rule asks for beside its points and caps: whose deed it is, a warning first, and its condition in plain words. */
export function moreText(rule: Rule): string[] {
  const parts: string[] = []
  if (rule.who === 'person' || rule.who === 'party') parts.push(t(`resident.rules.only_${rule.who}`))
  if (rule.who === 'tag') parts.push(t('resident.rules.only_tag', { tag: rule.who_tag ?? '' }))
  if (rule.warn_days) parts.push(t('resident.rules.warn', { days: rule.warn_days }))
  if (rule.condition?.expr) parts.push(t('resident.rules.condition', { text: said(rule.condition.text_zh, rule.condition.text_en ?? '') }))
  return parts
}

/** What a rule brings: one figure, or of a scale both ends. */
export function worth(rule: Pick<Rule, 'points' | 'scale'>): string {
  const steps = rule.scale.map((step) => step.points)
  if (steps.length === 0) return signed(rule.points)
  return steps.length === 1 ? signed(steps[0]) : t('resident.range', { least: signed(Math.min(...steps)), most: signed(Math.max(...steps)) })
}

const approvers = ['leader', 'appraisal', 'committees', 'supervisor', 'mediator', 'council', 'township'] as const
export const approverName = (approver: string): string =>
  (approvers as readonly string[]).includes(approver) ? t(`resident.approver.${approver as (typeof approvers)[number]}`) : approver
