import { computed, shallowRef } from 'vue'
import type { Answer } from '../shared/api'
import { api, ApiError } from '../shared/api'
import { recall, remember } from '../shared/remember'

export type Card = Answer<'/card', 'get'>
export type Line = Answer<'/card/lines', 'get'>['items'][number]
export type Claim = Answer<'/card/claims', 'get'>['items'][number]

interface Held {
  token: string
  village: string
}

function recallHeld(): Held | null {
  const [token, village] = (recall('card') ?? '').split(' ')
  return token && village ? { token, village } : null
}

const held = shallowRef<Held | null>(recallHeld())
const current = shallowRef<{ token: string; card: Card } | null>(null)

/** The card remembered on this phone: enough to find the way back to the passbook, nothing of what is in it. */
export const heldCard = computed(() => held.value)
/** The card that was read last, with its balances. */
export const openCard = computed(() => current.value?.card ?? null)

/** The header that says which card is asking. */
export const cardHeader = (token: string): Record<string, string> => ({ 'x-card': token })

/** Reads a card and remembers it on this phone. A card that is no longer valid is forgotten. */
export async function readCard(token: string, signal?: AbortSignal): Promise<Card> {
  try {
    const card = await api.get('/card', { headers: cardHeader(token), signal })
    api.useCsrf(card.csrf)
    current.value = { token, card }
    held.value = { token, village: card.village }
    remember('card', `${token} ${card.village}`)
    return card
  } catch (error) {
    if (error instanceof ApiError && !error.unanswered && error.status < 500 && error.status !== 429) forgetCard(token)
    throw error
  }
}

/** Takes a card off this phone: for a phone that is shared, or a card that was replaced. */
export function forgetCard(token: string): void {
  if (held.value?.token !== token) return
  held.value = null
  current.value = null
  remember('card', null)
}

/** Opens the card for applying with its PIN; good for half an hour on this phone. */
export async function unlockCard(token: string, pin: string): Promise<void> {
  const answer = await api.post('/card/unlock', { body: { pin }, headers: cardHeader(token) })
  api.useCsrf(answer.csrf)
  if (current.value?.token === token) current.value = { token, card: { ...current.value.card, unlocked: true } }
}

/** Marks the card as locked again, after the server said that its half hour is over. */
export function noteLocked(): void {
  if (current.value) current.value = { ...current.value, card: { ...current.value.card, unlocked: false } }
}
