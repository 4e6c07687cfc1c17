import type { Page } from '@playwright/test'
import { publicApi, staffApi } from './api'
import { demo } from './demo'
import { expect, expectAccessible, expectNoSideways, picture, sizes, test } from './fixtures'

interface Line {
  no: number
  code: string
  memo_zh: string
  amount: number
}

/** The newest line of a demo household, with the book signed for up to it. */
async function provenLine(): Promise<Line & { token: string; household: string }> {
  const { cards, village } = demo()
  const card = cards.filter((c) => c.village === village)[0]
  const secretary = await staffApi('secretary')
  const { status } = await secretary.post(`/villages/${village}/checkpoints`, undefined)
  expect(status).toBe(201)
  await secretary.close()
  const own = await publicApi(card.token)
  const [line] = (await own.get('/card/lines')).items as Line[]
  await own.close()
  return { ...line, token: card.token, household: card.household }
}

const paper = (line: Line) => `/print/proof/${demo().village}/${line.no}?lang=zh&code=${line.code}`

/** The proof behind the link of the line's paper. */
async function compactOf(page: Page, line: Line): Promise<string> {
  await page.goto(paper(line))
  const href = await page.getByRole('link', { name: '打开核验页' }).getAttribute('href')
  return href!.slice('/proof/#'.length)
}

/** Everything the page will ever need is here. */
const loaded = (page: Page) => page.waitForLoadState('networkidle')

async function prefer(page: Page, choice: { en?: boolean; elder?: boolean; dark?: boolean }): Promise<void> {
  await page.addInitScript((c) => {
    if (c.en) localStorage.setItem('qunyan.locale', 'en')
    if (c.elder) localStorage.setItem('qunyan.elder', 'on')
    if (c.dark) localStorage.setItem('qunyan.theme', 'dark')
  }, choice)
}

test('a printed proof is photographed and checked without a network', async ({ page, context }) => {
  const line = await provenLine()
  await page.setViewportSize(sizes.desktop)
  await page.goto(paper(line))
  await expect(page.getByText(`第 ${line.no} 号`).first()).toBeVisible()
  await expect(page.locator('svg.qr')).toBeVisible()
  const photo = await page.screenshot({ fullPage: true })

  await page.setViewportSize(sizes.phone)
  await page.goto('/proof/')
  await loaded(page)
  await expect(page.locator('.print')).toHaveCount(1)
  await context.setOffline(true)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))

  await page.getByRole('button', { name: '扫二维码' }).click()
  await page.locator('input[type=file]').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: photo })
  const verdict = page.locator('#verdict')
  await expect(verdict).toContainText('属实')
  await expect(verdict).toHaveClass(/\btrue\b/)
  await expect(verdict).toBeFocused()
  await expect(page.locator('.facts').first()).toContainText(line.memo_zh)
  await expect(page.getByText('没有证明什么')).toBeVisible()
  await picture(page, 'proof-true-phone')
  expect(asked.filter((url) => /^https?:/.test(url)), 'requests while checking').toEqual([])
})

test('one changed character does not match, and nothing of it is shown', async ({ page, context }) => {
  const line = await provenLine()
  const compact = await compactOf(page, line)
  await page.setViewportSize(sizes.phone)
  await page.goto('/proof/')
  await loaded(page)
  await context.setOffline(true)
  // One place in the line's own words, one in the signature, one in the path.
  for (const at of [Math.floor(compact.length / 3), 100, compact.length - 20]) {
    const forged = compact.slice(0, at) + (compact[at] === 'A' ? 'B' : 'A') + compact.slice(at + 1)
    await page.getByLabel('粘贴证明或存证').fill(`${demo().url}/proof/#${forged}`)
    await page.getByRole('button', { name: '核验', exact: true }).click()
    await expect(page.locator('#verdict')).toContainText('对不上')
    await expect(page.locator('.facts')).toHaveCount(0)
    await picture(page, 'proof-false-phone')
    await page.getByRole('button', { name: '再查一份' }).click()
  }
  await page.getByLabel('粘贴证明或存证').fill(compact)
  await page.getByRole('button', { name: '核验', exact: true }).click()
  await expect(page.locator('#verdict')).toContainText('属实')
})

test('without a key nothing is sure; a pasted key settles it', async ({ page }) => {
  const line = await provenLine()
  const compact = await compactOf(page, line)
  await page.goto('/p/keys?lang=zh')
  const key = (await page.locator('main p.mono').last().textContent())!.trim()
  await page.route('**/api/v1/public/keys', (route) => route.fulfill({ json: { items: [], next: '' } }))
  await page.setViewportSize(sizes.phone)
  await page.goto(`/proof/#${compact}`)
  await expect(page.locator('#verdict')).toContainText('还不能下结论')
  await expect(page.locator('#verdict')).not.toHaveClass(/\btrue\b/)
  await picture(page, 'proof-unsigned-phone')
  await expectAccessible(page)
  await page.getByLabel('粘贴公钥').fill('not a key')
  await page.getByRole('button', { name: '加上这把公钥' }).click()
  await expect(page.getByText('这不是一把完整的公钥')).toBeVisible()
  await page.getByLabel('粘贴公钥').fill(key)
  await page.getByRole('button', { name: '加上这把公钥' }).click()
  await expect(page.locator('#verdict')).toContainText('属实')
  await page.getByRole('button', { name: '去掉' }).click()
  await expect(page.locator('#verdict')).toContainText('还不能下结论')
})

test('a file is checked, and two checkpoints are compared', async ({ page }) => {
  const line = await provenLine()
  const { village } = demo()
  const seen = await publicApi()
  const { items } = await seen.get(`/public/villages/${village}/checkpoints`)
  await seen.close()
  const file = await page.request.get(`${paper(line)}&file=1`)
  await page.goto('/proof/')
  await loaded(page)
  await page.locator('input[type=file]').setInputFiles({ name: 'line.tlog-proof', mimeType: 'application/octet-stream', buffer: await file.body() })
  await expect(page.locator('#verdict')).toContainText('属实')
  await page.getByLabel('另一份存证').fill(items[items.length - 1].note)
  await page.getByRole('button', { name: '对照' }).click()
  await expect(page.locator('.result')).toContainText('后一份只是在前一份后面续写')
  await page.getByRole('button', { name: '再查一份' }).click()
  await page.locator('input[type=file]').setInputFiles({ name: 'photo.txt', mimeType: 'text/plain', buffer: Buffer.from('a letter') })
  await expect(page.locator('#verdict')).toContainText('对不上')
})

test('the passbook leads to each line’s proof, and is printed by its own card', async ({ page }) => {
  const line = await provenLine()
  await page.setViewportSize(sizes.phone)
  await page.goto(`/card/${line.token}`)
  await page.getByRole('button', { name: new RegExp(`第 ${line.no.toLocaleString('en-US')} 号`) }).first().click()
  await expect(page.getByRole('heading', { level: 1, name: '账目证明' })).toBeVisible()
  await page.getByRole('link', { name: '打开核验页' }).click()
  await expect(page.locator('#verdict')).toContainText('属实')
  await page.goto(`/card/${line.token}`)
  await page.getByRole('button', { name: '打印存折' }).click()
  await expect(page.getByRole('heading', { level: 1, name: '积分存折' })).toBeVisible()
})

const looks = [
  { name: 'phone', size: sizes.phone },
  { name: 'phone-en-elder', size: sizes.phone, en: true, elder: true },
  { name: 'phone-elder-dark', size: sizes.phone, elder: true, dark: true },
  { name: 'desktop', size: sizes.desktop },
  { name: 'desktop-en', size: sizes.desktop, en: true },
]

for (const look of looks) {
  test(`the pages of proof are accessible and uncut: ${look.name}`, async ({ page }) => {
    const line = await provenLine()
    const { village } = demo()
    const compact = await compactOf(page, line)
    await page.setViewportSize(look.size)
    await prefer(page, look)
    if (look.dark) await page.emulateMedia({ colorScheme: 'dark' })
    const asked = `lang=${look.en ? 'en' : 'zh'}${look.elder ? '&big=1' : ''}`
    const clerk = await page.request.post('/api/v1/session', { data: { login: demo().logins.find((l) => l.role === 'clerk')!.login, password: demo().logins[0].password } })
    expect(clerk.status()).toBeLessThan(300)
    const pages: Record<string, string> = {
      start: '/proof/',
      true: `/proof/?again#${compact}`,
      book: `/p/${village}/book?${asked}`,
      keys: `/p/keys?${asked}`,
      village: `/p/${village}?${asked}`,
      paper: `/print/proof/${village}/${line.no}?${asked}&code=${line.code}`,
      passbook: `/print/passbook/${village}/${line.household}?${asked}`,
      'passbook-a5': `/print/passbook/${village}/${line.household}?${asked}&size=a5`,
    }
    for (const [name, path] of Object.entries(pages)) {
      await test.step(name, async () => {
        await page.goto(path)
        await loaded(page)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expectNoSideways(page)
        await expectAccessible(page)
        await expect(page.getByText(/\b(proof|page|book)\.[a-z_]+/)).toHaveCount(0)
        await picture(page, `proof-${name}-${look.name}`)
      })
    }
  })
}
