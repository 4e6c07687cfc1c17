import { startSurface } from '../shared/surface'
import App from './App.vue'
import { router } from './router'

void startSurface(App, router)
// After everything else: the worker only adds, and a phone without one loses nothing while it has a line.
addEventListener('load', () => void navigator.serviceWorker?.register('/counter/sw.js').catch(() => undefined))
