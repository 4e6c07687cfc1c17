import en from '../../internal/messages/en/door.json'
import zh from '../../internal/messages/zh/door.json'
import { fill, locale, type Params } from '../shared/i18n'

/** Texts of the door's screen alone: no phone fetches them before it comes there. */
export const t = (key: keyof typeof zh, params?: Params): string => fill((locale.value === 'en' ? en : zh)[key], params)
