import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'
import { api, ApiError } from '../shared/api'
import type { components } from '../shared/api/schema'
import { addMonths, dayOfMs, monthOf } from '../shared/format/day'

type Schema = components['schemas']

export interface Board {
  name: string
  overview: Schema['Overview']
  trend: Schema['MonthRow'][]
  needs: Schema['Need'][]
}

/** As often as somebody glancing at a wall may expect; a county's totals do not change faster. */
const refreshMs = 60_000

/** The widest area of the session, unless the address names one (`?area=`). */
function areaOf(grants: readonly Schema['GrantView'][]): string {
  const asked = new URLSearchParams(location.search).get('area')
  if (asked && grants.some((grant) => asked.startsWith(grant.area))) return asked
  return grants.map((grant) => grant.area).sort((a, b) => a.length - b.length)[0] ?? ''
}

/** Reads everything the screen shows, and again every minute; what is shown stays until the next answer is here. */
export function useBoard() {
  const board = shallowRef<Board | null>(null)
  const error = shallowRef<unknown>(null)
  const turn = ref(-1)
  const busy = ref(false)
  /** Somebody whose area is one village: nothing for a wall. */
  const small = ref(false)
  let timer: ReturnType<typeof setInterval> | undefined

  function toSignIn(): void {
    location.assign('/console/sign-in?to=/board/')
  }

  async function read(): Promise<void> {
    const { staff, now_ms: nowMs } = await api.get('/session', {})
    if (!staff || staff.must_change) return toSignIn()
    const area = areaOf(staff.grants)
    small.value = area.length > 9
    if (small.value) return
    const month = monthOf(dayOfMs(nowMs))
    const year = Math.floor(month / 100) * 100 + 1
    const [place, overview, trend, needs] = await Promise.all([
      api.get('/areas/{area}', { path: { area } }),
      api.get('/areas/{area}/overview', { path: { area }, query: { from: year, to: month } }),
      api.get('/areas/{area}/trend', { path: { area }, query: { from: addMonths(month, -11), to: month } }),
      api.get('/areas/{area}/attention', { path: { area } }),
    ])
    board.value = { name: place.short || place.name, overview, trend: trend.items, needs: needs.items }
  }

  async function refresh(): Promise<void> {
    if (busy.value) return
    busy.value = true
    try {
      await read()
      error.value = null
      turn.value++
    } catch (fault) {
      if (fault instanceof ApiError && fault.status === 401) toSignIn()
      else error.value = fault
    } finally {
      busy.value = false
    }
  }

  onMounted(() => {
    void refresh()
    timer = setInterval(refresh, refreshMs)
  })
  onBeforeUnmount(() => clearInterval(timer))
  return { board, error, turn, busy, small, refresh }
}
