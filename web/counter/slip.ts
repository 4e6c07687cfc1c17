import { shallowRef } from 'vue'
import { api } from '../shared/api'
import type { Redemption } from './redeem'

const last = shallowRef<Redemption | null>(null)

/** Keeps the answer of a redemption, so that its slip is there at once. */
export function keepSlip(redemption: Redemption): void {
  last.value = redemption
}

export async function readSlip(village: string, id: string, signal?: AbortSignal): Promise<Redemption> {
  return last.value?.id === id ? last.value : api.get('/villages/{village}/redemptions/{id}', { path: { village, id }, signal })
}

/** Opens the server's page of a slip for the 80 mm printer and the print dialog over it. */
export function printSlip(village: string, id: string): void {
  const page = open(`/print/slip/${village}/${id}?size=80`, '_blank')
  page?.addEventListener('load', () => page.print())
}
