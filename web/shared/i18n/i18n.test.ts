import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { fill } from './index'

const web = fileURLToPath(new URL('../..', import.meta.url))
const messages = join(web, '../internal/messages')
const catalogue = (language: string, file: string): Record<string, string> => JSON.parse(readFileSync(join(messages, language, file), 'utf8'))
const filesOf = (language: string) => readdirSync(join(messages, language)).filter((f) => f.endsWith('.json')).sort()
const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()

/** Every source file below a folder of web/. */
function sources(folder: string): string[] {
  return readdirSync(join(web, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(vue|ts)$/.test(entry.name) && !/\.test\.ts$/.test(entry.name) && entry.name !== 'schema.d.ts')
    .map((entry) => join(entry.parentPath, entry.name))
}

describe('the catalogue', () => {
  it('has the same files in both languages', () => {
    expect(filesOf('en')).toEqual(filesOf('zh'))
  })

  it.each(filesOf('zh'))('%s has the same keys and placeholders in both languages, under its own name', (file) => {
    const zh = catalogue('zh', file)
    const en = catalogue('en', file)
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
    for (const [key, text] of Object.entries(zh)) {
      expect(key.startsWith(`${file.replace('.json', '')}.`), key).toBe(true)
      // What stands before or after something may be nothing in one of the languages.
      if (!/_(before|after)$/.test(key)) {
        expect(text.trim(), key).not.toBe('')
        expect(en[key].trim(), key).not.toBe('')
      }
      // The singular of English may say "one" in place of the number.
      if (!key.endsWith('.one')) expect(new Set(placeholders(en[key])), key).toEqual(new Set(placeholders(text)))
    }
  })

  it('holds every key the surfaces name', () => {
    const known = new Set(filesOf('zh').flatMap((file) => Object.keys(catalogue('zh', file))))
    const named = /['"`]((?:common|resident|counter|till|console|board)\.[a-z0-9_]+(?:\.[a-z0-9_]+)*)['"`]/g
    const missing: string[] = []
    for (const file of ['shared', 'resident', 'counter', 'console', 'board'].flatMap(sources)) {
      for (const match of readFileSync(file, 'utf8').matchAll(named)) {
        if (!known.has(match[1])) missing.push(`${file.slice(web.length)}: ${match[1]}`)
      }
    }
    expect(missing).toEqual([])
  })

  it('holds no key of the phones that nothing names', () => {
    const code = ['shared', 'resident', 'counter', 'console', 'board'].flatMap(sources).map((file) => readFileSync(file, 'utf8')).join('\n')
    // Keys put together at run time are named by their beginning: `resident.claim.state.${state}`.
    const beginnings = Array.from(code.matchAll(/`((?:common|resident|counter)\.[a-z0-9_.]+)\$\{/g), (match) => match[1])
    const idle = ['common.json', 'resident.json', 'counter.json']
      .flatMap((file) => Object.keys(catalogue('zh', file)))
      .map((key) => key.replace(/\.one$/, ''))
      .filter((key) => !code.includes(`'${key}'`) && !beginnings.some((start) => key.startsWith(start)))
    expect(idle).toEqual([])
  })
})

describe('fill', () => {
  it('puts values in and leaves an unknown placeholder visible', () => {
    expect(fill('您家能换 {points} 分，{other}', { points: 36 })).toBe('您家能换 36 分，{other}')
  })
})
