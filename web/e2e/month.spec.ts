import { months, staffApi, type TestApi } from './api'
import { account, enter, open, settled } from './console'
import { demo } from './demo'
import { expect, expectAccessible, picture, sizes, test } from './fixtures'

/** A village's month from the paper list to the close, by the people who do it; in the demo's second village. */
test('a month: sheet, review by another, notice, objection on the public page, answer; no close before its day', async ({ page }) => {
  test.setTimeout(120_000)
  await page.setViewportSize(sizes.desktop)
  const { area: village } = account('clerk2')
  const { now: month } = await months()

  await test.step('the clerk types the list', async () => {
    await enter(page, 'clerk2')
    await open(page, `/${village}/sheet`)
    await expect(page.getByText(/本村在册 \d+ 户/)).toBeVisible()
    await expect(page.getByRole('combobox', { name: '细则' })).toBeFocused()
    await page.keyboard.type('A01')
    await expect(page.getByRole('option', { name: /A01/ })).toBeVisible()
    await page.keyboard.press('Enter')
    await page.getByLabel('会议或活动名称').fill('楼栋议事会')
    await page.getByRole('combobox', { name: '下一户' }).focus()
    for (const number of ['1', '2', '3']) {
      await page.keyboard.type(number)
      await page.keyboard.press('Enter')
    }
    await expect(page.getByText('上限已核对')).toBeVisible()
    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('heading', { level: 1, name: '交好了，3 户等复核' })).toBeVisible()
  })

  await test.step('the secretary reviews the sheet as one piece of paper', async () => {
    await enter(page, 'secretary2')
    await open(page, `/${village}/review`)
    await page.locator('.queue button').filter({ hasText: '集体登记 3 户' }).click()
    await expect(page.getByText('楼栋议事会')).toBeVisible()
    await page.keyboard.press('a')
    await page.getByRole('dialog', { name: '一次通过 3 条？' }).getByRole('button', { name: '通过 3 条' }).click()
    await expect(page.getByText('通过了 3 条')).toBeVisible()
  })

  const seq = await test.step('the clerk publishes them as the month’s next list', async () => {
    await enter(page, 'clerk2')
    await open(page, `/${village}/month/${month}`)
    const lists = await page.getByRole('link', { name: '打印 A4' }).count()
    await page.getByRole('combobox', { name: '公示天数' }).selectOption('5')
    await page.getByRole('button', { name: '公示这 3 条' }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText('从明天起公示 5 天')
    await dialog.getByRole('button', { name: '公示 5 天' }).click()
    await expect(page.getByText(new RegExp(`^第 ${lists + 1} 榜`))).toBeVisible()
    await expect(page.getByRole('link', { name: '打印 A4' })).toHaveCount(lists + 1)
    await picture(page, 'console-month-noticed')
    return lists + 1
  })

  const code = await test.step('a villager objects on the public page, without a name', async () => {
    const list = await (await page.request.get(`/api/v1/villages/${village}/months/${month}`)).json()
    const { id } = (list.notices as { id: string; seq: number }[]).find((one) => one.seq === seq)!
    await page.goto(`/v/${village}/notices/${id}`)
    await page.getByRole('button', { name: /提异议$/ }).first().click()
    const form = page.getByRole('dialog', { name: '对这一条提异议' })
    await form.getByLabel('哪里不对？').fill('那天晚上他家没人来开会。')
    await form.getByRole('button', { name: '提交异议' }).click()
    return (await page.getByRole('dialog', { name: '异议收到了' }).locator('.code').textContent())!.trim()
  })

  await test.step('who reviewed cannot answer; the supervisor can, and the line comes off', async () => {
    await enter(page, 'secretary2')
    await open(page, `/${village}/month/${month}`)
    const doubt = page.locator('.doubts > li').filter({ hasText: '那天晚上他家没人来开会。' })
    await expect(doubt).toContainText('待答复')
    await doubt.getByRole('button', { name: '答复' }).click()
    await doubt.getByText('异议不成立').click()
    await doubt.getByLabel('查了什么、为什么').fill('我自己答。')
    await doubt.getByRole('button', { name: '答复' }).click()
    await expect(doubt.getByRole('alert')).toBeVisible()
    await expectAccessible(page)

    await enter(page, 'supervisor2')
    await open(page, `/${village}/month/${month}`)
    const badge = page.getByRole('link', { name: /^公示与结账/ })
    await expect(badge).toHaveText(/\d/)
    const before = await badge.textContent()
    await doubt.getByRole('button', { name: '答复' }).click()
    await doubt.getByText('异议成立：').click()
    await doubt.getByLabel('查了什么、为什么').fill('查了签到表，他家那天没有签到。')
    await doubt.getByRole('button', { name: '答复' }).click()
    await expect(doubt).toContainText('成立，已撤下')
    await expect(badge).not.toHaveText(before!)
    await page.goto(`/v/${village}/answer`)
    await page.getByLabel('查询号').fill(code)
    await page.getByRole('button', { name: '查答复' }).click()
    await expect(page.getByText('查了签到表，他家那天没有签到。')).toBeVisible()
  })

  await test.step('the month cannot be closed before its window ends, and says until when', async () => {
    await enter(page, 'secretary2')
    await open(page, `/${village}/month/${month}`)
    await expect(page.getByText(/公示期到 .* 才满，满了才能结账/)).toBeVisible()
    await expect(page.getByRole('button', { name: /^结账，入账/ })).toHaveCount(0)
    await picture(page, 'console-month-waits')
  })
})

test('a closed month shows what it posted, and asking again changes nothing', async ({ page }) => {
  const { village } = demo()
  await enter(page, 'secretary')
  await open(page, `/${village}/month/${(await months()).closed}`)
  await expect(page.getByText(/已于 .* 结账/)).toBeVisible()
  await page.getByRole('button', { name: '看结账结果' }).click()
  // What the month posted; the checkpoint below tells of its own lines.
  await expect(page.getByText(/^第 [\d,]+—[\d,]+ 号$/).first()).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'console-month-closed')
})

test('a month nobody put on notice can be closed; what waits moves on, and the second close is the first', async ({ page }) => {
  const { over: month } = await months()
  const county = await staffApi('county')
  const village = await late(county, month)
  await county.close()
  await enter(page, `secretary-${village}`)
  await open(page, `/${village}/month/${month}`)
  await page.getByRole('button', { name: '不公示，直接结账' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText(/没公示的 \d+ 条移到下个月/)
  await dialog.getByRole('button', { name: '结账（没有要入账的）' }).click()
  await expect(page.getByText(/另有 \d+ 条移到了下个月/)).toBeVisible()
  await page.reload()
  await settled(page)
  await page.getByRole('button', { name: '看结账结果' }).click()
  await expect(page.getByText(/另有 \d+ 条移到了下个月/)).toBeVisible()
})

interface Row {
  area: string
  households: number
}

/** A village that did not get round to closing the month that the others have closed. */
async function late(county: TestApi, month: number): Promise<string> {
  const shown = new Set(demo().logins.map((one) => one.area))
  const living = async (area: string) => ((await county.get(`/areas/${area}/overview`)).children as Row[]).filter((row) => row.households > 0)
  for (const township of await living('520524')) {
    for (const village of await living(township.area)) {
      if (!shown.has(village.area) && !(await county.get(`/villages/${village.area}/months/${month}`)).closed) return village.area
    }
  }
  throw new Error(`every village of the demo has closed ${month}`)
}
