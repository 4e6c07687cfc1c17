import till from '../../../internal/messages/zh/till.json'
import { addTexts, counted, translate, type Params } from '../../shared/i18n'

/** The texts of working offline come with its screens: the first list of a day with a line does not wait for them. */
void addTexts({ zh: till, en: async () => (await import('./texts.en')).default })

type Key = keyof typeof till
export const o = (key: Key, params?: Params): string => translate(key, params)
export const on = (key: Key, count: number, params?: Params): string => counted(key, count, params)
