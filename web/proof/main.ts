import '../shared/tokens.css'
import '../shared/base.css'
import './page.css'
import { Page } from './page'
import { applyPrefs } from './prefs'
import { startLocale } from './texts'

applyPrefs()
startLocale()
new Page(document.getElementById('app')!).start()
