import { describe, expect, it } from 'vitest'
import { absent, afterSending, changed, clock, markOf, minutesOf, nextOf, presentMark, readTyped, readWaiting, scannedMark, waits, type Mark } from './roll'

const evening = { rules: [{ rule: 'A01', who: 'whole' as const, hours: 0, text_zh: '', text_en: '' }], from_min: 1140, to_min: 1260 }
const work = { ...evening, rules: [{ ...evening.rules[0], rule: 'B02', who: 'hours' as const, hours: 2 }], to_min: 1300 }
const present = presentMark(evening)

describe('a line typed from the paper', () => {
  it.each([
    ['12', { number: 12, late: false, left: false, spoke: false, hours: null }],
    [' 12-+ ', { number: 12, late: true, left: false, spoke: true, hours: null }],
    ['１２－', { number: 12, late: true, left: false, spoke: false, hours: null }],
    ['7<', { number: 7, late: false, left: true, spoke: false, hours: null }],
    ['7 3', { number: 7, late: false, left: false, spoke: false, hours: 3 }],
    ['7　3', { number: 7, late: false, left: false, spoke: false, hours: 3 }],
  ])('%s', (text, want) => expect(readTyped(text)).toEqual(want))

  it.each(['', '王', '12a', '-12', '1 2 3', '1.5', '12 333'])('%s is none', (text) => expect(readTyped(text)).toBeNull())

  it('means on time and to the end, or what its signs say', () => {
    expect(markOf(readTyped('3')!, present)).toEqual({ arrival: 'on_time', stayed: true, spoke: false, hours: 0 })
    expect(markOf(readTyped('3-<+')!, present)).toEqual({ arrival: 'late', stayed: false, spoke: true, hours: 0 })
    expect(markOf(readTyped('3')!, presentMark(work)).hours).toBe(2)
    expect(markOf(readTyped('3 5')!, presentMark(work)).hours).toBe(5)
  })
})

describe('a change by hand', () => {
  it('makes who was absent present', () => expect(changed(absent, { spoke: true }, present)).toEqual({ ...present, spoke: true }))
  it('takes everything away with the presence', () => expect(changed({ ...present, spoke: true }, { arrival: 'absent' }, present)).toEqual(absent))
})

describe('marks on their way', () => {
  const late: Mark = { ...present, arrival: 'late' }
  it('go in portions', () => expect(nextOf({ a: present, b: late, c: present }, 2).map((mark) => mark.household)).toEqual(['a', 'b']))
  it('wait on where they changed while the answer was coming', () => {
    const sent = nextOf({ a: present, b: late })
    expect(afterSending({ a: present, b: absent, c: late }, sent)).toEqual({ b: absent, c: late })
  })
  it('survive a closed page, and what is not readable is nothing', () => {
    expect(readWaiting(JSON.stringify({ a: late }))).toEqual({ a: late })
    for (const text of [null, '', '[', '3', '[]']) expect(readWaiting(text)).toEqual({})
  })
})

it('writes and reads a time of day', () => {
  expect([clock(0), clock(1170)]).toEqual(['00:00', '19:30'])
  expect([minutesOf('19:30'), minutesOf('soon')]).toEqual([1170, null])
})

describe('a scan at the door', () => {
  it('waits until somebody marks the household', () => {
    expect(waits({ arrival: 'absent', scan_ms: 1 })).toBe(true)
    expect(waits({ arrival: 'late', scan_ms: 1 })).toBe(false)
    expect(waits({ arrival: 'absent', scan_ms: 0 })).toBe(false)
  })

  it('proposes on time up to the beginning, and late after it', () => {
    expect(scannedMark(1140, evening, present)).toEqual(present)
    expect(scannedMark(1141, evening, present)).toEqual({ ...present, arrival: 'late' })
  })
})
