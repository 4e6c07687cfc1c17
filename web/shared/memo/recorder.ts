import { ref, shallowRef } from 'vue'

/** The server's limits (internal/files): more is refused there, so it is never recorded. */
export const mostSeconds = 120
export const mostBytes = 2 * 1024 * 1024
/** Where a recording ends by itself: what the last piece and the container's end add still fits. */
const roomForEnd = 64 * 1024

export type MemoState = 'idle' | 'asking' | 'recording' | 'ready'
export type MemoFault = '' | 'refused' | 'no_microphone' | 'too_large' | 'not_audio' | 'nothing'

/** What a recorder needs of the browser, so that tests can hand in their own. */
export interface Microphone {
  /** False where the browser cannot record at all: the file is the way then. */
  able: boolean
  open: () => Promise<Pick<MediaStream, 'getTracks'>>
  recorder: (stream: Pick<MediaStream, 'getTracks'>) => Recorder
  /** Calls back every second; the answer ends it. */
  eachSecond: (tell: () => void) => () => void
}

export type Recorder = Pick<MediaRecorder, 'mimeType' | 'state' | 'start' | 'stop'> & {
  ondataavailable: ((event: { data: Blob }) => void) | null
  onstop: (() => void) | null
  onerror: (() => void) | null
}

/** What browsers record speech in, the smallest first; Safari knows only the last. */
const types = ['audio/webm;codecs=opus', 'audio/webm', 'audio/mp4']
/** Speech stays clear, and two minutes are half a megabyte over a village's line. */
const bitsPerSecond = 32_000

export const browserMicrophone: Microphone = {
  able: typeof MediaRecorder !== 'undefined' && typeof navigator !== 'undefined' && !!navigator.mediaDevices?.getUserMedia,
  open: () => navigator.mediaDevices.getUserMedia({ audio: true }),
  recorder: (stream) => {
    const mimeType = types.find((type) => MediaRecorder.isTypeSupported(type))
    return new MediaRecorder(stream as MediaStream, { mimeType, audioBitsPerSecond: bitsPerSecond }) as unknown as Recorder
  },
  eachSecond: (tell) => {
    const timer = setInterval(tell, 1000)
    return () => clearInterval(timer)
  },
}

/** True of what may be a recording by the name the phone gives it; the server looks inside. */
const maybeSound = (file: Blob) => file.type === '' || file.type.startsWith('audio/') || file.type.startsWith('video/')

/** One voice memo: recorded here or chosen as a file, kept until it is thrown away or sent. */
export function useRecorder(microphone: Microphone) {
  const state = ref<MemoState>('idle')
  const seconds = ref(0)
  const fault = ref<MemoFault>('')
  const memo = shallowRef<Blob | null>(null)
  let recorder: Recorder | null = null
  let stopClock = () => {}
  let release = () => {}
  let gone = false

  function finish(pieces: Blob[], type: string): void {
    stopClock()
    release()
    recorder = null
    const whole = new Blob(pieces, { type })
    fault.value = whole.size === 0 ? 'nothing' : whole.size > mostBytes ? 'too_large' : ''
    memo.value = fault.value || gone ? null : whole
    state.value = memo.value ? 'ready' : 'idle'
  }

  function run(stream: Pick<MediaStream, 'getTracks'>): void {
    release = () => stream.getTracks().forEach((track) => track.stop())
    const pieces: Blob[] = []
    let size = 0
    recorder = microphone.recorder(stream)
    const own = recorder
    own.ondataavailable = ({ data }) => {
      if (data.size > 0) pieces.push(data)
      size += data.size
      if (size > mostBytes - roomForEnd) stop()
    }
    own.onstop = () => finish(pieces, own.mimeType.split(';')[0] ?? '')
    own.onerror = () => stop() // what was said until then is kept
    own.start(1000)
    state.value = 'recording'
    stopClock = microphone.eachSecond(() => {
      seconds.value++
      if (seconds.value >= mostSeconds) stop()
    })
  }

  async function start(): Promise<void> {
    if (state.value !== 'idle') return
    fault.value = ''
    seconds.value = 0
    if (!microphone.able) {
      fault.value = 'no_microphone'
      return
    }
    state.value = 'asking'
    try {
      const stream = await microphone.open()
      if (gone) stream.getTracks().forEach((track) => track.stop())
      else run(stream)
    } catch (failed) {
      release()
      state.value = 'idle'
      fault.value = (failed as { name?: string } | null)?.name === 'NotAllowedError' ? 'refused' : 'no_microphone'
    }
  }

  function stop(): void {
    if (recorder && recorder.state !== 'inactive') recorder.stop()
  }

  /** Takes a file of the phone's own recorder instead. What was there before stays where the file is refused. */
  function take(file: Blob): void {
    fault.value = file.size === 0 ? 'nothing' : file.size > mostBytes ? 'too_large' : maybeSound(file) ? '' : 'not_audio'
    if (fault.value) return
    seconds.value = 0
    memo.value = file
    state.value = 'ready'
  }

  function discard(): void {
    memo.value = null
    seconds.value = 0
    fault.value = ''
    state.value = 'idle'
  }

  /** The page is left: the microphone is let go at once. */
  function leave(): void {
    gone = true
    stop()
    stopClock()
    release()
  }

  return { state, seconds, fault, memo, start, stop, take, discard, leave }
}
