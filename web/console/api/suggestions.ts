import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { Page, Suggestion } from './model'

export const listSuggestions = (village: string, query: { state?: Suggestion['state']; cursor?: string }, signal?: AbortSignal): Promise<Page<Suggestion>> =>
  asked(() => api.get('/villages/{village}/suggestions', { path: { village }, query, signal }))

export const raiseSuggestion = (village: string, body: { household: string; text: string; named: boolean }): Promise<Suggestion> =>
  asked((key) => api.post('/villages/{village}/suggestions', { path: { village }, body, key }))

/** The suggestion as it was seen: a decision names it, so that nothing is decided that was changed meanwhile. */
type Seen = Pick<Suggestion, 'id' | 'version'>

export const adoptSuggestion = (village: string, { id, version }: Seen, body: { minutes_no: string; answer: string; withheld: boolean }): Promise<Suggestion> =>
  asked((key) => api.post('/villages/{village}/suggestions/{id}/adopt', { path: { village, id }, body: { ...body, version }, key }))

export const rejectSuggestion = (village: string, { id, version }: Seen, body: { reason: string; withheld: boolean }): Promise<Suggestion> =>
  asked((key) => api.post('/villages/{village}/suggestions/{id}/reject', { path: { village, id }, body: { ...body, version }, key }))

export const carryOutSuggestion = (village: string, { id, version }: Seen, note: string): Promise<Suggestion> =>
  asked((key) => api.post('/villages/{village}/suggestions/{id}/done', { path: { village, id }, body: { note, version }, key }))
