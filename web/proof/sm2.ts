import { weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { join, toHex, utf8 } from './bytes'
import { sm3 } from './sm3'

/** SM2 signatures (GB/T 32918.2) over the curve recommended in part 5, as far as checking them goes. */
const hex = {
  p: 'fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff',
  a: 'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc',
  b: '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93',
  n: 'fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123',
  gx: '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7',
  gy: 'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
}
const number = (digits: string): bigint => BigInt(`0x${digits}`)
const order = number(hex.n)
const Point = weierstrass({ p: number(hex.p), n: order, h: BigInt(1), a: number(hex.a), b: number(hex.b), Gx: number(hex.gx), Gy: number(hex.gy) })

/** The identity that stands for a signer who has agreed on none, as the standard's examples use it. */
const identity = utf8('1234567812345678')

function bytesOf(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16))
}

/** What is signed is not the message alone but signer, curve and key before it. */
function digestOf(key: Uint8Array, message: Uint8Array): bigint {
  const bits = identity.length * 8
  const curve = bytesOf(hex.a + hex.b + hex.gx + hex.gy)
  const signer = sm3(join(Uint8Array.of(bits >> 8, bits & 255), identity, curve, key.slice(1)))
  return number(toHex(sm3(join(signer, message))))
}

export function isSm2Key(key: Uint8Array): boolean {
  try {
    Point.fromBytes(key).assertValidity()
    return key.length === 65
  } catch {
    return false
  }
}

/** Whether the 64 bytes are the signature under the message of the uncompressed point `key`. */
export function verifySm2(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  const r = number(toHex(signature.slice(0, 32)))
  const s = number(toHex(signature.slice(32)))
  const none = BigInt(0)
  const t = (r + s) % order
  if (signature.length !== 64 || r === none || r >= order || s === none || s >= order || t === none) return false
  try {
    const sum = Point.BASE.multiplyUnsafe(s).add(Point.fromBytes(key).multiplyUnsafe(t))
    return (digestOf(key, message) + sum.toAffine().x) % order === r
  } catch {
    return false
  }
}
