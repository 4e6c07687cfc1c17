import type { Page } from '@playwright/test'
import { demo, type Login } from './demo'
import { expect } from './fixtures'

/** An account of the demo by its login; those that are not listed share the password of those that are. */
export function account(login: string): Login {
  const { logins } = demo()
  return logins.find((one) => one.login === login) ?? { ...logins[0], login, role: '', area: '', area_name: '', name: '' }
}

/** Signs in as somebody without the form, which has tests of its own. */
export async function enter(page: Page, login: string): Promise<Login> {
  const who = account(login)
  const answer = await page.request.post('/api/v1/session', { data: { login: who.login, password: who.password } })
  expect(answer.status(), `sign in as ${login}`).toBeLessThan(300)
  return who
}

/** Opens a page of the console and waits until its data is there. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(`/console${path}`)
  await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
  await settled(page)
}

/** Nothing is being read any more. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator('.skeleton')).toHaveCount(0)
}

/** No key of the catalogue is shown instead of its text. */
export const expectWords = (page: Page) => expect(page.getByText(/\b(common|console|board|book|rules)\.[a-z_]+/)).toHaveCount(0)
