import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref, shallowRef } from 'vue'
import type { MonthView } from '../api/model'
import { percent, underWay, useClosing } from './useClosing'

const at = (closing_done: number, closing_all: number, closed = false) => ({ month: 202609, closed, closing_done, closing_all }) as MonthView

describe('a close that is under way', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is never at a hundred before its end', () => {
    expect([percent(at(0, 450)), percent(at(200, 450)), percent(at(450, 450)), percent(at(0, 0))]).toEqual([0, 44, 99, 0])
    expect([underWay(null), underWay(at(0, 450)), underWay(at(0, 0)), underWay(at(450, 450, true))]).toEqual([false, true, false, false])
  })

  it('is followed until it ends, through a lost connection, and then left alone', async () => {
    const answers = [at(0, 450), at(200, 450), null, at(400, 450), at(0, 0, true)]
    const data = shallowRef<MonthView | null>(null)
    let asked = 0
    const reload = async () => {
      const answer = answers[asked++]
      if (answer) data.value = answer
    }
    let ends = 0
    const scope = effectScope()
    scope.run(() => useClosing({ data, error: shallowRef(null), busy: ref(false), reload }, ref(false), () => ends++))
    await reload() // somebody opens the page, or loads it again
    await nextTick()
    for (let i = 0; i < 8; i++) await vi.advanceTimersByTimeAsync(1000)
    expect([asked, ends]).toEqual([5, 1])
    scope.stop()
  })

  it('is not asked about once the page is left', async () => {
    const data = shallowRef<MonthView | null>(at(0, 450))
    let asked = 0
    const scope = effectScope()
    scope.run(() => useClosing({ data, error: shallowRef(null), busy: ref(false), reload: async () => void asked++ }, ref(false), () => undefined))
    data.value = at(200, 450)
    await nextTick()
    scope.stop()
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked).toBe(0)
  })
})
