import type { Answer, Body } from '../shared/api'
import { api, ApiError, uuidv7 } from '../shared/api'
import type { Store } from './pending'
import { pendingStore } from './pending'

export type Redemption = Answer<'/villages/{village}/redemptions', 'post'>
export type RedemptionBody = Body<'/villages/{village}/redemptions', 'post'>

/**
 * What a keeper means to hand out, once. It is written down on this phone before it is sent and kept until an answer is
 * here, whatever the answer; sent again it has the same key, so the book has it once. Working without a network is the
 * same thing with a longer wait between the two.
 */
export interface RedemptionIntent {
  /** UUIDv7; the Idempotency-Key. */
  key: string
  village: string
  /** Who made it: the server ties a key to the person, so only they can send it again. */
  staff: string
  body: RedemptionBody
  /** For the reader: whose it is. */
  label: string
  madeMs: number
}

export function newIntent(village: string, staff: string, body: RedemptionBody, label: string): RedemptionIntent {
  return { key: uuidv7(), village, staff, body, label, madeMs: Date.now() }
}

type Send = (intent: RedemptionIntent) => Promise<Redemption>
const post: Send = (intent) => api.post('/villages/{village}/redemptions', { path: { village: intent.village }, body: intent.body, key: intent.key })

/**
 * Writes the intent down, sends it, and strikes it out once the server has spoken. Where no answer came it stays written
 * down and the error says so (`unanswered`): nobody knows yet whether the goods are paid for.
 */
export async function redeem(intent: RedemptionIntent, store: Store = pendingStore, send: Send = post): Promise<Redemption> {
  await store.put(intent)
  try {
    const done = await send(intent)
    await store.remove(intent.key)
    return done
  } catch (error) {
    // A refusal is an answer. A fault of the server's or a closed session is not: the same intent may still be settled.
    if (error instanceof ApiError && !mayHaveHappened(error) && error.status !== 401) await store.remove(intent.key)
    throw error
  }
}

/** Whether the goods may have been booked although no proper answer came. */
export function mayHaveHappened(error: unknown): boolean {
  return error instanceof ApiError && (error.unanswered || error.status >= 500)
}
