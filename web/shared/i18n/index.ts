import { ref, shallowRef } from 'vue'
import type common from '../../../internal/messages/zh/common.json'
import { recall, remember } from '../remember'

export type Locale = 'zh' | 'en'
export type Params = Record<string, string | number>
export type Texts = Record<string, string>
/** The keys every surface has: shared parts may use only these. */
export type CommonKey = keyof typeof common

/** The texts of one surface: Chinese comes with the script, English is fetched when asked for. */
export interface Catalogue<Zh extends Texts> {
  zh: Zh
  en: () => Promise<Texts>
}

const current = ref<Locale>('zh')
const texts = shallowRef<Texts>({})
let sources: Catalogue<Texts> = { zh: {}, en: async () => ({}) }

/** The language shown now. */
export const locale = current

/** Fills `{name}` placeholders. An unknown placeholder stays visible, so that a mistake is seen and not swallowed. */
export function fill(text: string, params: Params = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole))
}

/** Looks a key up in the language shown, then in Chinese; a key found nowhere is returned as it is. */
export function translate(key: string, params?: Params): string {
  const text = texts.value[key] ?? sources.zh[key]
  return text === undefined ? key : fill(text, params)
}

/** Whether any language has this key: for keys that come from the server, such as error codes. */
export function hasText(key: string): boolean {
  return texts.value[key] !== undefined || sources.zh[key] !== undefined
}

/** The text of a shared part. */
export const t = (key: CommonKey, params?: Params): string => translate(key, params)

/**
 * A sentence about a count. English needs its singular: `<key>.one` is used when n is 1 and the language has one;
 * the catalogues of both languages hold both keys. `{n}` is filled with n unless params say otherwise.
 */
export function counted(key: string, n: number, params: Params = {}): string {
  const chosen = n === 1 && texts.value[`${key}.one`] !== undefined ? `${key}.one` : key
  return translate(chosen, { n, ...params })
}

/** Registers a surface's texts and returns its typed lookup: a key that is not in the catalogue does not compile. */
export function createTexts<Zh extends Texts>(catalogue: Catalogue<Zh>) {
  sources = catalogue
  texts.value = catalogue.zh
  type Key = keyof Zh & string
  return {
    t: (key: Key, params?: Params): string => translate(key, params),
    n: (key: Key, count: number, params?: Params): string => counted(key, count, params),
  }
}

/** Adds the texts of a part that is fetched later, in the language shown; switching brings the other with it. */
export async function addTexts<Zh extends Texts>(more: Catalogue<Zh>): Promise<void> {
  const before = sources
  sources = { zh: { ...before.zh, ...more.zh }, en: async () => ({ ...(await before.en()), ...(await more.en()) }) }
  texts.value = current.value === 'zh' ? sources.zh : { ...texts.value, ...(await more.en()) }
}

/** Switches the language, remembers it, and tells the browser (fonts and screen readers depend on it). */
export async function setLocale(next: Locale): Promise<void> {
  texts.value = next === 'zh' ? sources.zh : await sources.en()
  current.value = next
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
  remember('locale', next)
}

/** Chinese first: English only where this device asked for it before, or the address says `?lang=en`. */
export function startLocale(search: string): Locale {
  const asked = new URLSearchParams(search).get('lang') ?? recall('locale')
  return asked === 'en' ? 'en' : 'zh'
}
