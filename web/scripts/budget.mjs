// Fails when what a phone must fetch before its first list grows above the bar.
//
// The bar counts script and style, gzip as the binary sends them: the page's own files, everything they import statically,
// and the chunk of the first screen's route with what that imports. Of the check page it counts everything there is, because
// that page must have all of it before the network goes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const limitBytes = 60 * 1024
const dist = process.env.OUT ?? fileURLToPath(new URL('../dist', import.meta.url))

/** The routes a person sees first, per surface: source paths as in the build's manifest. */
const firstScreens = {
  resident: ['resident/screens/HomeScreen.vue', 'resident/screens/VillageScreen.vue', 'resident/screens/PassbookScreen.vue'],
  counter: ['counter/screens/LoginScreen.vue', 'counter/screens/FindScreen.vue', 'counter/screens/CartScreen.vue'],
}

function collect(manifest, key, files, whole = false) {
  const chunk = manifest[key]
  if (!chunk || files.has(chunk.file)) return
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const imported of [...(chunk.imports ?? []), ...(whole ? (chunk.dynamicImports ?? []) : [])]) collect(manifest, imported, files, whole)
}

const manifestOf = (surface) => JSON.parse(readFileSync(join(dist, surface, 'manifest.json'), 'utf8'))
let failed = false
function judge(surface, name, files) {
  let bytes = 0
  for (const file of files) bytes += gzipSync(readFileSync(join(dist, file)), { level: 9 }).length
  const verdict = bytes <= limitBytes ? 'ok  ' : 'OVER'
  failed ||= bytes > limitBytes
  console.log(`${verdict} ${surface.padEnd(9)}${name.padEnd(22)}${(bytes / 1024).toFixed(1)} KB of ${limitBytes / 1024} KB`)
}

for (const [surface, screens] of Object.entries(firstScreens)) {
  const manifest = manifestOf(surface)
  for (const screen of screens) {
    const files = new Set()
    collect(manifest, `${surface}/index.html`, files)
    collect(manifest, screen, files)
    judge(surface, screen.split('/').pop(), files)
  }
}
const whole = new Set()
collect(manifestOf('proof'), 'proof/index.html', whole, true)
judge('proof', 'everything', whole)
process.exit(failed ? 1 : 0)
