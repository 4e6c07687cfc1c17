import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { table } from './abilities'

/** "Permission edit_template: county." stands with each operation of the contract. */
const contract = readFileSync(new URL('../../../api/openapi.yaml', import.meta.url), 'utf8')
const said = new Map([...contract.matchAll(/Permission ([a-z_]+): ([a-z_, ]+)\./g)].map(([, op, roles]) => [op, roles.split(', ')]))
const snake = (name: string) => name.replace(/[A-Z]/g, (letter, at: number) => (at > 0 ? '_' : '') + letter.toLowerCase())
/** Cards are no staff and see no console. */
const staff = (roles: readonly string[]) => roles.filter((role) => !role.endsWith('card')).sort()

describe('what the menu believes', () => {
  it.each(Object.entries(table))('%s is what the contract says', (ability, roles) => {
    expect([...roles].sort()).toEqual(staff(said.get(snake(ability)) ?? []))
  })
})
