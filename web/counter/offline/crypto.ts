/**
 * The few pieces of cryptography a till needs, all of the browser's own (docs/offline.md): PBKDF2 makes a key of the
 * keeper's PIN, AES-256-GCM seals, HMAC recognizes a card that the list only knows by a keyed hash.
 */
const pinRounds = 310_000
const nonceSize = 12

/** TypeScript tells bytes over shared memory apart, which nothing here is. */
export type Bytes = Uint8Array<ArrayBuffer>

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text) as Bytes
export const textOf = (bytes: BufferSource): string => new TextDecoder().decode(bytes)
export const randomBytes = (size: number): Bytes => crypto.getRandomValues(new Uint8Array(size))

export function toBase64(bytes: Bytes): string {
  let text = ''
  bytes.forEach((byte) => (text += String.fromCharCode(byte)))
  return btoa(text)
}

/** Reads base64 of either alphabet, padded or not. */
export function fromBase64(text: string): Bytes {
  const raw = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0))
}

const toBase64Url = (bytes: Bytes): string => toBase64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')

/** Whether this page may use it: browsers give it to https and to this machine itself only. */
export const canSeal = (): boolean => typeof crypto !== 'undefined' && crypto.subtle !== undefined

export async function pinKey(pin: string, salt: Bytes): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', utf8(pin), 'PBKDF2', false, ['deriveKey'])
  return crypto.subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: pinRounds }, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

export const sealKey = (raw: Bytes): Promise<CryptoKey> => crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])

/** Nonce, then the sealed text with its tag. `place` ties it to where it belongs: elsewhere it does not open. */
export async function seal(key: CryptoKey, text: string, place: string): Promise<Bytes> {
  const nonce = randomBytes(nonceSize)
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: utf8(place) }, key, utf8(text)))
  const all = new Uint8Array(nonceSize + sealed.length)
  all.set(nonce)
  all.set(sealed, nonceSize)
  return all
}

/** Fails where the key is another one, or anything was changed. */
export async function unseal(key: CryptoKey, sealed: Bytes, place: string): Promise<string> {
  return textOf(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.slice(0, nonceSize), additionalData: utf8(place) }, key, sealed.slice(nonceSize)))
}

async function keyed(salt: Bytes, what: Bytes, size: number): Promise<string> {
  const key = await crypto.subtle.importKey('raw', salt, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return toBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', key, what)).slice(0, size))
}

export const sha256 = async (what: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest('SHA-256', what))

const tokenHashSize = 6
const codeHashSize = 3
/** How the list knows a card: by its token, and by the code printed on it. */
export const tokenHash = async (salt: Bytes, token: string): Promise<string> => keyed(salt, await sha256(utf8(token)), tokenHashSize)
export const codeHash = (salt: Bytes, code: string): Promise<string> => keyed(salt, utf8(`code ${code}`), codeHashSize)

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeBytes = 5
const codeLength = 8
const letterBits = 5

/** The short code on a slip printed offline, as the server makes it from the same key: XXXX-XXXX. */
export async function slipCode(key: string): Promise<string> {
  const bits = Array.from((await sha256(utf8(key))).slice(0, codeBytes), (byte) => byte.toString(2).padStart(8, '0')).join('')
  const code = Array.from({ length: codeLength }, (_, i) => letters[parseInt(bits.slice(i * letterBits, (i + 1) * letterBits), 2)]).join('')
  return `${code.slice(0, 4)}-${code.slice(4)}`
}
