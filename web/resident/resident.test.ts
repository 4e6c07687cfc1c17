import { describe, expect, it } from 'vitest'
import { asked, draftFaults, draftFor } from './draft'
import { inGroups } from './notice'
import { affordable, byMonth } from './passbook'
import { byCategory, capText, claimState, isComing, lineTitle, noticeItem, rateText, witnesses, worth } from './words'

describe('the passbook', () => {
  it('puts lines under their months in the order of the book', () => {
    const line = (no: number, day: number) => ({ no, day }) as never
    const months = byMonth([line(9, 20260912), line(8, 20260901), line(5, 20260831), line(1, 20251231)])
    expect(months.map((m) => [m.month, m.lines.map((l) => l.no)])).toEqual([[202609, [9, 8]], [202608, [5]], [202512, [1]]])
  })

  it('offers what is in stock and within the points, dearest first', () => {
    const item = (name: string, price: number, qty: number) => ({ name, price, qty })
    const goods = [item('soap', 4, 31), item('oil', 45, 4), item('rice', 30, 9), item('tissue', 15, 0), item('bag', 0, 5)]
    expect(affordable(goods, 36).map((g) => g.name)).toEqual(['rice', 'soap'])
    expect(affordable(goods, 3)).toEqual([])
  })
})

describe('words', () => {
  it('says what a point buys in whole numbers', () => {
    expect(rateText(100)).toBe('本村 1 分 = 1 元')
    expect(rateText(10)).toBe('本村 10 分 = 1 元')
    expect(rateText(250)).toBe('本村 1 分 = 2.50 元')
    expect(rateText(30)).toBe('本村 1 分 = 0.30 元')
    expect(rateText(0)).toBe('本村还没有开积分超市')
  })

  it('names who wrote a line and who checked it, as far as they are known', () => {
    expect(witnesses({ kind: 'earned', recorded_by: '张*', reviewed_by: '赵*敏' })).toBe('张*登记，赵*敏复核')
    expect(witnesses({ kind: 'opening', recorded_by: '张*', reviewed_by: '' })).toBe('张*登记')
    expect(witnesses({ kind: 'redeemed', recorded_by: '蒋*', reviewed_by: '' })).toBe('蒋*经办')
    expect(witnesses({ kind: 'opening', recorded_by: '', reviewed_by: '' })).toBe('')
  })

  it('says both ends of a scale', () => {
    const step = (points: number) => ({ label_zh: '', label_en: '', points })
    expect(worth({ points: 2, scale: [] })).toBe('+2')
    expect(worth({ points: -10, scale: [] })).toBe('−10')
    expect(worth({ points: 10, scale: [step(10), step(5)] })).toBe('+5 至 +10')
  })

  it('says of a redemption that it is one', () => {
    expect(lineTitle({ kind: 'redeemed', memo_zh: '毛巾×1', memo_en: '' })).toBe('兑换：毛巾×1')
    expect(lineTitle({ kind: 'earned', memo_zh: '准时参加群众会', memo_en: '' })).toBe('准时参加群众会')
  })

  it('says a cap by points before one by times, and nothing where there is none', () => {
    expect(capText({ cap_period: 'month', cap_points: 20, cap_count: 0 })).toBe('每月最多 20 分')
    expect(capText({ cap_period: 'week', cap_points: 0, cap_count: 1 })).toBe('每周每户 1 次')
    expect(capText({ cap_period: '', cap_points: 0, cap_count: 0 })).toBe('')
  })

  it('shows a state it does not know as it came, rather than a wrong word', () => {
    expect(claimState({ state: 'frozen' })).toBe('有异议，核实中')
    expect(claimState({ state: 'a_later_state' })).toBe('a_later_state')
  })

  it('shows of a deduction its category and nothing more', () => {
    expect(noticeItem({ item_zh: '调解邻里纠纷', item_en: '', category: 'harmony' })).toBe('调解邻里纠纷')
    expect(noticeItem({ item_zh: '', item_en: '', category: 'deduction' })).toBe('扣分事项（只扣基础分）')
  })

  it('counts as coming what may still be entered, and nothing else', () => {
    const states = ['submitted', 'returned', 'approved', 'noticed', 'frozen', 'posted', 'rejected', 'dropped', 'withdrawn']
    expect(states.filter((state) => isComing({ state }))).toEqual(['submitted', 'approved', 'noticed', 'frozen'])
  })

  it('keeps the order of the list in categories and groups', () => {
    expect(byCategory([{ category: 'b', k: 1 }, { category: 'a', k: 2 }, { category: 'b', k: 3 }]).map((g) => [g.category, g.rules.length])).toEqual([['b', 2], ['a', 1]])
    expect(inGroups([{ group_name: '二组' }, { group_name: '一组' }, { group_name: '二组' }]).map((g) => [g.name, g.lines.length])).toEqual([['二组', 2], ['一组', 1]])
  })
})

describe('a draft', () => {
  const scaled = { points: 10, per: 'event', scale: [{ label_zh: '', label_en: '', points: 10 }, { label_zh: '', label_en: '', points: 5 }] }
  const counted = { points: 5, per: 'unit', scale: [] }

  it('asks for the step chosen, or the unit times how many', () => {
    expect(asked(scaled, { step: 1, qty: 1 })).toBe(5)
    expect(asked(counted, { step: -1, qty: 3 })).toBe(15)
    expect(asked({ points: 20, per: 'event', scale: [] }, { step: -1, qty: 1 })).toBe(20)
  })

  it('takes up what a returned claim said', () => {
    const returned = { day: 20260901, step: 1, qty: 2, note: '帮李家挑水', proof: '7 号', state: 'returned' }
    expect(draftFor(scaled, 20260908, returned)).toEqual({ day: 20260901, step: 1, qty: 2, note: '帮李家挑水', proof: '7 号' })
    expect(draftFor(scaled, 20260908)).toEqual({ day: 20260908, step: 0, qty: 1, note: '', proof: '' })
  })

  it('names what is missing', () => {
    const draft = draftFor(counted, 20260908)
    expect(draftFaults(draft, 20260908)).toEqual({ note: 'resident.apply.note_missing' })
    expect(draftFaults({ ...draft, note: '帮李家挑水', day: 20260909 }, 20260908)).toEqual({ day: 'resident.apply.day_future' })
    expect(draftFaults({ ...draft, note: '帮李家挑水', day: null }, 20260908)).toEqual({ day: 'resident.apply.day_missing' })
    expect(draftFaults({ ...draft, note: '帮李家挑水' }, 20260908)).toEqual({})
  })
})
