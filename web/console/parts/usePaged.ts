import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import type { Page } from '../api/model'

export interface Paged<T> {
  items: ShallowRef<T[]>
  error: ShallowRef<unknown>
  busy: Ref<boolean>
  /** True once the first page came. */
  loaded: Ref<boolean>
  /** Where the next page begins; '' after the last. */
  next: Ref<string>
  more: () => Promise<void>
  /** Reads from the start again; what is shown stays until the answer is here. */
  reload: () => Promise<void>
}

/** A list read page by page, from the start again whenever what it depends on changes. Late answers are dropped. */
export function usePaged<T>(depends: () => unknown, read: (cursor: string, signal: AbortSignal) => Promise<Page<T>>): Paged<T> {
  const items = shallowRef<T[]>([])
  const error = shallowRef<unknown>(null)
  const busy = ref(false)
  const loaded = ref(false)
  const next = ref('')
  let running: AbortController | null = null

  async function fetchFrom(cursor: string): Promise<void> {
    running?.abort()
    const mine = new AbortController()
    running = mine
    busy.value = true
    error.value = null
    try {
      const page = await read(cursor, mine.signal)
      if (running !== mine) return
      items.value = cursor === '' ? page.items : [...items.value, ...page.items]
      next.value = page.next
      loaded.value = true
    } catch (fault) {
      if (running === mine) error.value = fault
    } finally {
      if (running === mine) busy.value = false
    }
  }

  watch(depends, () => {
    items.value = []
    next.value = ''
    loaded.value = false
    void fetchFrom('')
  }, { immediate: true })
  onScopeDispose(() => {
    running?.abort()
    running = null
  })
  return { items, error, busy, loaded, next, more: () => fetchFrom(next.value), reload: () => fetchFrom('') }
}
