import { account, enter, open } from './console'
import { demo } from './demo'
import { expect, expectAccessible, sizes, test } from './fixtures'

/** An evening in the demo's second village: planned, called by number and by thumb, claimed once; then a suggestion of that evening. */
test('a meeting from its plan to its claims, on paper and on a phone', async ({ page }) => {
  test.setTimeout(120_000)
  await page.setViewportSize(sizes.desktop)
  const { area: village } = account('clerk2')
  await enter(page, 'clerk2')

  await test.step('it is planned for today', async () => {
    await open(page, `/${village}/gatherings`)
    await page.getByRole('button', { name: '安排活动' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('名称').fill('楼栋夜谈')
    await dialog.getByLabel('种类').selectOption('class')
    await expect(dialog.getByText('A03')).toBeVisible()
    await dialog.getByRole('button', { name: '保存' }).click()
    await expect(page.getByRole('heading', { level: 1, name: '楼栋夜谈' })).toBeVisible()
  })

  await test.step('numbers are typed from the paper; a wrong one stops nothing, the last is undone', async () => {
    const box = page.getByLabel('户号，回车记到场')
    for (const line of ['1', '2-', '3+', '99999']) {
      await box.fill(line)
      await box.press('Enter')
    }
    await expect(page.getByText('没有 99999 号这一户')).toBeVisible()
    await box.fill('4')
    await box.press('Enter')
    await expect(page.getByRole('heading', { name: /^到场 4 户/ })).toBeVisible()
    await page.keyboard.press('Control+z')
    await expect(page.getByRole('heading', { name: /^到场 3 户/ })).toBeVisible()
    await expect(page.getByText('都已保存')).toBeVisible()
  })

  await test.step('a thumb marks one more on a narrow phone, after a closed page', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    await page.reload()
    await expect(page.getByRole('heading', { name: /^到场 3 户/ })).toBeVisible()
    await page.getByRole('group', { name: /5 号/ }).first().getByRole('button', { name: '准时' }).click()
    await expect(page.getByRole('heading', { name: /^到场 4 户/ })).toBeVisible()
    await expect(page.getByText('都已保存')).toBeVisible()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
    await expectAccessible(page)
  })

  await test.step('what it brings is shown, then claimed', async () => {
    await page.getByRole('button', { name: '看看能得多少分' }).click()
    await page.getByRole('button', { name: '生成 4 条申报' }).click()
    await expect(page.getByText('4 条申报 · ')).toBeVisible()
    await page.getByRole('link', { name: '看 A03 的申报' }).click()
    await expect(page.getByRole('heading', { level: 1, name: '申报记录' })).toBeVisible()
  })

  await test.step('the sign-in sheet is on paper', async () => {
    await page.goto(`/console/${village}/gatherings`)
    await page.getByRole('link', { name: '楼栋夜谈' }).click()
    const sheet = await page.getByRole('link', { name: '打印签到表' }).getAttribute('href')
    expect((await page.request.get(sheet!)).status()).toBe(200)
  })
})

test('a suggestion typed in at the office is decided on by another person and stands on the public page', async ({ page }) => {
  test.setTimeout(120_000)
  await page.setViewportSize(sizes.desktop)
  const { area: village } = account('clerk2')
  await enter(page, 'clerk2')
  await open(page, `/${village}/suggestions`)
  await page.getByRole('button', { name: '代户登记' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox').fill('3')
  await page.keyboard.press('Enter')
  await dialog.getByLabel('建议什么').fill('每栋楼下放一把长椅')
  await dialog.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('请由别人办理')).toBeVisible()
  await expectAccessible(page)

  await enter(page, 'secretary2')
  await open(page, `/${village}/suggestions`)
  await page.getByRole('button', { name: '采纳', exact: true }).click()
  await page.getByLabel('会议记录编号').fill('〔2026〕7号')
  await page.getByRole('dialog').getByRole('button', { name: '采纳', exact: true }).click()
  await expect(page.getByRole('link', { name: '看申报' })).toBeVisible()
  await page.goto(`/p/${village}/suggestions?lang=zh`)
  await expect(page.getByText('每栋楼下放一把长椅')).toBeVisible()
})

test('a household suggests with its card and PIN', async ({ page }) => {
  const card = demo().cards[1]
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto(`/card/${card.token}/claims`)
  await page.getByRole('button', { name: '给村里提建议' }).click()
  await page.getByLabel('建议什么').fill('河边的路请装一段栏杆')
  await page.getByRole('button', { name: '提交建议' }).click()
  await page.getByRole('dialog').locator('input').first().fill(card.pin)
  await page.keyboard.press('Enter')
  await expect(page.getByText('待商议').first()).toBeVisible()
  await expectAccessible(page)
})

test('what a household says is heard and typed at the office', async ({ page, context }) => {
  test.setTimeout(60_000)
  const card = demo().cards[1]
  await page.setViewportSize(sizes.phone)
  await page.goto(`/card/${card.token}/claims`)
  await page.getByRole('button', { name: '给村里提建议' }).click()
  await page.getByRole('button', { name: '开始录音' }).click()
  await expect(page.getByText('没有允许使用麦克风')).toBeVisible()
  await context.grantPermissions(['microphone'])
  await page.getByRole('button', { name: '开始录音' }).click()
  await expect(page.getByText(/正在录 0:0[2-9]/)).toBeVisible()
  await page.getByRole('button', { name: '说完了' }).click()
  await expect(page.getByText('可以先听一听')).toBeVisible()
  await page.getByRole('button', { name: '提交建议' }).click()
  await page.getByRole('dialog').locator('input').first().fill(card.pin)
  await page.keyboard.press('Enter')
  await expect(page.getByText('村里正在写成文字')).toBeVisible()

  await page.setViewportSize(sizes.desktop)
  await enter(page, 'clerk')
  await open(page, `/${card.village}/suggestions?state=untyped`)
  await page.getByRole('button', { name: '听着写下来' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: '听录音' }).click()
  await expect.poll(() => dialog.locator('audio').evaluate((sound: HTMLAudioElement) => sound.readyState)).toBeGreaterThanOrEqual(2)
  await dialog.getByLabel('录音里说了什么').fill('河边的路请装一段栏杆')
  await page.setViewportSize(sizes.phone)
  await dialog.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('还没有写成文字')).toHaveCount(0)
  await open(page, `/${card.village}/suggestions`)
  await expect(page.getByText('听录音写的').first()).toBeVisible()
})
