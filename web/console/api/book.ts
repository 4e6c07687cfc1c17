import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { AccountRow } from './model'

export const readAccounts = async (village: string, signal?: AbortSignal): Promise<AccountRow[]> =>
  (await asked(() => api.get('/villages/{village}/accounts', { path: { village }, signal }))).items
