import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { SyntaxFault, fromBase64, join, same, toHex, utf8 } from './bytes'
import { isSm2Key, verifySm2 } from './sm2'
import { sm3 } from './sm3'

export type Algorithm = 'ed25519' | 'sm2'
export type Hash = (bytes: Uint8Array) => Uint8Array

/** A key's algorithm decides the tree's hash function too. */
export const hashOf = (algorithm: Algorithm): Hash => (algorithm === 'sm2' ? sm3 : sha256)

/** A public key as it is handed out: name+id+base64. */
export interface PublicKey {
  text: string
  name: string
  /** eight hexadecimal digits */
  id: string
  algorithm: Algorithm
  data: Uint8Array
  /** four groups of four hexadecimal digits, to be read aloud and compared */
  fingerprint: string
}

const types: [Algorithm, Uint8Array][] = [
  ['ed25519', Uint8Array.of(1)],
  ['sm2', join(Uint8Array.of(255), utf8('sm2-sm3'))],
]

/** What the note format wants of a signer's name: printable, short, no blank and no plus. */
export const validName = (name: string): boolean => /^[!-*,-~]{1,64}$/.test(name)

export function parseKey(given: string): PublicKey {
  const text = given.trim()
  const [, name = '', id = '', encoded = ''] = /^([^+]+)\+([^+]+)\+(.+)$/.exec(text) ?? []
  const typed = fromBase64(encoded, 'key')
  const type = types.find(([, prefix]) => same(typed.slice(0, prefix.length), prefix))
  if (!type || !validName(name)) throw new SyntaxFault('key')
  const [algorithm, prefix] = type
  const data = typed.slice(prefix.length)
  const wellFormed = algorithm === 'sm2' ? isSm2Key(data) : data.length === 32
  if (!wellFormed || toHex(sha256(join(utf8(`${name}\n`), typed)).slice(0, 4)) !== id) throw new SyntaxFault('key')
  const print = toHex(sha256(utf8(text)).slice(0, 8))
  return { text, name, id, algorithm, data, fingerprint: print.replace(/(.{4})(?=.)/g, '$1 ') }
}

/** Whether the 64 bytes are the key's signature under the text. */
export function verify(key: PublicKey, text: string, signature: Uint8Array): boolean {
  const message = utf8(text)
  if (key.algorithm === 'sm2') return verifySm2(signature, message, key.data)
  try {
    // RFC 8032 to the letter, as the server's library and `qunyan verify` read it.
    return ed25519.verify(signature, message, key.data, { zip215: false })
  } catch {
    return false
  }
}
