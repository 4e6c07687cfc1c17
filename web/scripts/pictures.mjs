// Makes the pictures of the manual: starts a fresh demo, does what the manual tells, and keeps what is on the screen.
// `make pictures`; PICTURES=month,roll makes only those (what comes before them is done all the same).
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { withPalette } from './png.mjs'
import { scenes } from './scenes.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const into = join(root, 'docs/pictures/manual')
const wanted = process.env.PICTURES?.split(',')
/** No picture is larger, and all of them together are not. */
const most = { one: 120 * 1024, all: 2.5 * 1024 * 1024 }
const sizes = { screen: { width: 1200, height: 760 }, phone: { width: 360, height: 720 } }

/** The real binary with a county of its own; the promise is kept once it is ready. */
function startDemo(data) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('QUNYAN_')))
  const child = spawn(join(root, 'bin/qunyan'), ['demo', '--data', data, '--addr', '127.0.0.1:0', '--sign-ins-per-minute', '0', '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the demo ended with ${code}`)))
    createInterface({ input: child.stdout }).once('line', (line) => resolve({ demo: JSON.parse(line), stop: () => child.kill('SIGTERM') }))
  })
}

/** Fewer colours until it is small enough. */
function shrink(file) {
  const whole = readFileSync(file)
  for (const colours of [256, 96, 32, 16]) {
    writeFileSync(file, withPalette(whole, colours))
    if (statSync(file).size <= most.one) return
  }
  throw new Error(`${file} has ${statSync(file).size} bytes`)
}

/** What a scene works with: one page, people who sign in on it, and the camera. */
function stage(page, demo) {
  const password = demo.logins[0].password
  const self = {
    page,
    demo,
    village: demo.village,
    /** Signs in as one of the demo's people. */
    as: async (login) => {
      const answer = await page.request.post(`${demo.url}/api/v1/session`, { data: { login, password } })
      if (!answer.ok()) throw new Error(`sign in as ${login}: ${answer.status()}`)
    },
    get: async (path) => (await page.request.get(`${demo.url}/api/v1${path}`)).json(),
    go: async (path) => {
      await page.goto(demo.url + path)
      await self.quiet()
    },
    console: (path) => self.go(`/console/${demo.village}${path}`),
    /** Nothing is being read any more. */
    quiet: async () => {
      await page.waitForLoadState('networkidle')
      await page.waitForFunction(() => !document.querySelector('.skeleton'))
    },
    size: (name) => page.setViewportSize(sizes[name]),
    /** Keeps the window, or the part of it a locator names; `top` is brought to the window's upper edge first. */
    shot: async (name, { part, top, height } = {}) => {
      if (wanted && !wanted.includes(name)) return
      if (top) await top.evaluate((at) => scrollTo(0, at.getBoundingClientRect().top + scrollY - 76))
      const before = page.viewportSize()
      if (height) await page.setViewportSize({ ...before, height })
      const file = join(into, `${name}.png`)
      await (part ?? page).screenshot({ path: file, animations: 'disabled', caret: 'hide' })
      if (height) await page.setViewportSize(before)
      shrink(file)
      console.log(`${String(Math.round(statSync(file).size / 1024)).padStart(4)} KiB  ${name}`)
    },
  }
  return self
}

mkdirSync(into, { recursive: true })
const data = mkdtempSync(join(tmpdir(), 'qunyan-pictures-'))
const { demo, stop } = await startDemo(data)
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
try {
  const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', viewport: sizes.screen })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  for (const [name, play] of Object.entries(scenes)) {
    try {
      await page.setViewportSize(sizes.screen)
      await play(stage(page, demo))
    } catch (error) {
      await page.screenshot({ path: join(tmpdir(), 'qunyan-pictures-failed.png') })
      if (!process.env.GO_ON) throw new Error(`the scene “${name}”`, { cause: error })
      console.log(name, String(error).slice(0, 600))
    }
  }
  const all = readdirSync(into).reduce((sum, name) => sum + statSync(join(into, name)).size, 0)
  console.log(`${Math.round(all / 1024)} KiB in all`)
  if (all > most.all) throw new Error('the pictures are too large together')
} finally {
  await browser.close()
  stop()
  rmSync(data, { recursive: true, force: true })
}
