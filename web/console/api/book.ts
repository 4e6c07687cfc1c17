import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { AccountRow, BookCoverage, Checkpoint, PublicKey } from './model'

export const readAccounts = async (village: string, signal?: AbortSignal): Promise<AccountRow[]> =>
  (await asked(() => api.get('/villages/{village}/accounts', { path: { village }, signal }))).items

export const readCoverage = (village: string, signal?: AbortSignal): Promise<BookCoverage> =>
  api.get('/public/villages/{village}/coverage', { path: { village }, signal })

export const listKeys = async (signal?: AbortSignal): Promise<PublicKey[]> => (await api.get('/public/keys', { signal })).items

export const sealBook = (village: string): Promise<Checkpoint> => asked((key) => api.post('/villages/{village}/checkpoints', { path: { village }, body: undefined, key }))
