import { join, same } from './bytes'
import type { Hash } from './key'

/** Trees of hashes as RFC 6962 builds them; the first byte keeps entries and nodes apart. */
export const leafOf = (hash: Hash, entry: Uint8Array): Uint8Array => hash(join(Uint8Array.of(0), entry))
const nodeOf = (hash: Hash, left: Uint8Array, right: Uint8Array): Uint8Array => hash(join(Uint8Array.of(1), left, right))

// Counts may exceed 32 bits, where script's own shifts end.
const half = (n: number): number => Math.floor(n / 2)
const odd = (n: number): boolean => n % 2 === 1

/** Works an entry's hash up its path to the root over `size` entries (RFC 9162, section 2.1.3.2); null if the path fits no such tree. */
export function rootOf(hash: Hash, leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[]): Uint8Array | null {
  if (index < 0 || index >= size) return null
  let root = leaf
  let fn = index
  let sn = size - 1
  for (const beside of path) {
    if (sn === 0) return null
    if (odd(fn) || fn === sn) {
      root = nodeOf(hash, beside, root)
      while (!odd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else {
      root = nodeOf(hash, root, beside)
    }
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 ? root : null
}

/** Whether `path` proves that the tree of `size` entries began as the tree of `old` entries (RFC 9162, section 2.1.4.2). */
export function onlyAppended(hash: Hash, old: number, size: number, oldRoot: Uint8Array, root: Uint8Array, path: readonly Uint8Array[]): boolean {
  if (old < 1 || old > size) return false
  if (old === size) return path.length === 0 && same(oldRoot, root)
  let fn = old - 1
  let sn = size - 1
  while (odd(fn)) [fn, sn] = [half(fn), half(sn)]
  // Where the old tree is whole in the new one, its root itself is where the path begins.
  const steps = fn === 0 ? [oldRoot, ...path] : path
  if (steps.length === 0) return false
  let was = steps[0]
  let is = steps[0]
  for (const c of steps.slice(1)) {
    if (sn === 0) return false
    if (odd(fn) || fn === sn) {
      was = nodeOf(hash, c, was)
      is = nodeOf(hash, c, is)
      while (!odd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else {
      is = nodeOf(hash, is, c)
    }
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 && same(was, oldRoot) && same(is, root)
}
