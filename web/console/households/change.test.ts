import { describe, expect, it } from 'vitest'
import { emptyForm, inputOf, lacking } from './change'

const household = { id: '7', group: '' }

describe('a change of a household', () => {
  it('asks for who goes, who heads and why before a split', () => {
    const form = { ...emptyForm(household), reason: '儿子成家' }
    expect(lacking('split', form)).toBe(true)
    Object.assign(form, { residents: ['1', '2'], head: '3' })
    expect(lacking('split', form)).toBe(true)
    form.head = '2'
    expect(lacking('split', form)).toBe(false)
    form.headGoes = true
    expect(lacking('split', form)).toBe(true)
    form.remaining = '4'
    expect(lacking('split', form)).toBe(false)
    expect(lacking('split', { ...form, reason: ' a ' })).toBe(true)
  })

  it('sends only what belongs to the kind', () => {
    const form = { ...emptyForm(household), reason: ' 迁走了 ', cause: 'died' as const, points: 'kept' as const, remaining: '4', head: '2', residents: ['2'] }
    expect(inputOf('close', household, form)).toEqual({ kind: 'close', household: '7', cause: 'died', points: '', reason: '迁走了' })
    expect(inputOf('split', household, form)).toMatchObject({ kind: 'split', remaining: undefined, base: undefined, number: 0 })
    expect(inputOf('split', household, { ...form, base: 0, headGoes: true })).toMatchObject({ base: 0, remaining: '4' })
  })

  it('wants the choice about points only of a household that moves away', () => {
    const form = { ...emptyForm(household), reason: '没有人了', cause: 'died' as const }
    expect(lacking('close', form)).toBe(false)
    expect(lacking('close', { ...form, cause: 'moved' })).toBe(true)
    expect(lacking('close', { ...form, cause: 'moved', points: 'kept' })).toBe(false)
    expect(lacking('merge', form)).toBe(true)
    expect(lacking('head', form)).toBe(true)
  })
})
