import { shallowRef } from 'vue'

/** A question before something that cannot be taken back. */
export interface Question {
  title: string
  /** What will happen, sentence by sentence. */
  lines: string[]
  /** The button's words: what it does. */
  action: string
  danger?: boolean
  /** Asks for words too; they go with what is done and are shown to the people concerned. */
  reason?: { label: string; hint?: string; suggestions?: string[]; most?: number }
}

interface Open extends Question {
  answer: (reason: string | null) => void
}

/** The question on the screen; null while there is none. */
export const question = shallowRef<Open | null>(null)

/** Asks; resolves to the reason given ('' where none was asked), or to null when the person stepped back. */
export function confirm(ask: Question): Promise<string | null> {
  question.value?.answer(null)
  return new Promise((resolve) => {
    question.value = {
      ...ask,
      answer: (reason) => {
        question.value = null
        resolve(reason)
      },
    }
  })
}
