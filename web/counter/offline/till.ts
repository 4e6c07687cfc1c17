import { computed, shallowRef } from 'vue'
import { api } from '../../shared/api'
import { canSeal, fromBase64, pinKey, randomBytes, seal, sealKey, toBase64, unseal, type Bytes } from './crypto'
import { isSigned, readList, type List } from './list'
import { database, readQueue, readVault, wipe, writeVault, type Queued, type Vault } from './store'

/** The keys of a till, as the vault holds them. */
interface Keys {
  till: string
  list: string
  sign: string
}

/** A till that the keeper's PIN has opened: it lasts as long as the page. */
interface Open {
  vault: Vault
  tillKey: CryptoKey
  listKey: CryptoKey
  sign: Bytes
}

export const mostWrongPins = 10
export const shortestPin = 6

const known = shallowRef<Vault | null>(null)
const open = shallowRef<Open | null>(null)
const list = shallowRef<List | null>(null)
const queue = shallowRef<Queued[]>([])
/** How far the server's clock was ahead of this phone's when the list was fetched. */
let skewMs = 0

export const vault = computed(() => known.value)
export const allowance = computed(() => list.value)
export const isOpen = computed(() => open.value !== null)
export const queued = computed(() => queue.value)
export const waiting = computed(() => queue.value.filter((one) => one.state === 'waiting'))

/** Server time as far as this phone knows it. */
export const nowMs = (): number => Date.now() + skewMs
export const skewDays = (): number => Math.round(skewMs / 86_400_000)
export const opened = (): Open | null => open.value

export async function lookAround(): Promise<Vault | null> {
  known.value = (await readVault()) ?? null
  if (known.value || (await hasDatabase())) await readAgain()
  return known.value
}

async function hasDatabase(): Promise<boolean> {
  try {
    return (await (await database()).count('queue')) > 0
  } catch {
    return false
  }
}

export async function readAgain(): Promise<void> {
  queue.value = await readQueue()
}

/** Why a PIN is too easy to guess, or ''. */
export function pinFault(pin: string): 'short' | 'easy' | '' {
  if (!/^\d+$/.test(pin) || pin.length < shortestPin) return 'short'
  const steps = Array.from(pin).slice(1).map((digit, i) => Number(digit) - Number(pin[i]))
  return steps.every((step) => step === steps[0]) && Math.abs(steps[0]) <= 1 ? 'easy' : ''
}

const vaultPlace = (id: string) => `qunyan offline vault 1\n${id}`
const listPlace = (id: string) => `qunyan offline list 1\n${id}`

async function openWith(box: Vault, keys: Keys): Promise<void> {
  open.value = { vault: box, tillKey: await sealKey(fromBase64(keys.till)), listKey: await sealKey(fromBase64(keys.list)), sign: fromBase64(keys.sign) }
}

/** Makes this phone a till: registers it, keeps its keys behind the PIN, and asks the browser not to clear them away. */
export async function setUp(place: { area: string; name: string }, who: { id: string; name: string }, name: string, pin: string, key: string): Promise<void> {
  if (!canSeal()) throw new Error('no crypto')
  const made = await api.post('/villages/{village}/tills', { path: { village: place.area }, body: { name }, key })
  const salt = randomBytes(16)
  const keys: Keys = { till: made.key, list: toBase64(randomBytes(32)), sign: made.sign }
  const box: Vault = {
    id: 'vault', till: made.id, name, village: place.area, villageName: place.name, staff: who.id, staffName: who.name, salt, fails: 0,
    keys: await seal(await pinKey(pin, salt), JSON.stringify(keys), vaultPlace(made.id)),
  }
  await writeVault(box)
  known.value = box
  await openWith(box, keys)
  await navigator.storage?.persist?.().catch(() => false)
  await fetchList()
}

export type Unlocked = { ok: true } | { ok: false; left: number }

/** Opens the till. The tenth wrong PIN in a row wipes keys and list; the queue stays, sealed, and is sent all the same. */
export async function unlock(pin: string): Promise<Unlocked> {
  const box = await readVault()
  if (!box) return { ok: false, left: 0 }
  // Counted before it is tried: whoever pulls the plug in between has used up the try.
  await writeVault({ ...box, fails: box.fails + 1 })
  let keys: Keys
  try {
    keys = JSON.parse(await unseal(await pinKey(pin, box.salt), box.keys, vaultPlace(box.till))) as Keys
  } catch {
    const left = mostWrongPins - box.fails - 1
    if (left <= 0) await forget()
    else known.value = await readVault() ?? null
    return { ok: false, left: Math.max(0, left) }
  }
  const fresh = { ...box, fails: 0 }
  await writeVault(fresh)
  known.value = fresh
  await openWith(fresh, keys)
  await loadList()
  await readAgain()
  return { ok: true }
}

/** Takes keys and list out of this phone; what was not sent yet stays. */
export async function forget(): Promise<void> {
  await wipe()
  lock()
  known.value = null
  await readAgain()
}

export function lock(): void {
  open.value = null
  list.value = null
}

interface Kept {
  text: string
  signature: string
  skewMs: number
}

async function loadList(): Promise<void> {
  const at = open.value
  if (!at) return
  const row = await (await database()).get('allowance', 'allowance')
  if (!row) return
  const kept = JSON.parse(await unseal(at.listKey, row.sealed, listPlace(at.vault.till))) as Kept
  await show(kept, at.sign)
}

async function show(kept: Kept, sign: Bytes): Promise<void> {
  if (!(await isSigned(kept.text, fromBase64(kept.signature), sign))) throw new Error('the list is not signed by the village')
  skewMs = kept.skewMs
  list.value = readList(kept.text)
}

/** Fetches a new list and keeps it sealed. The queue must be sent first: the new limits are made from the book. */
export async function fetchList(): Promise<void> {
  const at = open.value
  if (!at) return
  const answer = await api.post('/villages/{village}/tills/{id}/allowance', { path: { village: at.vault.village, id: at.vault.till } })
  const kept: Kept = { text: answer.text, signature: answer.signature, skewMs: answer.issued_ms - Date.now() }
  await show(kept, at.sign)
  const sealed = await seal(at.listKey, JSON.stringify(kept), listPlace(at.vault.till))
  await (await database()).put('allowance', { id: 'allowance', sealed })
}
