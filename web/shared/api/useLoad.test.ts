import { effectScope, nextTick, ref } from 'vue'
import { describe, expect, it } from 'vitest'
import { useLoad, type Load } from './useLoad'

/** A read whose answers the test hands out one by one, in the order it likes. */
function answering() {
  const asked: { signal: AbortSignal; answer: (value: string) => void; refuse: (error: Error) => void }[] = []
  const read = (signal: AbortSignal) => new Promise<string>((answer, refuse) => asked.push({ signal, answer, refuse }))
  return { asked, read }
}

/** Lets what was just answered run to its end. */
const settle = async () => {
  for (let k = 0; k < 4; k++) await nextTick()
}

describe('useLoad', () => {
  it('drops an answer that comes after a newer question', async () => {
    const { asked, read } = answering()
    const village = ref('a')
    let load!: Load<string>
    const scope = effectScope()
    scope.run(() => (load = useLoad(() => village.value, read)))
    village.value = 'b'
    await nextTick()
    expect(asked).toHaveLength(2)
    expect(asked[0].signal.aborted).toBe(true)
    asked[1].answer('of b')
    asked[0].answer('of a')
    await settle()
    expect(load.data.value).toBe('of b')
    expect(load.busy.value).toBe(false)
    scope.stop()
  })

  it('keeps what is shown while it asks again, and says what went wrong', async () => {
    const { asked, read } = answering()
    let load!: Load<string>
    const scope = effectScope()
    scope.run(() => (load = useLoad(() => 1, read)))
    asked[0].answer('first')
    await settle()
    void load.reload()
    expect(load.data.value).toBe('first')
    asked[1].refuse(new Error('no'))
    await settle()
    expect(load.data.value).toBe('first')
    expect(load.error.value).toBeInstanceOf(Error)
    scope.stop()
  })

  it('cancels its request when the screen is left', () => {
    const { asked, read } = answering()
    const scope = effectScope()
    scope.run(() => useLoad(() => 1, read))
    scope.stop()
    expect(asked[0].signal.aborted).toBe(true)
  })
})
