import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { ApiError, errorMessage } from '../../shared/api'
import { recall, remember } from '../../shared/remember'
import { putRatings, readRated } from '../api/appraisals'
import type { Rated } from '../api/model'
import { afterSending, perRequest, readWaiting, type Waiting } from './marks'

const againMs = 4000

/**
 * One rater's marks, saved as they go: a mark shows at once, waits on this device until the server has it, and is sent again
 * after a lost line or a closed page. What the marks come to is read anew when all of them have arrived.
 */
export function useMarks(village: () => string, id: () => string, rater: () => number, open: () => boolean) {
  const read = shallowRef<Rated[] | null>(null)
  const error = shallowRef<unknown>(null)
  const waiting = shallowRef<Waiting>({})
  const refused = ref('')
  const lost = ref(false)
  const name = () => `marks.${village()}.${id()}.${rater()}`
  let sending = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let gone = false

  const rows = computed(() =>
    (read.value ?? []).map((row) => {
      const mark = waiting.value[row.household]
      return mark === undefined ? row : { ...row, marks: row.marks.map((was, k) => (k === rater() - 1 ? mark : was)) }
    }),
  )
  const unsaved = computed(() => Object.keys(waiting.value).length)

  function keep(next: Waiting): void {
    waiting.value = next
    remember(name(), Object.keys(next).length > 0 ? JSON.stringify(next) : null)
  }

  async function load(): Promise<void> {
    const asked = name()
    try {
      const all = await readRated(village(), id())
      if (asked !== name() || gone) return
      read.value = all
      error.value = null
    } catch (fault) {
      if (asked === name() && !read.value) error.value = fault
    }
  }

  async function send(): Promise<void> {
    clearTimeout(timer)
    if (sending || unsaved.value === 0 || !open()) return
    sending = true
    const asked = name()
    const sent: Waiting = Object.fromEntries(Object.entries(waiting.value).slice(0, perRequest))
    try {
      const answer = await putRatings(village(), id(), rater(), Object.entries(sent).map(([household, mark]) => ({ household, mark })))
      if (asked !== name()) return remember(asked, null)
      lost.value = false
      refused.value = answer.length > 0 ? errorMessage(new ApiError(422, answer[0].code)) : ''
      const bad = new Set(answer.map((one) => one.household))
      const taken = new Map(Object.entries(sent).filter(([household]) => !bad.has(household)))
      read.value = (read.value ?? []).map((row) => (taken.has(row.household) ? { ...row, marks: row.marks.map((was, k) => (k === rater() - 1 ? taken.get(row.household)! : was)) } : row))
      keep(afterSending(waiting.value, sent))
      if (unsaved.value === 0) void load()
    } catch (fault) {
      // Without an answer the marks wait; an answer that says no is shown, and the sheet is read anew.
      lost.value = fault instanceof ApiError && (fault.unanswered || fault.status >= 500 || fault.status === 401 || fault.status === 429)
      if (!lost.value) {
        refused.value = errorMessage(fault)
        keep({})
        void load()
      }
    } finally {
      sending = false
      if (!gone && unsaved.value > 0) {
        if (lost.value) timer = setTimeout(send, againMs)
        else void send()
      }
    }
  }

  function mark(household: string, value: number): void {
    refused.value = ''
    keep({ ...waiting.value, [household]: value })
    void send()
  }

  const back = () => void send()
  addEventListener('online', back)
  watch([village, id, rater, open], () => {
    waiting.value = readWaiting(recall(name()))
    void load().then(send)
  }, { immediate: true })
  onScopeDispose(() => {
    gone = true
    clearTimeout(timer)
    removeEventListener('online', back)
  })
  return { rows, loaded: computed(() => read.value !== null), error, load, mark, unsaved, lost, refused }
}
