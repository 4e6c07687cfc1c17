import { clockOfMs, dayOfMs, longDay } from '../../shared/format/day'
import { locale } from '../../shared/i18n'

/** A moment's day in the reader's language, and with its time. */
export const shortDay = (ms: number): string => longDay(dayOfMs(ms), locale.value)
export const dayAndTime = (ms: number): string => `${shortDay(ms)} ${clockOfMs(ms)}`
