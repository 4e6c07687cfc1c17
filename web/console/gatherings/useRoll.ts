import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { ApiError, errorMessage } from '../../shared/api'
import { recall, remember } from '../../shared/remember'
import { putMarks, readRoll } from '../api/gatherings'
import type { Marked } from '../api/model'
import { absent, afterSending, nextOf, readWaiting, sameMark, type Mark, type Waiting } from './roll'

const againMs = 4000
const refreshMs = 20_000

/**
 * A roll-call that is saved as it goes. A mark shows at once, waits on this device until the server has it, and is sent
 * again after a lost line or a closed page. What others mark meanwhile appears by itself.
 */
export function useRoll(village: () => string, id: () => string, open: () => boolean) {
  const read = shallowRef<Marked[] | null>(null)
  const error = shallowRef<unknown>(null)
  const waiting = shallowRef<Waiting>({})
  const refused = ref('')
  const lost = ref(false)
  const undoable = shallowRef<{ household: string; before: Mark }[]>([])
  const name = () => `roll.${village()}.${id()}`
  let sending = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let gone = false

  const rows = computed(() => (read.value ?? []).map((row) => ({ ...row, ...waiting.value[row.household] })))
  const unsaved = computed(() => Object.keys(waiting.value).length)

  function keep(next: Waiting): void {
    waiting.value = next
    remember(name(), Object.keys(next).length > 0 ? JSON.stringify(next) : null)
  }

  async function load(): Promise<void> {
    const asked = name()
    try {
      const all = await readRoll(village(), id())
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
    const sent = nextOf(waiting.value)
    try {
      const answer = await putMarks(village(), id(), sent)
      if (asked !== name()) return
      lost.value = false
      const bad = new Set(answer.map((one) => one.household))
      const told = new Map(sent.filter((mark) => !bad.has(mark.household)).map((mark) => [mark.household, { ...absent, ...mark }]))
      read.value = (read.value ?? []).map((row) => ({ ...row, ...told.get(row.household) }))
      keep(afterSending(waiting.value, sent))
      refused.value = answer.length > 0 ? errorMessage(new ApiError(422, answer[0].code)) : ''
    } catch (fault) {
      // Without an answer the marks wait; an answer that says no is shown, and the roll is read anew.
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

  function put(household: string, mark: Mark): void {
    keep({ ...waiting.value, [household]: mark })
    void send()
  }

  /** Marks a household, and remembers what it was. */
  function mark(row: Marked, next: Mark): void {
    refused.value = ''
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
    if (open() && unsaved.value === 0 && document.visibilityState === 'visible') void load()
  }, refreshMs)
  const back = () => void send()
  addEventListener('online', back)
  watch([village, id, open], () => {
    waiting.value = readWaiting(recall(name()))
    undoable.value = []
    void load().then(send)
  }, { immediate: true })
  onScopeDispose(() => {
    gone = true
    clearInterval(refresh)
    clearTimeout(timer)
    removeEventListener('online', back)
  })
  return { rows, loaded: computed(() => read.value !== null), error, load, mark, undo, undoable, unsaved, lost, refused, send }
}
