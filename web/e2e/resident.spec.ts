import type { Page } from '@playwright/test'
import { demo } from './demo'
import { publicApi, staffApi } from './api'
import { expect, expectAccessible, expectNoSideways, picture, sizes, test } from './fixtures'

/** A card of the demo's main village that has a PIN; `k` keeps the tests out of each other's households. */
function card(k: number) {
  const { cards, village } = demo()
  const own = cards.filter((c) => c.village === village && c.pin !== '')
  return own[k % own.length]
}

/** Chooses language and mode as a person would have before. */
async function prefer(page: Page, choice: { en?: boolean; elder?: boolean; dark?: boolean }): Promise<void> {
  await page.addInitScript((c) => {
    if (c.en) localStorage.setItem('qunyan.locale', 'en')
    if (c.elder) localStorage.setItem('qunyan.elder', 'on')
    if (c.dark) localStorage.setItem('qunyan.theme', 'dark')
  }, choice)
}

/** A screen is there when its heading is and nothing of it is still on its way. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeAttached()
  await expect(page.locator('.skeleton')).toHaveCount(0)
}

const looks = [
  { name: 'phone', size: sizes.phone },
  { name: 'phone-elder-dark', size: sizes.phone, elder: true, dark: true },
  { name: 'phone-en-elder', size: sizes.phone, en: true, elder: true },
  { name: 'desktop', size: sizes.desktop },
  { name: 'desktop-en-dark', size: sizes.desktop, en: true, dark: true },
]

for (const look of looks) {
  test(`every page is accessible and uncut: ${look.name}`, async ({ page }) => {
    test.setTimeout(180_000)
    const { village } = demo()
    const { token } = card(0)
    await page.setViewportSize(look.size)
    await prefer(page, look)
    const pages = {
      home: '/',
      village: `/v/${village}`,
      rules: `/v/${village}/rules`,
      store: `/v/${village}/store`,
      answer: `/v/${village}/answer`,
      card: `/v/${village}/card`,
      passbook: `/card/${token}`,
      records: `/card/${token}/records`,
      claims: `/card/${token}/claims`,
      apply: `/card/${token}/apply`,
      lost: '/no/such/page',
    }
    for (const [name, path] of Object.entries(pages)) {
      await test.step(name, async () => {
        await page.goto(path)
        await settled(page)
        await expect(page.getByRole('alert')).toHaveCount(0)
        await expectNoSideways(page)
        await expectAccessible(page)
        // A key that shows is a text that is missing.
        await expect(page.getByText(/\b(common|resident)\.[a-z_]+/)).toHaveCount(0)
        await expect(page.locator('html')).toHaveAttribute('lang', look.en ? 'en' : 'zh-CN')
        await picture(page, `resident-${name}-${look.name}`)
      })
    }
  })
}

test('targets are large enough for a thumb, and larger in large print', async ({ page }) => {
  await page.setViewportSize(sizes.phone)
  const { village } = demo()
  for (const [elder, least] of [
    [false, 44],
    [true, 60],
  ] as const) {
    await page.goto(`/v/${village}`)
    if (elder) await page.getByRole('button', { name: '大字版' }).click()
    await settled(page)
    const small = await page.evaluate((px) => {
      const targets = Array.from(document.querySelectorAll<HTMLElement>('main button, main a, nav a, header button, header a'))
      return targets.filter((t) => t.offsetHeight > 0 && t.offsetHeight < px).map((t) => `${t.textContent?.trim()} ${t.offsetHeight}`)
    }, least)
    expect(small).toEqual([])
  }
})

test('a village is found by a part of its name, with its township beside it', async ({ page }) => {
  await page.setViewportSize(sizes.phone)
  await page.goto('/')
  await page.getByRole('searchbox', { name: '找村' }).fill('前进')
  const rows = page.locator('[aria-live] li')
  await expect(rows.first()).toBeVisible()
  // The name repeats in the county: nothing but the township tells them apart.
  expect(await rows.count()).toBeGreaterThan(1)
  for (const row of await rows.all()) await expect(row.locator('.note')).toHaveText(/[镇乡道]$/)
  const { township, village, village_name } = demo()
  await page.getByRole('searchbox', { name: '找村' }).fill(village_name)
  await page.locator('[aria-live] li').filter({ hasText: township }).first().click()
  await expect(page).toHaveURL(new RegExp(`/v/${village}$`))
  await expect(page.getByRole('heading', { level: 1, name: village_name })).toBeVisible()

  await page.goto('/')
  await expect(page.getByRole('heading', { name: '上次看的村' })).toBeVisible()
  await expect(page.getByRole('link', { name: village_name })).toBeVisible()
})

test('notice, rules and goods are open to everybody, and names on the list are masked', async ({ page }) => {
  const { village } = demo()
  await page.goto(`/v/${village}`)
  await settled(page)
  const names = await page.locator('.who').allTextContents()
  expect(names.length).toBeGreaterThan(0)
  for (const name of names) expect(name).toContain('*')
  await page.getByRole('link', { name: /^积分细则/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: '积分细则' })).toBeVisible()
  await expect(page.locator('.rule')).not.toHaveCount(0)
  await page.getByRole('link', { name: '超市', exact: true }).click()
  await expect(page.locator('.tile')).not.toHaveCount(0)
})

test('the passbook leads with what the household can redeem, and each line has its number', async ({ page }) => {
  await page.setViewportSize(sizes.phone)
  const { token } = card(0)
  const book = await publicApi(token)
  const home = await book.get('/card')
  const lines = await book.get('/card/lines')
  await book.close()
  await page.goto(`/card/${token}`)
  await expect(page.locator('.value .num')).toHaveText(home.spendable.toLocaleString('en-US'))
  await expect(page.locator('.base .num')).toHaveText(String(home.base))
  for (const line of lines.items.slice(0, 5)) await expect(page.getByText(`第 ${line.no.toLocaleString('en-US')} 号`).first()).toBeVisible()

  // The phone remembers the card: the way to the passbook is on the first page now.
  await page.goto('/')
  await page.getByRole('button', { name: '打开我家的存折' }).click()
  await expect(page).toHaveURL(new RegExp(`/card/${token}$`))
  await page.getByRole('button', { name: '手机是别人的？不再记住' }).click()
  await page.goto('/')
  await expect(page.getByRole('button', { name: '打开我家的存折' })).toHaveCount(0)
})

test('large print shows three things to do and reads aloud', async ({ page }) => {
  await page.setViewportSize(sizes.phone)
  await page.addInitScript(() => {
    const spoken: string[] = []
    Object.assign(window, { spoken })
    window.speechSynthesis.speak = (words: SpeechSynthesisUtterance) => void spoken.push(`${words.lang} ${words.text}`)
  })
  const { token } = card(0)
  await page.goto(`/card/${token}`)
  await page.getByRole('button', { name: '大字版' }).click()
  await page.getByRole('button', { name: '读给我听' }).click()
  const spoken = await page.evaluate(() => (window as unknown as { spoken: string[] }).spoken)
  expect(spoken[0]).toMatch(/^zh-CN .*您家能换\d+分/)
  await page.getByRole('button', { name: '最近的记录' }).click()
  await expect(page.getByRole('heading', { level: 1, name: '最近的记录' })).toBeVisible()
  await page.goBack()
  await page.getByRole('button', { name: '看看能换什么' }).click()
  await expect(page.locator('.tile')).not.toHaveCount(0)
})

test('a claim is made with the PIN, once, and can be taken back', async ({ page }) => {
  await page.setViewportSize(sizes.phone)
  const own = card(1)
  await page.goto(`/card/${own.token}/claims`)
  await page.getByRole('button', { name: '申报一件事' }).click()
  await page.locator('main li button').first().click()
  await page.getByRole('button', { name: /^提交申报/ }).click()
  await expect(page.getByText('请写一句做了什么。')).toBeVisible()
  const note = `帮邻居家收玉米 ${Date.now()}`
  await page.getByLabel('做了什么').fill(note)
  await page.getByRole('button', { name: /^提交申报/ }).click()

  const asked = page.getByRole('dialog', { name: '输入卡密码' })
  await asked.getByLabel('卡密码').fill('975310')
  await asked.getByRole('button', { name: '确定' }).click()
  await expect(asked.getByRole('alert')).toContainText('卡密码不对')
  await expectAccessible(page)
  await asked.getByLabel('卡密码').fill(own.pin)
  await asked.getByRole('button', { name: '确定' }).click()

  const mine = page.locator('.claim').filter({ hasText: note })
  await expect(mine).toContainText('等待审核')
  await picture(page, 'resident-claims-sent')
  await mine.getByRole('button', { name: '撤回申报' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤回申报' }).click()
  await expect(mine).toContainText('自己撤回了')
})

test('a photo is made smaller on the phone and loses what the camera wrote into it', async ({ page }) => {
  const own = card(2)
  await page.goto(`/card/${own.token}/apply`)
  await page.locator('main li button').first().click()
  // A picture larger than is kept, drawn here; as a PNG with a text in it, as cameras put places into theirs.
  const large = await page.evaluate(async () => {
    const canvas = document.createElement('canvas')
    canvas.width = 2400
    canvas.height = 1200
    canvas.getContext('2d')!.fillRect(100, 100, 900, 700)
    const blob = await new Promise<Blob>((resolve) => canvas.toBlob((b) => resolve(b!), 'image/png'))
    return Array.from(new Uint8Array(await blob.arrayBuffer()))
  })
  await page.locator('input[type=file]').setInputFiles({ name: 'IMG_0042.png', mimeType: 'image/png', buffer: Buffer.from(large) })
  await expect(page.getByAltText('选好的照片')).toBeVisible()
  expect(await page.getByAltText('选好的照片').evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight])).toEqual([1600, 800])

  await page.getByLabel('做了什么').fill('有照片的一件事')
  await page.getByRole('button', { name: /^提交申报/ }).click()
  const upload = page.waitForRequest((request) => request.url().endsWith('/card/files'))
  const asked = page.getByRole('dialog', { name: '输入卡密码' })
  await asked.getByLabel('卡密码').fill(own.pin)
  await asked.getByRole('button', { name: '确定' }).click()
  expect((await upload).headers()['content-type']).toBe('image/jpeg')
  await expect(page.locator('.claim').filter({ hasText: '有照片的一件事' })).toBeVisible()
})

test('a file that is no picture is refused with a sentence', async ({ page }) => {
  await page.goto(`/card/${card(2).token}/apply`)
  await page.locator('main li button').first().click()
  await page.locator('input[type=file]').setInputFiles({ name: 'virus.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not a picture') })
  await expect(page.getByText('这个文件不是照片，请换一张。')).toBeVisible()
})

test('an objection freezes its line and is answered under its number', async ({ page }) => {
  await page.setViewportSize(sizes.phone)
  const { village } = demo()
  await page.goto(`/v/${village}`)
  await settled(page)
  const line = page.locator('li.line').filter({ has: page.getByRole('button', { name: /提异议$/ }) }).filter({ hasNotText: '核实中' }).first()
  const who = await line.locator('.who').textContent()
  await line.getByRole('button').click()
  const form = page.getByRole('dialog', { name: '对这一条提异议' })
  await expect(form).toContainText(who!)
  await form.getByRole('button', { name: '提交异议' }).click()
  await expect(form.getByText('请写一句，说清哪里不对。')).toBeVisible()
  await form.getByLabel('哪里不对？').fill('那天他家没有人来参加。')
  await expectAccessible(page)
  await form.getByRole('button', { name: '提交异议' }).click()
  const receipt = page.getByRole('dialog', { name: '异议收到了' })
  const code = (await receipt.locator('.code').textContent())!.trim()
  await picture(page, 'resident-objection')
  await receipt.getByRole('button', { name: '记下了' }).click()
  await expect(page.getByText('有异议，核实中').first()).toBeVisible()

  // Whoever reviewed the claim may not answer for it; the other of the two may.
  const answers: number[] = []
  for (const role of ['supervisor', 'secretary']) {
    const staff = await staffApi(role)
    const { items } = await staff.get(`/villages/${village}/objections?state=open`)
    const mine = items.find((objection: { code: string }) => objection.code.replace('-', '') === code.replace('-', ''))
    if (mine) answers.push((await staff.post(`/villages/${village}/objections/${mine.id}/answer`, { outcome: 'dismissed', answer: '查过签到表，他家来了人。' })).status)
    await staff.close()
  }
  expect(answers.filter((status) => status < 300)).toHaveLength(1)

  await page.goto(`/v/${village}/answer`)
  await page.getByLabel('查询号').fill(code)
  await page.getByRole('button', { name: '查答复' }).click()
  await expect(page.getByText('查过签到表，他家来了人。')).toBeVisible()
  await expect(page.getByText('异议不成立，这一条照常入账')).toBeVisible()
})

test('a forged card says what to do and shows nothing', async ({ page }) => {
  const { token } = card(0)
  await page.goto(`/card/${token.slice(0, -4)}ZZZZ`)
  await expect(page.getByRole('alert')).toContainText(/卡/)
  await expect(page.locator('.value')).toHaveCount(0)
  await page.getByRole('button', { name: '回到首页' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
})

test('a lost network is said at the top, and the page comes back with it', async ({ page, context }) => {
  const { village } = demo()
  await page.goto(`/v/${village}`)
  await settled(page)
  await context.setOffline(true)
  await expect(page.getByText(/^没有网络/)).toBeVisible()
  await expectAccessible(page)
  await context.setOffline(false)
  await expect(page.getByText(/^没有网络/)).toHaveCount(0)
})

test('the language is switched at once and remembered', async ({ page }) => {
  await page.goto('/')
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Points you can see, books you can check' })).toBeVisible()
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  await page.getByRole('button', { name: '中文' }).click()
  await expect(page.getByRole('heading', { level: 1, name: '积分看得见，账目查得清' })).toBeVisible()
})
