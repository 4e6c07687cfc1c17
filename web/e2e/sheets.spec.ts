import type { Page } from '@playwright/test'
import { account, enter, open, settled } from './console'
import { expect, expectAccessible, expectNoSideways, picture, sizes, test } from './fixtures'

const first = 5001
const many = 400
const surnames = ['单', '沈', '王', '李', '陈', '杨', '赵', '周']

/** Gives the village households of the test's own by an import, so that no other test's figures move. */
async function settle(page: Page, homes: [no: number, head: string][]): Promise<void> {
  const who = account('clerk2')
  const session = await page.request.post('/api/v1/session', { data: { login: who.login, password: who.password } })
  const headers = { 'x-csrf-token': (await session.json()).csrf, 'content-type': 'application/octet-stream', 'idempotency-key': `sheets-spec-${homes[0][0]}` }
  const csv = ['户号,户主,姓名,与户主关系', ...homes.map(([no, name]) => `${no},${name},${name},户主`)].join('\n')
  const job = await page.request.post(`/api/v1/areas/${who.area}/imports?dry=false`, { data: Buffer.from(csv), headers })
  const { id } = await job.json()
  await expect.poll(async () => (await (await page.request.get(`/api/v1/areas/${who.area}/imports/${id}`)).json()).state).toBe('done')
}

test('a month is rated by three people, typed from paper and by thumb, and claimed once', async ({ page }) => {
  test.setTimeout(90_000)
  await page.setViewportSize(sizes.desktop)
  const { area: village } = account('clerk2')
  await settle(page, [[4001, '陈评议'], [4003, '李评议']])
  await enter(page, 'clerk2')
  await open(page, `/${village}/appraisals`)
  await page.getByRole('button', { name: '开一次评议' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText(/B01/)).toBeVisible()
  for (const name of ['评议甲', '评议乙']) {
    await dialog.getByLabel('不在户主名单里的，写姓名').fill(name)
    await page.keyboard.press('Enter')
  }
  await dialog.getByRole('button', { name: '开始评议' }).click()
  await expect(dialog.getByText('评议小组要 3 到 13 人')).toBeVisible()
  await dialog.getByRole('combobox', { name: /加评议员/ }).fill('2')
  await page.keyboard.press('Enter')
  await picture(page, 'console-appraisal-open')
  await dialog.getByRole('button', { name: '开始评议' }).click()

  const box = page.getByLabel('户号 空格 打分，回车')
  for (const [rater, lines] of [['1 评议甲', ['4001 2', '2 1', '4003 0']], ['2 评议乙', ['4001 2', '4003 2', '4003 9']]] as const) {
    await page.getByRole('button', { name: rater }).click()
    for (const line of lines) {
      await box.fill(line)
      await box.press('Enter')
    }
  }
  await expect(page.getByText('打分只能是 0 到 2')).toBeVisible()
  await page.setViewportSize(sizes.phone)
  await page.getByRole('group', { name: '评议员' }).getByRole('button').nth(2).click()
  await expect(page.getByText('自家不评')).toBeVisible()
  for (const household of [/ 4001 号/, / 4003 号/]) await page.getByRole('group', { name: household }).first().getByRole('button', { name: /^2 / }).click()
  await expect(page.getByText('都已保存')).toBeVisible()
  await expectNoSideways(page)
  await expectAccessible(page)
  await picture(page, 'phone-appraisal')
  await page.getByRole('button', { name: '看结果' }).click()
  await expect(page.getByRole('heading', { name: /^评出 2 户/ })).toBeVisible()
  await expect(page.getByText('有一格差得远').first()).toBeVisible()
  await picture(page, 'phone-appraisal-result')
  await page.setViewportSize(sizes.desktop)
  await expectAccessible(page)
  await page.getByRole('button', { name: '看看能得多少分' }).click()
  await page.getByRole('button', { name: '生成 2 条申报' }).click()
  await expect(page.getByText('2 条申报 · ')).toBeVisible()
  const paper = await page.getByRole('link', { name: '打印评议表' }).getAttribute('href')
  expect((await page.request.get(paper!)).status()).toBe(200)
})

test('a village typed by keyboard alone: nothing is lost, nothing counts twice', async ({ page }) => {
  test.setTimeout(180_000)
  await page.setViewportSize(sizes.desktop)
  const { area: village } = account('clerk2')
  await settle(page, Array.from({ length: many }, (_, k) => [first + k, `${surnames[k % surnames.length]}${k < 8 ? '录字' : '键盘'}`]))

  await open(page, `/${village}/sheet`)
  await expect(page.getByText(/本村在册 \d+ 户/)).toBeVisible()
  await page.keyboard.type('B02')
  await expect(page.getByRole('option', { name: /B02/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await page.getByLabel('会议或活动名称').fill('全村大扫除')
  const next = page.getByRole('combobox', { name: '下一户' })
  await next.focus()

  await test.step('by initials, every reading of the name; several are chosen among with arrows', async () => {
    await page.keyboard.type('slz')
    await expect(page.getByRole('option')).toHaveCount(2)
    await page.keyboard.press('Enter')
    await expect(page.getByText('有几户都对')).toBeVisible()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.keyboard.type('dlz 2')
    await page.keyboard.press('Enter')
    await expect(page.locator('tbody tr')).toHaveCount(2)
    expect(await page.locator('tbody tr td:nth-child(2)').allTextContents()).toEqual([String(first + 1), String(first)])
  })

  await test.step('by number: four digits and Enter a row', async () => {
    for (let k = 2; k < many; k++) {
      await page.keyboard.type(k % 50 === 0 ? `${first + k} 3` : String(first + k))
      await page.keyboard.press('Enter')
    }
    await expect(page.locator('tbody tr')).toHaveCount(many)
    await page.keyboard.press('ArrowUp')
    await expect(page.locator(`#row-${many - 1}`)).toBeFocused()
    await page.keyboard.press('2')
    await page.keyboard.press('Escape')
    await expect(next).toBeFocused()
    await expect(page.getByText('上限已核对')).toBeVisible()
    await expect(page.getByText('已用 0/20').first()).toBeVisible()
    await picture(page, 'console-sheet-village')
  })

  await test.step('the power goes; nothing is lost and no name was on the disk', async () => {
    const before = await page.locator('tbody tr').allTextContents()
    const kept = await page.evaluate(async () => {
      const db = await new Promise<IDBDatabase>((resolve) => {
        const asked = indexedDB.open('qunyan-console')
        asked.onsuccess = () => resolve(asked.result)
      })
      const all = db.transaction('sheet').objectStore('sheet').getAll()
      return new Promise<string>((resolve) => (all.onsuccess = () => resolve(JSON.stringify(all.result))))
    })
    expect(kept).toContain(String(first + many - 1))
    expect(kept).not.toMatch(/录字|键盘/)
    await page.reload()
    await expect(page.getByText(`上次没交完的名单还在，共 ${many} 户`)).toBeVisible()
    await expect(page.getByText('上限已核对')).toBeVisible()
    await expect(page.locator('tbody tr').first()).toContainText('沈录字')
    expect(await page.locator('tbody tr').allTextContents()).toEqual(before)
  })

  await test.step('handed in once', async () => {
    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('heading', { level: 1, name: `交好了，${many} 户等复核` })).toBeVisible()
    const { items } = await (await page.request.get(`/api/v1/villages/${village}/sheets`)).json()
    expect(items[0]).toMatchObject({ title: '全村大扫除', claims: many })
    await page.keyboard.press('Enter')
    await expect(page.getByText('今天录入')).toBeVisible()
  })

  await test.step('another clerk with the same paper is told, and records nothing twice', async () => {
    await enter(page, 'secretary2')
    await open(page, `/${village}/sheet`)
    await expect(page.getByRole('combobox', { name: '细则' })).toBeFocused()
    await page.keyboard.type('B02')
    await expect(page.getByRole('option', { name: /B02/ })).toBeVisible()
    await page.keyboard.press('Enter')
    await page.getByLabel('会议或活动名称').fill('同一张纸')
    await next.focus()
    await page.keyboard.type(String(first))
    await page.keyboard.press('Enter')
    await expect(page.getByText('没有重复登记')).toBeVisible()
    await page.keyboard.press('Control+Enter')
    await expect(page.getByText('没有可提交的')).toBeVisible()
    const { items } = await (await page.request.get(`/api/v1/villages/${village}/sheets`)).json()
    expect(items[0]).toMatchObject({ title: '全村大扫除', claims: many })
    await page.goto(`/console/${village}/sheet/file`)
    await settled(page)
    await page.getByLabel(/A01/).check()
    const blank = await page.request.get((await page.getByRole('link', { name: '下载空表' }).getAttribute('href'))!)
    await page.getByLabel('选择文件').setInputFiles({ name: '登记表.xlsx', mimeType: 'application/octet-stream', buffer: await blank.body() })
    await expect(page.getByText('表里一户也没有填')).toBeVisible()
    await expectAccessible(page)
    await picture(page, 'console-sheet-file')
  })
})
