/** What one sheet brought when it was handed in. */
export interface Tally {
  rule: string
  rows: number
  points: number
}

/** The sums of a day as they were kept on this machine; nothing where what was kept is not readable. */
export function readTally(text: string | null): Tally[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(kept) ? kept.filter((one): one is Tally => typeof one?.rule === 'string' && Number.isInteger(one.rows) && Number.isInteger(one.points)) : []
  } catch {
    return []
  }
}

/** Sums per rule, in the order of the codes; the sheet that is being typed counts with them. */
export function byRule(all: readonly Tally[]): Tally[] {
  const sums = new Map<string, Tally>()
  for (const one of all) {
    const was = sums.get(one.rule) ?? { rule: one.rule, rows: 0, points: 0 }
    sums.set(one.rule, { rule: one.rule, rows: was.rows + one.rows, points: was.points + one.points })
  }
  return [...sums.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1))
}
