import { describe, expect, it } from 'vitest'
import type { Rule } from '../api/model'
import { capDifferences, differences } from './compare'

const rule = (code: string, change: Partial<Rule> = {}): Rule => ({ code, category: 'council', kind: 'base', text_zh: '参加群众会', text_en: 'Attends', points: 2, points_min: 1, points_max: 5, scale: [], per: 'event', unit_zh: '', unit_en: '', cap_period: 'event', cap_points: 0, cap_count: 1, proof_zh: '签到表', proof_en: 'List', approver: 'leader', self: false, ...change })

describe('two versions', () => {
  it('that are the same differ in nothing', () => {
    expect(differences([rule('A01'), rule('A02')], [rule('A02'), rule('A01')])).toEqual([])
  })

  it('differ by what was added, is gone, or was changed, in the order of the codes', () => {
    const found = differences([rule('A01'), rule('B01'), rule('C01')], [rule('A01', { points: 3, cap_count: 2 }), rule('C01'), rule('A09')])
    expect(found.map((one) => [one.code, one.before !== null, one.after !== null, one.aspects])).toEqual([
      ['A01', true, true, ['points', 'cap']],
      ['A09', false, true, []],
      ['B01', true, false, []],
    ])
  })

  it('see a grade, and not the bounds, which are the county\'s', () => {
    const step = (points: number) => [{ label_zh: '好', label_en: 'Good', points: 5 }, { label_zh: '可', label_en: 'Fair', points }]
    expect(differences([rule('B01', { scale: step(2) })], [rule('B01', { scale: step(3) })])[0].aspects).toEqual(['points'])
    expect(differences([rule('B01')], [rule('B01', { points_max: 9 })])).toEqual([])
  })

  it('see whose deed it is, further caps, a condition and how a deduction is listed; what is left out is as usual', () => {
    const change = (part: Partial<Rule>) => differences([rule('A01')], [rule('A01', part)]).flatMap((one) => one.aspects)
    expect(change({ who: 'tag', who_tag: '楼栋长' })).toEqual(['more'])
    expect(change({ caps: [{ period: 'year', each: 'household', points: 0, count: 1 }] })).toEqual(['cap'])
    expect(change({ condition: { expr: 'weekday >= 6', text_zh: '只算周末', text_en: '' }, warn_days: 7 })).toEqual(['more'])
    expect(change({ list_category: 'environment' })).toEqual(['listing'])
    expect(change({ who: 'household', who_tag: '', caps: [], unit_size: 1, unit_round: 'down', warn_days: 0, list_category: '', list_text: false })).toEqual([])
  })

  it('see caps on whole categories: changed, added and gone', () => {
    const cap = (category: 'volunteer' | 'honour' | 'council', points: number) => ({ category, period: 'month' as const, points })
    expect(capDifferences([cap('volunteer', 60), cap('honour', 50)], [cap('council', 10), cap('volunteer', 40), cap('honour', 50)])).toEqual([
      { category: 'volunteer', period: 'month', before: 60, after: 40 },
      { category: 'council', period: 'month', before: null, after: 10 },
    ])
    expect(capDifferences([cap('volunteer', 60)], [])).toEqual([{ category: 'volunteer', period: 'month', before: 60, after: null }])
  })
})
