import { onScopeDispose, watch } from 'vue'
import type { Ref } from 'vue'
import type { Load } from '../../shared/api/useLoad'
import type { MonthView } from '../api/model'

/** A close in steps is asked about this often (ms): it moves on a few hundred entries a second. */
const every = 1000

/** Whether the month is being closed, by whomever. */
export const underWay = (view: Pick<MonthView, 'closed' | 'closing_all'> | null) => view !== null && !view.closed && view.closing_all > 0

/** Parts of a hundred, never 100 before the end. */
export const percent = (view: Pick<MonthView, 'closing_all' | 'closing_done'>) =>
  view.closing_all > 0 ? Math.min(99, Math.floor((view.closing_done * 100) / view.closing_all)) : 0

/**
 * Reads the month again while it is being closed, here or by somebody else, until it is closed; `ended` is told then.
 * The close itself goes on at the server, whoever looks.
 */
export function useClosing(view: Load<MonthView>, working: Ref<boolean>, ended: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let seen = 0

  function again(): void {
    clearTimeout(timer)
    if (underWay(view.data.value) || working.value) timer = setTimeout(() => void view.reload().then(again), every)
  }
  watch([view.data, working], ([now]) => {
    if (underWay(now)) seen = now!.month
    else if (now?.closed && now.month === seen) {
      seen = 0
      ended()
    }
    again()
  })
  onScopeDispose(() => clearTimeout(timer))
}
