import { expect, it } from 'vitest'
import { mostBytes, mostSeconds, useRecorder, type Microphone, type Recorder } from './recorder'

/** A microphone whose clock and sounds the test makes. */
function fake(open: () => Promise<unknown> = () => Promise.resolve()) {
  const seen = { let_go: 0, tick: () => {}, recorder: null as Recorder | null, say: (bytes: number) => seen.recorder?.ondataavailable?.({ data: new Blob([new Uint8Array(bytes)]) }) }
  const microphone: Microphone = {
    able: true,
    open: async () => (await open(), { getTracks: () => [{ stop: () => seen.let_go++ } as unknown as MediaStreamTrack] }),
    recorder: () => {
      const one = { mimeType: 'audio/webm;codecs=opus', state: 'inactive', ondataavailable: null, onstop: null, onerror: null } as unknown as Recorder & { state: string }
      one.start = () => (one.state = 'recording')
      one.stop = () => {
        one.state = 'inactive'
        one.onstop?.()
      }
      return (seen.recorder = one)
    },
    eachSecond: (tell) => ((seen.tick = tell), () => (seen.tick = () => {})),
  }
  return { seen, memo: useRecorder(microphone), microphone }
}

it('records what is said and lets the microphone go', async () => {
  const { seen, memo } = fake()
  await memo.start()
  expect(memo.state.value).toBe('recording')
  seen.tick()
  seen.say(500)
  seen.say(300)
  memo.stop()
  expect([memo.state.value, memo.seconds.value, memo.memo.value?.size, memo.memo.value?.type, seen.let_go]).toEqual(['ready', 1, 800, 'audio/webm', 1])
  memo.discard()
  expect([memo.state.value, memo.memo.value]).toEqual(['idle', null])
})

it('ends by itself after two minutes, and keeps them', async () => {
  const { seen, memo } = fake()
  await memo.start()
  seen.say(10)
  for (let i = 0; i < mostSeconds + 5; i++) seen.tick()
  expect([memo.state.value, memo.seconds.value, memo.memo.value?.size]).toEqual(['ready', mostSeconds, 10])
})

it('ends by itself before the recording is too large to send', async () => {
  const { seen, memo } = fake()
  await memo.start()
  for (let i = 0; i < 80 && memo.state.value === 'recording'; i++) seen.say(40_000)
  expect(memo.state.value).toBe('ready')
  expect(memo.memo.value!.size).toBeLessThanOrEqual(mostBytes)
})

it.each([
  ['NotAllowedError', 'refused'],
  ['NotFoundError', 'no_microphone'],
])('says why there is no microphone: %s', async (name, fault) => {
  const { memo } = fake(() => Promise.reject(Object.assign(new Error(), { name })))
  await memo.start()
  expect([memo.state.value, memo.fault.value]).toEqual(['idle', fault])
  memo.take(new Blob(['sound'], { type: 'audio/mp4' }))
  expect([memo.state.value, memo.fault.value]).toEqual(['ready', ''])
})

it('points to the file where the browser cannot record', async () => {
  const { microphone } = fake()
  const memo = useRecorder({ ...microphone, able: false })
  await memo.start()
  expect(memo.fault.value).toBe('no_microphone')
})

it.each([
  ['too_large', new Blob([new Uint8Array(mostBytes + 1)], { type: 'audio/mpeg' })],
  ['not_audio', new Blob(['x'], { type: 'image/jpeg' })],
  ['nothing', new Blob([], { type: 'audio/mpeg' })],
])('refuses a file and keeps the memo there was: %s', (fault, file) => {
  const { memo } = fake()
  memo.take(new Blob(['sound'], { type: '' }))
  memo.take(file)
  expect([memo.fault.value, memo.memo.value?.size]).toEqual([fault, 5])
})

it('keeps what was said before the recorder broke, and says so where nothing was', async () => {
  const { seen, memo } = fake()
  await memo.start()
  seen.say(7)
  seen.recorder!.onerror!()
  expect(memo.memo.value?.size).toBe(7)
  memo.discard()
  await memo.start()
  memo.stop()
  expect([memo.state.value, memo.fault.value]).toEqual(['idle', 'nothing'])
})

it('lets the microphone go when the page is left, also while it is asked for', async () => {
  let allow = () => {}
  const waiting = fake(() => new Promise<void>((resolve) => (allow = resolve)))
  const started = waiting.memo.start()
  waiting.memo.leave()
  allow()
  await started
  expect([waiting.seen.let_go, waiting.seen.recorder]).toEqual([1, null])
  const { seen, memo } = fake()
  await memo.start()
  seen.say(7)
  memo.leave()
  expect(seen.let_go).toBeGreaterThan(0)
  expect(memo.memo.value).toBe(null)
})
