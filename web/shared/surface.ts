import type { App, Component } from 'vue'
import { createApp, nextTick, watch } from 'vue'
import type { Router } from 'vue-router'
import { loadErrorTexts } from './i18n/errors'
import { locale, setLocale, startLocale } from './i18n'
import { watchConnection } from './connection'
import { applyPrefs } from './prefs'
import './tokens.css'
import './base.css'

/**
 * Starts one surface: mode and language first, so that nothing is drawn twice; then the page; then, when the browser has
 * a moment, what is only needed when something goes wrong. `install` adds what this surface alone uses.
 */
export async function startSurface(root: Component, router: Router | null, install?: (app: App) => void): Promise<void> {
  applyPrefs()
  watchConnection()
  try {
    await setLocale(startLocale(location.search))
  } catch {
    // English could not be fetched: Chinese came with the script.
    await setLocale('zh')
  }
  const app = createApp(root)
  if (router) app.use(router)
  // Whoever listens instead of looking hears the new page from its beginning.
  router?.afterEach((_to, from) => {
    if (from.matched.length > 0) void nextTick(() => document.getElementById('content')?.focus({ preventScroll: true }))
  })
  install?.(app)
  app.mount('#app')
  setTimeout(() => watch(locale, loadErrorTexts, { immediate: true }), 2_000)
}
