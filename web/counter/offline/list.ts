import { codeHash, fromBase64, tokenHash, utf8, type Bytes } from './crypto'

/** A household as the allowance lists it. */
export interface Home {
  number: number
  id: string
  head: string
  group: string
  /** What it may spend offline under this allowance. */
  limit: number
  /** What it could spend in all when the list was made. */
  free: number
  card: string
  token: string
  code: string
  /** Birth year of the head, only where two of the village have one name. */
  born: string
}

export interface ListGood {
  id: string
  name: string
  unit: string
  price: number
  qty: number
}

interface Top {
  village: string
  shop: string
  till: string
  till_name: string
  id: string
  staff: string
  staff_name: string
  issued_ms: number
  until_ms: number
  total: number
  salt: string
  groups: string[]
  households: number
  goods: number
}

/** What a till may hand out, and to whom. */
export interface List extends Top {
  homes: Home[]
  shelf: ListGood[]
}

const magic = 'qunyan offline allowance 1'

/** Reads an allowance's text; the signature under it was checked by the caller. */
export function readList(text: string): List {
  const lines = text.split('\n')
  if (lines[0] !== magic) throw new Error('not an allowance')
  const top = JSON.parse(lines[1]) as Top
  const homes = lines.slice(2, 2 + top.households).map((line): Home => {
    const [number, id, head, group, limit, free, card, token, code, born] = line.split('|')
    return { number: Number(number), id, head, group: top.groups[Number(group) - 1] ?? '', limit: Number(limit), free: Number(free), card, token, code, born }
  })
  const shelf = lines.slice(2 + top.households, 2 + top.households + top.goods).map((line): ListGood => {
    const [id, name, unit, price, qty] = line.split('|')
    return { id, name, unit, price: Number(price), qty: Number(qty) }
  })
  return { ...top, homes, shelf }
}

/** Whether the key that this phone was given at its enrolment stands for the text. */
export async function isSigned(text: string, signature: Bytes, publicKey: Bytes): Promise<boolean> {
  const { ed25519 } = await import('@noble/curves/ed25519.js')
  return ed25519.verify(signature, utf8(text), publicKey)
}

export async function homeByToken(list: List, token: string): Promise<Home | undefined> {
  const hash = await tokenHash(fromBase64(list.salt), token)
  return list.homes.find((home) => home.token === hash)
}

export async function homeByCode(list: List, code: string): Promise<Home | undefined> {
  const hash = await codeHash(fromBase64(list.salt), code.replace(/-/g, ''))
  const found = list.homes.filter((home) => home.code === hash)
  // A code's hash is cut so short that two could share one: then the card must be scanned.
  return found.length === 1 ? found[0] : undefined
}

/** Households by name, number, or group with birth year; those of a group only where one is chosen. */
export function search(list: List, typed: string, group: string): Home[] {
  const wanted = typed.trim()
  return list.homes.filter((home) => {
    if (group && home.group !== group) return false
    if (wanted === '') return true
    if (/^\d+$/.test(wanted)) return home.number === Number(wanted) || home.born === wanted
    return home.head.includes(wanted)
  })
}
