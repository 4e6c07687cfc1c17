import { computed, shallowRef } from 'vue'
import type { Answer } from '../shared/api'
import { api } from '../shared/api'
import { recall, remember } from '../shared/remember'

export type Session = Answer<'/session', 'get'>

/** The roles that have something to do at the counter: the keeper redeems, the others may void what a keeper did. */
const counterRoles = ['keeper', 'clerk', 'secretary', 'supervisor']

export interface Place {
  area: string
  name: string
}

const session = shallowRef<Session | null>(null)
const chosen = shallowRef(recall('till') ?? '')

export const staff = computed(() => session.value?.staff ?? null)
/** The day as the server counts it: the phone's own clock may be wrong. */
export const today = computed(() => session.value?.today ?? 0)

function keep(answer: Session): Session {
  session.value = answer
  api.useCsrf(answer.csrf)
  return answer
}

/** Who is signed in; asked once, then known. */
export async function knowSession(): Promise<Session> {
  return session.value ?? keep(await api.get('/session', {}))
}

export async function signIn(login: string, password: string, code: string): Promise<Session> {
  return keep(await api.post('/session', { body: { login, password, ...(code ? { code } : {}) } }))
}

export async function changePassword(old: string, next: string): Promise<Session> {
  return keep(await api.post('/session/password', { body: { old, new: next } }))
}

export async function signOut(): Promise<void> {
  try {
    await api.delete('/session', {})
  } finally {
    session.value = null
  }
}

/** Forgets who was signed in, after the server said that the session is over. */
export function dropSession(): void {
  session.value = null
}

/** The villages whose counter this person may stand at. */
export function placesOf(who: Session['staff']): Place[] {
  const places: Place[] = []
  for (const grant of who?.grants ?? []) {
    if (grant.level === 'village' && counterRoles.includes(grant.role) && !places.some((p) => p.area === grant.area)) places.push({ area: grant.area, name: grant.area_name })
  }
  return places
}

/** The village this counter is in: the only one, or the one chosen on this phone. */
export const place = computed<Place | null>(() => {
  const places = placesOf(staff.value)
  return places.length === 1 ? places[0] : (places.find((p) => p.area === chosen.value) ?? null)
})

export function choosePlace(area: string): void {
  chosen.value = area
  remember('till', area)
}

/** Whether this person may redeem here; the server decides, this only shapes the page. */
export const isKeeper = computed(() => (staff.value?.grants ?? []).some((grant) => grant.role === 'keeper' && grant.area === place.value?.area))
