import { describe, expect, it } from 'vitest'
import type { Grant, Role } from '../api/model'
import { can, contains, levelOf } from './abilities'
import { homeArea, homeRoute, navigation } from './nav'

const county = '520524'
const township = '520524104'
const village = '520524104203'
const elsewhere = '520524105201'
const grant = (role: Role, area: string): Grant => ({ role, area, area_name: '', level: levelOf(area) as Grant['level'] })
const routes = (grants: Grant[], area: string) => navigation(grants, area).flatMap((section) => section.items.map((item) => item.route))

describe('areas', () => {
  it('nest by their digits', () => {
    expect(contains(county, village)).toBe(true)
    expect(contains(village, county)).toBe(false)
    expect(contains(village, elsewhere)).toBe(false)
    expect([county, township, village, `${village}001`].map(levelOf)).toEqual(['county', 'township', 'village', 'group'])
  })
})

describe('abilities', () => {
  it('reach what lies inside the granted area and nothing beside it', () => {
    const secretary = [grant('secretary', village)]
    expect(can(secretary, 'ReviewClaim', village)).toBe(true)
    expect(can(secretary, 'ReviewClaim', elsewhere)).toBe(false)
    expect(can(secretary, 'ManageStaff', township)).toBe(false)
  })

  it('take review away from a secretary who also keeps the shop', () => {
    expect(can([grant('secretary', village), grant('keeper', village)], 'ReviewClaim', village)).toBe(false)
  })

  it('let an auditor read and do nothing', () => {
    const auditor = [grant('auditor', county)]
    expect(can(auditor, 'ReadAudit', village)).toBe(true)
    expect(can(auditor, 'ManageStaff', village)).toBe(false)
    expect(can(auditor, 'SubmitClaim', village)).toBe(false)
  })
})

describe('navigation', () => {
  it('shows each role of a village its own work', () => {
    expect(routes([grant('clerk', village)], village)).toEqual(['gatherings', 'appraisals', 'sheet', 'entry', 'suggestions', 'claims', 'month', 'goods', 'stock', 'money', 'redemptions', 'tills', 'households', 'rules', 'book', 'kin', 'branch', 'burden', 'overview'])
    expect(routes([grant('secretary', village)], village)).toContain('staff')
    expect(routes([grant('supervisor', village)], village)).toContain('audit')
    expect(routes([grant('keeper', village)], village)).not.toContain('review')
    expect(routes([grant('keeper', village)], village)).not.toContain('sheet')
  })

  it('shows wide areas the overview first and no page of a village', () => {
    expect(routes([grant('county', county)], county)).toEqual(['overview', 'oversight', 'burden', 'rules', 'import', 'staff', 'audit'])
    expect(routes([grant('township', township)], township)).toEqual(['overview', 'queues', 'filings', 'oversight', 'burden', 'rules', 'import', 'staff', 'audit'])
    expect(routes([grant('auditor', county)], county)).toEqual(['overview', 'burden', 'audit'])
  })

  it('shows nothing of another village', () => {
    expect(navigation([grant('clerk', village)], elsewhere)).toEqual([])
  })

  it('has no empty section', () => {
    for (const section of navigation([grant('auditor', village)], village)) expect(section.items.length).toBeGreaterThan(0)
  })
})

describe('the first page', () => {
  it('is where the work of the role waits', () => {
    expect(homeRoute([grant('secretary', village)], village)).toBe('review')
    expect(homeRoute([grant('supervisor', village)], village)).toBe('review')
    expect(homeRoute([grant('clerk', village)], village)).toBe('sheet')
    expect(homeRoute([grant('keeper', village)], village)).toBe('goods')
    expect(homeRoute([grant('county', county)], county)).toBe('overview')
    expect(homeRoute([grant('township', township)], village)).toBe('overview')
  })

  it('is in the widest area', () => {
    expect(homeArea([grant('clerk', village), grant('township', township)])).toBe(township)
    expect(homeArea([])).toBe('')
  })
})
