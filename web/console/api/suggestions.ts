import { api, ApiError } from '../../shared/api'
import { asked } from '../session/again'
import type { Page, Suggestion } from './model'

export const listSuggestions = (village: string, query: { state?: Suggestion['state']; cursor?: string }, signal?: AbortSignal): Promise<Page<Suggestion>> =>
  asked(() => api.get('/villages/{village}/suggestions', { path: { village }, query, signal }))

export const raiseSuggestion = (village: string, body: { household: string; text: string; named: boolean; memo?: string }): Promise<Suggestion> =>
  asked((key) => api.post('/villages/{village}/suggestions', { path: { village }, body, key }))

/** The suggestion as it was seen: a decision names it, so that nothing is decided that was changed meanwhile. */
type Seen = Pick<Suggestion, 'id' | 'version'>

export const adoptSuggestion = (village: string, { id, version }: Seen, body: { minutes_no: string; answer: string; withheld: boolean }): Promise<Suggestion> =>
  asked((key) => api.post('/villages/{village}/suggestions/{id}/adopt', { path: { village, id }, body: { ...body, version }, key }))

export const rejectSuggestion = (village: string, { id, version }: Seen, body: { reason: string; withheld: boolean }): Promise<Suggestion> =>
  asked((key) => api.post('/villages/{village}/suggestions/{id}/reject', { path: { village, id }, body: { ...body, version }, key }))

export const carryOutSuggestion = (village: string, { id, version }: Seen, note: string): Promise<Suggestion> =>
  asked((key) => api.post('/villages/{village}/suggestions/{id}/done', { path: { village, id }, body: { note, version }, key }))

/** Two minutes of speech over an office's line. */
const memoTimeoutMs = 60_000

export const sendMemo = (village: string, raw: Blob, key: string): Promise<{ id: string }> =>
  asked(() => api.post('/villages/{village}/memos', { path: { village }, raw, key, timeoutMs: memoTimeoutMs, headers: { 'content-type': raw.type || 'application/octet-stream' } }))

/** The recording itself. It is fetched whole: some browsers play an address only from a server that hands out pieces of it. */
export async function fetchMemo(village: string, id: string): Promise<Blob> {
  const answer = await fetch(`/api/v1/villages/${village}/suggestions/${id}/memo`)
  if (!answer.ok) throw new ApiError(answer.status, ((await answer.json()) as { code?: string }).code ?? '')
  return answer.blob()
}

export const typeSuggestion = (village: string, { id, version }: Seen, text: string): Promise<Suggestion> =>
  asked((key) => api.post('/villages/{village}/suggestions/{id}/type', { path: { village, id }, body: { text, version }, key }))
