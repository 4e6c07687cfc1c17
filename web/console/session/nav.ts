import type { Grant, Level } from '../api/model'
import { can, levelOf, rolesIn, type Ability } from './abilities'

/** A page of the navigation: its route's name, its text, and what it takes to see it. */
interface Item {
  route: string
  needs: Ability
  levels: Level[]
  /** The count that waits for a person, shown beside the text. */
  count?: 'review' | 'objections' | 'changes' | 'filings'
}

interface Section {
  name: 'daily' | 'shop' | 'here' | 'wide'
  items: Item[]
}

const village: Level[] = ['village']
const wide: Level[] = ['county', 'township']

const sections: Section[] = [
  {
    name: 'daily',
    items: [
      { route: 'review', needs: 'ReviewClaim', levels: village, count: 'review' },
      { route: 'gatherings', needs: 'ReadVillage', levels: village },
      { route: 'appraisals', needs: 'ReadVillage', levels: village },
      { route: 'sheet', needs: 'SubmitClaim', levels: village },
      { route: 'entry', needs: 'SubmitClaim', levels: village },
      { route: 'suggestions', needs: 'ReadVillage', levels: village },
      { route: 'claims', needs: 'ReadVillage', levels: village },
      { route: 'month', needs: 'ReadVillage', levels: village, count: 'objections' },
    ],
  },
  {
    name: 'shop',
    items: [
      { route: 'goods', needs: 'ReadVillage', levels: village },
      { route: 'stock', needs: 'ReadVillage', levels: village },
      { route: 'money', needs: 'ReadVillage', levels: village },
      { route: 'redemptions', needs: 'ReadVillage', levels: village },
      { route: 'tills', needs: 'ReadVillage', levels: village },
    ],
  },
  {
    name: 'wide',
    items: [
      { route: 'overview', needs: 'ReadReports', levels: wide },
      { route: 'queues', needs: 'ReviewClaim', levels: ['township'] },
      { route: 'filings', needs: 'FileRules', levels: ['township'], count: 'filings' },
      { route: 'oversight', needs: 'SetReviewing', levels: wide },
      { route: 'burden', needs: 'ReadReports', levels: wide },
      { route: 'rules', needs: 'EditTemplate', levels: wide },
      { route: 'import', needs: 'ImportHouseholds', levels: wide },
      { route: 'staff', needs: 'ManageStaff', levels: wide },
      { route: 'audit', needs: 'ReadAudit', levels: wide },
    ],
  },
  {
    name: 'here',
    items: [
      { route: 'households', needs: 'ReadVillage', levels: village, count: 'changes' },
      { route: 'rules', needs: 'ReadVillage', levels: village },
      { route: 'book', needs: 'ReadVillage', levels: village },
      { route: 'kin', needs: 'ReadVillage', levels: village },
      { route: 'branch', needs: 'ReadBranch', levels: village },
      { route: 'oversight', needs: 'ReadReviewers', levels: village },
      { route: 'fairness', needs: 'ReadFairness', levels: village },
      { route: 'burden', needs: 'ReadReports', levels: village },
      { route: 'overview', needs: 'ReadReports', levels: village },
      { route: 'staff', needs: 'ManageStaff', levels: village },
      { route: 'audit', needs: 'ReadAudit', levels: village },
    ],
  },
]

/** The navigation of an area for somebody with these grants: only what they may open, no empty section. */
export function navigation(grants: readonly Grant[], area: string): Section[] {
  const level = levelOf(area)
  const shown = (item: Item) => item.levels.includes(level) && can(grants, item.needs, area)
  return sections.map((section) => ({ ...section, items: section.items.filter(shown) })).filter((section) => section.items.length > 0)
}

/** The page somebody starts on in an area: where their work waits. */
export function homeRoute(grants: readonly Grant[], area: string): string {
  if (levelOf(area) !== 'village') return 'overview'
  const roles = rolesIn(grants, area)
  if (can(grants, 'ReviewClaim', area) && !roles.includes('township')) return 'review'
  if (roles.includes('clerk')) return 'sheet'
  if (roles.includes('keeper')) return 'goods'
  return 'overview'
}

/** The area somebody starts in: the widest they are trusted with, the first of several. */
export function homeArea(grants: readonly Grant[]): string {
  const areas = grants.map((grant) => grant.area).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  return areas[0] ?? ''
}
