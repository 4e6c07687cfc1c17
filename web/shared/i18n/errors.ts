import { shallowRef } from 'vue'
import type { Locale, Texts } from './index'
import { fill, locale } from './index'

// The error texts are many and seldom needed, so they are no part of a first screen: they are fetched when the page is idle.
const files = import.meta.glob<Texts>('../../../internal/messages/*/errors.json', { import: 'default' })
const loaded = shallowRef<Partial<Record<Locale, Texts>>>({})

/** Fetches the error texts of the language shown. Failing is harmless: the server's own sentence is shown instead. */
export async function loadErrorTexts(): Promise<void> {
  const wanted = locale.value
  const load = files[`../../../internal/messages/${wanted}/errors.json`]
  if (!load || loaded.value[wanted]) return
  try {
    const texts = await load()
    loaded.value = { ...loaded.value, [wanted]: texts }
  } catch {
    // No network: `detail` of the problem is in the user's language already.
  }
}

/** The sentence for a problem's code, or null where the catalogue has none or is not here yet. */
export function errorText(code: string, params: Record<string, string | number>): string | null {
  const text = loaded.value[locale.value]?.[`errors.${code}`]
  if (text === undefined) return null
  const filled = fill(text, params)
  // A placeholder the problem did not fill would show braces to a villager: the server's sentence is better then.
  return /\{\w+\}/.test(filled) ? null : filled
}
