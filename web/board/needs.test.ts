import { describe, expect, it } from 'vitest'
import { groups } from './needs'

const need = (code: string, name: string) => ({ code, name, n: 1, village: '', township: '' })
const needs = [...'甲乙丙丁戊'].map((name) => need('shop_short', name)).concat(need('month_open', '己'))

describe('who may need a hand', () => {
  it('stands by matter, in the list’s order, a few at a time', () => {
    const say = (one: { name: string }) => one.name
    const first = groups(needs, 0, 2, say)
    expect(first.map((group) => [group.matter, group.count])).toEqual([['month_open', 1], ['objection_waiting', 0], ['shop_short', 5]])
    expect(first[2].names).toEqual(['甲', '乙'])
    expect(groups(needs, 1, 2, say)[2].names).toEqual(['丙', '丁'])
    expect(groups(needs, 2, 2, say)[2].names).toEqual(['戊'])
    expect(groups(needs, 3, 2, say)[2].names).toEqual(['甲', '乙'])
    expect(groups([], 7, 2, say).every((group) => group.names.length === 0)).toBe(true)
  })
})
