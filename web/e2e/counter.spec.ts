import type { Page } from '@playwright/test'
import { staffApi, type TestApi } from './api'
import { demo, login } from './demo'
import { expect, expectAccessible, expectNoSideways, picture, sizes, test } from './fixtures'

/** Signs in through the page, as the keeper of the demo's main village does in the morning. */
async function signIn(page: Page, role = 'keeper'): Promise<void> {
  const who = login(role)
  await page.goto('/counter/')
  await page.getByLabel('账号').fill(who.login)
  await page.getByLabel('密码').fill(who.password)
  await page.getByRole('button', { name: '登录' }).click()
  await expect(page.getByRole('heading', { level: 1, name: '给谁家兑换？' })).toBeVisible()
}

interface Household {
  id: string
  number: number
  head: string
  spendable: number
}

/** A household that can redeem at least `points` now; `k` keeps the tests out of each other's. */
async function able(staff: TestApi, points: number, k: number): Promise<Household> {
  const { village } = demo()
  const found: Household[] = []
  let cursor = ''
  do {
    const page = await staff.get(`/villages/${village}/households?limit=100&cursor=${encodeURIComponent(cursor)}`)
    for (const household of page.items as Household[]) {
      if (household.spendable < points) continue
      const till = await staff.get(`/villages/${village}/till?household=${household.id}`)
      if (till.can_spend >= points) found.push(household)
      if (found.length > k) return found[k]
    }
    cursor = page.next
  } while (cursor)
  throw new Error(`the demo has ${found.length} households that can redeem ${points} points`)
}

/** The cheapest thing on the shelf of which there are some. */
async function cheapest(staff: TestApi): Promise<{ id: string; name: string; price: number; qty: number }> {
  const { items } = await staff.get(`/villages/${demo().village}/items`)
  return items.filter((item: { qty: number }) => item.qty > 5).sort((a: { price: number }, b: { price: number }) => a.price - b.price)[0]
}

const summary = (staff: TestApi) => staff.get(`/villages/${demo().village}/redemptions/summary`)

/** Opens a household from the list by its number, which is what a keeper types when a card is forgotten. */
async function openHousehold(page: Page, household: Household): Promise<void> {
  await page.getByRole('searchbox').fill(String(household.number))
  await page.locator('main li').filter({ hasText: household.head }).first().getByRole('button').click()
  await expect(page.getByRole('heading', { name: `${household.head} 户` })).toBeVisible()
}

const take = (page: Page, name: string) => page.locator('.good').filter({ hasText: name }).first().getByRole('button').first().click()

for (const look of [
  { name: 'phone', size: sizes.phone },
  { name: 'phone-en-dark', size: sizes.phone, en: true, dark: true },
  { name: 'desktop', size: sizes.desktop },
]) {
  test(`every page is accessible and uncut: ${look.name}`, async ({ page }) => {
    test.setTimeout(120_000)
    await page.setViewportSize(look.size)
    const staff = await staffApi('keeper')
    const household = await able(staff, 1, 0)
    await page.goto('/counter/')
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expectAccessible(page)
    await signIn(page)
    await page.evaluate((c) => {
      if (c.en) localStorage.setItem('qunyan.locale', 'en')
      if (c.dark) localStorage.setItem('qunyan.theme', 'dark')
    }, look)
    for (const [name, path] of Object.entries({ find: '/counter/', cart: `/counter/household/${household.id}`, today: '/counter/today' })) {
      await test.step(name, async () => {
        await page.goto(path)
        await expect(page.getByRole('heading', { level: 1 })).toBeAttached()
        await expect(page.locator('.skeleton')).toHaveCount(0)
        await expectNoSideways(page)
        await expectAccessible(page)
        await expect(page.getByText(/\b(common|counter)\.[a-z_]+/)).toHaveCount(0)
        await picture(page, `counter-${name}-${look.name}`)
      })
    }
    await staff.close()
  })
}

test('large print is one touch away, from the sign-in on, and every target is large then', async ({ page }) => {
  await page.setViewportSize(sizes.phone)
  const staff = await staffApi('keeper')
  const household = await able(staff, 1, 0)
  await page.goto('/counter/')
  await page.getByRole('button', { name: '大字版' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-elder')
  await signIn(page)
  for (const path of ['/counter/', `/counter/household/${household.id}`, '/counter/today']) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeAttached()
    await expect(page.locator('.skeleton')).toHaveCount(0)
    await expectNoSideways(page)
    await expectAccessible(page)
    const small = await page.evaluate(() => Array.from(document.querySelectorAll<HTMLElement>('button, main a, header a')).filter((one) => one.offsetHeight > 0 && one.offsetHeight < 60).map((one) => `${one.textContent?.trim()} ${one.offsetHeight}`))
    expect(small, path).toEqual([])
    await picture(page, `counter-elder${path.replace(/\W+\d*\w*$/, '').replace(/\W/g, '-')}`)
  }
  await page.getByRole('button', { name: '普通版' }).click()
  await expect(page.locator('html')).not.toHaveAttribute('data-elder')
  await staff.close()
})

test('a wrong password says so and gives no hint', async ({ page }) => {
  await page.goto('/counter/')
  await page.getByRole('button', { name: '登录' }).click()
  await expect(page.getByText('请输入账号。')).toBeVisible()
  await page.getByLabel('账号').fill('nobody-here')
  await page.getByLabel('密码').fill('not-the-password')
  await page.getByRole('button', { name: '登录' }).click()
  await expect(page.getByRole('alert').filter({ hasText: '账号或密码不对' })).toBeVisible()
})

test('a redemption is four touches: household, goods, one more, confirm; then the slip', async ({ page }) => {
  await page.setViewportSize(sizes.phone)
  const staff = await staffApi('keeper')
  const item = await cheapest(staff)
  const household = await able(staff, 2 * item.price, 1)
  await signIn(page)
  const before = await summary(staff)
  // Touches, not seconds: a loaded test machine's clock says nothing about a keeper's thumb.
  await page.evaluate(() => {
    const count = { touches: 0 }
    Object.assign(window, count)
    addEventListener('click', () => (window as unknown as typeof count).touches++, true)
  })
  await openHousehold(page, household)
  await take(page, item.name)
  await page.locator('.good').filter({ hasText: item.name }).first().getByRole('button', { name: /多一个$/ }).click()
  await picture(page, 'counter-cart-filled')
  await page.getByRole('button', { name: `确认兑换 ${2 * item.price} 分` }).click()
  await expect(page.getByRole('heading', { level: 1, name: `已兑换 ${2 * item.price} 分` })).toBeVisible()
  expect(await page.evaluate(() => (window as unknown as { touches: number }).touches)).toBe(4)
  await expect(page.locator('.done')).toContainText((household.spendable - 2 * item.price).toLocaleString('en-US'))
  await expectAccessible(page)
  await picture(page, 'counter-slip')

  const number = (await page.locator('.paper h2').textContent())!.replace(/\D/g, '')
  const after = await summary(staff)
  expect(after.redemptions - before.redemptions).toBe(1)
  expect(after.points - before.points).toBe(2 * item.price)
  const [slip] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('button', { name: '打印小票' }).click()])
  await slip.waitForLoadState()
  // The slip carries the number in the book, and the name only masked: it may be left lying about.
  await expect(slip.getByText(number, { exact: true })).toBeVisible()
  await expect(slip.getByText(household.head)).toHaveCount(0)
  await slip.close()
  await page.getByRole('button', { name: '下一位' }).click()
  await page.getByRole('link', { name: /^今天的兑换/ }).click()
  await expect(page.locator('main li').filter({ hasText: household.head }).first()).toBeVisible()
  await staff.close()
})

test('an answer that is lost on the way back costs the household nothing twice', async ({ page }) => {
  await page.setViewportSize(sizes.phone)
  const staff = await staffApi('keeper')
  const item = await cheapest(staff)
  const household = await able(staff, item.price, 2)
  await signIn(page)
  await openHousehold(page, household)
  await take(page, item.name)
  const before = await summary(staff)

  const keys: string[] = []
  await page.route('**/redemptions', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback()
    keys.push(route.request().headers()['idempotency-key'])
    // The server books it; the answer never reaches the phone.
    if (keys.length === 1) {
      await route.fetch()
      return route.abort('connectionreset')
    }
    return route.fallback()
  })
  await page.getByRole('button', { name: /^确认兑换/ }).click()
  await expect(page.getByText('没有回音，不知道记上没有。')).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'counter-in-doubt')
  // Until it is settled the cart cannot be changed into another.
  await expect(page.getByRole('button', { name: /多一个$|少一个$/ })).toHaveCount(0)
  await page.getByRole('button', { name: '再确认一次' }).click()
  await expect(page.getByRole('heading', { level: 1, name: /^已兑换/ })).toBeVisible()
  expect(keys).toHaveLength(2)
  expect(keys[0]).toBe(keys[1])
  expect((await summary(staff)).redemptions - before.redemptions).toBe(1)
  await staff.close()
})

test('a redemption without an answer survives closing the page, and is settled from the first page', async ({ page }) => {
  await page.setViewportSize(sizes.phone)
  const staff = await staffApi('keeper')
  const item = await cheapest(staff)
  const household = await able(staff, item.price, 3)
  await signIn(page)
  await openHousehold(page, household)
  await take(page, item.name)
  const before = await summary(staff)
  await page.route('**/redemptions', (route) => (route.request().method() === 'POST' ? route.abort('internetdisconnected') : route.fallback()))
  await page.getByRole('button', { name: /^确认兑换/ }).click()
  await expect(page.getByText('没有回音，不知道记上没有。')).toBeVisible()
  await page.unroute('**/redemptions')

  await page.goto('/counter/')
  await expect(page.getByText('1 笔兑换没有回音')).toBeVisible()
  await expect(page.getByText(household.head).first()).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'counter-pending')
  await page.getByRole('button', { name: '再发一次' }).click()
  await expect(page.getByText(new RegExp(`${household.head} 户记上了`))).toBeVisible()
  await expect(page.getByText('1 笔兑换没有回音')).toHaveCount(0)
  expect((await summary(staff)).redemptions - before.redemptions).toBe(1)
  await staff.close()
})

test('what the points do not reach cannot be touched, and says how much is missing', async ({ page }) => {
  const staff = await staffApi('keeper')
  const { items } = await staff.get(`/villages/${demo().village}/items`)
  const dearest = items.filter((item: { qty: number }) => item.qty > 0).sort((a: { price: number }, b: { price: number }) => b.price - a.price)[0]
  const household = await able(staff, 1, 0)
  const till = await staff.get(`/villages/${demo().village}/till?household=${household.id}`)
  expect(till.can_spend).toBeLessThan(dearest.price)
  await signIn(page)
  await page.goto(`/counter/household/${household.id}`)
  const tile = page.locator('.good').filter({ hasText: dearest.name }).first()
  await expect(tile).toContainText(`还差 ${dearest.price - till.can_spend} 分`)
  await expect(tile.getByRole('button')).toBeDisabled()
  await expect(page.getByRole('button', { name: '先点要换的商品' })).toBeDisabled()
  await staff.close()
})

test('the one who redeemed cannot void it; another person can', async ({ page, browser }) => {
  const staff = await staffApi('keeper')
  const item = await cheapest(staff)
  const household = await able(staff, item.price, 4)
  await signIn(page)
  await openHousehold(page, household)
  await take(page, item.name)
  await page.getByRole('button', { name: /^确认兑换/ }).click()
  const number = (await page.locator('.paper h2').textContent())!.trim()

  async function voidIt(on: Page): Promise<void> {
    await on.goto('/counter/today')
    await on.locator('main li').filter({ hasText: number }).getByRole('button').click()
    await on.getByRole('button', { name: '作废这一笔' }).click()
    await on.getByRole('button', { name: '确认作废' }).click()
    await expect(on.getByText('请写明原因。')).toBeVisible()
    await on.getByLabel('为什么作废').fill('拿错了商品')
    await on.getByRole('button', { name: '确认作废' }).click()
  }
  await voidIt(page)
  await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible()
  await expectAccessible(page)

  const other = await (await browser.newContext({ baseURL: demo().url, locale: 'zh-CN' })).newPage()
  await signIn(other, 'clerk')
  await expect(other.getByText('这个账号不办兑换')).toBeVisible()
  await voidIt(other)
  await expect(other.getByRole('dialog').getByText('已作废').first()).toBeVisible()
  const till = await staff.get(`/villages/${demo().village}/till?household=${household.id}`)
  expect(till.spendable).toBe(household.spendable)
  await other.context().close()
  await staff.close()
})

test('a card is read from a photo, and by its printed code', async ({ page, browser }) => {
  const { village, cards } = demo()
  const own = cards.find((card) => card.village === village)!
  const paper = await (await browser.newContext({ baseURL: demo().url, deviceScaleFactor: 2 })).newPage()
  await paper.goto(`/print/card/${own.token}`)
  const photo = await paper.screenshot({ fullPage: true })
  await paper.context().close()

  await signIn(page)
  await page.getByRole('button', { name: '扫积分卡' }).click()
  const scanner = page.getByRole('dialog', { name: '扫积分卡' })
  await scanner.locator('input[type=file]').setInputFiles({ name: 'card.png', mimeType: 'image/png', buffer: photo })
  await expect(page.getByRole('heading', { name: `${own.head} 户` })).toBeVisible()

  const clerk = await staffApi('clerk')
  const { cards: issued } = await clerk.get(`/villages/${village}/households/${own.household}`)
  await clerk.close()
  const code = issued.find((card: { state: string }) => card.state === 'active').code as string
  await page.goto('/counter/')
  await page.getByRole('button', { name: '输卡号' }).click()
  await page.getByLabel(/8 位卡号/).fill(code.toLowerCase())
  await page.getByRole('button', { name: '打开这一户' }).click()
  await expect(page.getByRole('heading', { name: `${own.head} 户` })).toBeVisible()
})

test('a picture without a card says how to take a better one', async ({ page }) => {
  await signIn(page)
  await page.getByRole('button', { name: '扫积分卡' }).click()
  const scanner = page.getByRole('dialog', { name: '扫积分卡' })
  await scanner.locator('input[type=file]').setInputFiles({ name: 'wall.png', mimeType: 'image/png', buffer: await page.screenshot() })
  await expect(scanner.getByText('照片里没有认出二维码')).toBeVisible()
  await scanner.locator('input[type=file]').setInputFiles({ name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('words') })
  await expect(scanner.getByText('这个文件不是照片')).toBeVisible()
})
