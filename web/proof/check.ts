import { SyntaxFault, same } from './bytes'
import { hashOf, type PublicKey, verify } from './key'
import { type BookLine, parseLine } from './line'
import { type Given, signedText } from './note'
import { leafOf, rootOf } from './tree'

/** A key somebody trusts, with the time it was in use where that is known. */
export interface Trusted extends PublicKey {
  fromMs: number
  /** 0: no end known */
  untilMs: number
  /** Given by hand, so that its time is not known. */
  pasted: boolean
}

/**
 * What became of a check. `true` only if everything was checked and right; `unsigned` where no trusted key is the
 * signer's, so that nothing at all is sure.
 */
export type Verdict = 'true' | 'false' | 'unsigned'
/** What does not fit, where something does not. */
export type Reason = 'signature' | 'path' | 'place' | 'time'

export interface Finding {
  given: Given
  /** The village the tree's name says; 0 for a tree that is none of a village. */
  village: number
  /** book or audit */
  tree: string
  line: BookLine | null
  key: Trusted | null
  verdict: Verdict
  reason: Reason | null
}

function placeOf(origin: string): { village: number; tree: string } {
  const [, area, tree] = /^qunyan\/(\d{6,12})\/(book|audit)$/.exec(origin) ?? []
  if (!area) throw new SyntaxFault('origin')
  return { village: Number(area), tree }
}

/** Checks what was handed in against the trusted keys; a SyntaxFault where it is no proof at all. */
export function check(given: Given, keys: readonly Trusted[]): Finding {
  const { note, proof } = given
  const { village, tree } = placeOf(note.origin)
  const line = proof && tree === 'book' ? parseLine(proof.entry) : null
  const key = keys.find((k) => k.name === note.signer && k.id === note.keyId) ?? null
  const found = { given, village, tree, line, key }
  // A proof must be of the line it shows: in the book it says, at the place it says.
  if (line && (line.village !== village || line.no !== (proof?.index ?? 0) + 1)) return { ...found, verdict: 'false', reason: 'place' }
  if (!key) return { ...found, verdict: 'unsigned', reason: null }
  const reason = flaw(given, key)
  return { ...found, verdict: reason ? 'false' : 'true', reason }
}

function flaw({ note, proof }: Given, key: Trusted): Reason | null {
  // A compact proof's root is worked out with the hash function it names; one that is not the key's can never be right.
  if (!verify(key, signedText(note), note.signature)) return 'signature'
  const second = 1000
  if (note.atMs < key.fromMs - (key.fromMs % second) || (key.untilMs !== 0 && note.atMs > key.untilMs)) return 'time'
  if (!proof) return null
  const hash = hashOf(key.algorithm)
  const root = rootOf(hash, leafOf(hash, proof.entry), proof.index, note.size, proof.path)
  return root && same(root, note.root) ? null : 'path'
}
