import { shallowRef } from 'vue'
import { ApiError } from '../shared/api'
import { noteLocked, openCard } from './card'

/**
 * Does something that needs the card's PIN: asks for it first where the card is locked, and again where the server says
 * that its half hour is over. `asking` is what waits for the PIN; the screen shows the PIN sheet while it is set.
 */
export function useUnlocked() {
  const asking = shallowRef<(() => Promise<void>) | null>(null)

  async function unlocked(action: () => Promise<void>): Promise<void> {
    if (!openCard.value?.unlocked) {
      asking.value = action
      return
    }
    try {
      await action()
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      noteLocked()
      asking.value = action
    }
  }

  /** The PIN was right: what waited is done now. */
  function proceed(): Promise<void> {
    const action = asking.value
    asking.value = null
    return action ? action() : Promise.resolve()
  }

  return { asking, unlocked, proceed }
}
