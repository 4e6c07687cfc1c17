import en from '../../../internal/messages/en/memo.json'
import zh from '../../../internal/messages/zh/memo.json'
import { fill, locale, type Params } from '../i18n'

/** Texts of voice memos: fetched with the pages that take them. */
export const t = (key: keyof typeof zh, params?: Params): string => fill((locale.value === 'en' ? en : zh)[key], params)
