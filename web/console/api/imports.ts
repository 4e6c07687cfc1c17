import { api } from '../../shared/api'
import { asked } from '../session/again'

export interface ImportFault {
  sheet: string
  row: number
  column: string
  code: string
  reason: string
}

export interface ImportJob {
  id: string
  state: 'running' | 'failed' | 'done' | 'dry'
  rows: number
  done: number
  total: number
  created: number
  changed: number
  unchanged: number
  groups: number
  errors: ImportFault[]
  error_count: number
}

/**
 * Starts reading a workbook of households; `dry` only looks, and `newGroups` makes the groups and buildings that the file
 * names and the village does not have yet. The job's progress is read by its id.
 */
export const startImport = (area: string, file: File, dry: boolean, newGroups: boolean): Promise<Pick<ImportJob, 'id' | 'state'>> =>
  asked((key) =>
    api.post('/areas/{area}/imports', {
      path: { area },
      query: { dry, groups: newGroups ? 'create' : 'known' },
      raw: file,
      key,
      timeoutMs: 120_000,
      // A header carries ASCII only, and file names here are Chinese.
      headers: { 'content-type': file.type || 'application/octet-stream', 'x-file-name': encodeURIComponent(file.name) },
    }),
  )

export const readImport = (area: string, id: string, signal?: AbortSignal): Promise<ImportJob> =>
  asked(() => api.get('/areas/{area}/imports/{id}', { path: { area, id }, signal }))
