import { describe, expect, it } from 'vitest'
import type { MonthView, Notice } from '../api/model'
import { closing, stepsOf, windowEnds } from './wizard'

const notice = (to_day: number): Notice => ({ id: `n${to_day}`, month: 202609, seq: 1, from_day: 20260926, to_day, claims: 3, points: 20, state: 'open', by_name: '张敏', published_ms: 0 })
const view = (over: Partial<MonthView> = {}): MonthView => ({
  month: 202609, closed: false, closed_ms: 0, today: 20260927, counts: {}, notices: [], open_objections: 0, overdue_objections: 0, second_waiting: 0, closing_all: 0, closing_done: 0, closing_by: '', skipped: false, corrections: 0, blockers: [], can_notice: false, can_close: false, totals: [], earned: 0, deducted: 0, ...over,
})
const states = (v: MonthView) => stepsOf(v).map((step) => step.state)

describe('the steps of a month', () => {
  it('begin with review', () => {
    expect(states(view())).toEqual(['now', 'waiting', 'waiting', 'waiting'])
    expect(states(view({ counts: { submitted: 2 } }))).toEqual(['now', 'waiting', 'waiting', 'waiting'])
    expect(states(view({ counts: { approved: 2 } }))).toEqual(['done', 'now', 'waiting', 'waiting'])
  })

  it('wait for the window and for answers', () => {
    expect(states(view({ counts: { noticed: 3 }, notices: [notice(20260928)] }))).toEqual(['done', 'done', 'now', 'waiting'])
    expect(states(view({ counts: { noticed: 2, frozen: 1 }, notices: [notice(20260926)], open_objections: 1 }))).toEqual(['done', 'done', 'now', 'waiting'])
    expect(states(view({ counts: { noticed: 3 }, notices: [notice(20260926)] }))).toEqual(['done', 'done', 'done', 'now'])
    expect(states(view({ counts: { noticed: 3 }, notices: [notice(20260926)], blockers: [{ code: 'claims.earlier_month_open', n: 202608, day: 0 }] }))).toEqual(['done', 'done', 'done', 'waiting'])
  })

  it('let late claims have a second list', () => {
    const late = view({ counts: { noticed: 3, approved: 1, submitted: 1 }, notices: [notice(20260926), notice(20260929)] })
    expect(states(late)).toEqual(['now', 'now', 'now', 'waiting'])
    expect(windowEnds(late)).toBe(20260929)
  })

  it('are all done once the month is closed', () => {
    expect(states(view({ closed: true, notices: [notice(20260926)] }))).toEqual(['done', 'done', 'done', 'done'])
  })

  it('have nothing to do in a month that was passed by, unless a list of corrections came later', () => {
    expect(states(view({ skipped: true }))).toEqual(['done', 'done', 'done', 'done'])
    expect(states(view({ skipped: true, corrections: 1 }))[1]).toBe('now')
  })
})

describe('the close', () => {
  it('posts what was on a list and moves the rest', () => {
    expect(closing(view({ counts: { noticed: 30, submitted: 2, returned: 1, approved: 1, rejected: 4, withdrawn: 5 } }))).toEqual({ posts: 30, moves: 4 })
  })
})
