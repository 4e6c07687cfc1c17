import { describe, expect, it } from 'vitest'
import type { Household } from '../api/model'
import { meant } from './roster'

const household = (number: number, head: string): Household => ({ id: `h${number}`, number, group: '', group_name: '', head, cadre: false, members: 1, state: 'active', base: 100, spendable: 0, version: 1 })
const matches = [household(12, '王国强'), household(120, '王国庆'), household(121, '吴刚')]

describe('Enter', () => {
  it('means the exact number, though longer ones begin with it', () => {
    expect(meant('12', matches)?.head).toBe('王国强')
    expect(meant('１２', matches)?.head).toBe('王国强')
  })
  it('means the only match of a name', () => {
    expect(meant('wg', [matches[2]])?.head).toBe('吴刚')
  })
  it('leaves the choice to a person where several fit', () => {
    expect(meant('wgq', matches)).toBeNull()
    expect(meant('1', matches.slice(1))).toBeNull()
    expect(meant('', [])).toBeNull()
  })
})
