import { describe, expect, it } from 'vitest'
import type { Claim } from '../api/model'
import { actionFor, afterLeaving, approvable, isSheet, moved, pointsOf, toEntries, whyNot } from './queue'

const claim = (id: string, over: Partial<Claim> = {}): Claim => ({
  id, household: `h${id}`, number: 1, group_name: '二组', head: '王建国', rule: 'A01', rule_text_zh: '参会', rule_text_en: 'Meeting', category: 'council', day: 20260908,
  month: 202609, step: -1, qty: 1, points: 2, asked: 2, event: '', note: '', proof: '', photo_url: '', state: 'submitted', source: 'clerk', sheet: '', by_kind: 'staff',
  by_name: '张敏', reviewer_name: '', reviewed_ms: 0, reason: '', notice: '', line: 0, version: 1, version_no: 1, created_ms: 0, flags: [], resident: '', resident_name: '', warned_day: 0, warned_no: '', warned_what: '',
  can: { approve: true, return: true, reject: true, withdraw: false, edit: false }, ...over,
})
const keysOf = (entries: { key: string }[]) => entries.map((entry) => entry.key)

describe('entries', () => {
  const claims = [claim('1'), claim('2', { sheet: 's' }), claim('3'), claim('4', { sheet: 's' })]

  it('keep a paper sheet together where its first row stands', () => {
    const entries = toEntries(claims, new Set())
    expect(keysOf(entries)).toEqual(['1', 'sheet:s', '3'])
    expect(entries[1].claims.map((c) => c.id)).toEqual(['2', '4'])
    expect(entries.map(isSheet)).toEqual([false, true, false])
    expect(pointsOf(entries[1].claims)).toBe(4)
  })

  it('are single rows once the sheet is opened', () => {
    expect(keysOf(toEntries(claims, new Set(['s'])))).toEqual(['1', '2', '3', '4'])
  })

  it('leave out of an approval what this person may not approve', () => {
    const own = claim('5', { can: { approve: false, return: false, reject: false, withdraw: false, edit: false } })
    expect(approvable([claims[0], own]).map((c) => c.id)).toEqual(['1'])
  })
})

describe('the cursor', () => {
  const entries = toEntries([claim('1'), claim('2'), claim('3')], new Set())

  it('moves inside the list and stops at its ends', () => {
    expect(moved(entries, '1', 1)).toBe('2')
    expect(moved(entries, '3', 1)).toBe('3')
    expect(moved(entries, '1', -1)).toBe('1')
    expect(moved(entries, '', 1)).toBe('1')
    expect(moved(entries, '2', -Infinity)).toBe('1')
    expect(moved([], '1', 1)).toBe('')
  })

  it('goes on to the next that stays, and back only at the end', () => {
    const without = (...gone: string[]) => entries.filter((entry) => !gone.includes(entry.key))
    expect(afterLeaving(entries, without('1'), '1')).toBe('2')
    expect(afterLeaving(entries, without('1', '2'), '1')).toBe('3')
    expect(afterLeaving(entries, without('3'), '3')).toBe('2')
    expect(afterLeaving(entries, without('1'), '2')).toBe('2')
    expect(afterLeaving(entries, [], '1')).toBe('')
  })
})

describe('why there is no button', () => {
  const no = { can: { approve: false, return: false, reject: false, withdraw: false, edit: false } }
  const secretary = { name: '刘志强', reviewer: true, township: false }

  it('is said for each bar', () => {
    expect(whyNot(claim('1'), secretary, 'leader')).toBeNull()
    expect(whyNot(claim('1', { ...no, flags: ['own_household'] }), secretary, 'leader')).toBe('own_household')
    expect(whyNot(claim('1', { ...no, by_name: '刘志强' }), secretary, 'leader')).toBe('registrar')
    expect(whyNot(claim('1', no), secretary, 'township')).toBe('township')
    expect(whyNot(claim('1', no), { ...secretary, reviewer: false }, 'leader')).toBe('role')
  })
})

describe('keys', () => {
  const press = (key: string, over = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, ...over })

  it('do what the help says, in either case', () => {
    expect(['j', 'J', 'k', 'a', 'r', 'x', ' ', '*', '?', '？', 'o', 'Escape'].map((key) => actionFor(press(key), 'page'))).toEqual([
      'next', 'next', 'previous', 'approve', 'return', 'reject', 'select', 'all', 'help', 'help', 'open', 'clear',
    ])
  })

  it('stay out of text boxes, dialogs, input methods and the browser’s own', () => {
    expect(actionFor(press('a'), 'text')).toBeNull()
    expect(actionFor(press('a'), 'dialog')).toBeNull()
    expect(actionFor(press('a', { ctrlKey: true }), 'page')).toBeNull()
    expect(actionFor(press('r', { metaKey: true }), 'page')).toBeNull()
    expect(actionFor(press('a', { isComposing: true }), 'page')).toBeNull()
    expect(actionFor(press('q'), 'page')).toBeNull()
  })

  it('leave space to a focused button, so that it is pressed', () => {
    expect(actionFor(press(' '), 'button')).toBeNull()
    expect(actionFor(press('j'), 'button')).toBe('next')
  })
})
