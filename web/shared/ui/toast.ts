import { readonly, ref } from 'vue'

export interface Toast {
  id: number
  text: string
  undo?: () => void
}

/** Long enough for an elder to read a sentence and reach the button. */
const shownMs = 7_000
const queue = ref<Toast[]>([])
let next = 1

/** What is being said now, newest last. */
export const toasts = readonly(queue)

export function dismiss(id: number): void {
  queue.value = queue.value.filter((toast) => toast.id !== id)
}

/** Says something that needs no answer; with `undo` it can be taken back while it is shown. */
export function say(text: string, undo?: () => void): void {
  const id = next++
  queue.value = [...queue.value.slice(-2), { id, text, undo }]
  setTimeout(() => dismiss(id), shownMs)
}
