import { startSurface } from '../shared/surface'
import App from './App.vue'
import { router } from './router'

void startSurface(App, router)
