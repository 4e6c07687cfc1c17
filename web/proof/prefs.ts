import { recall, remember } from '../shared/remember'

/** How the page looks on this device, as on the other surfaces; without their framework, which would weigh more than this page. */
const root = document.documentElement
const dark = matchMedia('(prefers-color-scheme: dark)')

export const isElder = (): boolean => root.hasAttribute('data-elder')

export function setElder(on: boolean): void {
  root.toggleAttribute('data-elder', on)
  remember('elder', on ? 'on' : null)
}

function applyTheme(): void {
  const chosen = recall('theme') ?? 'system'
  root.toggleAttribute('data-dark', chosen === 'dark' || (chosen === 'system' && dark.matches))
}

export function applyPrefs(): void {
  root.toggleAttribute('data-elder', recall('elder') === 'on')
  applyTheme()
  dark.addListener(applyTheme)
  root.setAttribute('data-ready', '')
  const paper = getComputedStyle(root).getPropertyValue('--paper').trim()
  if (paper) document.querySelector('meta[name=theme-color]')?.setAttribute('content', paper)
}
