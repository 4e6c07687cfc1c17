import { computed, reactive, watchEffect } from 'vue'
import { recall, remember } from './remember'

/** How the page looks on this device: never sent anywhere. */
export type Theme = 'system' | 'light' | 'dark'

const systemDark = matchMedia('(prefers-color-scheme: dark)')

const prefs = reactive({
  elder: recall('elder') === 'on',
  theme: (recall('theme') ?? 'system') as Theme,
  systemDark: systemDark.matches,
})

/** True when dark colours are shown, whoever asked for them. */
export const isDark = computed(() => (prefs.theme === 'system' ? prefs.systemDark : prefs.theme === 'dark'))
/** Elder mode (大字版): large text, large targets, the few things that matter. */
export const isElder = computed(() => prefs.elder)

export function setElder(on: boolean): void {
  prefs.elder = on
  remember('elder', on ? 'on' : null)
}

/** Switching back to what the system says forgets the choice, so that the phone's evening mode works again. */
export function setDark(on: boolean): void {
  prefs.theme = on === prefs.systemDark ? 'system' : on ? 'dark' : 'light'
  remember('theme', prefs.theme === 'system' ? null : prefs.theme)
}

/** Keeps the attributes that tokens.css reads on the root element. Called once by each surface. */
export function applyPrefs(): void {
  systemDark.addListener((event) => (prefs.systemDark = event.matches))
  watchEffect(() => {
    const root = document.documentElement
    root.toggleAttribute('data-elder', prefs.elder)
    root.toggleAttribute('data-dark', isDark.value)
    root.setAttribute('data-ready', '')
    // The bar of the browser takes the paper's colour, read from the tokens once they are in force.
    const paper = getComputedStyle(root).getPropertyValue('--paper').trim()
    if (paper) document.querySelector('meta[name=theme-color]')?.setAttribute('content', paper)
  })
}
