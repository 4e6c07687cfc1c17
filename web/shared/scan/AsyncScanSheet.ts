import { later } from '../ui/later'

/** The scanner is fetched when somebody wants to scan, not with the first screen. */
export default later(() => import('./ScanSheet.vue'))
