import { api } from '../../shared/api'
import { asked } from '../session/again'

/** Sends a photo as it is; answers where the made-small copy is kept. */
export const uploadPhoto = (village: string, raw: Blob): Promise<{ id: string; url: string }> =>
  asked((key) => api.post('/villages/{village}/files', { path: { village }, raw, key, timeoutMs: 60_000, headers: { 'content-type': raw.type || 'application/octet-stream' } }))
