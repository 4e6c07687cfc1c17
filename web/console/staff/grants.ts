import type { Level, Role } from '../api/model'
import { levelOf } from '../session/abilities'

const levels: Record<Role, Level[]> = {
  county: ['county'],
  township: ['township'],
  secretary: ['village'],
  clerk: ['village'],
  keeper: ['village'],
  supervisor: ['village'],
  auditor: ['county', 'township', 'village'],
}
/** Whom a role may appoint, as in internal/access: downwards, and the county keeps its own accounts. Here it only spares a refusal. */
const appoints: Partial<Record<Role, Role[]>> = {
  county: ['county', 'township', 'secretary', 'clerk', 'keeper', 'supervisor', 'auditor'],
  township: ['secretary', 'clerk', 'keeper', 'supervisor'],
  secretary: ['clerk', 'keeper'],
}

/** The roles somebody with these roles may give in an area, in the order of a village's office. */
export function givable(mine: readonly Role[], area: string): Role[] {
  const level = levelOf(area)
  const order: Role[] = ['county', 'township', 'secretary', 'clerk', 'keeper', 'supervisor', 'auditor']
  return order.filter((role) => levels[role].includes(level) && mine.some((own) => appoints[own]?.includes(role)))
}

/** A keeper never reviews: the secretary's or supervisor's role beside it would lose its right to (domain.md §3). */
export const conflicting = (roles: readonly Role[]) => roles.includes('keeper') && (roles.includes('secretary') || roles.includes('supervisor'))
