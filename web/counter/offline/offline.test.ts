import { describe, expect, it } from 'vitest'
import { codeHash, fromBase64, randomBytes, seal, sealKey, slipCode, toBase64, tokenHash, unseal } from './crypto'
import { homeByCode, homeByToken, isSigned, readList, search } from './list'
import { pinFault } from './till'

const salt = fromBase64('AAECAwQFBgcICQoLDA0ODw')

async function text(): Promise<string> {
  const top = { village: '520524114211', shop: '前进村积分超市', till: 'T', till_name: '店里', id: 'A', staff: 'S', staff_name: '李', issued_ms: 1, until_ms: 2, total: 100, salt: 'AAECAwQFBgcICQoLDA0ODw', groups: ['一组', '二组'], households: 3, goods: 1 }
  const card = [await tokenHash(salt, 'TOKEN'), await codeHash(salt, 'ABCD1234')].join('|')
  return ['qunyan offline allowance 1', JSON.stringify(top), `12|H1|王建国|2|10|40|C1|${card}|1961`, '3|H2|王建国|1|0|8||||1975', '1961|H3|李秀英|0|5|5||||', 'I1|肥皂|块|5|30', ''].join('\n')
}

describe('the list', () => {
  it('is read line by line', async () => {
    const list = readList(await text())
    expect(list.homes.map((home) => [home.number, home.head, home.group, home.limit])).toEqual([[12, '王建国', '二组', 10], [3, '王建国', '一组', 0], [1961, '李秀英', '', 5]])
    expect(list.shelf).toEqual([{ id: 'I1', name: '肥皂', unit: '块', price: 5, qty: 30 }])
    expect(() => readList('something else')).toThrow()
  })

  it('knows a card by its token and by its printed code, and no other', async () => {
    const list = readList(await text())
    expect((await homeByToken(list, 'TOKEN'))?.id).toBe('H1')
    expect((await homeByCode(list, 'ABCD-1234'))?.id).toBe('H1')
    expect(await homeByToken(list, 'ANOTHER')).toBeUndefined()
    expect(await homeByCode(list, 'ABCD-1235')).toBeUndefined()
  })

  it('is searched by name, number, group and birth year', async () => {
    const list = readList(await text())
    expect(search(list, '建国', '').map((home) => home.id)).toEqual(['H1', 'H2'])
    expect(search(list, '王建国', '一组').map((home) => home.id)).toEqual(['H2'])
    expect(search(list, '12', '').map((home) => home.id)).toEqual(['H1'])
    expect(search(list, '1961', '').map((home) => home.id)).toEqual(['H1', 'H3'])
  })

  it('is refused without the village’s signature', async () => {
    expect(await isSigned(await text(), randomBytes(64), randomBytes(32)).catch(() => false)).toBe(false)
  })
})

describe('what is sealed', () => {
  it('opens in its place with its key, and nowhere else', async () => {
    const key = await sealKey(randomBytes(32))
    const sealed = await seal(key, '肥皂×2', 'here')
    expect(await unseal(key, sealed, 'here')).toBe('肥皂×2')
    await expect(unseal(key, sealed, 'there')).rejects.toBeDefined()
    await expect(unseal(await sealKey(randomBytes(32)), sealed, 'here')).rejects.toBeDefined()
    sealed[15] ^= 1
    await expect(unseal(key, sealed, 'here')).rejects.toBeDefined()
  })

  it('bears a code that both sides make of the key', async () => {
    expect(await slipCode('01890a5d-ac96-774b-bcce-b302099a8057')).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
    expect(toBase64(fromBase64('AQID'))).toBe('AQID')
  })
})

it('takes no PIN that is short or a run of digits', () => {
  expect(['12345', '', 'abcdef'].map(pinFault)).toEqual(['short', 'short', 'short'])
  expect(['123456', '654321', '777777'].map(pinFault)).toEqual(['easy', 'easy', 'easy'])
  expect(pinFault('482915')).toBe('')
})
