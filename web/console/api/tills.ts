import type { Answer, Body } from '../../shared/api'
import { api } from '../../shared/api'
import { asked } from '../session/again'

export type OfflineRule = Answer<'/villages/{village}/offline-rule', 'get'>
export type TillRow = Answer<'/villages/{village}/tills', 'get'>['items'][number]
export type OfflineCase = Answer<'/villages/{village}/offline-redemptions', 'get'>['items'][number]
export type Way = Body<'/villages/{village}/offline-redemptions/{id}/settle', 'post'>['way']
export type Synced = Answer<'/villages/{village}/tills/{id}/import', 'post'>

export const readRule = (village: string, signal?: AbortSignal): Promise<OfflineRule> =>
  asked(() => api.get('/villages/{village}/offline-rule', { path: { village }, signal }))

export const saveRule = (village: string, body: OfflineRule): Promise<OfflineRule> =>
  asked((key) => api.put('/villages/{village}/offline-rule', { path: { village }, body, key }))

export const listTills = async (village: string, signal?: AbortSignal): Promise<TillRow[]> =>
  (await asked(() => api.get('/villages/{village}/tills', { path: { village }, signal }))).items

export const revokeTill = (village: string, id: string, reason: string): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/tills/{id}/revoke', { path: { village, id }, body: { reason }, key }))

export const importTill = (village: string, id: string, intents: { key: string; sealed: string }[]): Promise<Synced> =>
  asked((key) => api.post('/villages/{village}/tills/{id}/import', { path: { village, id }, body: { intents }, key, timeoutMs: 60_000 }))

export const listCases = (village: string, query: { state?: OfflineCase['state']; cursor?: string }, signal?: AbortSignal) =>
  asked(() => api.get('/villages/{village}/offline-redemptions', { path: { village }, query, signal }))

export const settleCase = (village: string, id: string, way: Way, note: string): Promise<OfflineCase> =>
  asked((key) => api.post('/villages/{village}/offline-redemptions/{id}/settle', { path: { village, id }, body: { way, note }, key }))
