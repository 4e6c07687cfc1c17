import { describe, expect, it } from 'vitest'
import { ApiError } from '../shared/api'
import { mostOf, refit, sumUp, withCount, type Good } from './cart'
import { MemoryStore } from './pending'
import { newIntent, redeem, type Redemption, type RedemptionBody } from './redeem'
import { placesOf } from './session'

const goods: Good[] = [
  { id: 'powder', name: '洗衣粉', unit: '袋', price: 12, qty: 14 },
  { id: 'oil', name: '菜籽油', unit: '桶', price: 45, qty: 1 },
  { id: 'towel', name: '毛巾', unit: '条', price: 10, qty: 2 },
]
const [powder, oil, towel] = goods

describe('the cart', () => {
  it('adds up pieces and points, in the order of the shelf', () => {
    expect(sumUp(goods, { towel: 1, powder: 1 })).toEqual({
      pieces: 2,
      points: 22,
      lines: [
        { item: 'powder', qty: 1, price: 12 },
        { item: 'towel', qty: 1, price: 10 },
      ],
    })
    expect(sumUp(goods, {})).toEqual({ pieces: 0, points: 0, lines: [] })
  })

  it('holds no more than the points left by the rest', () => {
    expect(mostOf(powder, goods, {}, 36)).toBe(3)
    expect(mostOf(powder, goods, { towel: 1 }, 36)).toBe(2)
    expect(mostOf(powder, goods, { powder: 2, towel: 1 }, 36)).toBe(2)
    expect(mostOf(oil, goods, {}, 36)).toBe(0)
  })

  it('holds no more than the shelf', () => {
    expect(mostOf(towel, goods, {}, 1000)).toBe(2)
    expect(withCount(towel, 5, goods, {}, 1000)).toEqual({ towel: 2 })
  })

  it('takes a good out at none and below', () => {
    expect(withCount(towel, 0, goods, { towel: 1, powder: 1 }, 36)).toEqual({ powder: 1 })
    expect(withCount(towel, -1, goods, { towel: 1 }, 36)).toEqual({})
  })

  it('never goes over the points, whatever is tried in whatever order', () => {
    for (let limit = 0; limit <= 120; limit += 7) {
      let counts = {}
      for (let step = 0; step < 60; step++) {
        const good = goods[(step * 7 + limit) % goods.length]
        counts = withCount(good, ((step * 5) % 9) - 1, goods, counts, limit)
        expect(sumUp(goods, counts).points).toBeLessThanOrEqual(limit)
      }
    }
  })

  it('is brought in line when prices, shelf or points changed meanwhile', () => {
    const now = [{ ...powder, price: 20 }, { ...towel, qty: 0 }]
    expect(refit(now, { powder: 2, towel: 1, oil: 1 }, 36)).toEqual({ powder: 1 })
  })
})

describe('a redemption', () => {
  const body: RedemptionBody = { household: 'H', items: [{ item: 'powder', qty: 1, price: 12 }], points: 12 }
  const intent = () => newIntent('520524114211', 'S1', body, '王兴国')
  const answer = { id: 'R1', no: 1301 } as Redemption
  const failing = (error: unknown) => async () => {
    throw error
  }

  it('is written down before it is sent, and struck out when it is answered', async () => {
    const store = new MemoryStore()
    const mine = intent()
    const seen: number[] = []
    const done = await redeem(mine, store, async () => {
      seen.push((await store.all()).length)
      return answer
    })
    expect(done.no).toBe(1301)
    expect(seen).toEqual([1])
    expect(await store.all()).toEqual([])
  })

  it.each([
    ['no answer', new ApiError(0, 'client.network')],
    ['a time-out', new ApiError(0, 'client.timeout')],
    ['a fault of the server', new ApiError(503, 'store.unavailable')],
    ['a session that ended', new ApiError(401, 'access.sign_in')],
  ])('stays written down after %s and is sent again with the same key', async (_, error) => {
    const store = new MemoryStore()
    const mine = intent()
    await expect(redeem(mine, store, failing(error))).rejects.toBe(error)
    expect((await store.all()).map((i) => i.key)).toEqual([mine.key])
    const keys: string[] = []
    await redeem((await store.all())[0], store, async (again) => {
      keys.push(again.key)
      return answer
    })
    expect(keys).toEqual([mine.key])
    expect(await store.all()).toEqual([])
  })

  it('is struck out when the server refuses it', async () => {
    const store = new MemoryStore()
    await expect(redeem(intent(), store, failing(new ApiError(409, 'market.out_of_stock')))).rejects.toMatchObject({ status: 409 })
    expect(await store.all()).toEqual([])
  })

  it('has another key for another cart', () => {
    expect(intent().key).not.toBe(intent().key)
  })
})

it('knows the villages whose counter somebody may stand at', () => {
  const grant = (role: string, area: string, level: string) => ({ role, area, area_name: area, level })
  const who = { id: 'S', login: 'l', name: 'n', must_change: false, totp_on: false, grants: [grant('keeper', 'v1', 'village'), grant('clerk', 'v1', 'village'), grant('county', 'c', 'county'), grant('auditor', 'v2', 'village')] }
  expect(placesOf(who as never)).toEqual([{ area: 'v1', name: 'v1' }])
  expect(placesOf(null)).toEqual([])
})
