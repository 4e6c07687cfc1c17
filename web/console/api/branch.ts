import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { BranchCandidate, BranchEntry, BranchList, BranchMember, BranchScheme, BranchSheet, Page } from './model'

const base = '/villages/{village}/branch'

export const listMembers = (village: string, signal?: AbortSignal): Promise<Page<BranchMember>> => asked(() => api.get(`${base}/members`, { path: { village }, signal }))

export const listCandidates = (village: string, signal?: AbortSignal): Promise<Page<BranchCandidate>> =>
  asked(() => api.get(`${base}/members/candidates`, { path: { village }, signal }))

export const addMember = (village: string, body: { resident: string; class: BranchMember['class']; day: number }): Promise<BranchMember> =>
  asked((key) => api.post(`${base}/members`, { path: { village }, body, key }))

export const changeMember = (village: string, id: string, body: { version: number; class?: BranchMember['class']; left_day?: number }): Promise<BranchMember> =>
  asked((key) => api.patch(`${base}/members/{id}`, { path: { village, id }, body, key }))

export const readScheme = (village: string, year: number, signal?: AbortSignal): Promise<BranchScheme> =>
  asked(() => api.get(`${base}/schemes/{year}`, { path: { village, year }, signal }))

export type Draft = Pick<BranchScheme, 'version' | 'name' | 'bases' | 'items' | 'grades' | 'answer_days'>
export const putDraft = (village: string, year: number, body: Draft): Promise<BranchScheme> =>
  asked((key) => api.put(`${base}/schemes/{year}`, { path: { village, year }, body, key }))

export type Vote = Pick<BranchScheme, 'version' | 'vote_day' | 'due' | 'present' | 'in_favour' | 'minutes_no'>
export const adoptScheme = (village: string, year: number, body: Vote): Promise<BranchScheme> =>
  asked((key) => api.post(`${base}/schemes/{year}/vote`, { path: { village, year }, body, key }))

export const listEntries = (village: string, query: { year: number; state?: BranchEntry['state']; cursor?: string }, signal?: AbortSignal): Promise<Page<BranchEntry>> =>
  asked(() => api.get(`${base}/entries`, { path: { village }, query, signal }))

export interface EntryInput { year: number; member?: string; item?: string; times?: number; day?: number; note?: string; told_day?: number; undoes?: string }
export const proposeEntry = (village: string, body: EntryInput): Promise<BranchEntry> => asked((key) => api.post(`${base}/entries`, { path: { village }, body, key }))

/** The entry as it was seen, so that nothing is decided on that somebody changed meanwhile. */
type Seen = Pick<BranchEntry, 'id' | 'version'>

export const answerEntry = (village: string, { id, version }: Seen, text: string, day: number): Promise<BranchEntry> =>
  asked((key) => api.post(`${base}/entries/{id}/answer`, { path: { village, id }, body: { version, text, day }, key }))

export const decideEntry = (village: string, { id, version }: Seen, post: boolean, reason = ''): Promise<BranchEntry> =>
  asked((key) => api.post(`${base}/entries/{id}/decide`, { path: { village, id }, body: { version, post, reason }, key }))

export const withdrawEntry = (village: string, { id, version }: Seen): Promise<BranchEntry> =>
  asked((key) => api.post(`${base}/entries/{id}/withdraw`, { path: { village, id }, body: { version }, key }))

export const readList = (village: string, year: number, quarter: number, signal?: AbortSignal): Promise<BranchList> =>
  asked(() => api.get(`${base}/years/{year}/list`, { path: { village, year }, query: { quarter }, signal }))

export const readSheet = (village: string, year: number, signal?: AbortSignal): Promise<BranchSheet> =>
  asked(() => api.get(`${base}/years/{year}/evaluation`, { path: { village, year }, signal }))

export interface EvaluationInput { day: number; due: number; present: number; minutes_no: string; reason: string; verdicts: { member: string; grade: string; in_favour: number }[] }
export const recordEvaluation = (village: string, year: number, body: EvaluationInput): Promise<BranchSheet> =>
  asked((key) => api.post(`${base}/years/{year}/evaluation`, { path: { village, year }, body, key }))
