import { startSurface } from '../shared/surface'
import App from './App.vue'

void startSurface(App, null)
