import { describe, expect, it } from 'vitest'
import type { Surroundings } from './client'
import { buildUrl, Client } from './client'
import { ApiError } from './error'
import { uuidv7 } from './uuid'

type Step = Response | 'lost' | 'hangs'

/** A client whose network plays the given steps, and the record of what was sent. */
function playing(steps: Step[], over: Partial<Surroundings> = {}) {
  const sent: { url: string; init: RequestInit }[] = []
  const waits: number[] = []
  const heard: boolean[] = []
  const client = new Client({
    base: '/api/v1',
    language: () => 'zh-CN',
    online: () => true,
    heard: (answered) => heard.push(answered),
    wait: async (ms) => void waits.push(ms),
    fetch: async (url, init) => {
      sent.push({ url, init })
      const step = steps.shift()
      if (step === 'lost' || step === undefined) throw new TypeError('Failed to fetch')
      if (step === 'hangs') return new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))))
      return step
    },
    ...over,
  })
  // The contract's types are not the subject here: the calls below use made-up paths.
  return { client: client as unknown as Record<'get' | 'post', (path: string, request: object) => Promise<unknown>> & Client, sent, waits, heard }
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })
const headers = (init: RequestInit) => init.headers as Record<string, string>

describe('addresses', () => {
  it('fills names, escapes them, and leaves empty query values out', () => {
    expect(buildUrl('/api/v1', '/villages/{village}/goods', { village: 'a/b' }, { q: '', limit: 20, tag: ['x', 'y'], none: undefined })).toBe(
      '/api/v1/villages/a%2Fb/goods?limit=20&tag=x&tag=y',
    )
  })
})

describe('reads', () => {
  it('are retried with pauses while no answer comes', async () => {
    const { client, sent, waits, heard } = playing(['lost', 'lost', json({ ok: 1 })])
    expect(await client.get('/x', {})).toEqual({ ok: 1 })
    expect(sent).toHaveLength(3)
    expect(waits).toEqual([400, 1200])
    expect(heard).toEqual([false, false, true])
  })

  it('give up after three tries and say that the network is the reason', async () => {
    const { client, sent } = playing([])
    await expect(client.get('/x', {})).rejects.toMatchObject({ status: 0, code: 'client.network', unanswered: true })
    expect(sent).toHaveLength(3)
  })

  it('are not retried when the server answered, whatever it answered', async () => {
    const { client, sent } = playing([json({ code: 'area.not_found', detail: '没有这个村' }, 404)])
    await expect(client.get('/x', {})).rejects.toMatchObject({ status: 404, code: 'area.not_found', detail: '没有这个村' })
    expect(sent).toHaveLength(1)
  })

  it('stop after their time', async () => {
    const { client } = playing(['hangs'])
    await expect(client.get('/x', { timeoutMs: 5 })).rejects.toMatchObject({ code: 'client.timeout' })
  })

  it('say offline when the browser agrees', async () => {
    const { client } = playing([], { online: () => false })
    await expect(client.get('/x', {})).rejects.toMatchObject({ code: 'client.offline' })
  })
})

describe('writes', () => {
  it('are sent once and keep the intent when the caller sends it again', async () => {
    const { client, sent } = playing(['lost', json({ id: 7 }, 201)])
    client.useCsrf('token-1')
    const key = uuidv7()
    await expect(client.post('/x', { body: { a: 1 }, key })).rejects.toBeInstanceOf(ApiError)
    expect(await client.post('/x', { body: { a: 1 }, key })).toEqual({ id: 7 })
    expect(sent.map((s) => headers(s.init)['idempotency-key'])).toEqual([key, key])
    expect(headers(sent[0].init)['x-csrf-token']).toBe('token-1')
    expect(sent[0].init.body).toBe('{"a":1}')
  })

  it('get a new key for a new intent', async () => {
    const { client, sent } = playing([json({}), json({})])
    await client.post('/x', {})
    await client.post('/x', {})
    const [a, b] = sent.map((s) => headers(s.init)['idempotency-key'])
    expect(a).not.toBe(b)
  })
})

describe('problems', () => {
  it('carry code, parameters, the field and the request id', async () => {
    const body = { code: 'market.out_of_stock', detail: '香皂只剩 1 块', params: { left: 1 }, field: 'items[0].qty', request: 'r-9' }
    const { client } = playing([json(body, 409)])
    await expect(client.post('/x', { body: {} })).rejects.toMatchObject({ code: 'market.out_of_stock', params: { left: 1 }, requestId: 'r-9', field: 'items[0].qty' })
  })

  it('never show the text of a proxy', async () => {
    const { client } = playing([new Response('<h1>502 Bad Gateway</h1>', { status: 502 })])
    await expect(client.get('/x', {})).rejects.toMatchObject({ status: 502, code: 'client.unreadable', detail: '' })
  })

  it('take an empty good answer as nothing', async () => {
    const { client } = playing([new Response(null, { status: 204 })])
    expect(await client.post('/x', {})).toBeUndefined()
  })
})

describe('uuidv7', () => {
  it('has version 7, variant 2 and the time in front', () => {
    const id = uuidv7(0x0123456789ab)
    expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('orders by time', () => {
    expect(uuidv7(1_000) < uuidv7(2_000)).toBe(true)
  })
})
