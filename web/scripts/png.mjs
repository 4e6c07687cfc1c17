// Writes a screenshot as a PNG with a palette: a third of the bytes, and nobody sees it.
import { deflateSync, inflateSync } from 'node:zlib'

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
const table = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1
  return n
})

function crc(bytes) {
  let c = 0xffffffff
  for (const b of bytes) c = table[(c ^ b) & 255] ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}

function chunk(type, body) {
  const whole = Buffer.alloc(body.length + 12)
  whole.writeUInt32BE(body.length)
  whole.write(type, 4, 'latin1')
  body.copy(whole, 8)
  whole.writeUInt32BE(crc(whole.subarray(4, body.length + 8)), body.length + 8)
  return whole
}

function chunks(png) {
  if (!png.subarray(0, 8).equals(signature)) throw new Error('not a PNG')
  const found = { IDAT: [] }
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    const body = png.subarray(at + 8, at + 8 + length)
    if (type === 'IDAT') found.IDAT.push(body)
    else found[type] = body
    at += length + 12
  }
  return found
}

function paeth(a, b, c) {
  const p = a + b - c
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)]
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c
}

/** The colours of a browser's screenshot (8 bits a channel, not interlaced), each as 0xrrggbb. */
function pixels(png) {
  const { IHDR, IDAT } = chunks(png)
  const [width, height, depth, type, interlaced] = [IHDR.readUInt32BE(0), IHDR.readUInt32BE(4), IHDR[8], IHDR[9], IHDR[12]]
  if (depth !== 8 || (type !== 2 && type !== 6) || interlaced) throw new Error('a PNG that no browser writes')
  const step = type === 2 ? 3 : 4
  const row = width * step
  const raw = inflateSync(Buffer.concat(IDAT))
  const out = new Uint32Array(width * height)
  let above = new Uint8Array(row)
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (row + 1)]
    const line = raw.subarray(y * (row + 1) + 1, (y + 1) * (row + 1))
    for (let x = 0; x < row; x++) {
      const [left, corner] = x < step ? [0, 0] : [line[x - step], above[x - step]]
      line[x] += [0, left, above[x], (left + above[x]) >> 1, paeth(left, above[x], corner)][filter]
    }
    for (let x = 0; x < width; x++) out[y * width + x] = (line[x * step] << 16) | (line[x * step + 1] << 8) | line[x * step + 2]
    above = line
  }
  return { width, height, colours: out }
}

const far = (a, b) => ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2

/** The same picture with at most `most` (256 or fewer) colours: those it has most of, the others become the nearest. */
export function withPalette(png, most) {
  const { width, height, colours } = pixels(png)
  const counts = new Map()
  for (const c of colours) counts.set(c, (counts.get(c) ?? 0) + 1)
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, most).map(([c]) => c)
  const index = new Map(palette.map((c, i) => [c, i]))
  for (const c of counts.keys()) {
    if (index.has(c)) continue
    let best = 0
    for (let i = 1; i < palette.length; i++) if (far(c, palette[i]) < far(c, palette[best])) best = i
    index.set(c, best)
  }
  const body = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) body[y * (width + 1) + 1 + x] = index.get(colours[y * width + x])
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width)
  head.writeUInt32BE(height, 4)
  head.set([8, 3, 0, 0, 0], 8)
  const plte = Buffer.from(palette.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]))
  return Buffer.concat([signature, chunk('IHDR', head), chunk('PLTE', plte), chunk('IDAT', deflateSync(body, { level: 9, memLevel: 9 })), chunk('IEND', Buffer.alloc(0))])
}
