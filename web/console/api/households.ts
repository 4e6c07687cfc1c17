import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { Household, HouseholdFull, IssuedCard, Line, Page, PassbookLine, Resident } from './model'

export interface HouseholdFilter {
  q?: string
  group?: string
  state?: 'active' | 'closed' | 'all'
  cursor?: string
  limit?: number
}

export const listHouseholds = (village: string, query: HouseholdFilter, signal?: AbortSignal): Promise<Page<Household>> =>
  asked(() => api.get('/villages/{village}/households', { path: { village }, query, signal }))

export const readHousehold = (village: string, id: string, signal?: AbortSignal): Promise<HouseholdFull> =>
  asked(() => api.get('/villages/{village}/households/{id}', { path: { village, id }, signal }))

export interface HouseholdInput {
  number: number
  group: string
  head: string
  cadre: boolean
}

export const createHousehold = (village: string, body: HouseholdInput): Promise<Household> =>
  asked((key) => api.post('/villages/{village}/households', { path: { village }, body, key }))

export const updateHousehold = (village: string, id: string, body: Partial<HouseholdInput> & { version: number; state?: Household['state']; back?: string }): Promise<unknown> =>
  asked((key) => api.patch('/villages/{village}/households/{id}', { path: { village, id }, body, key }))

export interface ResidentInput {
  name: string
  relation: Resident['relation']
  sex: Resident['sex']
  birth_year: number
  phone?: string
  party: boolean
  state?: Resident['state']
}

export const addResident = (village: string, id: string, body: ResidentInput): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/households/{id}/residents', { path: { village, id }, body, key }))

export const updateResident = (village: string, id: string, body: Partial<ResidentInput>): Promise<unknown> =>
  asked((key) => api.patch('/villages/{village}/residents/{id}', { path: { village, id }, body, key }))

/** The token is answered once; the former card ends with it. */
export const issueCard = (village: string, id: string): Promise<IssuedCard> =>
  asked((key) => api.post('/villages/{village}/households/{id}/cards', { path: { village, id }, key }))

export const revokeCard = (village: string, id: string, reason: string): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/cards/{id}/revoke', { path: { village, id }, body: { reason }, key }))

export const setPin = (village: string, id: string, pin: string): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/cards/{id}/pin', { path: { village, id }, body: { pin }, key }))

export const householdLines = (village: string, id: string, cursor: string, signal?: AbortSignal): Promise<Page<PassbookLine>> =>
  asked(() => api.get('/villages/{village}/households/{id}/lines', { path: { village, id }, query: { cursor }, signal }))

export const listLines = (village: string, query: { household?: string; cursor?: string }, signal?: AbortSignal): Promise<Page<Line>> =>
  asked(() => api.get('/villages/{village}/lines', { path: { village }, query, signal }))

export const reverseLine = (village: string, no: number, reason: string): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/lines/{no}/reverse', { path: { village, no }, body: { reason }, key }))
