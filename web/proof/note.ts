import { Reader, SyntaxFault, fromBase64, fromBase64Url, toBase64, toHex } from './bytes'
import { type Algorithm, hashOf, validName } from './key'
import { leafOf, rootOf } from './tree'

/** A signed checkpoint: so many entries, with this root, at this time. */
export interface Note {
  /** names the tree: qunyan/520524105002/book */
  origin: string
  size: number
  root: Uint8Array
  /** whole seconds, in milliseconds */
  atMs: number
  /** of the key that signed */
  signer: string
  keyId: string
  signature: Uint8Array
}

/** Shows that an entry stands in a tree. */
export interface Proof {
  /** from 0; line n of a book is entry n−1 */
  index: number
  entry: Uint8Array
  path: Uint8Array[]
  note: Note
  /** The algorithm a compact proof names; its root was worked out from the entry, so that only the signature can tell. */
  assumed?: Algorithm
}

export type Given = { proof: Proof; note: Note } | { proof: null; note: Note }

const validOrigin = (origin: string): boolean => origin.length <= 128 && /^[^\u0000-\u0020+\u007f]+$/.test(origin)
const mostPath = 63

/** What is signed: a line each for origin, size, root and time. */
export function signedText(note: Note): string {
  return `${note.origin}\n${note.size}\n${toBase64(note.root)}\ntime ${new Date(note.atMs).toISOString().slice(0, 19)}Z\n`
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!/^(0|[1-9]\d*)$/.test(text) || !Number.isSafeInteger(value)) throw new SyntaxFault('number')
  return value
}

function hash(text: string): Uint8Array {
  const bytes = fromBase64(text, 'hash')
  if (bytes.length !== 32) throw new SyntaxFault('hash')
  return bytes
}

export function parseNote(text: string): Note {
  const parts = /^([^\n]+)\n(\d+)\n([^\n]+)\ntime (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n\n\u2014 (\S+) (\S+)\n$/.exec(text)
  if (!parts) throw new SyntaxFault('note')
  const data = fromBase64(parts[6], 'note')
  const atMs = Date.parse(parts[4])
  if (data.length !== 68 || !validOrigin(parts[1]) || !validName(parts[5]) || Number.isNaN(atMs)) throw new SyntaxFault('note')
  return { origin: parts[1], size: wholeNumber(parts[2]), root: hash(parts[3]), atMs, signer: parts[5], keyId: toHex(data.slice(0, 4)), signature: data.slice(4) }
}

function parseProof(text: string): Proof {
  const cut = text.indexOf('\n\n')
  const lines = text.slice(0, cut).split('\n')
  const [, extra = ''] = /^extra (.*)$/.exec(lines[1] ?? '') ?? []
  const [, index = ''] = /^index (.*)$/.exec(lines[2] ?? '') ?? []
  if (cut < 0 || extra === '' || lines.length > 3 + mostPath) throw new SyntaxFault('proof')
  return { index: wholeNumber(index), entry: fromBase64(extra, 'proof'), path: lines.slice(3).map(hash), note: parseNote(text.slice(cut + 2)) }
}

function parseCompact(text: string): Given {
  const r = new Reader(fromBase64Url(text, 'compact'), 'compact')
  const kind = r.byte()
  const hashing = r.byte()
  const origin = ascii(r.take(r.byte()))
  const size = r.count()
  const atMs = r.count() * 1000
  const signer = ascii(r.take(r.byte()))
  const head = { origin, size, atMs, signer, keyId: toHex(r.take(4)), signature: r.take(64) }
  if (!validOrigin(origin) || !validName(signer) || atMs > 2 ** 50) throw new SyntaxFault('compact')
  if (kind === 1 && hashing === 0) {
    const note = { ...head, root: r.take(32) }
    r.end()
    return { proof: null, note }
  }
  if (kind !== 2 || (hashing !== 1 && hashing !== 2)) throw new SyntaxFault('compact')
  const assumed = hashing === 2 ? 'sm2' : 'ed25519'
  const index = r.count()
  const entry = r.take(r.count())
  const path = Array.from({ length: r.byte() }, () => r.take(32))
  r.end()
  const root = rootOf(hashOf(assumed), leafOf(hashOf(assumed), entry), index, size, path)
  if (!root) throw new SyntaxFault('compact')
  const note = { ...head, root }
  return { proof: { index, entry, path, note, assumed }, note }
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...Array.from(bytes))
}

/** Reads whatever people hand in: an address or its part behind #, a proof's file, or a checkpoint's. */
export function parseGiven(text: string): Given {
  const plain = text.replace(/^\uFEFF/, '').replace(/\r\n/g, '\n').trim()
  if (plain.startsWith('c2sp.org/tlog-proof@v1\n')) {
    const proof = parseProof(`${plain}\n`)
    return { proof, note: proof.note }
  }
  if (plain.includes('\n\n\u2014 ')) return { proof: null, note: parseNote(`${plain}\n`) }
  // Whoever copies a long address by hand or from a chat gets it broken over lines.
  return parseCompact(plain.slice(plain.lastIndexOf('#') + 1).replace(/\s+/g, ''))
}
