import { onScopeDispose, shallowRef, watch } from 'vue'
import { putMarks, readRoll } from '../api/gatherings'
import type { Marked, MarkInput } from '../api/model'
import { useSaving } from '../parts/useSaving'
import { absent, afterSending, nextOf, readWaiting, sameMark, type Mark } from './roll'

const refreshMs = 20_000

/** A roll-call that is saved as it goes. What others mark meanwhile appears by itself. */
export function useRoll(village: () => string, id: () => string, open: () => boolean) {
  const undoable = shallowRef<{ household: string; before: Mark }[]>([])
  const { put, ...saving } = useSaving<Marked, Mark, MarkInput[]>({
    name: () => `roll.${village()}.${id()}`,
    open,
    read: () => readRoll(village(), id()),
    kept: readWaiting,
    next: (waiting) => nextOf(waiting),
    put: (sent) => putMarks(village(), id(), sent),
    left: afterSending,
    show: (row, mark) => ({ ...row, ...absent, ...mark }),
  })

  /** Marks a household, and remembers what it was. */
  function mark(row: Marked, next: Mark): void {
    saving.refused.value = ''
    const before: Mark = { arrival: row.arrival, stayed: row.stayed, spoke: row.spoke, hours: row.hours }
    if (sameMark(before, next)) return
    undoable.value = [...undoable.value, { household: row.household, before }]
    put(row.household, next)
  }

  /** Takes the last mark of this page back; gives the household it was of. */
  function undo(): string {
    const last = undoable.value.at(-1)
    if (!last) return ''
    undoable.value = undoable.value.slice(0, -1)
    put(last.household, last.before)
    return last.household
  }

  const refresh = setInterval(() => {
    if (open() && saving.unsaved.value === 0 && document.visibilityState === 'visible') void saving.load()
  }, refreshMs)
  onScopeDispose(() => clearInterval(refresh))
  watch([village, id, open], () => {
    undoable.value = []
  })
  return { ...saving, mark, undo, undoable }
}
