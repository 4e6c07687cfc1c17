import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { ExpiryState, ExpiryVote, MonthShare, NoticeCopy, Page, Unclosed } from './model'

export const listCopies = async (village: string, id: string, signal?: AbortSignal): Promise<NoticeCopy[]> =>
  (await asked(() => api.get('/villages/{village}/notices/{id}/copies', { path: { village, id }, signal }))).items

export const recordCopy = (village: string, id: string, body: { way: 'board_a4' | 'board_a3' | 'chat'; place: string }): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/notices/{id}/copies', { path: { village, id }, body, key }))

export const takeCopyDown = (village: string, id: string, copy: string): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/notices/{id}/copies/{copy}/down', { path: { village, id, copy }, body: {}, key }))

export const readChatText = async (village: string, id: string, most: number, lang: 'zh' | 'en', signal?: AbortSignal): Promise<string[]> =>
  (await api.get('/public/villages/{village}/notices/{id}/chat', { path: { village, id }, query: { most, lang }, signal })).messages

export const listShares = (village: string, month: number, query: { find?: string; cursor?: string }, signal?: AbortSignal): Promise<Page<MonthShare>> =>
  asked(() => api.get('/villages/{village}/months/{month}/households', { path: { village, month }, query, signal }))

export const readUnclosed = async (area: string, month: number, signal?: AbortSignal): Promise<Unclosed[]> =>
  (await asked(() => api.get('/areas/{area}/unclosed', { path: { area }, query: { month }, signal }))).items

export const readExpiry = (village: string, signal?: AbortSignal): Promise<ExpiryState> =>
  asked(() => api.get('/villages/{village}/expiry', { path: { village }, signal }))

export const voteExpiry = (village: string, body: ExpiryVote): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/expiry', { path: { village }, body, key }))
