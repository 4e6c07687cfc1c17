import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { Door, Gathering, GatheringPlan, Marked, MarkInput, Outcome, Page, Photo } from './model'

export const listGatherings = (village: string, query: { state?: Gathering['state']; cursor?: string }, signal?: AbortSignal): Promise<Page<Gathering>> =>
  asked(() => api.get('/villages/{village}/gatherings', { path: { village }, query, signal }))

export const readGathering = (village: string, id: string, signal?: AbortSignal): Promise<Gathering> =>
  asked(() => api.get('/villages/{village}/gatherings/{id}', { path: { village, id }, signal }))

export const planGathering = (village: string, body: GatheringPlan): Promise<Gathering> =>
  asked((key) => api.post('/villages/{village}/gatherings', { path: { village }, body, key }))

export const changeGathering = (village: string, id: string, version: number, body: GatheringPlan): Promise<Gathering> =>
  asked((key) => api.put('/villages/{village}/gatherings/{id}', { path: { village, id }, body: { ...body, version }, key }))

export const cancelGathering = (village: string, id: string, reason: string): Promise<Gathering> =>
  asked((key) => api.post('/villages/{village}/gatherings/{id}/cancel', { path: { village, id }, body: { reason }, key }))

/** All households in the order of the paper, each with its mark. */
export const readRoll = async (village: string, id: string, signal?: AbortSignal): Promise<Marked[]> =>
  (await asked(() => api.get('/villages/{village}/gatherings/{id}/roll', { path: { village, id }, signal }))).items

/** Each mark replaces the household's earlier one, so the same may be sent again. */
export const putMarks = async (village: string, id: string, marks: MarkInput[]): Promise<{ household: string; code: string }[]> =>
  (await asked((key) => api.put('/villages/{village}/gatherings/{id}/marks', { path: { village, id }, body: { marks }, key }))).refused

/** What claims for all who were there would bring; dry writes nothing. */
export const claimGathering = (village: string, id: string, dry: boolean, signal?: AbortSignal): Promise<Outcome> =>
  asked((key) => api.post('/villages/{village}/gatherings/{id}/claims', { path: { village, id }, query: { dry }, key, timeoutMs: 60_000, signal }))

export const listGatheringPhotos = (village: string, id: string, cursor: string, signal?: AbortSignal): Promise<Page<Photo>> =>
  asked(() => api.get('/villages/{village}/gatherings/{id}/photos', { path: { village, id }, query: { cursor }, signal }))

export const addGatheringPhoto = (village: string, id: string, photo: string): Promise<Gathering> =>
  asked((key) => api.post('/villages/{village}/gatherings/{id}/photos', { path: { village, id }, body: { photo }, key }))

export const removeGatheringPhoto = (village: string, id: string, photo: string): Promise<void> =>
  asked((key) => api.post('/villages/{village}/gatherings/{id}/photos/remove', { path: { village, id }, body: { photo }, key }))

export const readDoor = (village: string, id: string): Promise<Door> =>
  asked(() => api.get('/villages/{village}/gatherings/{id}/door', { path: { village, id } }))

export const openDoor = (village: string, id: string, from_min: number, to_min: number): Promise<Door> =>
  asked((key) => api.put('/villages/{village}/gatherings/{id}/door', { path: { village, id }, body: { from_min, to_min }, key }))
