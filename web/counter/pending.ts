import { openDB } from 'idb'
import type { IDBPDatabase } from 'idb'
import type { RedemptionIntent } from './redeem'

/** Where intents wait for their answer. */
export interface Store {
  put(intent: RedemptionIntent): Promise<void>
  remove(key: string): Promise<void>
  all(): Promise<RedemptionIntent[]>
}

/** Keeps intents as long as the page: for browsers that refuse a database, and for tests. */
export class MemoryStore implements Store {
  private readonly intents = new Map<string, RedemptionIntent>()

  async put(intent: RedemptionIntent): Promise<void> {
    this.intents.set(intent.key, intent)
  }

  async remove(key: string): Promise<void> {
    this.intents.delete(key)
  }

  async all(): Promise<RedemptionIntent[]> {
    return Array.from(this.intents.values())
  }
}

class DatabaseStore implements Store {
  constructor(private readonly db: IDBPDatabase) {}

  async put(intent: RedemptionIntent): Promise<void> {
    await this.db.put('intent', intent)
  }

  async remove(key: string): Promise<void> {
    await this.db.delete('intent', key)
  }

  /** Keys grow with time, so this is the order in which they were made. */
  all(): Promise<RedemptionIntent[]> {
    return this.db.getAll('intent')
  }
}

async function open(): Promise<Store> {
  try {
    return new DatabaseStore(await openDB('qunyan-counter', 1, { upgrade: (db) => void db.createObjectStore('intent', { keyPath: 'key' }) }))
  } catch {
    return new MemoryStore()
  }
}

let opened: Promise<Store> | null = null
const use = () => (opened ??= open())

/** This phone's intents. The cart is plain data, but it was made by Vue: it is copied on the way in. */
export const pendingStore: Store = {
  put: async (intent) => (await use()).put(JSON.parse(JSON.stringify(intent)) as RedemptionIntent),
  remove: async (key) => (await use()).remove(key),
  all: async () => (await use()).all(),
}
