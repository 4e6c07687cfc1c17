/** What a scanned or typed text says about a card. */
export type CardText = { token: string } | { code: string } | null

/** Crockford's base 32: no I, L, O, U, so that a code read from paper has one reading. */
const token = /^[0-9A-HJKMNP-TV-Z]{36}$/
const code = /^[0-9A-HJKMNP-TV-Z]{8}$/

/** People read 0 as O and 1 as I or L; Crockford's alphabet forgives both. */
function forgiving(text: string): string {
  return text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
}

/**
 * Reads a card's QR (an address ending in /card/<token>), a bare token, or the eight characters printed for typing.
 * Anything else, such as somebody's payment code, is null.
 */
export function readCard(text: string): CardText {
  const path = /\/card\/([^/?#\s]+)/.exec(text)
  const bare = forgiving(path ? path[1] : text)
  if (token.test(bare)) return { token: bare }
  if (!path && code.test(bare)) return { code: bare }
  return null
}

/** The code as it is printed: XXXX-XXXX. */
export function printedCode(text: string): string {
  const bare = forgiving(text).slice(0, 8)
  return bare.length > 4 ? `${bare.slice(0, 4)}-${bare.slice(4)}` : bare
}
