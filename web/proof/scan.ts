import { createDecoder, decodePhoto } from '../shared/scan/decode'
import { el, icon } from './dom'
import { t } from './texts'

/** Often enough to feel immediate, seldom enough for a slow phone's processor. */
const lookEveryMs = 250

/**
 * The camera's picture with a photo as the other way, where there is no camera or no leave to use it. `accept` says of
 * every text found whether it was one wanted; `stop` ends it.
 */
export function scanner(accept: (text: string) => boolean, close: () => void): { view: HTMLElement; stop: () => void } {
  const video = el('video', { playsinline: true, 'aria-label': t('proof.scan.picture') })
  video.muted = true
  const say = el('p', { class: 'say', role: 'status' }, t('proof.scan.starting'))
  const fault = el('p', { class: 'fault', role: 'alert' })
  const file = el('input', { class: 'sr-only', type: 'file', accept: 'image/*', tabindex: '-1', 'aria-hidden': 'true' })
  const windowBox = el('div', { class: 'window' }, video, el('span', { class: 'frame', 'aria-hidden': 'true' }))
  let stream: MediaStream | null = null
  let timer = 0
  let gone = false

  const judge = (text: string): boolean => {
    const taken = accept(text)
    if (!taken) fault.textContent = t('proof.scan.other')
    return taken
  }

  async function start(): Promise<void> {
    try {
      const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1920 }, height: { ideal: 1080 } }, audio: false })
      stream = opened
      if (gone) return stop()
      video.srcObject = opened
      await video.play()
      say.textContent = t('proof.scan.looking')
      const decode = await createDecoder()
      const again = async (): Promise<void> => {
        const text = video.readyState >= 2 ? await decode(video) : null
        if (gone || (text && judge(text))) return
        timer = setTimeout(() => void again(), lookEveryMs) as unknown as number
      }
      await again()
    } catch {
      // No camera, no leave, or a page that is not served securely: a photo works everywhere.
      windowBox.hidden = true
      say.textContent = t('proof.scan.no_camera')
    }
  }

  async function fromPhoto(): Promise<void> {
    const chosen = file.files?.[0]
    if (!chosen) return
    fault.textContent = ''
    try {
      const text = await decodePhoto(chosen)
      if (text) judge(text)
      else fault.textContent = t('proof.scan.no_code')
    } catch {
      fault.textContent = t('proof.scan.no_image')
    }
    file.value = ''
  }

  function stop(): void {
    gone = true
    clearTimeout(timer)
    stream?.getTracks().forEach((track) => track.stop())
  }

  file.addEventListener('change', () => void fromPhoto())
  void start()
  const view = el('div', { class: 'scan' }, windowBox, say, fault,
    el('button', { type: 'button', class: 'button primary', onclick: () => file.click() }, icon('qr'), t('proof.scan.photo')),
    file, el('button', { type: 'button', class: 'button', onclick: close }, t('proof.scan.close')))
  return { view, stop }
}
