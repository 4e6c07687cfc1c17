import { describe, expect, it } from 'vitest'
import type { Household, Rule, SheetResult } from '../api/model'
import { estimate, withNames, withoutNames, isBlank, maxRows, missing, newDraft, placeOf, revive, toInput, totalsOf, withChange, withHead, withJudgements, withoutRow, withRow, type SheetDraft } from './model'
import { splitTyped } from '../parts/roster'

const today = 20260915
const household = (number: number): Household => ({ id: `h${number}`, number, group: '', group_name: '二组', head: `户主${number}`, cadre: false, members: 3, state: 'active', base: 100, spendable: 0, version: 1 })
const rule = (over: Partial<Rule> = {}): Rule => ({
  code: 'B02', category: 'environment', kind: 'contribution', text_zh: '', text_en: '', points: 5, points_min: 1, points_max: 10, scale: [], per: 'unit', unit_zh: '两小时', unit_en: '2 hours',
  cap_period: 'month', cap_points: 20, cap_count: 0, proof_zh: '', proof_en: '', approver: 'leader', self: true, ...over,
})
const scale = [{ label_zh: '最清洁', label_en: 'best', points: 10 }, { label_zh: '清洁', label_en: 'clean', points: 5 }]
const noCap = { period: '' as const, each: 'household' as const, category: '', limit_points: 0, limit_count: 0, used_points: 0, used_count: 0 }
const sheet = (...numbers: number[]): SheetDraft => numbers.reduce((draft, number) => withRow(draft, household(number), 1, -1), { ...newDraft(today), rule: 'B02', title: '九月大扫除' })
const answer = (draft: SheetDraft, ...points: [points: number, asked: number, code: string][]): SheetResult => ({
  sheet: '', claims: 0, points: 0, results: points.map(([p, asked, code], k) => ({ household: draft.rows[k].household, claim: '', points: p, asked, code, duplicate: code === 'claims.already_claimed', cap: noCap })),
})

describe('rows', () => {
  it('stand in the order of the paper, each household once', () => {
    const draft = withRow(sheet(3, 1, 2), household(1), 4, -1)
    expect(draft.rows.map((row) => row.number)).toEqual([3, 1, 2])
    expect(placeOf(draft, 'h1')).toBe(1)
    expect(draft.rows[1].qty).toBe(1)
  })

  it('end where the server ends', () => {
    const full = sheet(...Array.from({ length: maxRows }, (_, k) => k + 1))
    expect(withRow(full, household(9999), 1, -1).rows).toHaveLength(maxRows)
  })

  it('can be taken away and changed', () => {
    expect(withoutRow(sheet(1, 2, 3), 1).rows.map((row) => row.number)).toEqual([1, 3])
    expect(withChange(sheet(1), 0, { qty: 3 }).rows[0].qty).toBe(3)
  })
})

describe('points', () => {
  it('multiply by the quantity only where the rule counts units', () => {
    expect(estimate(rule(), { qty: 3, step: -1 })).toBe(15)
    expect(estimate(rule({ per: 'event' }), { qty: 3, step: -1 })).toBe(5)
    expect(estimate(rule({ points: -2, per: 'event' }), { qty: 1, step: -1 })).toBe(-2)
    expect(estimate(rule({ scale, per: 'event' }), { qty: 1, step: 1 })).toBe(5)
    expect(estimate(rule({ scale, per: 'event' }), { qty: 1, step: -1 })).toBe(0)
    expect(estimate(null, { qty: 3, step: -1 })).toBe(0)
  })

  it('are the server’s where it has spoken, and say what a cap cut', () => {
    const draft = sheet(1, 2, 3)
    const judged = withJudgements(draft, toInput(draft), answer(draft, [5, 5, ''], [3, 5, ''], [0, 5, 'claims.cap_reached']))
    expect(totalsOf(judged, rule())).toEqual({ rows: 3, points: 8, cut: 1, refused: 1, doubles: 0, unjudged: 0 })
    expect(totalsOf(withChange(judged, 0, { qty: 2 }), rule())).toEqual({ rows: 3, points: 13, cut: 1, refused: 1, doubles: 0, unjudged: 1 })
  })

  it('drop an answer to a sheet that has changed since', () => {
    const draft = sheet(1, 2)
    const asked = toInput(draft)
    const said = answer(draft, [4, 5, ''], [4, 5, ''])
    expect(withJudgements(withHead(draft, { rule: 'A01' }), asked, said).rows.some((row) => row.judged)).toBe(false)
    const changed = withJudgements(withChange(draft, 0, { qty: 2 }), asked, said)
    expect(changed.rows.map((row) => row.judged?.points)).toEqual([undefined, 4])
    const removed = withJudgements(withoutRow(draft, 0), asked, said)
    expect(removed.rows[0].judged).toBeUndefined()
  })
})

describe('typing', () => {
  it('takes a number behind the household for its quantity or grade', () => {
    expect(splitTyped('12')).toEqual({ who: '12', value: null })
    expect(splitTyped('12 3')).toEqual({ who: '12', value: 3 })
    expect(splitTyped('１２　３')).toEqual({ who: '１２', value: 3 })
    expect(splitTyped('wjg 2 ')).toEqual({ who: 'wjg', value: 2 })
    expect(splitTyped('3 ')).toEqual({ who: '3 ', value: null })
  })
  it('counts what another sheet claimed already', () => {
    const draft = sheet(1, 2)
    const judged = withJudgements(draft, toInput(draft), answer(draft, [0, 5, 'claims.already_claimed'], [5, 5, '']))
    expect(totalsOf(judged, rule())).toMatchObject({ doubles: 1, refused: 1, points: 5 })
    expect(toInput(withHead(judged, { again: true })).skip_duplicates).toBe(false)
  })
})

describe('another rule', () => {
  it('resets quantities, steps and judgements; another title does not', () => {
    const draft = withChange(sheet(1), 0, { qty: 4 })
    const judged = withJudgements(draft, toInput(draft), answer(draft, [20, 20, '']))
    expect(withHead(judged, { title: '十月' }).rows[0].judged).toBeDefined()
    expect(withHead(judged, { day: today - 1 }).rows[0]).toMatchObject({ qty: 4, judged: undefined })
    expect(withHead(judged, { rule: 'A01' }).rows[0]).toMatchObject({ qty: 1, step: -1, judged: undefined })
  })
})

describe('handing in', () => {
  it('says what is missing, in the order of the form', () => {
    expect(missing(newDraft(0), null, today)).toEqual(['rule', 'day', 'title', 'rows'])
    expect(missing(sheet(1), rule(), today)).toEqual([])
    expect(missing({ ...sheet(1), day: today + 1 }, rule(), today)).toEqual(['day'])
    expect(missing(sheet(1), rule({ scale }), today)).toEqual(['step'])
  })

  it('keeps one key for one sheet and another for the next', () => {
    const draft = sheet(1)
    expect(withRow(draft, household(2), 1, -1).key).toBe(draft.key)
    expect(newDraft(today).key).not.toBe(draft.key)
  })

  it('sends the title as the name of the event', () => {
    expect(toInput(sheet(7))).toEqual({ rule: 'B02', day: today, title: '九月大扫除', event: '九月大扫除', rows: [{ household: 'h7', qty: 1, step: -1, note: '' }], skip_duplicates: true })
  })
})

describe('a kept draft', () => {
  it('comes back as it was', () => {
    const draft = sheet(1, 2)
    expect(revive(JSON.parse(JSON.stringify(draft)))).toEqual(draft)
    expect(isBlank(newDraft(today))).toBe(true)
    expect(isBlank(draft)).toBe(false)
  })
  it('holds no names on disk, and gets them back from the list', () => {
    const kept = withoutNames(sheet(1, 2))
    expect(JSON.stringify(kept)).not.toMatch(/户主|二组/)
    const back = withNames(kept, new Map([1, 2].map((number) => [number, household(number)])))
    expect(back.rows.map((row) => row.head)).toEqual(['户主1', '户主2'])
    expect(withNames(back, new Map())).toBe(back)
    expect(withNames(kept, new Map([[1, { ...household(1), id: 'another' }]])).rows[0].head).toBe('')
  })
  it('is not taken when it is something else', () => {
    for (const kept of [null, undefined, 'x', {}, { form: 2 }, { ...sheet(1), rows: [{ household: 3 }] }]) expect(revive(kept)).toBeNull()
  })
})
