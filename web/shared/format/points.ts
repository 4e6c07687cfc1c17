/** U+2212: as wide as a plus sign and read as "minus", which a hyphen is not. */
const minus = '−'

/** A whole number with thousands marks: 1204 → "1,204". */
export function whole(value: number): string {
  const digits = String(Math.abs(Math.trunc(value))).replace(/\B(?=(\d{3})+$)/g, ',')
  return value < 0 ? minus + digits : digits
}

/** A change of points with its sign: "+5", "−45", "0". */
export function signed(points: number): string {
  return points > 0 ? `+${whole(points)}` : whole(points)
}

/** Money in fen (分, 1/100 yuan) as yuan, without empty cents: 3600 → "36", 3650 → "36.50". Whole-number arithmetic only. */
export function yuan(fen: number): string {
  const absolute = Math.abs(fen)
  const rest = absolute % 100
  const text = whole((absolute - rest) / 100) + (rest === 0 ? '' : `.${String(rest).padStart(2, '0')}`)
  return fen < 0 ? minus + text : text
}
