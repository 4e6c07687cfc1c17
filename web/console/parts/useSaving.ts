import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { ApiError, errorMessage } from '../../shared/api'
import { recall, remember } from '../../shared/remember'

const againMs = 4000

/** A list of households whose marks are saved as they go. `Sent` is what one request takes of the marks that wait. */
export interface Saving<Row, Mark, Sent> {
  /** Where the marks that wait are kept on this device; another name is another list. */
  name: () => string
  open: () => boolean
  read: () => Promise<Row[]>
  /** The marks that wait as they were kept. */
  kept: (text: string | null) => Record<string, Mark>
  next: (waiting: Record<string, Mark>) => Sent
  put: (sent: Sent) => Promise<readonly { household: string; code: string }[]>
  /** What still waits once `sent` was answered: what was not sent, and what was changed meanwhile. */
  left: (waiting: Record<string, Mark>, sent: Sent) => Record<string, Mark>
  show: (row: Row, mark: Mark) => Row
  /** All marks have arrived. */
  saved?: () => void
}

/**
 * A mark shows at once, waits on this device until the server has it, and is sent again after a lost line or a closed page.
 */
export function useSaving<Row extends { household: string }, Mark, Sent>(list: Saving<Row, Mark, Sent>) {
  const read = shallowRef<Row[] | null>(null)
  const error = shallowRef<unknown>(null)
  const waiting = shallowRef<Record<string, Mark>>({})
  const refused = ref('')
  const lost = ref(false)
  let sending = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let gone = false

  const withMarks = (rows: Row[], marks: Record<string, Mark>) => rows.map((row) => (row.household in marks ? list.show(row, marks[row.household]) : row))
  const rows = computed(() => withMarks(read.value ?? [], waiting.value))
  const unsaved = computed(() => Object.keys(waiting.value).length)

  function note(name: string, marks: Record<string, Mark>): void {
    remember(name, Object.keys(marks).length > 0 ? JSON.stringify(marks) : null)
  }

  function keep(next: Record<string, Mark>): void {
    waiting.value = next
    note(list.name(), next)
  }

  async function load(): Promise<void> {
    const asked = list.name()
    try {
      const all = await list.read()
      if (asked !== list.name() || gone) return
      read.value = all
      error.value = null
    } catch (fault) {
      if (asked === list.name() && !read.value) error.value = fault
    }
  }

  function arrived(then: Record<string, Mark>, sent: Sent, bad: readonly { household: string; code: string }[]): void {
    lost.value = false
    refused.value = bad.length > 0 ? errorMessage(new ApiError(422, bad[0].code)) : ''
    const still = list.left(then, sent)
    const isBad = new Set(bad.map((one) => one.household))
    read.value = withMarks(read.value ?? [], Object.fromEntries(Object.entries(then).filter(([household]) => !(household in still) && !isBad.has(household))))
    keep(list.left(waiting.value, sent))
    if (unsaved.value === 0) list.saved?.()
  }

  async function send(): Promise<void> {
    clearTimeout(timer)
    if (sending || unsaved.value === 0 || !list.open()) return
    sending = true
    const asked = list.name()
    const then = waiting.value
    const sent = list.next(then)
    try {
      const bad = await list.put(sent)
      if (asked === list.name()) arrived(then, sent, bad)
      else note(asked, list.left(list.kept(recall(asked)), sent))
    } catch (fault) {
      // Without an answer the marks wait; an answer that says no is shown, and the list is read anew.
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

  const back = () => void send()
  addEventListener('online', back)
  watch([list.name, list.open], () => {
    waiting.value = list.kept(recall(list.name()))
    void load().then(send)
  }, { immediate: true })
  onScopeDispose(() => {
    gone = true
    clearTimeout(timer)
    removeEventListener('online', back)
  })
  return { rows, loaded: computed(() => read.value !== null), error, load, put, send, unsaved, lost, refused }
}
