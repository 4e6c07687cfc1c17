/** Reading what a person types into a number box. Whole-number arithmetic only: no floats where points or money are. */

/** Full-width digits and signs, as a Chinese keyboard types them, to plain ones; blanks and thousands marks away. */
function plain(text: string): string {
  return text
    .replace(/[０-９]/g, (d) => String.fromCharCode(d.charCodeAt(0) - 0xfee0))
    .replace(/[．。]/g, '.')
    .replace(/[−－]/g, '-')
    .replace(/[\s,，]/g, '')
}

/** A whole number, or null where the text is none or has more digits than any amount of ours. */
export function parseWhole(text: string): number | null {
  const digits = plain(text)
  return /^-?\d{1,12}$/.test(digits) ? Number(digits) : null
}

/** Yuan with at most two decimals as fen: "12.5" → 1250; null where the text is no amount. */
export function parseYuan(text: string): number | null {
  const match = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(plain(text))
  if (!match) return null
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
}

/** Fen as a person would type yuan: 1250 → "12.50", 1200 → "12". */
export function typedYuan(fen: number): string {
  const rest = fen % 100
  return rest === 0 ? String((fen - rest) / 100) : `${(fen - rest) / 100}.${String(rest).padStart(2, '0')}`
}
