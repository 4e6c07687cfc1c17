import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { ApiError } from './error'

export interface Load<T> {
  data: ShallowRef<T | null>
  error: ShallowRef<unknown>
  busy: Ref<boolean>
  /** Asks again; what is shown stays until the new answer is here. */
  reload: () => Promise<void>
}

/**
 * Reads something for a screen and again whenever what `read` depends on changes.
 * An answer that comes after a newer question was asked is dropped; leaving the screen cancels the request.
 */
export function useLoad<T>(depends: () => unknown, read: (signal: AbortSignal) => Promise<T>): Load<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  const busy = ref(false)
  let running: AbortController | null = null

  async function reload(): Promise<void> {
    running?.abort()
    const mine = new AbortController()
    running = mine
    busy.value = true
    error.value = null
    try {
      const answer = await read(mine.signal)
      if (running === mine) data.value = answer
    } catch (fault) {
      if (running === mine) error.value = fault instanceof Error ? fault : new ApiError(0, 'client.network')
    } finally {
      if (running === mine) busy.value = false
    }
  }

  watch(depends, () => {
    data.value = null
    void reload()
  }, { immediate: true })
  onScopeDispose(() => {
    running?.abort()
    running = null
  })
  return { data, error, busy, reload }
}
