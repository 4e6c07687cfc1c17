/** What a till's exported file holds for one till. */
export interface TillFile {
  village: string
  till: string
  intents: { key: string; sealed: string }[]
}

interface Exported {
  format?: string
  version?: number
  intents?: { village: string; till: string; key: string; sealed: string }[]
}

/** Reads the file that a counter saved; null for any other file. The entries stay sealed: only the server reads them. */
export function readTillFile(text: string): TillFile[] | null {
  let file: Exported
  try {
    file = JSON.parse(text) as Exported
  } catch {
    return null
  }
  if (file?.format !== 'qunyan-offline-queue' || file.version !== 1 || !Array.isArray(file.intents)) return null
  const tills = new Map<string, TillFile>()
  for (const one of file.intents) {
    const at = tills.get(one.till) ?? { village: one.village, till: one.till, intents: [] }
    at.intents.push({ key: one.key, sealed: one.sealed })
    tills.set(one.till, at)
  }
  return Array.from(tills.values())
}
