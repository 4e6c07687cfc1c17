import { effectScope, nextTick, ref } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../../shared/api'
import { useSaving } from './useSaving'

type Row = { household: string; mark: number }
type Marks = Record<string, number>

const scopes: ReturnType<typeof effectScope>[] = []
const device = new Map<string, string>()
let page = new EventTarget()

// What the browser gives and Node does not.
beforeEach(() => {
  page = new EventTarget()
  device.clear()
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => device.get(name) ?? null,
    setItem: (name: string, value: string) => device.set(name, value),
    removeItem: (name: string) => device.delete(name),
  })
})
afterEach(() => {
  for (const scope of scopes.splice(0)) scope.stop()
  vi.unstubAllGlobals()
})

const settle = async () => {
  for (let k = 0; k < 8; k++) await nextTick()
}

/** A list of three households whose answers the test hands out. */
function listOf(name = ref('list.a')) {
  const puts: { sent: Marks; answer: (bad: { household: string; code: string }[]) => void; refuse: (error: Error) => void }[] = []
  let reads = 0
  const scope = effectScope()
  scopes.push(scope)
  const list = scope.run(() =>
    useSaving<Row, number, Marks>({
      name: () => name.value,
      open: () => true,
      read: () => {
        reads++
        return Promise.resolve(['1', '2', '3'].map((household) => ({ household, mark: 0 })))
      },
      kept: (text) => JSON.parse(text ?? '{}') as Marks,
      next: (waiting) => Object.fromEntries(Object.entries(waiting).slice(0, 2)),
      put: (sent) => new Promise((answer, refuse) => puts.push({ sent, answer, refuse })),
      left: (waiting, sent) => Object.fromEntries(Object.entries(waiting).filter(([household, mark]) => sent[household] !== mark)),
      show: (row, mark) => ({ ...row, mark }),
    }),
  )!
  return { list, puts, reads: () => reads, shown: () => list.rows.value.map((row) => row.mark) }
}

describe('useSaving', () => {
  it('shows a mark at once, sends it, and keeps what one request does not take or what changed meanwhile', async () => {
    const { list, puts, shown } = listOf()
    await settle()
    list.put('1', 5)
    list.put('2', 6)
    list.put('1', 7)
    list.put('3', 8)
    expect(shown()).toEqual([7, 6, 8])
    expect(puts.map((one) => one.sent)).toEqual([{ '1': 5 }])
    puts[0].answer([])
    await settle()
    expect(puts[1].sent).toEqual({ '1': 7, '2': 6 })
    expect(JSON.parse(device.get('qunyan.list.a') ?? '{}')).toEqual({ '1': 7, '2': 6, '3': 8 })
    puts[1].answer([])
    await settle()
    puts[2].answer([])
    await settle()
    expect(shown()).toEqual([7, 6, 8])
    expect([list.unsaved.value, device.has('qunyan.list.a')]).toEqual([0, false])
  })

  it('says which mark was not taken and shows it no longer', async () => {
    const { list, puts, shown } = listOf()
    await settle()
    list.put('1', 5)
    puts[0].answer([{ household: '1', code: 'claims.household_closed' }])
    await settle()
    expect(shown()).toEqual([0, 0, 0])
    expect(list.refused.value).not.toBe('')
  })

  it('waits without a line, and reads anew after a plain no', async () => {
    const { list, puts, reads, shown } = listOf()
    await settle()
    list.put('1', 5)
    puts[0].refuse(new ApiError(503, 'store.unavailable'))
    await settle()
    expect([list.lost.value, list.unsaved.value]).toEqual([true, 1])
    page.dispatchEvent(new Event('online'))
    puts[1].refuse(new ApiError(409, 'gatherings.claimed'))
    await settle()
    expect([list.lost.value, list.unsaved.value, reads()]).toEqual([false, 0, 2])
    expect(shown()).toEqual([0, 0, 0])
  })

  it('leaves the marks of a list that is no longer shown to that list', async () => {
    const name = ref('list.a')
    const { list, puts, shown } = listOf(name)
    await settle()
    list.put('1', 5)
    list.put('2', 6)
    name.value = 'list.b'
    await settle()
    puts[0].answer([])
    await settle()
    expect(shown()).toEqual([0, 0, 0])
    expect(JSON.parse(device.get('qunyan.list.a') ?? '{}')).toEqual({ '2': 6 })
  })
})
