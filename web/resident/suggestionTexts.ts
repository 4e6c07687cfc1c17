import en from '../../internal/messages/en/suggestion.json'
import zh from '../../internal/messages/zh/suggestion.json'
import { fill, locale, type Params } from '../shared/i18n'

/** Texts that only the screens of suggestions need: no phone fetches them before it comes there. */
export const t = (key: keyof typeof zh, params?: Params): string => fill((locale.value === 'en' ? en : zh)[key], params)
