import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { Area, Attention, AuditCoverage, AuditRecord, Overview, Page, Role, StaffAccount, TrendPoint, VillageHit } from './model'

export const areasUnder = async (parent: string, signal?: AbortSignal): Promise<Area[]> =>
  (await api.get('/areas', { query: { parent }, signal })).items

export const searchVillages = async (q: string, signal?: AbortSignal): Promise<VillageHit[]> =>
  (await api.get('/areas/search', { query: { q }, signal })).items

export const createGroup = (village: string, body: { name: string; kind: 'group' | 'building' }): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/groups', { path: { village }, body, key }))

export const readOverview = (area: string, from: number, to: number, signal?: AbortSignal): Promise<Overview> =>
  asked(() => api.get('/areas/{area}/overview', { path: { area }, query: { from, to }, signal }))

export const readTrend = async (area: string, from: number, to: number, signal?: AbortSignal): Promise<TrendPoint[]> =>
  (await asked(() => api.get('/areas/{area}/trend', { path: { area }, query: { from, to }, signal }))).items

export const readAttention = async (area: string, signal?: AbortSignal): Promise<Attention[]> =>
  (await asked(() => api.get('/areas/{area}/attention', { path: { area }, signal }))).items

export const listStaff = async (area: string, q: string, signal?: AbortSignal): Promise<StaffAccount[]> =>
  (await asked(() => api.get('/staff', { query: { area, q }, signal }))).items

export interface StaffInput {
  login: string
  name: string
  grants: { role: Role; area: string }[]
}

/** The password is answered once and never again. */
export const createStaff = (body: StaffInput): Promise<{ staff: StaffAccount; password: string }> =>
  asked((key) => api.post('/staff', { body, key }))

export const updateStaff = (id: string, body: { name?: string; state?: 'active' | 'disabled'; grants?: { role: Role; area: string }[] }): Promise<unknown> =>
  asked((key) => api.patch('/staff/{id}', { path: { id }, body, key }))

export const resetPassword = (id: string): Promise<{ password: string }> =>
  asked((key) => api.post('/staff/{id}/password', { path: { id }, key }))

/** What narrows the trail; the downloads take the same. */
export interface AuditFilter {
  action?: string
  q?: string
  actor?: string
  from_ms?: number
  to_ms?: number
}

export const listAudit = (area: string, query: AuditFilter & { cursor?: string }, signal?: AbortSignal): Promise<Page<AuditRecord>> =>
  asked(() => api.get('/areas/{area}/audit', { path: { area }, query, signal }))

export const auditCoverage = async (area: string, signal?: AbortSignal): Promise<AuditCoverage[]> =>
  (await asked(() => api.get('/areas/{area}/audit/coverage', { path: { area }, signal }))).items
