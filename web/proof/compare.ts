import { fromBase64 } from './bytes'
import type { Finding } from './check'
import { hashOf } from './key'
import { onlyAppended } from './tree'

export type Comparison = { state: 'good'; from: number; more: number } | { state: 'bad' | 'apart' | 'none' }
/** Asks for the path from the tree of `from` entries to that of `to`; null where there is none to be had. */
export type AskPath = (village: number, from: number, to: number) => Promise<string[] | null>

/**
 * Whether the later of two checkpoints only adds to the earlier. Both were found true before. Somebody hands out the
 * path; whether it leads from one to the other is worked out here.
 */
export async function compare(one: Finding, other: Finding, ask: AskPath): Promise<Comparison> {
  const [was, is] = one.given.note.size <= other.given.note.size ? [one, other] : [other, one]
  const [old, now] = [was.given.note, is.given.note]
  if (!was.key || !is.key || old.origin !== now.origin || was.tree !== 'book' || was.key.algorithm !== is.key.algorithm) return { state: 'apart' }
  const path = old.size < now.size ? await ask(was.village, old.size, now.size) : []
  if (!path) return { state: 'none' }
  let good = false
  try {
    const hashes = path.map((text) => fromBase64(text, 'hash'))
    good = onlyAppended(hashOf(was.key.algorithm), old.size, now.size, old.root, now.root, hashes)
  } catch {
    // What is no path proves nothing.
  }
  return good ? { state: 'good', from: old.size, more: now.size - old.size } : { state: 'bad' }
}
