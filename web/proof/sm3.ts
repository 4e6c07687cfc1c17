/**
 * SM3, the national hash function (GB/T 32905-2016): 32 bytes from any. Kept here because no hash library we would take
 * carries it, and it is sixty lines; the test compares it with the standard's own examples.
 */
const start = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e]

const turn = (x: number, by: number): number => (x << by) | (x >>> (32 - by))
const p0 = (x: number): number => x ^ turn(x, 9) ^ turn(x, 17)
const p1 = (x: number): number => x ^ turn(x, 15) ^ turn(x, 23)

export function sm3(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array((((message.length + 8) >> 6) + 1) << 6)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(message.length / 0x20000000))
  view.setUint32(padded.length - 4, message.length << 3)
  const state = new Int32Array(start)
  for (let at = 0; at < padded.length; at += 64) compress(state, view, at)
  const digest = new Uint8Array(32)
  const out = new DataView(digest.buffer)
  state.forEach((word, i) => out.setInt32(4 * i, word))
  return digest
}

function compress(state: Int32Array, block: DataView, at: number): void {
  const w = new Int32Array(68)
  for (let j = 0; j < 16; j++) w[j] = block.getInt32(at + 4 * j)
  for (let j = 16; j < 68; j++) w[j] = p1(w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15)) ^ turn(w[j - 13], 7) ^ w[j - 6]
  let [a, b, c, d, e, f, g, h] = state
  for (let j = 0; j < 64; j++) {
    const early = j < 16
    const ss1 = turn((turn(a, 12) + e + turn(early ? 0x79cc4519 : 0x7a879d8a, j % 32)) | 0, 7)
    const tt1 = ((early ? a ^ b ^ c : (a & b) | (a & c) | (b & c)) + d + (ss1 ^ turn(a, 12)) + (w[j] ^ w[j + 4])) | 0
    const tt2 = ((early ? e ^ f ^ g : (e & f) | (~e & g)) + h + ss1 + w[j]) | 0
    d = c
    c = turn(b, 9)
    b = a
    a = tt1
    h = g
    g = turn(f, 19)
    f = e
    e = p0(tt2)
  }
  const next = [a, b, c, d, e, f, g, h]
  next.forEach((word, i) => (state[i] ^= word))
}
