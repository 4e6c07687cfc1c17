import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Login {
  role: string
  login: string
  password: string
  area: string
  area_name: string
  name: string
}

export interface Card {
  village: string
  household: string
  number: string
  head: string
  token: string
  pin: string
  url: string
}

/** What `qunyan demo --json` prints in its first line. */
export interface Demo {
  url: string
  village: string
  village_name: string
  township: string
  logins: Login[]
  cards: Card[]
}

export const artifacts = fileURLToPath(new URL('./.artifacts', import.meta.url))
export const demoFile = `${artifacts}/demo.json`
mkdirSync(dirname(demoFile), { recursive: true })

/** The running demo. */
export const demo = (): Demo => JSON.parse(readFileSync(demoFile, 'utf8')) as Demo

/** The login of a role in the demo's main village, or the first one that has the role. */
export function login(role: string): Login {
  const { logins, village } = demo()
  const found = logins.find((l) => l.role === role && l.area === village) ?? logins.find((l) => l.role === role)
  if (!found) throw new Error(`the demo has no login for ${role}`)
  return found
}
