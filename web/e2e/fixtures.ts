import AxeBuilder from '@axe-core/playwright'
import { test as base, expect } from '@playwright/test'
import type { Page } from '@playwright/test'
import { artifacts, demo } from './demo'

/** The two widths every page is looked at. */
export const sizes = { phone: { width: 360, height: 760 }, desktop: { width: 1440, height: 900 } } as const
export type Size = keyof typeof sizes

/** Fails a test on anything the page throws or logs as an error, besides answers the test provoked itself. */
export const test = base.extend<{ faults: string[] }>({
  baseURL: async ({}, use) => use(demo().url),
  faults: [
    async ({ page }, use) => {
      const faults: string[] = []
      page.on('pageerror', (error) => faults.push(String(error)))
      page.on('console', (message) => {
        // A refused request is logged by the browser itself; the page's own handling of it is what tests look at.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text())
      })
      await use(faults)
      expect(faults, 'errors in the page').toEqual([])
    },
    { auto: true },
  ],
})

/** No serious or critical finding of axe-core on the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  // The legacy mode leaves out frames of other origins only, and for a page of one frame spares a second page to gather
  // the answers in.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(page.frames().length === 1).analyze()
  const grave = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
  expect(grave.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([])
}

/** Nothing reaches beyond the right edge: a page that scrolls sideways is a page with something cut off. */
export async function expectNoSideways(page: Page): Promise<void> {
  const [content, view] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])
  expect(content, 'width of the content').toBeLessThanOrEqual(view)
}

/** Keeps a picture of the whole page for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${artifacts}/pictures/${name}.png`, fullPage: true, animations: 'disabled' })
}

export { expect }
