import { readonly, ref } from 'vue'

/**
 * Whether the server can be reached, learned from what really happened: a request that got no answer says no,
 * any answer says yes. The browser's own events only hint, because a village router may be up with no line behind it.
 */
const lost = ref(false)

/** True while the last thing known is that the server did not answer. */
export const offline = readonly(lost)

export function noteAnswer(answered: boolean): void {
  lost.value = !answered
}

/** Listens to the browser's hints. Called once by each surface. */
export function watchConnection(): void {
  addEventListener('offline', () => noteAnswer(false))
  addEventListener('online', () => noteAnswer(true))
}
