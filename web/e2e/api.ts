import { request } from '@playwright/test'
import type { APIRequestContext } from '@playwright/test'
import { randomUUID } from 'node:crypto'
import { demo, login } from './demo'

/** The API as a test uses it beside the page: to find out what should be shown, and to play the other person. */
export interface TestApi {
  // Tests read answers as they come; their shape is held by the contract test, not here.
  get(path: string): Promise<any>
  post(path: string, body?: unknown): Promise<{ status: number; body: any }>
  put(path: string, body: unknown): Promise<{ status: number; body: any }>
  close(): Promise<void>
}

function over(context: APIRequestContext, csrf: string): TestApi {
  async function write(verb: 'post' | 'put', path: string, body: unknown): Promise<{ status: number; body: any }> {
    const response = await context[verb](`/api/v1${path}`, { data: body as object, headers: { 'x-csrf-token': csrf, 'idempotency-key': randomUUID() } })
    const text = await response.text()
    return { status: response.status(), body: text === '' ? null : JSON.parse(text) }
  }
  return {
    async get(path) {
      const response = await context.get(`/api/v1${path}`)
      if (!response.ok()) throw new Error(`GET ${path}: ${response.status()} ${await response.text()}`)
      return response.json()
    },
    post: (path, body) => write('post', path, body),
    put: (path, body) => write('put', path, body),
    close: () => context.dispose(),
  }
}

/** Somebody who is not signed in; with a card's token, its holder. */
export async function publicApi(token = ''): Promise<TestApi> {
  return over(await request.newContext({ baseURL: demo().url, extraHTTPHeaders: token ? { 'x-card': token } : {} }), '')
}

/** Today where the villages are, yyyymmdd, by the server's clock: the tests' machine may already have another day. */
export async function today(): Promise<number> {
  const anybody = await publicApi()
  const { today } = await anybody.get('/session')
  await anybody.close()
  return today
}

/** The month before, yyyymm. */
const before = (yyyymm: number) => (yyyymm % 100 === 1 ? yyyymm - 89 : yyyymm - 1)

/**
 * This month, the one that is over, and the newest that the demo's main villages have closed: in a month's first days the
 * list of the month before still hangs on their boards.
 */
export async function months(): Promise<{ now: number; over: number; closed: number }> {
  const day = await today()
  const now = Math.floor(day / 100)
  const over = before(now)
  return { now, over, closed: day % 100 < 6 ? before(over) : over }
}

/** Somebody of the staff, signed in apart from the page. */
export async function staffApi(role: string): Promise<TestApi> {
  const context = await request.newContext({ baseURL: demo().url })
  const who = login(role)
  const response = await context.post('/api/v1/session', { data: { login: who.login, password: who.password } })
  if (!response.ok()) throw new Error(`sign in as ${role}: ${response.status()} ${await response.text()}`)
  return over(context, ((await response.json()) as { csrf: string }).csrf)
}
