import type { Page } from '@playwright/test'
import { staffApi, today } from './api'
import { account, enter, expectWords, open, settled } from './console'
import { demo, login } from './demo'
import { expect, expectAccessible, expectNoSideways, picture, sizes, test } from './fixtures'

/** Where each role starts, and how its day's first page is headed. */
const starts = [
  { login: 'secretary', title: /^待复核/ },
  { login: 'supervisor', title: /^待复核/ },
  { login: 'clerk', title: '集体登记' },
  { login: 'keeper', title: '货品与库存' },
  { login: 'township', title: /总览$/ },
  { login: 'county', title: '织金县总览' },
  { login: 'auditor', title: '织金县总览' },
]

/** Every link of the navigation that stays in the console. */
const links = (page: Page) => page.locator('.stay nav li a[href^="/console/"]')

for (const start of starts) {
  test(`${start.login} signs in, starts where the work waits, and every page of the menu opens`, async ({ page }) => {
    test.setTimeout(180_000)
    const who = account(start.login)
    await page.setViewportSize(sizes.desktop)
    await page.goto('/console/')
    await expect(page.getByRole('heading', { level: 1, name: '群雁工作台' })).toBeVisible()
    await page.getByLabel('账号').fill(who.login)
    await page.getByLabel('密码').fill(who.password)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: start.title })).toBeVisible()
    await settled(page)
    const paths = await links(page).evaluateAll((all) => all.map((link) => link.getAttribute('href')!))
    expect(paths.length).toBeGreaterThan(1)
    for (const path of paths) {
      await page.locator(`.stay nav a[href="${path}"]`).click()
      await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
      await settled(page)
      await expect(page.locator('.error'), path).toHaveCount(0)
      await expectWords(page)
    }
    await page.getByRole('button', { name: '退出' }).click()
    await expect(page.getByRole('heading', { level: 1, name: '群雁工作台' })).toBeVisible()
    await page.goto(paths[0])
    await expect(page).toHaveURL(/sign-in\?to=/)
  })
}

const village = () => demo().village
/** `all` looks at every page with axe; the others at those that are drawn differently, and at every page for cut edges and missing words. */
const looks = [
  { name: 'desktop', size: sizes.desktop, all: true },
  { name: 'phone-en-elder', size: sizes.phone, locale: 'en', elder: 'on' },
  { name: 'desktop-dark', size: sizes.desktop, theme: 'dark' },
]
/** Pages by who looks at them. */
const pages = {
  secretary: ['review', 'month', 'claims', 'goods', 'money', 'redemptions', 'households', 'rules', 'book', 'overview', 'staff', 'households/import'],
  clerk: ['sheet', 'entry'],
}
const telling = ['sign-in', 'review', 'month', 'sheet', 'money', 'overview', 'household']

for (const look of looks) {
  test(`every page is accessible, uncut and in words: ${look.name}`, async ({ page }) => {
    test.setTimeout(300_000)
    await page.setViewportSize(look.size)
    await page.goto('/console/sign-in')
    await page.evaluate((l) => {
      for (const key of ['locale', 'elder', 'theme'] as const) if (l[key]) localStorage.setItem(`qunyan.${key}`, l[key])
    }, look as { locale?: string; elder?: string; theme?: string })
    const look1 = async (name: string, path: string) => {
      await test.step(name, async () => {
        await open(page, path)
        await expectNoSideways(page)
        await expectAtTop(page)
        if (look.all || telling.includes(name)) await expectAccessible(page)
        await expectWords(page)
        await picture(page, `console-${name.replace('/', '-')}-${look.name}`)
      })
    }
    await look1('sign-in', '/sign-in')
    for (const [role, names] of Object.entries(pages)) {
      await enter(page, role)
      for (const name of names) await look1(name, `/${village()}/${name}`)
      const { id } = (await (await page.request.get(`/api/v1/villages/${village()}/households?limit=1`)).json()).items[0]
      if (role === 'secretary') await look1('household', `/${village()}/households/${id}`)
    }
    await look1('account', '/account')
    await enter(page, 'county')
    for (const name of ['overview', 'rules', 'staff', 'audit', 'households/import']) await look1(`county-${name}`, `/520524/${name}`)
    await look1('township-overview', `/${village().slice(0, 9)}/overview`)
    await look1('ruleset', `/${village()}/rules/1`)
    await look1('lost', '/nowhere')
  })
}

test('a wrong password says so; after five a lock counts down and no code can be tried', async ({ page }) => {
  await page.goto('/console/sign-in')
  await page.getByRole('button', { name: '登录' }).click()
  await expect(page.getByRole('alert')).toContainText('请填账号和密码')
  const form = async () => {
    await page.getByLabel('账号').fill('nobody-at-all')
    await page.getByLabel('密码').fill('not-the-password')
    await page.keyboard.press('Enter')
  }
  for (let tries = 0; tries < 5; tries++) {
    await form()
    await expect(page.getByRole('alert')).toContainText('账号或密码不对')
    await expect(page.getByLabel('密码')).toHaveValue('')
  }
  await form()
  await expect(page.getByRole('alert')).toContainText(/还要等 \d+ 分 \d+ 秒/)
  await expect(page.getByRole('button', { name: '登录' })).toBeDisabled()
  await expectAccessible(page)
  await picture(page, 'console-locked')
})

test('a session that ends while somebody types loses nothing', async ({ page }) => {
  await page.setViewportSize(sizes.desktop)
  const who = await enter(page, 'clerk')
  await open(page, `/${village()}/entry`)
  await page.getByRole('combobox', { name: '农户' }).fill('5')
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: '细则' }).click()
  await page.keyboard.type('C01')
  await expect(page.getByRole('option', { name: /C01/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: '依据' }).fill('调解记录 26-118')
  await expect(page.getByRole('button', { name: /登记 \+5 分/ })).toBeVisible()
  await page.request.delete('/api/v1/session', { headers: { 'x-csrf-token': (await (await page.request.get('/api/v1/session')).json()).csrf, 'idempotency-key': 'end-of-session' } })

  await page.getByRole('button', { name: /登记 \+5 分/ }).click()
  const again = page.getByRole('dialog', { name: '请再登录一次' })
  await expect(again).toContainText(who.name)
  await expect(page.getByRole('textbox', { name: '依据' })).toHaveValue('调解记录 26-118')
  await expectAccessible(page)
  await again.getByLabel('密码').fill(who.password)
  await page.keyboard.press('Enter')
  await expect(page.getByText(/已登记：.*\+5 分/)).toBeVisible()
})

test('the queue is worked off by keyboard: look, mark, approve many, return with a reason', async ({ page }) => {
  await page.setViewportSize(sizes.desktop)
  await enter(page, 'secretary')
  const clerk = await staffApi('clerk')
  const { items } = await clerk.get(`/villages/${village()}/households?limit=60`)
  const made: string[] = []
  for (const household of (items as { id: string }[]).slice(50, 55)) {
    const { body, status } = await clerk.post(`/villages/${village()}/claims`, { household: household.id, rule: 'C03', day: await today(), qty: 1, step: -1, event: '', note: '', proof: '走访记录', photo: '' })
    expect(status).toBe(201)
    made.push(body.id as string)
  }
  await open(page, `/${village()}/review`)
  const entries = page.locator('.queue > li')
  const current = page.locator('.queue [aria-current=true]')
  const first = await current.textContent()
  await page.keyboard.press('j')
  await expect.poll(() => current.textContent()).not.toBe(first)
  await page.keyboard.press('k')
  await expect.poll(() => current.textContent()).toBe(first)
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: '审核快捷键' })).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')

  // The five just made stand last: mark four of them from the end and approve them at once.
  await page.keyboard.press('End')
  const before = await entries.count()
  for (let k = 0; k < 4; k++) {
    await page.keyboard.press('Space')
    await page.keyboard.press('k')
  }
  await expect(page.getByText('选中 4 条')).toBeVisible()
  await picture(page, 'console-review-marked')
  await page.keyboard.press('a')
  await expect(page.getByRole('dialog', { name: '一次通过 4 条？' })).toContainText('12 分')
  await page.keyboard.press('Enter')
  await expect(page.getByText('通过了 4 条')).toBeVisible()
  await expect(entries).toHaveCount(before - 4)

  await page.keyboard.press('End')
  await page.keyboard.press('r')
  const dialog = page.getByRole('dialog', { name: '退回这条申报' })
  await dialog.getByRole('button', { name: '退回', exact: true }).click()
  await expect(dialog.getByText('请写明原因')).toBeVisible()
  await page.keyboard.type('请补上走访的日期')
  await page.keyboard.press('Enter')
  await expect(page.getByText('已退回')).toBeVisible()
  await expect(entries).toHaveCount(before - 5)
  const states = await Promise.all(made.map(async (id) => (await clerk.get(`/villages/${village()}/claims/${id}`)).state as string))
  expect(states.sort()).toEqual(['approved', 'approved', 'approved', 'approved', 'returned'])
  await clerk.close()
})

test('who recorded a claim sees why there is no button', async ({ page }) => {
  const secretary = await staffApi('secretary')
  const { items } = await secretary.get(`/villages/${village()}/households?limit=60`)
  const { body } = await secretary.post(`/villages/${village()}/claims`, { household: items[56].id, rule: 'C03', day: await today(), qty: 1, step: -1, event: '', note: '', proof: '走访记录', photo: '' })
  await page.setViewportSize(sizes.desktop)
  await enter(page, 'secretary')
  await open(page, `/${village()}/review`)
  await page.keyboard.press('End')
  await expect(page.getByText('是您登记的，登记人不能复核')).toBeVisible()
  await expect(page.getByRole('button', { name: /^通过/ })).toHaveCount(0)
  await page.goto(`/console/${village()}/claims/${body.id}`)
  await page.getByRole('button', { name: '撤回' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤回' }).click()
  await expect(page.getByText('已撤回').first()).toBeVisible()
  await secretary.close()
})

test('a paper sheet is typed by keyboard alone, survives the power cut, and counts once', async ({ page }) => {
  await page.setViewportSize(sizes.desktop)
  await enter(page, 'clerk')
  const clerk = await staffApi('clerk')
  await open(page, `/${village()}/sheet`)
  await expect(page.getByText(/本村在册 \d+ 户/)).toBeVisible()
  await expect(page.getByRole('combobox', { name: '细则' })).toBeFocused()
  await page.keyboard.type('B02')
  await expect(page.getByRole('option', { name: /B02/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await page.getByLabel('会议或活动名称').fill('键盘上的大扫除')
  const next = page.getByRole('combobox', { name: '下一户' })
  await next.focus()
  for (const number of ['61', '62', '63', '62']) {
    await page.keyboard.type(number)
    await page.keyboard.press('Enter')
  }
  await expect(page.getByText(/已在第 2 行/)).toBeVisible()
  const { head } = (await clerk.get(`/villages/${village()}/households?q=64&limit=10`)).items.find((one: { number: number }) => one.number === 64)
  await page.keyboard.type(head)
  await page.keyboard.press('Enter')
  await expect(page.locator('tbody tr')).toHaveCount(4)
  await expect(page.getByText('上限已核对')).toBeVisible()
  await expect(page.locator('.totals .big')).toContainText('+20')
  await expectAccessible(page)
  await picture(page, 'console-sheet-filled')

  // The rules come late after the restart: who hands in before that is not told that the rule is missing.
  let handedIn = (): void => {}
  const pressed = new Promise<void>((resolve) => (handedIn = resolve))
  await page.route(/\/villages\/\d+\/rules\?/, async (route) => {
    await pressed
    return route.fallback()
  })
  await page.reload()
  await expect(page.getByText('上次没交完的名单还在，共 4 户')).toBeVisible()
  const keys: string[] = []
  const early: number[] = []
  await page.route('**/sheets', async (route) => {
    keys.push(route.request().headers()['idempotency-key'])
    // The first time the server records it, and the answer never comes back.
    if (keys.length > 1) return route.fallback()
    await route.fetch()
    early.push(await page.getByText('上次提交没有收到回音').count())
    return route.abort('connectionreset')
  })
  await page.keyboard.press('Control+Enter')
  handedIn()
  // While it is on its way nobody is told that it was lost.
  await expect.poll(() => early).toEqual([0])
  await expect(page.getByText('上次提交没有收到回音')).toBeVisible()
  await page.reload()
  await page.getByRole('button', { name: '再交一次（不会重复）' }).click()
  await expect(page.getByRole('heading', { level: 1, name: '交好了，4 户等复核' })).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'console-sheet-done')
  expect(keys).toHaveLength(2)
  expect(keys[0]).toBe(keys[1])
  const { items } = await clerk.get(`/villages/${village()}/claims?state=submitted&limit=200`)
  expect((items as { event: string }[]).filter((claim) => claim.event === '键盘上的大扫除')).toHaveLength(4)
  await clerk.close()
})

test('a household changed meanwhile is not overwritten', async ({ page }) => {
  await enter(page, 'clerk')
  const clerk = await staffApi('clerk')
  const { items } = await clerk.get(`/villages/${village()}/households?limit=60`)
  const household = items[40] as { id: string; version: number; head: string }
  await open(page, `/${village()}/households/${household.id}`)
  await page.getByRole('button', { name: '修改农户' }).click()
  const session = await (await page.request.get('/api/v1/session')).json()
  const other = await page.request.patch(`/api/v1/villages/${village()}/households/${household.id}`, { data: { version: household.version, cadre: true }, headers: { 'x-csrf-token': session.csrf, 'idempotency-key': 'somebody-faster' } })
  expect(other.status()).toBe(200)
  const dialog = page.getByRole('dialog', { name: '修改农户' })
  await dialog.getByRole('button', { name: '保存' }).click()
  await expect(dialog.getByRole('button', { name: '看看现在的内容' })).toBeVisible()
  await expectAccessible(page)
  await dialog.getByRole('button', { name: '看看现在的内容' }).click()
  await expect(page.getByText('干部户').first()).toBeVisible()
  await clerk.close()
})

test('a card is issued, printed and revoked; the PIN is typed twice', async ({ page }) => {
  await enter(page, 'clerk')
  const clerk = await staffApi('clerk')
  const { items } = await clerk.get(`/villages/${village()}/households?limit=60`)
  const cards = new Set(demo().cards.map((card) => card.household))
  const household = (items as { id: string; head: string }[]).filter((one) => !cards.has(one.id))[45]
  await open(page, `/${village()}/households/${household.id}`)
  const issue = page.getByRole('button', { name: /^(办卡|补办)$/ })
  const again = (await issue.textContent())?.includes('补办')
  await issue.click()
  if (again) await page.getByRole('dialog', { name: '补办新卡？' }).getByRole('button', { name: '办卡' }).click()
  await expect(page.getByText('新卡办好了')).toBeVisible()
  await expect(page.getByRole('link', { name: '打印卡片' })).toHaveAttribute('href', /^\/print\/card\//)
  await page.getByRole('button', { name: '设密码' }).click()
  const dialog = page.getByRole('dialog', { name: '设密码' })
  await dialog.getByLabel('卡密码').fill('2580')
  await dialog.getByLabel('再按一次').fill('2581')
  await dialog.getByRole('button', { name: '保存' }).click()
  await expect(dialog.getByText('两次不一样')).toBeVisible()
  await dialog.getByLabel('再按一次').fill('2580')
  await dialog.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('卡密码设好了')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: '作废' }).click()
  await page.getByRole('dialog', { name: '作废这张卡？' }).getByRole('button', { name: '卡丢了' }).click()
  await page.getByRole('dialog', { name: '作废这张卡？' }).getByRole('button', { name: '作废', exact: true }).click()
  await expect(page.getByText('还没有办卡')).toBeVisible()
  await clerk.close()
})

test('an account is made, its password shown once, and set anew at the first sign-in', async ({ page, browser }) => {
  await page.setViewportSize(sizes.desktop)
  await enter(page, 'secretary')
  await open(page, `/${village()}/staff`)
  await page.getByRole('button', { name: '新建账号' }).click()
  const dialog = page.getByRole('dialog', { name: '新建账号' })
  await dialog.getByLabel('姓名').fill('试用文书')
  await dialog.getByLabel('账号').fill('clerk.trial')
  await dialog.getByText('村文书').click()
  await expectAccessible(page)
  await dialog.getByRole('button', { name: '新建账号' }).click()
  const once = page.getByRole('alert').filter({ hasText: '初始密码' })
  const password = (await once.locator('code').textContent())!
  await picture(page, 'console-staff-once')

  const context = await browser.newContext({ baseURL: demo().url })
  const fresh = await context.newPage()
  await fresh.goto('/console/')
  await fresh.getByLabel('账号').fill('clerk.trial')
  await fresh.getByLabel('密码').fill(password)
  await fresh.keyboard.press('Enter')
  await expect(fresh.getByRole('heading', { level: 1, name: '设置自己的密码' })).toBeVisible()
  await fresh.goto(`/console/${village()}/sheet`)
  await expect(fresh.getByRole('heading', { level: 1, name: '设置自己的密码' })).toBeVisible()
  await expectAccessible(fresh)
  await fresh.getByLabel('现在的密码').fill(password)
  await fresh.getByLabel('新密码', { exact: true }).fill('qian-jin-cun-2026')
  await fresh.getByLabel('再输一次新密码').fill('qian-jin-cun-2026')
  await fresh.getByRole('button', { name: '换成新密码' }).click()
  await expect(fresh.getByRole('heading', { level: 1, name: '集体登记' })).toBeVisible()
  await context.close()

  const row = page.getByRole('row').filter({ hasText: 'clerk.trial' })
  await row.getByRole('button', { name: '停用' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '停用' }).click()
  await expect(row.getByText('已停用')).toBeVisible()
})

test('a workbook is checked before anything is written', async ({ page }) => {
  await enter(page, 'clerk2')
  const { area } = account('clerk2')
  await open(page, `/${area}/households/import`)
  const rows = (body: string) => ({ name: '农户名册.csv', mimeType: 'text/csv', buffer: Buffer.from(`﻿${body}`) })
  await page.locator('input[type=file]').setInputFiles(rows('随便\n一列\n'))
  await expect(page.locator('.note.seal')).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'console-import-bad')
})

test('the county finds a village by its initials and comes back to the county', async ({ page }) => {
  await page.setViewportSize(sizes.desktop)
  await enter(page, 'county')
  await open(page, '/520524/overview')
  await page.locator('.stay').getByRole('button', { name: '换地方' }).click()
  const dialog = page.getByRole('dialog', { name: '换到哪里' })
  await dialog.getByLabel(/按村名或拼音找/).fill('qjc')
  await dialog.getByRole('button', { name: /前进村.*白泥镇/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: '前进村总览' })).toBeVisible()
  await expect(page.locator('.stay').getByText('白泥镇')).toBeVisible()
  await page.getByRole('link', { name: '上一级' }).click()
  await expect(page.getByRole('heading', { level: 1, name: '白泥镇总览' })).toBeVisible()
  await page.getByRole('link', { name: '上一级' }).click()
  await expect(page.getByRole('heading', { level: 1, name: '织金县总览' })).toBeVisible()
})

test('an Excel file of every list comes down as a file', async ({ page }) => {
  await enter(page, 'secretary')
  for (const name of ['households', 'claims', 'book', 'goods', 'redemptions', 'staff']) {
    await open(page, `/${village()}/${name}`)
    const link = page.getByRole('link', { name: '导出 Excel' })
    const answer = await page.request.get((await link.getAttribute('href'))!)
    expect(answer.status(), name).toBe(200)
    expect((await answer.body()).subarray(0, 2).toString()).toBe('PK')
  }
  expect(login('secretary').area).toBe(village())
})

/** On a phone a page begins where the bar ends, however little stands on it. */
async function expectAtTop(page: Page): Promise<void> {
  const bar = page.locator('.shell > .top')
  if (!(await bar.isVisible())) return
  const [end, start] = await Promise.all([bar.evaluate((one) => one.getBoundingClientRect().bottom), page.getByRole('main').evaluate((one) => one.getBoundingClientRect().top)])
  expect(start, 'where the page begins').toBe(end)
}
