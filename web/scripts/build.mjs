// Builds the five surfaces one after the other into dist/.
//
// One build for all would put everything any surface needs from Vue into one shared file, and the
// resident on a slow phone would pay for the console. Built apart, each carries only its own.
//
//   node scripts/build.mjs            all five
//   node scripts/build.mjs resident   only the named ones
//   OUT=/some/folder node …           elsewhere than dist/
import { existsSync, readdirSync, rmSync } from 'node:fs'
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

for (const surface of asked.length > 0 ? asked : all) {
  await build({
    root,
    logLevel: 'warn',
    build: {
      outDir: dist,
      manifest: `${surface}/manifest.json`,
      rolldownOptions: {
        input: join(root, surface, 'index.html'),
        // On a phone every request waits its turn: what most screens share comes in one file, not in twenty.
        output: phones.includes(surface) ? { codeSplitting: { groups: [{ name: 'shared', minShareCount: 5 }] } } : {},
      },
    },
  })
  if (!existsSync(join(dist, surface, 'index.html'))) throw new Error(`${surface}: no index.html was written`)
  console.log(`built ${surface}`)
}
