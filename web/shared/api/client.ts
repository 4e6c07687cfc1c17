import { ApiError } from './error'
import type { paths } from './schema'
import { uuidv7 } from './uuid'

type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** The operation of a path and verb, or never. */
type Operation<P extends keyof paths, V extends Verb> = paths[P] extends Record<V, infer O> ? O : never
/** The paths that know a verb. */
export type PathOf<V extends Verb> = { [P in keyof paths]: Operation<P, V> extends { responses: unknown } ? P : never }[keyof paths]

type Json<C> = C extends { content: { 'application/json': infer B } } ? B : undefined
type Success<R> = R extends { 200: infer A } ? Json<A> : R extends { 201: infer A } ? Json<A> : R extends { 202: infer A } ? Json<A> : undefined
/** What an operation answers. */
export type Answer<P extends keyof paths, V extends Verb> = Operation<P, V> extends { responses: infer R } ? Success<R> : never
/** What an operation takes as its JSON body. */
export type Body<P extends keyof paths, V extends Verb> = Operation<P, V> extends { requestBody?: infer B } ? Json<NonNullable<B>> : undefined
type Param<O, K extends 'path' | 'query'> = O extends { parameters: { [N in K]?: infer T } } ? NonNullable<T> : undefined

type PathPart<T> = [T] extends [never] ? { path?: undefined } : T extends Record<string, unknown> ? { path: T } : { path?: undefined }
type BodyPart<B> = [B] extends [undefined] ? { body?: undefined; raw?: Blob } : { body: B; raw?: undefined } | { body?: undefined; raw: Blob }

export interface CallOptions {
  signal?: AbortSignal
  /** How long one try may take; a village's network is slow, but a person waits no longer than this. */
  timeoutMs?: number
  /** The intent's name (UUIDv7). Pass the same one when the same intent is sent again; without it each call is a new intent. */
  key?: string
  headers?: Record<string, string>
}

/** What a call takes: the contract's path names and query, its JSON body or a file as it is, and the options. */
export type Call<P extends keyof paths, V extends Verb> = CallOptions & PathPart<Param<Operation<P, V>, 'path'>> & { query?: Param<Operation<P, V>, 'query'> } & BodyPart<Body<P, V>>

/** The same, once the types have done their work. */
interface LooseCall extends CallOptions {
  path?: object
  query?: object
  body?: unknown
  raw?: Blob
}

/** Everything a client needs from outside, so that tests can hand in their own. */
export interface Surroundings {
  base: string
  fetch: (url: string, init: RequestInit) => Promise<Response>
  /** BCP 47 tag of the language shown; the server answers problems in it. */
  language: () => string
  online: () => boolean
  /** Told after every try whether an answer came, whatever it said. */
  heard: (answered: boolean) => void
  wait: (ms: number) => Promise<void>
}

interface Draft {
  verb: Verb
  url: string
  body: BodyInit | undefined
  headers: Record<string, string>
  timeoutMs: number
  signal: AbortSignal | undefined
}

const defaultTimeoutMs = 15_000
/** Pauses before the second and third try of a read. */
const retryPausesMs = [400, 1_200]

/** Puts `{names}` and the query into a path of the contract. Undefined query values are left out. */
export function buildUrl(base: string, path: string, params: Record<string, unknown> = {}, query: Record<string, unknown> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  const tail = search.toString()
  return base + filled + (tail ? `?${tail}` : '')
}

/** The typed way to the API: reads are retried on a bad line, writes carry an idempotency key and the session's token. */
export class Client {
  private csrfToken = ''

  constructor(private readonly around: Surroundings) {}

  /** Hands over the session's anti-forgery token, learned when the session is read or opened. */
  useCsrf(token: string): void {
    this.csrfToken = token
  }

  get<P extends PathOf<'get'>>(path: P, request: Call<P, 'get'>): Promise<Answer<P, 'get'>> {
    return this.call('get', path as string, request) as Promise<Answer<P, 'get'>>
  }

  post<P extends PathOf<'post'>>(path: P, request: Call<P, 'post'>): Promise<Answer<P, 'post'>> {
    return this.call('post', path as string, request) as Promise<Answer<P, 'post'>>
  }

  put<P extends PathOf<'put'>>(path: P, request: Call<P, 'put'>): Promise<Answer<P, 'put'>> {
    return this.call('put', path as string, request) as Promise<Answer<P, 'put'>>
  }

  patch<P extends PathOf<'patch'>>(path: P, request: Call<P, 'patch'>): Promise<Answer<P, 'patch'>> {
    return this.call('patch', path as string, request) as Promise<Answer<P, 'patch'>>
  }

  delete<P extends PathOf<'delete'>>(path: P, request: Call<P, 'delete'>): Promise<Answer<P, 'delete'>> {
    return this.call('delete', path as string, request) as Promise<Answer<P, 'delete'>>
  }

  private async call(verb: Verb, path: string, request: LooseCall): Promise<unknown> {
    const draft = this.draft(verb, path, request)
    const tries = verb === 'get' ? retryPausesMs.length + 1 : 1
    for (let tried = 1; ; tried++) {
      try {
        return await this.once(draft)
      } catch (error) {
        const again = error instanceof ApiError && error.code !== 'client.timeout' && error.unanswered && tried < tries
        if (!again) throw error
        await this.around.wait(retryPausesMs[tried - 1])
      }
    }
  }

  private draft(verb: Verb, path: string, request: LooseCall): Draft {
    const headers: Record<string, string> = { accept: 'application/json, application/problem+json', 'accept-language': this.around.language(), ...request.headers }
    if (verb !== 'get') {
      headers['idempotency-key'] = request.key ?? uuidv7()
      if (this.csrfToken) headers['x-csrf-token'] = this.csrfToken
    }
    let body: BodyInit | undefined = request.raw
    if (request.body !== undefined) {
      body = JSON.stringify(request.body)
      headers['content-type'] = 'application/json'
    }
    const url = buildUrl(this.around.base, path, request.path as Record<string, unknown>, request.query as Record<string, unknown>)
    return { verb, url, body, headers, timeoutMs: request.timeoutMs ?? defaultTimeoutMs, signal: request.signal }
  }

  private async once(draft: Draft): Promise<unknown> {
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), draft.timeoutMs)
    const cancel = () => stop.abort()
    draft.signal?.addEventListener('abort', cancel)
    try {
      const response = await this.around.fetch(draft.url, {
        method: draft.verb.toUpperCase(),
        credentials: 'same-origin',
        headers: draft.headers,
        body: draft.body,
        signal: stop.signal,
      })
      const text = await response.text()
      this.around.heard(true)
      return readAnswer(response, text)
    } catch (error) {
      if (error instanceof ApiError || draft.signal?.aborted) throw error
      this.around.heard(false)
      // The browser's word on being online is only believed after a failure: it is often wrong.
      const lost = this.around.online() ? 'client.network' : 'client.offline'
      throw new ApiError(0, stop.signal.aborted ? 'client.timeout' : lost)
    } finally {
      clearTimeout(timer)
      draft.signal?.removeEventListener('abort', cancel)
    }
  }
}

/** The body of a good answer, or the problem as an ApiError. */
function readAnswer(response: Response, text: string): unknown {
  let body: unknown
  try {
    body = text === '' ? undefined : JSON.parse(text)
  } catch {
    // A proxy's error page, or half an answer: never shown, always named.
    throw new ApiError(response.ok ? 0 : response.status, 'client.unreadable')
  }
  if (response.ok) return body
  throw problem(response, (body ?? {}) as Record<string, unknown>)
}

function problem(response: Response, body: Record<string, unknown>): ApiError {
  return new ApiError(
    response.status,
    typeof body.code === 'string' ? body.code : 'client.unreadable',
    typeof body.detail === 'string' ? body.detail : '',
    (body.params ?? {}) as Record<string, string | number>,
    typeof body.request === 'string' ? body.request : '',
    typeof body.field === 'string' ? body.field : '',
  )
}
