import { computed, reactive } from 'vue'
import { api } from '../../shared/api'
import { dayOfMs } from '../../shared/format/day'
import type { Grant, SessionInfo, StaffSelf } from '../api/model'
import { can as canDo, type Ability } from './abilities'

const state = reactive({
  staff: null as StaffSelf | null,
  /** The server's clock minus this machine's, so that "today" is the village's day even where a computer's date is wrong. */
  skewMs: 0,
  loaded: false,
  version: '',
})

/** Who is signed in; null while nobody is. */
export const me = computed(() => state.staff)
/** False until the session was read once. */
export const sessionLoaded = computed(() => state.loaded)
/** The version of the server. */
export const serverVersion = computed(() => state.version)
export const grants = computed<Grant[]>(() => state.staff?.grants ?? [])

/** The server's time now, Unix ms. */
export const nowMs = () => Date.now() + state.skewMs
/** Today in China by the server's clock, yyyymmdd. */
export const today = () => dayOfMs(nowMs())

export const can = (ability: Ability, area: string) => canDo(grants.value, ability, area)

function take(info: SessionInfo): SessionInfo {
  state.staff = info.staff
  state.skewMs = info.now_ms - Date.now()
  state.version = info.version
  state.loaded = true
  api.useCsrf(info.csrf)
  return info
}

/** Reads the session the browser's cookie stands for. */
export async function readSession(): Promise<SessionInfo> {
  return take(await api.get('/session', {}))
}

/** Signs in; `code` is the second step where the account has one. Fails with the server's reason. */
export async function signIn(login: string, password: string, code = ''): Promise<SessionInfo> {
  return take(await api.post('/session', { body: code ? { login, password, code } : { login, password } }))
}

/** Ends the session here and on the server; the page forgets who it was even if the server cannot be reached. */
export async function signOut(): Promise<void> {
  try {
    await api.delete('/session', {})
  } finally {
    state.staff = null
  }
}
