import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { revive, type SheetDraft } from './model'

interface Kept extends DBSchema {
  sheet: { key: string; value: unknown }
}

let opening: Promise<IDBPDatabase<Kept>> | null = null

const database = () =>
  (opening ??= openDB<Kept>('qunyan-console', 1, {
    upgrade: (db) => void db.createObjectStore('sheet'),
    // Another tab with a newer console: give way, the next call opens it anew.
    blocking: (_current, _blocked, event) => {
      ;(event.target as IDBDatabase).close()
      opening = null
    },
  }))

/** A clerk may share a computer: each has a draft of their own in each village. */
const slot = (village: string, staff: string) => `${village} ${staff}`

/** The sheet left unfinished here, or null. */
export async function keptSheet(village: string, staff: string): Promise<SheetDraft | null> {
  return revive(await (await database()).get('sheet', slot(village, staff)))
}

/** Keeps the sheet as it is now; on disk before this resolves, so that a power cut takes nothing that was said to be kept. */
export async function keepSheet(village: string, staff: string, draft: SheetDraft): Promise<void> {
  const work = (await database()).transaction('sheet', 'readwrite', { durability: 'strict' })
  // A plain copy: what Vue watches cannot be stored.
  await Promise.all([work.store.put(JSON.parse(JSON.stringify(draft)), slot(village, staff)), work.done])
}

export async function forgetSheet(village: string, staff: string): Promise<void> {
  await (await database()).delete('sheet', slot(village, staff))
}
