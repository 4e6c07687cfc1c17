import { computed, shallowReactive } from 'vue'
import { useRoute } from 'vue-router'
import { api } from '../../shared/api'
import type { AreaFull } from '../api/model'
import { can, grants } from './session'
import { levelOf, rolesIn, type Ability } from './abilities'

// Areas hardly ever change: each is read once a visit.
const known = shallowReactive(new Map<string, AreaFull>())
const asking = new Set<string>()

async function fetchArea(code: string): Promise<void> {
  if (known.has(code) || asking.has(code)) return
  asking.add(code)
  try {
    known.set(code, await api.get('/areas/{area}', { path: { area: code } }))
  } catch {
    // The name is a nicety: without it the page shows the code's grant name or nothing.
  } finally {
    asking.delete(code)
  }
}

/** What is known of an area, asked for once; null until then. */
export function areaInfo(code: string): AreaFull | null {
  if (code !== '') void fetchArea(code)
  return known.get(code) ?? null
}

/** 前进村; the grant's own word for it until the area was read. */
export const areaName = (code: string) => areaInfo(code)?.short ?? grants.value.find((grant) => grant.area === code)?.area_name ?? ''

/** The area the address names, with what this person may do there. */
export function useHere() {
  const route = useRoute()
  const area = computed(() => String(route.params.area ?? ''))
  return {
    area,
    level: computed(() => levelOf(area.value)),
    name: computed(() => areaName(area.value)),
    roles: computed(() => rolesIn(grants.value, area.value)),
    may: (ability: Ability) => can(ability, area.value),
  }
}
