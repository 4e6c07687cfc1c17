import { api, ApiError, uuidv7 } from '../../shared/api'
import { knowSession } from '../session'
import type { CartLine } from '../cart'
import { seal, slipCode, toBase64, unseal } from './crypto'
import type { Home, List } from './list'
import { readQueue, writeQueued, type Queued, type QueueState } from './store'
import { allowance, forget, nowMs, opened, readAgain, vault } from './till'

/** A slip as it was printed offline. */
export interface OfflineSlip {
  allowance: string
  household: string
  head: string
  group: string
  points: number
  /** What the household may still spend offline. */
  left: number
  shop: string
  by: string
  lines: { item: string; name: string; unit: string; qty: number; price: number }[]
}

const slipPlace = (key: string) => `qunyan offline slip 1\n${key}`
const intentPlace = (village: string, till: string, key: string) => `qunyan offline intent 1\n${village}\n${till}\n${key}`

/** Slips that were read before, by key: a queue of hundreds is opened once. */
const slips = new Map<string, OfflineSlip>()

export async function slipOf(one: Queued): Promise<OfflineSlip | null> {
  const known = slips.get(one.key)
  const at = opened()
  if (known || !at) return known ?? null
  try {
    const slip = JSON.parse(await unseal(at.listKey, one.slip, slipPlace(one.key))) as OfflineSlip
    slips.set(one.key, slip)
    return slip
  } catch {
    // Written under a till that was wiped since: the server can read it, this page cannot.
    return null
  }
}

/** What was spent and taken under the list in use: per household, per good, in all. Read from the queue each time, so that two windows agree. */
export interface Spent {
  all: number
  home: (household: string) => number
  good: (item: string) => number
}

export async function spentSoFar(list: List): Promise<Spent> {
  const homes = new Map<string, number>()
  const goods = new Map<string, number>()
  let all = 0
  for (const one of await readQueue()) {
    const slip = await slipOf(one)
    if (slip?.allowance !== list.id) continue
    all += slip.points
    homes.set(slip.household, (homes.get(slip.household) ?? 0) + slip.points)
    for (const line of slip.lines) goods.set(line.item, (goods.get(line.item) ?? 0) + line.qty)
  }
  return { all, home: (household) => homes.get(household) ?? 0, good: (item) => goods.get(item) ?? 0 }
}

/** What a household may spend now: its own limit, and what is left of the till's. */
export const canSpend = (list: List, home: Home, spent: Spent): number => Math.max(0, Math.min(home.limit - spent.home(home.id), list.total - spent.all))

export type Refusal = 'locked' | 'expired' | 'limit' | 'stock' | 'empty'

export class OfflineRefusal extends Error {
  constructor(readonly why: Refusal) {
    super(why)
  }
}

/** Checks a basket against the list as it stands and writes it down. Only then may the goods go over the counter. */
export async function redeemOffline(home: Home, lines: CartLine[], byCard: boolean): Promise<Queued> {
  const at = opened()
  const list = allowance.value
  if (!at || !list) throw new OfflineRefusal('locked')
  const madeMs = nowMs()
  if (madeMs > list.until_ms) throw new OfflineRefusal('expired')
  const points = lines.reduce((sum, line) => sum + line.qty * line.price, 0)
  if (points <= 0) throw new OfflineRefusal('empty')
  const spent = await spentSoFar(list)
  if (points > canSpend(list, home, spent)) throw new OfflineRefusal('limit')
  const named = lines.map((line) => {
    const good = list.shelf.find((one) => one.id === line.item)
    if (!good || good.price !== line.price || spent.good(line.item) + line.qty > good.qty) throw new OfflineRefusal('stock')
    return { ...line, name: good.name, unit: good.unit }
  })
  const key = uuidv7()
  const slip: OfflineSlip = { allowance: list.id, household: home.id, head: home.head, group: home.group, points, left: canSpend(list, home, spent) - points, shop: list.shop, by: list.staff_name, lines: named }
  const intent = { a: list.id, h: home.id, c: byCard ? home.card : '', m: madeMs, p: points, l: lines.map((line) => ({ i: line.item, q: line.qty, p: line.price })) }
  const one: Queued = {
    key, till: at.vault.till, village: at.vault.village, code: await slipCode(key), madeMs, state: 'waiting', no: 0, reason: '',
    sealed: await seal(at.tillKey, JSON.stringify(intent), intentPlace(at.vault.village, at.vault.till, key)),
    slip: await seal(at.listKey, JSON.stringify(slip), slipPlace(key)),
  }
  await writeQueued(one)
  slips.set(key, slip)
  await readAgain()
  return one
}

export type Sent = 'sent' | 'nothing' | 'offline' | 'sign_in' | 'revoked'

/** Small enough that one part comes through a weak line before it breaks. */
const partSize = 20
/** How many open questions are asked about again at a time. */
const mostAsked = 40

let sending: Promise<Sent> | null = null

/** Sends what waits, in its order, part by part; whatever was answered stays answered if the line breaks in between. */
export function sendQueue(): Promise<Sent> {
  sending ??= send().finally(() => (sending = null))
  return sending
}

async function send(): Promise<Sent> {
  const all = await readQueue()
  const due = [...all.filter((one) => one.state === 'waiting'), ...all.filter((one) => one.state === 'review').slice(-mostAsked)]
  const box = vault.value
  if (due.length === 0 && !box) return 'nothing'
  try {
    if (!(await knowSession()).staff) return 'sign_in'
    let revoked = false
    for (const sender of senders(due, box)) {
      const own = due.filter((one) => one.till === sender.till)
      for (let from = 0; from === 0 || from < own.length; from += partSize) {
        const ended = await sendPart(sender, own.slice(from, from + partSize))
        revoked ||= ended && sender.till === box?.till
      }
    }
    if (revoked) {
      await forget()
      return 'revoked'
    }
    return due.length > 0 ? 'sent' : 'nothing'
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return 'sign_in'
    if (error instanceof ApiError && error.unanswered) return 'offline'
    throw error
  } finally {
    await readAgain()
  }
}

/** Every till that has something to send, and this phone's own: that is how it hears that it was revoked. */
function senders(due: Queued[], box: { village: string; till: string } | null): { village: string; till: string }[] {
  const found = new Map<string, { village: string; till: string }>()
  for (const one of [...due, ...(box ? [box] : [])]) found.set(one.till, { village: one.village, till: one.till })
  return Array.from(found.values())
}

const becomes: Record<string, QueueState> = { done: 'done', accepted: 'done', review: 'review', returned: 'settled', lost: 'settled' }

/** Sends one part and writes the answers down. It says whether the till was revoked. */
async function sendPart(sender: { village: string; till: string }, part: Queued[]): Promise<boolean> {
  const answer = await api.post('/villages/{village}/tills/{id}/intents', {
    path: { village: sender.village, id: sender.till }, body: { intents: part.map((one) => ({ key: one.key, sealed: toBase64(one.sealed) })) }, timeoutMs: 60_000,
  })
  for (const said of answer.answers) {
    const one = part.find((sent) => sent.key === said.key)
    if (!one) continue
    await writeQueued({ ...one, state: said.result === 'unreadable' ? 'unreadable' : becomes[said.state] ?? 'review', no: said.no, reason: said.reason.text })
  }
  return answer.till === 'revoked'
}

/** The file that the office takes in: everything the server has not booked, sealed as it is. */
export async function exportFile(): Promise<{ name: string; text: string; count: number }> {
  const rest = (await readQueue()).filter((one) => one.state !== 'done' && one.state !== 'settled')
  const text = JSON.stringify({
    format: 'qunyan-offline-queue', version: 1, made_ms: nowMs(),
    intents: rest.map((one) => ({ village: one.village, till: one.till, key: one.key, code: one.code, sealed: toBase64(one.sealed) })),
  })
  const day = new Date(nowMs()).toISOString().slice(0, 10)
  return { name: `qunyan-offline-${day}-${rest.length}.json`, text, count: rest.length }
}
