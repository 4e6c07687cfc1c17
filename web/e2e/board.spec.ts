import { account, enter, expectWords } from './console'
import { expect, expectAccessible, expectNoSideways, picture, sizes, test } from './fixtures'

const walls = [
  { name: '1920', size: { width: 1920, height: 1080 } },
  { name: '1440', size: { width: 1440, height: 810 } },
  { name: '1440-en', size: { width: 1440, height: 810 }, locale: 'en' },
  { name: '1440-dark', size: { width: 1440, height: 810 }, theme: 'dark' },
  { name: 'phone', size: sizes.phone },
]

for (const wall of walls) {
  test(`the board fills its screen and nothing of it is cut: ${wall.name}`, async ({ page }) => {
    await page.setViewportSize(wall.size)
    await page.goto('/console/sign-in')
    await page.evaluate((w) => {
      for (const key of ['locale', 'theme'] as const) if (w[key]) localStorage.setItem(`qunyan.${key}`, w[key])
    }, wall as { locale?: string; theme?: string })
    await enter(page, 'county')
    await page.goto('/board/')
    await expect(page.locator('.tiles li')).toHaveCount(33)
    await expect(page.locator('.figures dd b')).toHaveCount(5)
    await expect(page.locator('svg text').first()).toBeVisible()
    await expectNoSideways(page)
    await expectAccessible(page)
    await expectWords(page)
    if (wall.name !== 'phone') {
      const cut = await page.locator('.panel, .figures > div').evaluateAll((all) => all.filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1).map((one) => one.className))
      expect(cut).toEqual([])
    }
    await picture(page, `board-${wall.name}`)
  })
}

test('the board asks for a sign-in, comes back after it, and stays when the network goes', async ({ page, context }) => {
  await page.setViewportSize(walls[1].size)
  await page.clock.install()
  await page.goto('/board/')
  await expect(page).toHaveURL(/\/console\/sign-in\?to=\/board\/$/)
  await page.getByLabel('账号').fill('county')
  await page.getByLabel('密码').fill(account('county').password)
  await page.keyboard.press('Enter')
  await expect(page.getByText(/^数据截至/)).toBeVisible()

  // A minute later it reads itself anew; without a network it keeps what it has and says so.
  const asked = page.waitForRequest(/overview/)
  await page.clock.runFor(61_000)
  await asked
  await context.setOffline(true)
  await page.clock.runFor(70_000)
  await expect(page.getByText(/没有连上，显示的是/)).toBeVisible()
  await expect(page.locator('.tiles li')).toHaveCount(33)
  await context.setOffline(false)
  await page.clock.runFor(61_000)
  await expect(page.getByText(/^数据截至/)).toBeVisible()
})

test('somebody of a village is told that the wall is not for them', async ({ page }) => {
  await enter(page, 'clerk')
  await page.goto('/board/')
  await expect(page.getByRole('heading', { name: '这块屏给县和乡镇看' })).toBeVisible()
  await expectAccessible(page)
})
