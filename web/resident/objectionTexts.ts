import en from '../../internal/messages/en/objection.json'
import zh from '../../internal/messages/zh/objection.json'
import { fill, locale, type Params } from '../shared/i18n'

/** Texts of the objection's sheet alone: no phone fetches them before somebody objects. */
export const tell = (key: keyof typeof zh, params?: Params): string => fill((locale.value === 'en' ? en : zh)[key], params)
