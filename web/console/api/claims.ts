import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { Claim, Claimant, ClaimDraft, ClaimFull, ClaimState, CloseResult, Judgement, MonthView, Notice, Objection, Page, SheetInput, SheetResult } from './model'

/** A year of 200 rows is one page of a village's list; the server bounds it there. */
export const pageSize = 200

export interface ClaimFilter {
  state?: ClaimState
  month?: number
  household?: string
  sheet?: string
  cursor?: string
  limit?: number
}

export const listClaims = (village: string, query: ClaimFilter, signal?: AbortSignal): Promise<Page<Claim>> =>
  asked(() => api.get('/villages/{village}/claims', { path: { village }, query, signal }))

export const readClaim = (village: string, id: string, signal?: AbortSignal): Promise<ClaimFull> =>
  asked(() => api.get('/villages/{village}/claims/{id}', { path: { village, id }, signal }))

export const submitClaim = (village: string, body: ClaimDraft, key: string): Promise<Claim> =>
  asked(() => api.post('/villages/{village}/claims', { path: { village }, body, key }))

/** What a deed would bring, without writing anything. */
export const judgeClaim = (village: string, body: ClaimDraft, signal?: AbortSignal): Promise<Judgement> =>
  asked((key) => api.post('/villages/{village}/claims/judge', { path: { village }, body, key, signal }))

/** The claim as the reviewer saw it: a decision names it, so that nothing is decided that was changed meanwhile. */
type Seen = Pick<Claim, 'id' | 'version_no'>

export const approveClaim = (village: string, { id, version_no }: Seen): Promise<Claim> =>
  asked((key) => api.post('/villages/{village}/claims/{id}/approve', { path: { village, id }, body: { version_no }, key }))

export const returnClaim = (village: string, { id, version_no }: Seen, reason: string): Promise<Claim> =>
  asked((key) => api.post('/villages/{village}/claims/{id}/return', { path: { village, id }, body: { reason, version_no }, key }))

export const rejectClaim = (village: string, { id, version_no }: Seen, reason: string): Promise<Claim> =>
  asked((key) => api.post('/villages/{village}/claims/{id}/reject', { path: { village, id }, body: { reason, version_no }, key }))

export const withdrawClaim = (village: string, id: string): Promise<Claim> =>
  asked((key) => api.post('/villages/{village}/claims/{id}/withdraw', { path: { village, id }, body: {}, key }))

export const resubmitClaim = (village: string, { id, version_no }: Seen, body: Omit<ClaimDraft, 'household' | 'rule'>): Promise<Claim> =>
  asked((key) => api.post('/villages/{village}/claims/{id}/resubmit', { path: { village, id }, body: { ...body, version_no }, key }))

/** The server takes at most this many at once. */
const batch = 200

/** Approves many; each is decided on its own, and what was refused is answered with its code. */
export async function approveClaims(village: string, ids: string[]): Promise<{ id: string; ok: boolean; code: string }[]> {
  const results: { id: string; ok: boolean; code: string }[] = []
  for (let from = 0; from < ids.length; from += batch) {
    const part = ids.slice(from, from + batch)
    const answer = await asked((key) => api.post('/villages/{village}/claims/approve', { path: { village }, body: { ids: part }, key, timeoutMs: 60_000 }))
    results.push(...answer.results)
  }
  return results
}

export const trySheet = (village: string, body: SheetInput, signal?: AbortSignal): Promise<SheetResult> =>
  asked((key) => api.post('/villages/{village}/sheets', { path: { village }, query: { dry: true }, body, key, signal, timeoutMs: 30_000 }))

/** `key` stands for this one sheet: sent again after a power cut it is answered with the first result. */
export const submitSheet = (village: string, body: SheetInput, key: string): Promise<SheetResult> =>
  asked(() => api.post('/villages/{village}/sheets', { path: { village }, body, key, timeoutMs: 60_000 }), key)

export const readMonth = (village: string, month: number, signal?: AbortSignal): Promise<MonthView> =>
  asked(() => api.get('/villages/{village}/months/{month}', { path: { village, month }, signal }))

export const publishNotice = (village: string, month: number, days: number): Promise<Notice> =>
  asked((key) => api.post('/villages/{village}/months/{month}/notice', { path: { village, month }, body: { days }, key, timeoutMs: 60_000 }))

export const closeMonth = (village: string, month: number): Promise<CloseResult> =>
  asked((key) => api.post('/villages/{village}/months/{month}/close', { path: { village, month }, body: {}, key, timeoutMs: 120_000 }))

export const listObjections = (village: string, query: { state?: Objection['state']; cursor?: string; limit?: number }, signal?: AbortSignal): Promise<Page<Objection>> =>
  asked(() => api.get('/villages/{village}/objections', { path: { village }, query, signal }))

export const objectOnPaper = (village: string, body: { notice: string; claim: string; text: string; contact: string }): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/objections', { path: { village }, body, key }))

export const answerObjection = (village: string, id: string, outcome: 'upheld' | 'dismissed', answer: string): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/objections/{id}/answer', { path: { village, id }, body: { outcome, answer }, key }))

/** Residents whose deed it may have been, by a personal rule; with `code` those it does not take. */
export const listClaimants = async (village: string, household: string, rule: string, day: number): Promise<Claimant[]> =>
  (await asked(() => api.get('/villages/{village}/households/{id}/claimants', { path: { village, id: household }, query: { rule, day } }))).items
