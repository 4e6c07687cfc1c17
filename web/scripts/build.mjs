// Builds the five surfaces one after the other into dist/.
//
// One build for all would put everything any surface needs from Vue into one shared file, and the
// resident on a slow phone would pay for the console. Built apart, each carries only its own.
//
//   node scripts/build.mjs            all five
//   node scripts/build.mjs resident   only the named ones
//   OUT=/some/folder node …           elsewhere than dist/
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = process.env.OUT ?? join(root, 'dist')
const all = ['resident', 'counter', 'console', 'board', 'proof']
const phones = ['resident', 'counter', 'proof']
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`unknown surface: ${unknown.join(', ')}; known: ${all.join(', ')}`)
  process.exit(2)
}

if (asked.length === 0 && existsSync(dist)) {
  for (const name of readdirSync(dist)) {
    if (name !== '.gitkeep') rmSync(join(dist, name), { recursive: true })
  }
}

/** The counter works without a network: its worker is told every file of the program, and marks the program by them. */
function writeWorker() {
  const manifest = JSON.parse(readFileSync(join(dist, 'counter', 'manifest.json'), 'utf8'))
  const files = [...new Set(Object.values(manifest).flatMap((chunk) => [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]))].sort().map((file) => `/${file}`)
  const mark = createHash('sha256').update(files.join('\n')).update(readFileSync(join(dist, 'counter', 'index.html'))).digest('hex').slice(0, 12)
  const text = readFileSync(join(root, 'counter', 'sw.js'), 'utf8').replace('__MARK__', mark).replace('__FILES__', JSON.stringify(files))
  writeFileSync(join(dist, 'counter', 'sw.js'), text)
}

for (const surface of asked.length > 0 ? asked : all) {
  await build({
    root,
    logLevel: 'warn',
    build: {
      outDir: dist,
      manifest: `${surface}/manifest.json`,
      rolldownOptions: {
        input: join(root, surface, 'index.html'),
        // On a phone every request waits its turn: what most screens share comes in one file, not in twenty;
        // what only a line that is down needs, in one of its own.
        output: phones.includes(surface) ? { codeSplitting: { groups: [{ name: 'shared', minShareCount: 5, test: (file) => !/counter[\\/]offline[\\/]|zh[\\/]till\.json/.test(file) }] } } : {},
      },
    },
  })
  if (!existsSync(join(dist, surface, 'index.html'))) throw new Error(`${surface}: no index.html was written`)
  if (surface === 'counter') writeWorker()
  console.log(`built ${surface}`)
}
