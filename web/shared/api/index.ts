import { locale } from '../i18n'
import { noteAnswer } from '../connection'
import { Client } from './client'

/** The client of this page. */
export const api = new Client({
  base: '/api/v1',
  fetch: (url, init) => fetch(url, init),
  language: () => (locale.value === 'zh' ? 'zh-CN' : 'en'),
  online: () => navigator.onLine,
  heard: noteAnswer,
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
})

export { ApiError, errorMessage } from './error'
export { uuidv7 } from './uuid'
export type { Answer, Body } from './client'
