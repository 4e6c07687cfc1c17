import { onScopeDispose, ref } from 'vue'
import { locale } from '../shared/i18n'

/** Reads a text aloud with the phone's own voice; nothing leaves the phone by our doing. */
export function useReadAloud() {
  const voice = typeof speechSynthesis === 'undefined' ? null : speechSynthesis
  const reading = ref(false)
  const failed = ref(false)

  function stop(): void {
    reading.value = false
    voice?.cancel()
  }

  function read(text: string): void {
    if (!voice) {
      failed.value = true
      return
    }
    voice.cancel()
    const words = new SpeechSynthesisUtterance(text)
    words.lang = locale.value === 'zh' ? 'zh-CN' : 'en-GB'
    // A little slower than the voice's own pace: the listener is old, and numbers matter.
    words.rate = 0.85
    words.onend = () => (reading.value = false)
    words.onerror = (event) => {
      reading.value = false
      failed.value = event.error !== 'canceled' && event.error !== 'interrupted'
    }
    failed.value = false
    reading.value = true
    voice.speak(words)
  }

  onScopeDispose(stop)
  return { reading, failed, read, stop }
}
