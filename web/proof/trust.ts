import type { Answer } from '../shared/api/client'
import { recall, remember } from '../shared/remember'
import type { Trusted } from './check'
import { parseKey } from './key'

type Served = Answer<'/public/keys', 'get'>['items'][number]
type Kept = Pick<Trusted, 'text' | 'fromMs' | 'untilMs' | 'pasted'>

/** What a device remembers is taken up only where it still is a key. */
function read(kept: Kept): Trusted[] {
  try {
    return [{ ...parseKey(kept.text), fromMs: kept.fromMs, untilMs: kept.untilMs, pasted: kept.pasted }]
  } catch {
    return []
  }
}

const readAll = (all: readonly Kept[]): Trusted[] => all.reduce<Trusted[]>((keys, one) => keys.concat(read(one)), [])

function recallKeys(): Trusted[] {
  try {
    return readAll(JSON.parse(recall('keys') ?? '[]') as Kept[])
  } catch {
    return []
  }
}

let held = recallKeys()

/** The keys on this device, newest first. */
export const keys = (): readonly Trusted[] => held

function keep(all: Trusted[]): void {
  held = all
  remember('keys', JSON.stringify(all.map(({ text, fromMs, untilMs, pasted }) => ({ text, fromMs, untilMs, pasted }))))
}

async function get<T>(path: string): Promise<T | null> {
  try {
    const response = await fetch(`/api/v1/public${path}`)
    return response.ok ? ((await response.json()) as T) : null
  } catch {
    // No network: what this device remembers has to do.
    return null
  }
}

/** Fetches the site's keys. Those of former visits stay: what they signed can still be checked. */
export async function fetchKeys(): Promise<void> {
  const answer = await get<{ items: Served[] }>('/keys')
  if (!answer) return
  const served = readAll(answer.items.map((k) => ({ text: k.public, fromMs: k.from_ms, untilMs: k.until_ms, pasted: false })).reverse())
  keep([...served, ...held.filter((k) => !served.some((s) => s.text === k.text))])
}

/** Takes a key from paper; a SyntaxFault where it is none. Its time is not known, so any is taken. */
export function addKey(text: string): void {
  const key = parseKey(text.replace(/\s+/g, ''))
  if (!held.some((k) => k.text === key.text)) keep([{ ...key, fromMs: 0, untilMs: 0, pasted: true }, ...held])
}

export function removeKey(text: string): void {
  keep(held.filter((k) => k.text !== text))
}

/** A village's name as the site has it, or '': a proof itself holds only the code. */
export async function fetchName(village: string): Promise<string> {
  const answer = await get<Answer<'/public/villages/{village}', 'get'>>(`/villages/${village}`)
  return answer ? `${answer.township_name} ${answer.short}` : ''
}

/** The site's path from one checkpoint to another, in base64; null where there is none to be had. */
export async function fetchConsistency(village: number, from: number, to: number): Promise<string[] | null> {
  const answer = await get<Answer<'/public/villages/{village}/consistency', 'get'>>(`/villages/${village}/consistency?from=${from}&to=${to}`)
  return answer && answer.path
}
