import bookEn from '../../internal/messages/en/book.json'
import en from '../../internal/messages/en/proof.json'
import book from '../../internal/messages/zh/book.json'
import zh from '../../internal/messages/zh/proof.json'
import type { Locale, Params, Texts } from '../shared/i18n'
import { recall, remember } from '../shared/remember'

// Both languages come with the script: nothing may be missing once the network is gone.
const texts: Record<Locale, Texts> = { zh: { ...book, ...zh }, en: { ...bookEn, ...en } }
type Key = keyof typeof zh | keyof typeof book

let current: Locale = 'zh'

export const locale = (): Locale => current

export function setLocale(next: Locale): void {
  current = next
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
  document.title = t('proof.app')
  remember('locale', next)
}

/** Chinese first, as on every surface: English where this device asked for it before, or the address says so. */
export function startLocale(): void {
  setLocale((new URLSearchParams(location.search).get('lang') ?? recall('locale')) === 'en' ? 'en' : 'zh')
}

/** A text in the language shown, with its placeholders filled. */
export function t(key: Key, params: Params = {}): string {
  return texts[current][key].replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole))
}

/** The catalogue's word for a kind or an account of the book; the name itself where it has none. */
export function word(area: 'kind' | 'account', name: string): string {
  return texts[current][`book.${area}.${name}`] ?? name
}
