import { defineConfig } from '@playwright/test'

// Chromium comes from the system: a browser of the test tool's own is never downloaded.
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '.artifacts/results',
  // One demo for the whole run, two small cores: one worker, and each spec leaves the others' households alone.
  workers: 1,
  fullyParallel: false,
  // Long enough for two cores that do something else too: nothing here is about speed.
  timeout: 90_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: [['list']],
  globalSetup: './server.ts',
  use: {
    // A worker answers for the page, so that a test could no longer stand in between; the one spec about it lets it in.
    serviceWorkers: 'block',
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    // Traces read pictures by fetch, which the pages' own policy forbids: on demand only.
    trace: process.env.TRACE ? 'on' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
})
