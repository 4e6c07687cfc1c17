import { describe, expect, it } from 'vitest'
import { conflicting, givable } from './grants'

const village = '520524104203'

describe('giving roles', () => {
  it('goes downwards only, and only to areas the role lives in', () => {
    expect(givable(['secretary'], village)).toEqual(['clerk', 'keeper'])
    expect(givable(['township'], village)).toEqual(['secretary', 'clerk', 'keeper', 'supervisor'])
    expect(givable(['township'], '520524104')).toEqual([])
    expect(givable(['county'], '520524104')).toEqual(['township', 'auditor'])
    expect(givable(['county'], '520524')).toEqual(['county', 'auditor'])
    expect(givable(['clerk'], village)).toEqual([])
  })

  it('warns where a keeper would also review', () => {
    expect(conflicting(['keeper', 'secretary'])).toBe(true)
    expect(conflicting(['keeper', 'supervisor'])).toBe(true)
    expect(conflicting(['keeper', 'clerk'])).toBe(false)
    expect(conflicting(['secretary'])).toBe(false)
  })
})
