import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { Appraisal, AppraisalOutcome, AppraisalPlan, AppraisalWay, Page, Rated } from './model'

export const listAppraisals = (village: string, query: { cursor?: string }, signal?: AbortSignal): Promise<Page<Appraisal>> =>
  asked(() => api.get('/villages/{village}/appraisals', { path: { village }, query, signal }))

export const readAppraisal = (village: string, id: string, signal?: AbortSignal): Promise<Appraisal> =>
  asked(() => api.get('/villages/{village}/appraisals/{id}', { path: { village, id }, signal }))

export const openAppraisal = (village: string, body: AppraisalPlan): Promise<Appraisal> =>
  asked((key) => api.post('/villages/{village}/appraisals', { path: { village }, body, key }))

export const cancelAppraisal = (village: string, id: string, reason: string): Promise<Appraisal> =>
  asked((key) => api.post('/villages/{village}/appraisals/{id}/cancel', { path: { village, id }, body: { reason }, key }))

/** All households in the order of the paper, with each rater's marks and what they come to. */
export const readRated = async (village: string, id: string, signal?: AbortSignal): Promise<Rated[]> =>
  (await asked(() => api.get('/villages/{village}/appraisals/{id}/marks', { path: { village, id }, signal }))).items

/** Each mark replaces the rater's earlier one, so the same may be sent again; -1 takes it away. */
export const putRatings = async (village: string, id: string, rater: number, marks: { household: string; mark: number }[]): Promise<{ household: string; code: string }[]> =>
  (await asked((key) => api.put('/villages/{village}/appraisals/{id}/marks', { path: { village, id }, body: { rater, marks }, key }))).refused

/** What the claims of all with a grade would bring; dry writes nothing. */
export const claimAppraisal = (village: string, id: string, dry: boolean, signal?: AbortSignal): Promise<AppraisalOutcome> =>
  asked((key) => api.post('/villages/{village}/appraisals/{id}/claims', { path: { village, id }, query: { dry }, key, timeoutMs: 60_000, signal }))

export const readWay = (village: string, signal?: AbortSignal): Promise<AppraisalWay> =>
  asked(() => api.get('/villages/{village}/appraisal-way', { path: { village }, signal }))

export const chooseWay = (village: string, method: AppraisalWay['method'], minutes_no: string): Promise<AppraisalWay> =>
  asked((key) => api.put('/villages/{village}/appraisal-way', { path: { village }, body: { method, minutes_no }, key }))
