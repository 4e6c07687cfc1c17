import App from './App.vue'
import { router } from './router'
import { startSurface } from '../shared/surface'
import './theme.css'
import './layout.css'

void startSurface(App, router)
