/** Why a text is no proof: its form is broken at the part named. */
export class SyntaxFault extends Error {
  constructor(readonly part: string) {
    super(`proof.syntax: ${part}`)
  }
}

/** Reads base64 in its one right form; padding and alphabet as the standard has them. */
export function fromBase64(text: string, part: string): Uint8Array {
  let raw: string
  try {
    raw = atob(text)
  } catch {
    throw new SyntaxFault(part)
  }
  // A browser forgives blanks, missing padding and stray last bits: one thing written two ways is refused here.
  if (btoa(raw) !== text) throw new SyntaxFault(part)
  const bytes = new Uint8Array(raw.length)
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i)
  return bytes
}

/** Reads the base64 of addresses, without padding. */
export function fromBase64Url(text: string, part: string): Uint8Array {
  if (!/^[\w-]*$/.test(text)) throw new SyntaxFault(part)
  const plain = text.replace(/-/g, '+').replace(/_/g, '/')
  return fromBase64(plain + '='.repeat((4 - (plain.length % 4)) % 4), part)
}

export function toBase64(bytes: Uint8Array): string {
  let raw = ''
  for (const b of bytes) raw += String.fromCharCode(b)
  return btoa(raw)
}

export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (const b of bytes) hex += (b < 16 ? '0' : '') + b.toString(16)
  return hex
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

export function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])

/** Takes fields off the front of bytes as package proof of the server writes them; anything else is a SyntaxFault. */
export class Reader {
  private at = 0

  constructor(
    private readonly bytes: Uint8Array,
    private readonly part: string,
  ) {}

  take(count: number): Uint8Array {
    if (count > this.bytes.length - this.at) throw new SyntaxFault(this.part)
    const taken = this.bytes.slice(this.at, this.at + count)
    this.at += count
    return taken
  }

  byte(): number {
    return this.take(1)[0]
  }

  /** A variable-length number that is not negative: seven bits to a byte, the lowest first, in its shortest form. */
  private varint(): bigint {
    let value = BigInt(0)
    for (let k = 0; k < 10; k++) {
      const b = this.byte()
      value += BigInt(b & 127) << BigInt(7 * k)
      if (b >= 128) continue
      if ((b === 0 && k > 0) || value >> BigInt(64) > 0) break
      return value
    }
    throw new SyntaxFault(this.part)
  }

  /** A count; larger ones than script counts exactly do not occur in a book. */
  count(): number {
    return this.safe(this.varint())
  }

  /** A signed number of any size, such as an id. */
  big(): bigint {
    const zigzag = this.varint()
    return zigzag & BigInt(1) ? -((zigzag + BigInt(1)) >> BigInt(1)) : zigzag >> BigInt(1)
  }

  int(): number {
    return this.safe(this.big())
  }

  text(): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.take(this.count()))
    } catch {
      throw new SyntaxFault(this.part)
    }
  }

  end(): void {
    if (this.at !== this.bytes.length) throw new SyntaxFault(this.part)
  }

  private safe(value: bigint): number {
    const number = Number(value)
    if (!Number.isSafeInteger(number)) throw new SyntaxFault(this.part)
    return number
  }
}
