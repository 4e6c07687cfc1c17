import { describe, expect, it } from 'vitest'
import vectors from '../../docs/proof-vectors.json'
import { fromBase64, SyntaxFault, toBase64, toHex, utf8 } from './bytes'
import { check, type Trusted } from './check'
import { hashOf, parseKey, verify } from './key'
import { parseLine } from './line'
import { parseGiven, parseNote, signedText } from './note'
import { sm3 } from './sm3'
import { leafOf, onlyAppended, rootOf } from './tree'

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16))
const trusted = (text: string): Trusted => ({ ...parseKey(text), fromMs: 0, untilMs: 0, pasted: true })
const list = (texts: readonly string[]): Uint8Array[] => texts.map((text) => fromBase64(text, 'hash'))

describe('SM3', () => {
  it('gives the digests of GB/T 32905, appendix A', () => {
    expect(toHex(sm3(utf8('abc')))).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0')
    expect(toHex(sm3(utf8('abcd'.repeat(16))))).toBe('debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732')
  })

  it('gives the digest of nothing, and of lengths around a block', () => {
    expect(toHex(sm3(new Uint8Array(0)))).toBe('1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b')
    const digests = [55, 56, 63, 64, 65, 119, 120].map((n) => toHex(sm3(new Uint8Array(n))))
    expect(new Set(digests).size).toBe(digests.length)
  })
})

describe('a line', () => {
  it('is read from the bytes the server hashes', () => {
    for (const v of vectors.lines) {
      const line = parseLine(bytesOf(v.bytes))
      expect([line.village, line.no, line.voucher, line.atMs, line.reverses, line.memoZh, line.memoEn]).toEqual([
        vectors.village, v.no, v.voucher, v.at_ms, v.reverses, v.memo_zh, v.memo_en,
      ])
      expect(Math.abs(line.change)).toBe(v.amount)
      expect([v.debit_after, v.credit_after]).toContain(line.balance)
    }
  })

  it('is seen as its household sees it', () => {
    const seen = vectors.lines.map((v) => parseLine(bytesOf(v.bytes))).map((l) => [l.kind, l.account, l.unit, l.change, l.balance])
    expect(seen).toEqual([
      ['opening', 'household_base', 'points', 100, 100], ['earned', 'household_spendable', 'points', 2, 2], ['earned', 'household_spendable', 'points', 63, 65],
      ['granted', 'shop_fund', 'fen', 10_000_000_000, 10_000_000_000], ['redeemed', 'household_spendable', 'points', -64, 1],
      ['deducted', 'household_base', 'points', -10, 90], ['reversal', 'household_base', 'points', 10, 100],
    ])
  })

  it('has one form only', () => {
    const bytes = bytesOf(vectors.lines[0].bytes)
    for (const bad of [bytes.slice(0, -1), Uint8Array.of(...bytes, 0), Uint8Array.of(0x82, 0, ...bytes.slice(1)), Uint8Array.of(4, ...bytes.slice(1)), new Uint8Array(0)]) {
      expect(() => parseLine(bad)).toThrow(SyntaxFault)
    }
  })
})

for (const v of vectors.algorithms) {
  describe(`with ${v.algorithm}`, () => {
    const key = parseKey(v.public)
    const hash = hashOf(key.algorithm)

    it('reads a key, its number and its fingerprint', () => {
      expect([key.algorithm, key.id, key.fingerprint]).toEqual([v.algorithm, v.key_id, v.fingerprint])
      for (const bad of ['', 'x', v.public.slice(1), v.public.slice(0, -4), v.public.replace('+', '+0'), v.secret]) expect(() => parseKey(bad), bad).toThrow(SyntaxFault)
    })

    it('builds the same tree', () => {
      expect(vectors.lines.map((l) => toBase64(leafOf(hash, bytesOf(l.bytes))))).toEqual(v.leaves)
      const root = rootOf(hash, fromBase64(v.leaves[v.index], 'hash'), v.index, vectors.lines.length, list(v.path))
      expect(root && toBase64(root)).toBe(v.roots[vectors.lines.length])
      expect(rootOf(hash, fromBase64(v.leaves[v.index], 'hash'), v.index, vectors.lines.length, list(v.path.slice(1)))).toBeNull()
    })

    it('checks signatures', () => {
      const note = parseNote(v.checkpoint)
      expect(verify(key, signedText(note), note.signature)).toBe(true)
      expect(verify(key, signedText({ ...note, size: note.size + 1 }), note.signature)).toBe(false)
      for (const k of [0, 31, 32, 63]) {
        const other = note.signature.slice()
        other[k] ^= 1
        expect(verify(key, signedText(note), other)).toBe(false)
      }
      expect(verify(key, signedText(note), new Uint8Array(64))).toBe(false)
      expect(verify(key, signedText(note), note.signature.slice(1))).toBe(false)
    })

    it('finds true what was signed, whatever form it comes in', () => {
      const forms = [v.proof, v.proof.replace(/\n/g, '\r\n'), v.proof_compact, `https://jifen.example.cn/proof/#${v.proof_compact}`, `  ${v.proof_compact.slice(0, 80)}\n${v.proof_compact.slice(80)} `]
      for (const form of forms) {
        const found = check(parseGiven(form), [trusted(v.public)])
        expect([found.verdict, found.reason, found.village, found.line?.no, found.line?.memoZh]).toEqual(['true', null, vectors.village, v.index + 1, vectors.lines[v.index].memo_zh])
      }
      for (const form of [v.checkpoint, v.checkpoint_compact]) {
        const found = check(parseGiven(form), [trusted(v.public)])
        expect([found.verdict, found.line, found.given.note.size]).toEqual(['true', null, vectors.lines.length])
      }
    })

    it('finds every changed character of a compact proof', () => {
      const wrong: string[] = []
      for (let k = 0; k < v.proof_compact.length; k++) {
        const other = v.proof_compact[k] === 'A' ? 'B' : 'A'
        let verdict = 'refused'
        try {
          verdict = check(parseGiven(v.proof_compact.slice(0, k) + other + v.proof_compact.slice(k + 1)), [trusted(v.public)]).verdict
        } catch (error) {
          if (!(error instanceof SyntaxFault)) throw error
        }
        if (verdict === 'true') wrong.push(`${k}`)
      }
      expect(wrong).toEqual([])
    }, 60_000)

    it('is sure of nothing without the key, and of nothing outside its time', () => {
      expect(check(parseGiven(v.proof), []).verdict).toBe('unsigned')
      const note = parseNote(v.checkpoint)
      const late = { ...trusted(v.public), untilMs: note.atMs - 1 }
      expect(check(parseGiven(v.checkpoint), [late])).toMatchObject({ verdict: 'false', reason: 'time' })
    })

    it('does not take another line for the one proved', () => {
      const other = toBase64(bytesOf(vectors.lines[0].bytes))
      const swapped = v.proof.replace(/\nextra .*\nindex \d+\n/, `\nextra ${other}\nindex 0\n`)
      expect(check(parseGiven(swapped), [trusted(v.public)])).toMatchObject({ verdict: 'false', reason: 'path' })
      expect(check(parseGiven(v.proof.replace(/\nextra .*\n/, `\nextra ${other}\n`)), [trusted(v.public)])).toMatchObject({ verdict: 'false', reason: 'place' })
    })

    it('proves that a book was only added to', () => {
      const [was, is] = [parseNote(v.older_checkpoint), parseNote(v.checkpoint)]
      const path = list(v.consistency.path)
      expect(onlyAppended(hash, was.size, is.size, was.root, is.root, path)).toBe(true)
      expect(onlyAppended(hash, is.size, is.size, is.root, is.root, [])).toBe(true)
      expect(onlyAppended(hash, was.size, is.size, is.root, is.root, path)).toBe(false)
      expect(onlyAppended(hash, was.size, is.size, was.root, is.root, path.slice(1))).toBe(false)
      expect(onlyAppended(hash, was.size + 1, is.size, was.root, is.root, path)).toBe(false)
      expect(onlyAppended(hash, 0, is.size, was.root, is.root, path)).toBe(false)
    })
  })
}

describe('what is no proof', () => {
  it('is refused', () => {
    for (const text of ['', 'hello', 'https://jifen.example.cn/', '00020101021126580011', 'c2sp.org/tlog-proof@v1\n', 'c2sp.org/tlog-proof@v1\nextra AA==\nindex 0\n\nx', 'AA', '一'.repeat(40)]) {
      expect(() => check(parseGiven(text), []), text).toThrow(SyntaxFault)
    }
  })
})
