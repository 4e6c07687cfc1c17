import type { BrowserContext, Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { staffApi, type TestApi } from './api'
import { demo, login } from './demo'
import { expect, expectAccessible, expectNoSideways, picture, sizes, test } from './fixtures'

test.use({ serviceWorkers: 'allow', viewport: sizes.phone })

const pins = ['482915', '730264']
const perTill = 52

/** Signs in, makes the phone a till, and waits until the program itself is in the phone. */
async function setUpTill(page: Page, name: string, pin: string): Promise<void> {
  const who = login('keeper')
  await page.goto('/counter/')
  await page.getByLabel('账号').fill(who.login)
  await page.getByLabel('密码').fill(who.password)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('link', { name: /断网收银/ }).click()
  await page.getByLabel('这台手机叫什么').fill(name)
  await page.getByLabel('断网密码', { exact: true }).fill('123456')
  await page.getByRole('button', { name: '开通' }).click()
  await expect(page.getByText('太好猜了')).toBeVisible()
  await page.getByLabel('断网密码', { exact: true }).fill(pin)
  await page.getByLabel('再输一次密码').fill(pin)
  await page.getByRole('button', { name: '开通' }).click()
  await expect(page.getByRole('heading', { name: '断网兑换的记录' })).toBeVisible()
  await expect(page.getByText(/额度用到/)).toBeVisible()
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
    // Controlled: from here on the worker answers for the page.
    if (!navigator.serviceWorker.controller) await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }))
  })
}

async function unlock(page: Page, pin: string): Promise<void> {
  await page.getByLabel('断网密码').fill(pin)
  await page.getByRole('button', { name: '打开' }).click()
}

/** Serves a whole queue with the page's own buttons, as fast as they answer: one piece each of a good, n times. */
async function serve(page: Page, good: { name: string; price: number }, n: number): Promise<string[]> {
  return page.evaluate(async ({ good, n }) => {
    const until = async <T>(look: () => T | null | undefined | false): Promise<T> => {
      for (let tries = 0; tries < 3_000; tries++) {
        const found = look()
        if (found) return found
        await new Promise((resolve) => requestAnimationFrame(resolve))
      }
      throw new Error(`${look} never came: ${document.querySelector('main')?.textContent?.slice(0, 300)}`)
    }
    const button = (text: string) => Array.from(document.querySelectorAll<HTMLButtonElement>('button')).find((one) => one.textContent?.includes(text) && !one.disabled)
    const codes: string[] = []
    for (let k = 0; k < n; k++) {
      const row = await until(() => Array.from(document.querySelectorAll<HTMLElement>('main li.row')).find((one) => Number(one.querySelector('b.num')?.textContent) >= good.price))
      row.querySelector('button')!.click()
      const tile = await until(() => Array.from(document.querySelectorAll<HTMLElement>('.good')).find((one) => one.textContent?.includes(good.name))?.querySelector<HTMLButtonElement>('button:not(:disabled)'))
      tile.click()
      ;(await until(() => button('确认兑换'))).click()
      codes.push((await until(() => document.querySelector('.mark b'))).textContent!)
      ;(await until(() => button('下一位'))).click()
      await until(() => document.querySelector('#who'))
    }
    return codes
  }, { good, n })
}

async function prepare(secretary: TestApi, clerk: TestApi): Promise<{ id: string; name: string; price: number }> {
  const { village } = demo()
  const rule = await secretary.get(`/villages/${village}/offline-rule`)
  expect((await secretary.put(`/villages/${village}/offline-rule`, { ...rule, share: 80, total: 4_000, days: 7, tills: 2, second_from: 500 })).status).toBe(200)
  const { items } = await clerk.get(`/villages/${village}/items`)
  const good = items.sort((a: { price: number }, b: { price: number }) => a.price - b.price)[0]
  expect((await clerk.post(`/villages/${village}/items/${good.id}/receive`, { qty: 400, cost_fen: 0, note: '捐赠' })).status).toBe(201)
  return { id: good.id, name: good.name, price: good.price }
}

/** A household that its card's printed code finds, and that can pay. */
async function cardHolder(clerk: TestApi, price: number): Promise<{ household: string; head: string; card: string; code: string }> {
  const { village } = demo()
  const { items } = await clerk.get(`/villages/${village}/households?limit=100`)
  for (const home of items.filter((one: { spendable: number }) => one.spendable >= price * 10)) {
    const { cards } = await clerk.get(`/villages/${village}/households/${home.id}`)
    const card = cards.find((one: { state: string }) => one.state === 'active')
    if (card) return { household: home.id, head: home.head, card: card.id, code: card.code }
  }
  throw new Error('the demo has no card holder with points')
}

test('a day without a line, at two tills, with a lost phone and a revoked card, agrees to the last point', async ({ page, context, browser }) => {
  test.setTimeout(180_000)
  const { village, url } = demo()
  const [secretary, clerk] = [await staffApi('secretary'), await staffApi('clerk')]
  const good = await prepare(secretary, clerk)
  const stockBefore = (await clerk.get(`/villages/${village}/items`)).items.find((one: { id: string }) => one.id === good.id).qty
  const before = await clerk.get(`/villages/${village}/redemptions/summary`)

  await page.goto('/counter/')
  await page.getByRole('button', { name: '大字版' }).click()
  await setUpTill(page, '柜台一号', pins[0])
  await picture(page, 'offline-queue-empty')
  const other: BrowserContext = await browser.newContext({ baseURL: url, locale: 'zh-CN', viewport: sizes.phone, serviceWorkers: 'allow', acceptDownloads: true })
  const second = await other.newPage()
  await setUpTill(second, '柜台二号', pins[1])

  await test.step('the line goes down; the page opens all the same, with the PIN', async () => {
    await context.setOffline(true)
    await other.setOffline(true)
    await page.goto('/counter/')
    await expect(page.getByRole('heading', { name: '输入断网密码' })).toBeVisible()
    await picture(page, 'offline-unlock')
    await unlock(page, '000000')
    await expect(page.getByText('还能再试 9 次')).toBeVisible()
    await unlock(page, pins[0])
    await expect(page.getByRole('heading', { name: '给谁家兑换？' })).toBeVisible()
    await expectNoSideways(page)
    await expectAccessible(page)
    await picture(page, 'offline-find')
  })

  const holder = await cardHolder(clerk, good.price)
  let codes: string[] = []
  await test.step('fifty households at each till', async () => {
    codes = await serve(page, good, perTill)
    await second.goto('/counter/')
    await unlock(second, pins[1])
    await second.getByRole('button', { name: '输卡号' }).click()
    await second.getByLabel(/8 位卡号/).fill(holder.code)
    await second.getByRole('button', { name: '打开这一户' }).click()
    await expect(second.getByRole('heading', { name: `${holder.head} 户` })).toBeVisible()
    await second.locator('.good').filter({ hasText: good.name }).first().getByRole('button').first().click()
    await expectAccessible(second)
    await picture(second, 'offline-cart')
    await second.getByRole('button', { name: /^确认兑换/ }).click()
    await expect(second.getByText('断网小票', { exact: false }).first()).toBeVisible()
    await expectNoSideways(second)
    await picture(second, 'offline-slip')
    await second.getByRole('button', { name: '下一位' }).click()
    codes.push(...(await serve(second, good, perTill)))
    expect(new Set(codes).size).toBe(2 * perTill)
  })

  await test.step('the second phone saves its queue to a file and is lost; its holder’s card is revoked meanwhile', async () => {
    await second.goto('/counter/offline/queue')
    await expect(second.getByText(`还没发（${perTill + 1}）`)).toBeVisible()
    const [download] = await Promise.all([second.waitForEvent('download'), second.getByRole('button', { name: '存成文件交给村里' }).click()])
    const file = JSON.parse(readFileSync(await download.path(), 'utf8'))
    expect(file.intents).toHaveLength(perTill + 1)
    expect(JSON.stringify(file)).not.toContain(holder.head)
    await other.close()
    expect((await clerk.post(`/villages/${village}/cards/${holder.card}/revoke`, { reason: '卡丢了' })).status).toBe(200)
    const till = file.intents[0].till
    const intents = file.intents.map((one: { key: string; sealed: string }) => ({ key: one.key, sealed: one.sealed }))
    const taken = await clerk.post(`/villages/${village}/tills/${till}/import`, { intents })
    expect(taken.status).toBe(200)
    const results = taken.body.answers.map((one: { result: string }) => one.result)
    expect(results.filter((one: string) => one === 'done')).toHaveLength(perTill)
    expect(taken.body.answers[0]).toMatchObject({ result: 'review', reason: { code: 'access.card_revoked' } })
    expect((await clerk.post(`/villages/${village}/tills/${till}/revoke`, { reason: '手机丢了' })).status).toBe(204)
    const settled = await clerk.post(`/villages/${village}/offline-redemptions/${taken.body.answers[0].id}/settle`, { way: 'accepted', note: '问过本人，卡是后来丢的' })
    expect(settled.body.state).toBe('accepted')
    // Sent once more: nothing is charged again.
    const again = await clerk.post(`/villages/${village}/tills/${till}/import`, { intents })
    expect(again.body.answers.every((one: { result: string }) => one.result === 'already')).toBe(true)
  })

  await test.step('the line is back and the first phone sends its queue', async () => {
    await page.goto('/counter/offline/queue')
    await expect(page.getByText(`还没发（${perTill}）`)).toBeVisible()
    await picture(page, 'offline-queue-waiting')
    await page.getByRole('button', { name: /^发给系统/ }).click()
    await expect(page.getByText('还是没有网络')).toBeVisible()
    await context.setOffline(false)
    await page.getByRole('button', { name: /^发给系统/ }).click()
    await expect(page.getByText(/已发（/)).toBeVisible()
    await expect(page.getByText(/还没发（/)).toHaveCount(0)
    await expectAccessible(page)
    await picture(page, 'offline-queue-sent')
  })

  await test.step('book, shelf and slips agree', async () => {
    const after = await clerk.get(`/villages/${village}/redemptions/summary`)
    const made = 2 * perTill + 1
    expect(after.redemptions - before.redemptions).toBe(made)
    expect(after.points - before.points).toBe(made * good.price)
    const stock = (await clerk.get(`/villages/${village}/items`)).items.find((one: { id: string }) => one.id === good.id).qty
    expect(stockBefore - stock).toBe(made)
    const known = new Set<string>()
    let cursor = ''
    do {
      const part = await clerk.get(`/villages/${village}/offline-redemptions?limit=100&cursor=${cursor}`)
      for (const one of part.items) if (one.no > 0) known.add(`${one.code.slice(0, 4)}-${one.code.slice(4)}`)
      cursor = part.next
    } while (cursor)
    expect(codes.filter((code) => !known.has(code))).toEqual([])
  })
  await Promise.all([secretary.close(), clerk.close()])
})
