import { shallowRef } from 'vue'
import type { Answer } from '../shared/api'
import { api } from '../shared/api'
import { recall, remember } from '../shared/remember'

export type Village = Answer<'/public/villages/{village}', 'get'>
export type Notice = Answer<'/public/villages/{village}/notices', 'get'>['items'][number]
export type Rule = Answer<'/public/villages/{village}/rules', 'get'>['rules'][number]
export type Item = Answer<'/public/villages/{village}/items', 'get'>['items'][number]

/** A village somebody looked at on this phone. */
export interface KnownVillage {
  code: string
  short: string
  township_name: string
}

const known = shallowRef<KnownVillage | null>(recallVillage())

function recallVillage(): KnownVillage | null {
  const [code, short, township_name] = (recall('village') ?? '').split('\n')
  return code && short ? { code, short, township_name: township_name ?? '' } : null
}

/** The village last opened here, so that nobody searches twice. */
export const lastVillage = known

/** Reads a village's public summary and remembers it as this phone's village. */
export async function readVillage(code: string, signal?: AbortSignal): Promise<Village> {
  const village = await api.get('/public/villages/{village}', { path: { village: code }, signal })
  rememberVillage(village)
  return village
}

export function rememberVillage(village: KnownVillage): void {
  known.value = { code: village.code, short: village.short, township_name: village.township_name }
  remember('village', [village.code, village.short, village.township_name].join('\n'))
}
