// What the manual tells, done in the demo's village in the order of a month. A scene leaves the county as the next ones
// expect it; pictures are named as the manual names them.

const exact = (name) => ({ name, exact: true })
const iso = (days) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)

/** Opens the page a link leads to, in the same window, as paper shows it. */
async function paper(s, name, { nth = 0 } = {}) {
  const href = await s.page.getByRole('link', { name }).nth(nth).getAttribute('href')
  await s.go(href)
}

export const scenes = {
  async signIn(s) {
    await s.go('/console/sign-in')
    await s.shot('sign-in', { height: 620 })
  },

  async gathering(s) {
    const { page } = s
    await s.as('clerk')
    await s.console('/gatherings')
    await page.getByRole('button', { name: '安排活动' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('名称').fill('十二月群众会')
    await dialog.getByLabel('地点').fill('村委会院坝')
    await dialog.getByLabel('日期').fill(iso(5))
    await page.waitForTimeout(600)
    await s.shot('gathering-plan', { part: dialog })
    await dialog.getByRole('button', { name: '取消' }).click()
  },

  async roll(s) {
    const { page } = s
    await page.getByRole('link', { name: /村民夜校/ }).click()
    await s.quiet()
    const box = page.getByLabel('户号，回车记到场')
    for (const line of ['12', '15+', '23-']) {
      await box.fill(line)
      await box.press('Enter')
    }
    await page.getByText('都已保存').waitFor()
    await s.shot('roll')
    await s.size('phone')
    await page.reload()
    await s.quiet()
    await s.shot('roll-phone')
    await s.size('screen')
    await page.getByRole('button', { name: '看看能得多少分' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: /生成 \d+ 条申报/ }).waitFor()
    await s.shot('roll-claims', { height: 640 })
    await page.keyboard.press('Escape')
    await paper(s, '打印签到表')
    await s.shot('sign-in-sheet', { height: 820 })
  },

  async hours(s) {
    const { page } = s
    await s.console('/gatherings')
    await page.getByRole('link', { name: /公共卫生大扫除/ }).first().click()
    await s.quiet()
    await s.shot('roll-hours', { height: 700 })
  },

  async appraisal(s) {
    const { page } = s
    await s.console('/appraisals')
    await page.getByRole('button', { name: '开一次评议' }).click()
    const dialog = page.getByRole('dialog')
    await page.waitForTimeout(600)
    await s.shot('appraisal-open', { part: dialog })
    await dialog.getByRole('button', { name: '取消' }).click()
    await page.getByRole('link', { name: /庭院卫生评比/ }).first().click()
    await s.quiet()
    await page.getByRole('button', { name: /^5 / }).or(page.getByRole('radio', { name: /^5 / })).or(page.getByRole('tab', { name: /^5 / })).first().click()
    const box = page.getByLabel('户号 空格 打分，回车')
    for (const line of ['3 2', '4 1', '5 0']) {
      await box.fill(line)
      await box.press('Enter')
    }
    await page.getByText('都已保存').waitFor()
    await s.shot('appraisal')
    await paper(s, '打印评议表')
    await s.shot('rating-sheet', { height: 820 })
  },

  async sheet(s) {
    const { page } = s
    await s.console('/sheet')
    await page.getByText(/本村在册 \d+ 户/).waitFor()
    await page.keyboard.type('B02')
    await page.getByRole('option', { name: /B02/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByLabel('会议或活动名称').fill('河道清理')
    const next = page.getByRole('combobox', { name: '下一户' })
    await next.focus()
    for (const line of ['3', '12 3', '14 2', '31', '36 2', '12']) {
      await page.keyboard.type(line)
      await page.keyboard.press('Enter')
      await page.waitForTimeout(150)
    }
    await page.getByText('上限已核对').waitFor()
    await s.shot('sheet')
    await page.reload()
    await page.getByText(/上次没交完的名单还在/).waitFor()
    await s.shot('sheet-kept', { height: 560 })
    await page.getByRole('status').getByRole('button', { name: '不要了' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '不要了' }).click()
    await s.console('/sheet/file')
    await page.getByLabel('会议或活动名称').fill('十一月值守')
    await page.getByRole('checkbox', { name: /^D01/ }).check()
    await page.getByRole('checkbox', { name: /^B02/ }).check()
    await s.shot('sheet-file', { height: 900 })
  },

  async entry(s) {
    const { page } = s
    await s.console('/entry')
    await s.shot('entry')
  },

  async suggestions(s) {
    await s.console('/suggestions')
    await s.shot('suggestions')
  },

  async review(s) {
    const { page } = s
    await s.as('supervisor')
    await s.console('/review')
    await page.locator('.queue button').filter({ hasText: '照看留守老人' }).last().click()
    await s.quiet()
    await s.shot('review')
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await page.waitForTimeout(600)
    await s.shot('review-keys', { part: page.getByRole('dialog') })
    await page.keyboard.press('Escape')
    await s.console('/review')
    await page.locator('.queue button').filter({ hasText: '集体登记' }).first().click()
    await s.quiet()
    await s.shot('review-sheet')
    await s.console('/fairness')
    await s.shot('fairness', { height: 820 })
  },

  async notice(s) {
    const { page } = s
    await s.as('clerk')
    await s.console('/month')
    await s.shot('month', { height: 860 })
    await page.getByText('张贴记录').first().click()
    await s.quiet()
    await s.shot('copies', { top: page.locator('section, li').filter({ hasText: '出公示' }).first(), height: 640 })
    await s.console('/month')
    await page.getByText('群里的文字').first().click()
    await s.quiet()
    await s.shot('chat', { top: page.locator('section, li').filter({ hasText: '出公示' }).first(), height: 640 })
    await s.console('/month')
    await paper(s, '打印 A4')
    await s.shot('notice', { height: 820 })
  },

  async objection(s) {
    const { page } = s
    await s.as('secretary')
    await s.console('/month')
    await page.getByRole('button', { name: '答复', exact: true }).first().click()
    await s.shot('objection', { top: page.getByText('公示期与异议').first(), height: 640 })
    const { items } = await s.get(`/public/villages/${s.village}/notices`)
    await s.size('phone')
    await s.go(`/v/${s.village}/notices/${items[0].id}`)
    await s.shot('notice-phone')
    await page.getByRole('button', { name: /提异议$/ }).first().click()
    await page.waitForTimeout(600)
    await s.shot('objection-phone')
    await s.size('screen')
    await s.as('clerk')
    await s.console('/month')
    await page.getByRole('button', { name: '登记口头或书面异议' }).click()
    await s.shot('objection-paper', { top: page.getByText('公示期与异议').first(), height: 760 })
  },

  async close(s) {
    const { page } = s
    await s.as('secretary')
    await s.console('/month')
    await page.getByRole('button', { name: /^上一月/ }).click()
    await s.quiet()
    await s.shot('closed', { height: 760 })
    await page.getByRole('button', { name: '看结账结果' }).click()
    await s.quiet()
    await paper(s, '打印月结单')
    await s.shot('certificate', { height: 900 })
  },

  async correct(s) {
    const { page } = s
    await s.console('/book')
    const reverse = page.getByRole('button', exact('冲正'))
    while ((await reverse.count()) === 0) {
      await page.getByRole('button', { name: '再看一些' }).click()
      await s.quiet()
    }
    await reverse.first().click()
    await page.waitForTimeout(600)
    await s.shot('reverse', { height: 640 })
    await page.keyboard.press('Escape')
  },

  async households(s) {
    const { page } = s
    await s.as('clerk')
    await s.console('/kin')
    await s.shot('kin', { height: 520 })
    const { items } = await s.get(`/villages/${s.village}/households?limit=90`)
    const one = items.find((h) => h.members >= 4 && h.number > 40)
    await s.console(`/households/${one.id}`)
    await page.getByRole('button', { name: '办理变动' }).click()
    const dialog = page.getByRole('dialog')
    await page.waitForTimeout(600)
    await s.shot('change-kinds', { part: dialog })
    await dialog.getByRole('button', { name: /^分户/ }).click()
    const people = dialog.locator('.people .el-checkbox')
    await people.nth(1).click()
    await people.nth(2).click()
    await dialog.getByLabel('新户的户主').selectOption({ index: 1 })
    await dialog.getByLabel('事由').fill('儿子成家，另立一户')
    await dialog.getByRole('button', { name: '下一步：核对' }).click()
    await dialog.getByText('会记这几笔账').waitFor()
    await s.shot('change-check', { part: dialog })
    await dialog.getByRole('button', { name: '提出，等人确认' }).click()
    await s.quiet()
    await s.console('/household-changes')
    await s.shot('changes', { height: 520 })
    await paper(s, '打印确认单')
    await s.shot('change-paper', { height: 820 })
  },

  async rules(s) {
    const { page } = s
    await s.as('secretary')
    await s.console('/rules')
    await page.getByRole('button', { name: '记录表决' }).click()
    await s.shot('expiry', { height: 620 })
    await s.console('/rules')
    await page.getByRole('button', { name: '起草新版' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('名称').fill('前进村积分细则（修订）')
    await page.waitForTimeout(600)
    await s.shot('rules-draft', { part: dialog })
    await dialog.getByRole('button', { name: '起草新版' }).click()
    await page.getByText('检查通过').waitFor()
    await s.quiet()
    await s.shot('rules-life', { height: 760 })
    await page.getByRole('button', exact('修改')).first().click()
    await page.waitForTimeout(600)
    await dialog.getByLabel('分值').fill('3')
    await s.shot('rules-line', { part: dialog })
    await dialog.getByRole('button', exact('保存')).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: '加一条本村的' }).click()
    await page.waitForTimeout(600)
    await dialog.getByLabel('编号').fill('B21')
    await dialog.getByLabel('类别', { exact: true }).selectOption({ label: '环境卫生' })
    await dialog.getByLabel('事项（中文）').fill('门前三包没做好的，罚款五十元')
    await dialog.getByLabel('事项（英文）').fill('Front yard not kept: fine of 50 yuan')
    await dialog.getByLabel('分值', { exact: true }).fill('5')
    await dialog.getByLabel('依据（中文）').fill('检查记录')
    await dialog.getByLabel('依据（英文）').fill('Record')
    await dialog.getByRole('button', exact('保存')).click()
    await dialog.getByText('请乡镇核定').or(dialog.getByText(/碰了红线/)).first().waitFor()
    await dialog.getByText(/碰了红线/).first().scrollIntoViewIfNeeded()
    await s.shot('rules-red-line')
    await dialog.getByRole('button', exact('取消')).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: '开始试算' }).click()
    await page.getByText('中间的一户').waitFor()
    await s.shot('trial', { top: page.getByText('试算：按这一版').first(), height: 860 })
  },

  async vote(s) {
    const { page } = s
    await page.evaluate(() => scrollTo(0, 0))
    await page.getByRole('button', { name: '登记表决' }).click()
    const form = page.locator('form').filter({ hasText: '照会议记录填' })
    await form.getByLabel('应到（村民代表）').fill('45')
    await form.getByLabel('到会').fill('28')
    await form.getByLabel('赞成').fill('25')
    await form.getByText('到会不够').waitFor()
    await s.shot('vote-short', { top: form, height: 720 })
    await form.getByLabel('到会').fill('38')
    await form.getByLabel('赞成').fill('33')
    await form.getByLabel('会议记录编号').fill('前进代表会〔2026〕3号')
    await form.getByRole('button', { name: '登记表决' }).click()
    await page.getByRole('button', { name: '报乡镇备案' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '报乡镇备案' }).click()
    await page.getByText('已报乡镇，等乡镇').waitFor()
    await s.as('township')
    await s.go('/console/520524114/filings')
    await s.shot('filings', { height: 520 })
    await s.as('secretary')
    await s.console('/rules')
    await paper(s, 'A3 张贴')
    await s.shot('poster', { height: 900 })
    await s.console('/rules')
    await paper(s, '村民折页')
    await s.shot('leaflet', { height: 820 })
  },

  async burden(s) {
    await s.console('/burden')
    await s.shot('burden', { height: 640 })
  },

  async reminder(s) {
    await s.as('county')
    const now = new Date(Date.now() + 8 * 3_600_000)
    const before = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7).replace('-', '')
    const { items } = await s.get(`/areas/520524/unclosed?month=${before}`)
    const late = items.find((one) => one.reminded_ms > 0)
    if (!late) return // before the day of the month on which villages are reminded
    await s.as(`clerk-${late.village}`)
    await s.go(`/console/${late.village}/sheet`)
    await s.shot('reminder', { height: 520 })
  },

  async villagers(s) {
    const { page } = s
    await s.size('phone')
    await s.go(`/card/${s.demo.cards[0].token}`)
    await s.shot('passbook-phone')
    await s.go(`/card/${s.demo.cards[0].token}/claims`)
    await page.getByRole('button', { name: '给村里提建议' }).click()
    await page.waitForTimeout(600)
    await s.shot('suggest-phone')
    await s.go(`/p/${s.village}/suggestions?lang=zh`)
    await s.shot('suggestions-phone')
  },
}
