import { api } from '../../shared/api'
import type { components } from '../../shared/api/schema'
import { asked } from '../session/again'

type Schema = components['schemas']
export type Reviewing = Schema['ReviewingView']
export type Reviewers = Schema['Reviewers']
export type Reviewer = Schema['Reviewer']
export type Fairness = Schema['Fairness']
export type Burden = Schema['Burden']
export type KinPage = Schema['KinList']
export type Kin = Schema['KinView']
export type KinInput = Schema['KinBody']
export type Queue = Schema['Queue']

export const readReviewing = (area: string, signal?: AbortSignal): Promise<Reviewing> =>
  asked(() => api.get('/areas/{area}/reviewing', { path: { area }, signal }))

export const saveReviewing = (area: string, body: { percent: number; above: number }): Promise<unknown> =>
  asked((key) => api.put('/areas/{area}/reviewing', { path: { area }, body, key }))

export const readReviewers = (village: string, from: number, to: number, signal?: AbortSignal): Promise<Reviewers> =>
  asked(() => api.get('/villages/{village}/reviewers', { path: { village }, query: { from, to }, signal }))

export const readFairness = (village: string, from: number, to: number, signal?: AbortSignal): Promise<Fairness> =>
  asked(() => api.get('/villages/{village}/fairness', { path: { village }, query: { from, to }, signal }))

export const readBurden = (area: string, month: number, signal?: AbortSignal): Promise<Burden> =>
  asked(() => api.get('/areas/{area}/burden', { path: { area }, query: { month }, signal }))

export const readQueues = async (area: string, signal?: AbortSignal): Promise<Queue[]> =>
  (await asked(() => api.get('/areas/{area}/review-queues', { path: { area }, signal }))).items

export const listKin = (village: string, cursor: string, signal?: AbortSignal): Promise<KinPage> =>
  asked(() => api.get('/villages/{village}/kin', { path: { village }, query: { cursor }, signal }))

export const addKin = (village: string, body: KinInput): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/kin', { path: { village }, body, key }))

export const endKin = (village: string, id: string): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/kin/{id}/end', { path: { village, id }, body: {}, key }))
