import type { Gathering, Marked, MarkInput } from '../api/model'

/** What the roll says of one household; arrival `absent` is no mark. */
export type Mark = Pick<Marked, 'arrival' | 'stayed' | 'spoke' | 'hours'>

export const absent: Mark = { arrival: 'absent', stayed: false, spoke: false, hours: 0 }

/** Whether hours are asked for; else stayed and spoke are. */
export const countsHours = (gathering: Pick<Gathering, 'rules'>) => gathering.rules.some((rule) => rule.who === 'hours')

/** What "was there" means where nothing else is said: on time and to the end, for the whole hours planned. */
export function presentMark(gathering: Pick<Gathering, 'rules' | 'from_min' | 'to_min'>): Mark {
  return { arrival: 'on_time', stayed: true, spoke: false, hours: countsHours(gathering) ? Math.floor((gathering.to_min - gathering.from_min) / 60) : 0 }
}

/** One line typed from the paper: a household's number, and signs behind it. */
export interface Typed {
  number: number
  late: boolean
  left: boolean
  spoke: boolean
  /** null where none were typed. */
  hours: number | null
}

/** Full-width digits and signs, as an input method in Chinese mode types them, mean the same. */
const plain = (text: string) => text.replace(/[！-～]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).replace(/　/g, ' ').replace(/[－—]/g, '-')

/** Reads `12`, `12-` (late), `12+` (spoke), `12<` (left early), `12 3` (three hours); null for anything else. */
export function readTyped(text: string): Typed | null {
  const found = /^\s*(\d{1,6})([-+<]*)(?:\s+(\d{1,2}))?\s*$/.exec(plain(text))
  if (!found) return null
  const [, number, signs, hours] = found
  return { number: Number(number), late: signs.includes('-'), left: signs.includes('<'), spoke: signs.includes('+'), hours: hours === undefined ? null : Number(hours) }
}

/** The mark a typed line means. */
export function markOf(typed: Typed, present: Mark): Mark {
  return { arrival: typed.late ? 'late' : 'on_time', stayed: present.stayed && !typed.left, spoke: typed.spoke, hours: typed.hours ?? present.hours }
}

export const sameMark = (a: Mark, b: Mark) => a.arrival === b.arrival && a.stayed === b.stayed && a.spoke === b.spoke && a.hours === b.hours

/** A change of one sign; a household that was absent is there by it. */
export function changed(mark: Mark, change: Partial<Mark>, present: Mark): Mark {
  if (change.arrival === 'absent') return absent
  return { ...(mark.arrival === 'absent' ? present : mark), ...change }
}

/** A household whose phone was at the door and that nobody has marked yet. */
export const waits = (row: Pick<Marked, 'arrival' | 'scan_ms'>) => row.scan_ms > 0 && row.arrival === 'absent'

/** What a scan proposes: on time, or late when it came after the beginning. */
export function scannedMark(scanMinute: number, gathering: Pick<Gathering, 'from_min'>, present: Mark): Mark {
  return { ...present, arrival: scanMinute > gathering.from_min ? 'late' : 'on_time' }
}

/** Marks on their way to the server, by household: the newest of each wins, whatever order the answers come in. */
export type Waiting = Record<string, Mark>

/** What is sent next, at most `most` at once. */
export const nextOf = (waiting: Waiting, most = 200): MarkInput[] => Object.entries(waiting).slice(0, most).map(([household, mark]) => ({ household, ...mark }))

/** What still waits after an answer: all that was not sent, and what was changed while the answer was on its way. */
export function afterSending(waiting: Waiting, sent: readonly MarkInput[]): Waiting {
  const left = { ...waiting }
  for (const mark of sent) if (left[mark.household] && sameMark(left[mark.household], { ...absent, ...mark })) delete left[mark.household]
  return left
}

/** The waiting marks as they were kept on this device; nothing where what was kept is not readable. */
export function readWaiting(text: string | null): Waiting {
  try {
    const kept: unknown = JSON.parse(text ?? '{}')
    return kept && typeof kept === 'object' && !Array.isArray(kept) ? (kept as Waiting) : {}
  } catch {
    return {}
  }
}

/** 19:30 as minutes after midnight; null for what is no time. */
export function minutesOf(text: string): number | null {
  const found = /^(\d{1,2}):(\d{2})$/.exec(text)
  return found ? Number(found[1]) * 60 + Number(found[2]) : null
}

/** Minutes after midnight as 19:30. */
export const clock = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** What a kind usually counts for, where the village's rules have it. */
export const usual: Record<Gathering['kind'], { rule: string; who: Gathering['rules'][number]['who']; hours: number }> = {
  meeting: { rule: 'A01', who: 'whole', hours: 0 },
  class: { rule: 'A03', who: 'present', hours: 0 },
  cleanup: { rule: 'B02', who: 'hours', hours: 2 },
  shift: { rule: 'D01', who: 'present', hours: 0 },
}
