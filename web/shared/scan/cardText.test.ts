import { describe, expect, it } from 'vitest'
import { printedCode, readCard } from './cardText'

const token = '0F5ZQ8M2RT0123456789ABCDEFGHJKMNPQRS'

describe('readCard', () => {
  it.each([
    ['the address of a card', `https://points.example/card/${token}`, { token }],
    ['an address with a tail', `http://10.0.0.2:8080/card/${token}?lang=en#x`, { token }],
    ['a bare token in small letters', token.toLowerCase(), { token }],
    ['a typed code', 'ABCD-7K2M', { code: 'ABCD7K2M' }],
    ['a code with the usual slips', ' abco 7kil ', { code: 'ABC07K11' }],
    ['a payment code', 'https://qr.example/fkx1234567', null],
    ['a card address that is cut off', 'https://points.example/card/0F5ZQ8M2', null],
    ['too few characters', 'ABCD-7K2', null],
    ['nothing', '', null],
  ])('reads %s', (_, text, want) => expect(readCard(text)).toEqual(want))
})

it('prints a code in two fours while it is typed', () => {
  expect(printedCode('abcd')).toBe('ABCD')
  expect(printedCode('abcd7k2m9')).toBe('ABCD-7K2M')
})
