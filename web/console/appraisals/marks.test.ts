import { describe, expect, it } from 'vitest'
import type { Rated } from '../api/model'
import { afterSending, leftFor, readTyped, readWaiting } from './marks'

describe('marks on their way', () => {
  it('come back as they were kept, and nothing of what is none', () => {
    expect(readWaiting('{"a":2,"b":-1}')).toEqual({ a: 2, b: -1 })
    expect(readWaiting('{"a":"2"}')).toEqual({})
    for (const text of [null, '', 'x', '[1]', '3', 'null']) expect(readWaiting(text)).toEqual({})
  })
  it('go again where they changed while they were sent', () => {
    expect(afterSending({ a: 2, b: 1, c: 0 }, { a: 2, b: 0 })).toEqual({ b: 1, c: 0 })
  })
})

describe('a line of the paper', () => {
  it('is a household and its mark', () => {
    expect(readTyped('12 2')).toEqual({ number: 12, mark: 2 })
    expect(readTyped('１２　０')).toEqual({ number: 12, mark: 0 })
    for (const text of ['', '12', '12 x', '12 2 3', '0 1', '12 -1']) expect(readTyped(text)).toBeNull()
  })
})

it('the own and closed households are not waited for', () => {
  const row = (over: Partial<Rated>): Rated => ({ household: 'h', number: 1, group_name: '', head: '', closed: false, marks: [-1, -1, -1], own: 0, given: 0, grade: -1, far: [], points: 0, asked: 0, code: '', ...over })
  expect(leftFor([row({}), row({ own: 2 }), row({ closed: true }), row({ marks: [-1, 0, -1] })], 2)).toBe(1)
})
