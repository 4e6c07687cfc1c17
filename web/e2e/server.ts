import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { demoFile } from './demo'
import type { Demo } from './demo'

const binary = process.env.QUNYAN_BIN ?? fileURLToPath(new URL('../../bin/qunyan', import.meta.url))
/** The default demo promises to be ready within 30 s; a loaded machine gets four times that. */
const readyWithinMs = 120_000

/** Starts the real binary with a fresh demo county, waits until it says it is ready, and stops it after the last test. */
export default async function start(): Promise<() => Promise<void>> {
  const data = mkdtempSync(join(tmpdir(), 'qunyan-e2e-'))
  // The program refuses settings it does not know, and the test's own would be such.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('QUNYAN_')))
  const child = spawn(binary, ['demo', '--data', data, '--addr', '127.0.0.1:0', '--sign-ins-per-minute', '0', '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const log: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line)
    if (log.length > 200) log.shift()
  })

  const demo = await new Promise<Demo>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the demo did not start: ${why}\n${log.join('\n')}`))
    const timer = setTimeout(() => {
      child.kill()
      fail(`not ready within ${readyWithinMs} ms`)
    }, readyWithinMs)
    child.once('error', (error) => fail(String(error)))
    child.once('exit', (code) => fail(`it ended with ${code}`))
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer)
      resolve(JSON.parse(line) as Demo)
    })
  })
  writeFileSync(demoFile, JSON.stringify(demo))

  return async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    }
    rmSync(data, { recursive: true, force: true })
  }
}
