import { putRatings, readRated } from '../api/appraisals'
import type { Rated } from '../api/model'
import { useSaving } from '../parts/useSaving'
import { afterSending, perRequest, readWaiting, type Waiting } from './marks'

/** One rater's marks, saved as they go. What the marks come to is read anew when all of them have arrived. */
export function useMarks(village: () => string, id: () => string, rater: () => number, open: () => boolean) {
  const { put, send, ...saving } = useSaving<Rated, number, Waiting>({
    name: () => `marks.${village()}.${id()}.${rater()}`,
    open,
    read: () => readRated(village(), id()),
    kept: readWaiting,
    next: (waiting) => Object.fromEntries(Object.entries(waiting).slice(0, perRequest)),
    put: (sent) => putRatings(village(), id(), rater(), Object.entries(sent).map(([household, mark]) => ({ household, mark }))),
    left: afterSending,
    show: (row, mark) => ({ ...row, marks: row.marks.map((was, k) => (k === rater() - 1 ? mark : was)) }),
    saved: () => void saving.load(),
  })

  function mark(household: string, value: number): void {
    saving.refused.value = ''
    put(household, value)
  }
  return { ...saving, mark }
}
