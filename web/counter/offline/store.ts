import { openDB } from 'idb'
import type { DBSchema, IDBPDatabase } from 'idb'
import type { Bytes } from './crypto'

/** What stands readable in the phone: whose till it is, and how often a PIN was wrong. The rest is sealed. */
export interface Vault {
  id: 'vault'
  till: string
  name: string
  village: string
  villageName: string
  staff: string
  staffName: string
  salt: Bytes
  /** Wrong PINs since the last right one. */
  fails: number
  /** Keys of the till, of the list and of allowances' signatures, sealed with the PIN's key. */
  keys: Bytes
}

export type QueueState = 'waiting' | 'done' | 'review' | 'settled' | 'unreadable'

/** One redemption made offline. `sealed` is for the server and needs no PIN to be sent; `slip` is for this page. */
export interface Queued {
  key: string
  /** Who sends it, and where to: known here too, because a wiped till still sends its queue. */
  till: string
  village: string
  code: string
  madeMs: number
  state: QueueState
  sealed: Bytes
  slip: Bytes
  no: number
  /** The server's sentence where it needs review. */
  reason: string
}

interface Schema extends DBSchema {
  vault: { key: string; value: Vault }
  allowance: { key: string; value: { id: 'allowance'; sealed: Bytes } }
  queue: { key: string; value: Queued }
}

const name = 'qunyan-till'
const version = 1

let opened: Promise<IDBPDatabase<Schema>> | null = null

/** The till's database. A newer program may add to it and never drops the queue. */
export function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>(name, version, {
    upgrade(db) {
      db.createObjectStore('vault', { keyPath: 'id' })
      db.createObjectStore('allowance', { keyPath: 'id' })
      db.createObjectStore('queue', { keyPath: 'key' })
    },
    blocking() {
      // Another window brings a newer form: let it.
      void opened?.then((db) => db.close())
      opened = null
    },
  })
  return opened
}

export async function readVault(): Promise<Vault | undefined> {
  try {
    return await (await database()).get('vault', 'vault')
  } catch {
    // A browser that refuses a database has no till.
    return undefined
  }
}

export const writeVault = async (vault: Vault): Promise<void> => void (await (await database()).put('vault', vault))

/** In the order they were made: the keys grow with time. */
export const readQueue = async (): Promise<Queued[]> => (await database()).getAll('queue')

export const writeQueued = async (queued: Queued): Promise<void> => void (await (await database()).put('queue', queued))

/** Everything but the queue, which only the server's answer ends. */
export async function wipe(): Promise<void> {
  const db = await database()
  const tx = db.transaction(['vault', 'allowance'], 'readwrite')
  await Promise.all([tx.objectStore('vault').clear(), tx.objectStore('allowance').clear(), tx.done])
}
