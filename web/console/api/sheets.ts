import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { BatchResult } from './model'

/** Where a blank workbook of the village's households is downloaded. */
export const blankSheet = (village: string, rules: readonly string[], day: number, title: string, lang: string): string =>
  `/api/v1/villages/${village}/sheets/blank.xlsx?${new URLSearchParams({ rules: rules.join(','), day: String(day), title, lang })}`

/** Takes a filled workbook; `dry` only looks. Households claimed for the day already are left out, so a file may come twice. */
export const importSheet = (village: string, file: File, dry: boolean): Promise<BatchResult> =>
  asked((key) =>
    api.post('/villages/{village}/sheets/import', { path: { village }, query: { dry }, raw: file, key, timeoutMs: 120_000, headers: { 'content-type': 'application/octet-stream' } }),
  )
