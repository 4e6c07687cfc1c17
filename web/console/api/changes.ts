import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { ChangeInput, HouseholdChange, HouseholdChangeFull, Page } from './model'

export const listChanges = (village: string, query: { state?: HouseholdChange['state']; household?: string; cursor?: string }, signal?: AbortSignal): Promise<Page<HouseholdChange>> =>
  asked(() => api.get('/villages/{village}/household-changes', { path: { village }, query, signal }))

export const readChange = (village: string, id: string, signal?: AbortSignal): Promise<HouseholdChangeFull> =>
  asked(() => api.get('/villages/{village}/household-changes/{id}', { path: { village, id }, signal }))

export const previewChange = (village: string, body: ChangeInput): Promise<HouseholdChangeFull> =>
  asked((key) => api.post('/villages/{village}/household-changes/preview', { path: { village }, body, key }))

export const proposeChange = (village: string, body: ChangeInput): Promise<HouseholdChange> =>
  asked((key) => api.post('/villages/{village}/household-changes', { path: { village }, body, key }))

/** The change as it was seen, so that nothing is confirmed that was ended meanwhile. */
type Seen = Pick<HouseholdChange, 'id' | 'version'>

export const confirmChange = (village: string, { id, version }: Seen, body: { paper: string; signed: string; signed_other: string }): Promise<HouseholdChange> =>
  asked((key) => api.post('/villages/{village}/household-changes/{id}/confirm', { path: { village, id }, body: { ...body, version }, key }))

export const withdrawChange = (village: string, { id, version }: Seen): Promise<HouseholdChange> =>
  asked((key) => api.post('/villages/{village}/household-changes/{id}/withdraw', { path: { village, id }, body: { version }, key }))

export const changeHead = (village: string, id: string, body: { head: string; former: 'active' | 'left' | 'died'; version: number }): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/households/{id}/head', { path: { village, id }, body, key }))

export const readMovingPoints = (village: string, signal?: AbortSignal): Promise<{ travel: boolean }> =>
  asked(() => api.get('/villages/{village}/moving-points', { path: { village }, signal }))

export const setMovingPoints = (village: string, travel: boolean): Promise<unknown> =>
  asked((key) => api.put('/villages/{village}/moving-points', { path: { village }, body: { travel }, key }))
