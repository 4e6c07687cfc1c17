/**
 * Small choices kept on this device (language, mode, the village last opened).
 * A browser may refuse storage (private mode, full disk); then the choice simply lasts as long as the page.
 */
const prefix = 'qunyan.'

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(prefix + name)
  } catch {
    return null
  }
}

export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(prefix + name)
    else localStorage.setItem(prefix + name, value)
  } catch {
    // Refused storage is no reason to stop: see above.
  }
}
