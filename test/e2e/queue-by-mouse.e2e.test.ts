import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { askedFor, expectOrder, panelBrowser, row } from './support/panel-browser.ts'

const open = panelBrowser()
const start = [13, 16, 17, 18, 19, 20]
const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

async function choose(page: Page, number: number, action: string) {
  await row(page, number).click({ button: 'right' })
  await page.getByRole('menuitem', { name: action }).click()
}

describe('the queue, by mouse', () => {
  it('says in one sentence what runs and how far, and shows the rest on the same screen', async () => {
    const page = await open()
    const now = page.getByRole('region', { name: 'Now' })
    await now.getByText('Running #12 flood-2026 / portfolio: 43 of 120').waitFor()
    expect(await now.getByRole('progressbar').getAttribute('aria-valuetext')).toBe('43 of 120, 2 failed')
    await expectOrder(page, start)
    await page.getByText('#18 wind-eu / publish waits for #9, which failed.').waitFor()
    await page.getByRole('region', { name: /New in history · 3/ }).waitFor()
  })

  it('moves a row by dragging it, at once and for good', async () => {
    const page = await open()
    const from = await row(page, 19).boundingBox()
    const to = await row(page, 13).boundingBox()
    if (!from || !to) throw new Error('no rows')
    await page.mouse.move(from.x + 200, from.y + 20)
    await page.mouse.down()
    await page.mouse.move(from.x + 200, from.y - 20, { steps: 4 })
    await page.mouse.move(to.x + 200, to.y + 10, { steps: 8 })
    await page.mouse.up()
    await expectOrder(page, [19, 13, 16, 17, 18, 20])
    await expect
      .poll(() => askedFor(page))
      .toEqual([{ name: 'move', input: { batches: [id(19)], partial: true, to: 1 } }])
  })

  it('drags several selected rows together', async () => {
    const page = await open()
    await row(page, 13).click()
    await row(page, 17).click({ modifiers: ['Control'] })
    await page.getByText('2 selected').waitFor()
    const from = await row(page, 13).boundingBox()
    const to = await row(page, 20).boundingBox()
    if (!from || !to) throw new Error('no rows')
    await page.mouse.move(from.x + 200, from.y + 20)
    await page.mouse.down()
    await page.mouse.move(from.x + 200, from.y + 60, { steps: 4 })
    await page.getByText('2 batches', { exact: true }).waitFor()
    await page.mouse.move(to.x + 200, to.y + 30, { steps: 8 })
    await page.mouse.up()
    await expectOrder(page, [16, 18, 19, 20, 13, 17])
    expect(await row(page, 17).getAttribute('aria-selected')).toBe('true')
  })

  it('selects a range with Shift and single rows with Ctrl', async () => {
    const page = await open()
    await row(page, 13).click()
    await row(page, 18).click({ modifiers: ['Shift'] })
    await page.getByText('4 selected').waitFor()
    await row(page, 16).click({ modifiers: ['Control'] })
    await page.getByText('3 selected').waitFor()
  })

  it('moves to the top, to the bottom and to a place, and takes it back', async () => {
    const page = await open()
    await choose(page, 18, 'Move to top')
    await expectOrder(page, [18, 13, 16, 17, 19, 20])
    await choose(page, 18, 'Move to bottom')
    await expectOrder(page, [13, 16, 17, 19, 20, 18])
    await page.getByRole('button', { name: 'Undo' }).click()
    await expectOrder(page, [18, 13, 16, 17, 19, 20])
    await choose(page, 18, 'Move to position…')
    await page.getByRole('textbox', { name: 'Position' }).fill('3')
    await page.getByRole('button', { name: 'Move', exact: true }).click()
    await expectOrder(page, [13, 16, 18, 17, 19, 20])
  })

  it('sets a priority', async () => {
    const page = await open()
    await choose(page, 13, 'Set priority…')
    await page.getByRole('textbox', { name: 'Priority' }).fill('7')
    await page.getByRole('button', { name: 'Set priority', exact: true }).click()
    await row(page, 13).getByText('priority 7').waitFor()
  })

  it('pauses a batch and lets it go on', async () => {
    const page = await open()
    await choose(page, 16, 'Pause')
    await expectOrder(page, [13, 17, 18, 19, 20])
    await page.getByText('Paused or on hold · 3').waitFor()
    await choose(page, 16, 'Resume')
    await expectOrder(page, [13, 17, 18, 19, 20, 16])
  })

  it('cancels with a reason, and brings a batch that had not started back to its place', async () => {
    const page = await open()
    await choose(page, 16, 'Cancel…')
    const dialog = page.getByRole('dialog', { name: /Cancel #16/ })
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('wrong year')
    await dialog.getByRole('button', { name: 'Cancel the batch' }).click()
    await expectOrder(page, [13, 17, 18, 19, 20])
    expect((await askedFor(page))[0]).toEqual({
      name: 'cancel',
      input: { batches: [id(16)], partial: true, reason: 'wrong year' },
    })
    await page.getByRole('button', { name: 'Undo' }).click()
    await expectOrder(page, start)
  })

  it('draws the line after which nothing starts, and takes it away', async () => {
    const page = await open()
    await choose(page, 16, 'Stop the queue after this batch')
    await page.getByText('The queue stops here: nothing below starts').waitFor()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('The queue stops here').waitFor({ state: 'detached' })
  })

  it('pauses and resumes the whole queue', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Pause queue' }).click()
    await page.getByRole('button', { name: 'Resume queue' }).click()
    await page.getByRole('button', { name: 'Pause queue' }).waitFor()
    await page.getByRole('button', { name: 'More pause options' }).click()
    await page.getByRole('menuitem', { name: 'Pause the queue and stop running jobs now' }).click()
    await page.getByText('Paused by you since 18:02.').waitFor()
  })

  it('runs a batch without waiting for the one that failed', async () => {
    const page = await open()
    await choose(page, 18, 'Run without waiting')
    await row(page, 18).getByText('3 jobs').waitFor()
    await page.getByText('which failed.').waitFor({ state: 'detached' })
  })

  it('does not let rows jump under the pointer, and shows what is new when asked', async () => {
    const page = await open()
    await row(page, 13).hover()
    await page.mouse.move(500, 300)
    await page.evaluate(() => {
      for (let i = 0; i < 3; i += 1) window.fixture.add({ type: 'late' })
    })
    await page.getByRole('button', { name: 'Show 3 new' }).click()
    await expectOrder(page, [...start, 21, 22, 23])
  })

  it('moves a row at once where a person moves it, also while the pointer rests on the list', async () => {
    const page = await open()
    await row(page, 18).click()
    await page.evaluate(() => {
      const list = document.querySelector('.q-list')
      setInterval(() => list?.dispatchEvent(new PointerEvent('pointermove', { bubbles: true })), 100)
      window.fixture.hold(true)
    })
    await page.keyboard.press('t')
    await expectOrder(page, [18, 13, 16, 17, 19, 20])
    await page.evaluate(() => window.fixture.hold(false))
    await page.keyboard.press('Alt+ArrowDown')
    await expectOrder(page, [13, 18, 16, 17, 19, 20])
  })

  it('puts a row back at once where its move is refused, also while the pointer rests on the list', async () => {
    const page = await open()
    await row(page, 18).click()
    await page.evaluate(() => {
      const list = document.querySelector('.q-list')
      setInterval(() => list?.dispatchEvent(new PointerEvent('pointermove', { bubbles: true })), 100)
      window.fixture.failNext('move', { code: 'not-possible', message: '#18 has just started.' })
    })
    await page.keyboard.press('t')
    await page.getByRole('alert').getByText('#18 has just started.').waitFor()
    await expectOrder(page, start)
    expect(await page.getByRole('button', { name: /^Show \d+ new$/ }).count()).toBe(0)
  })

  it('keeps a card that needs attention while its batch is shown, until a person marks it', async () => {
    const page = await open()
    await page.evaluate(() => {
      const { world } = window.fixture
      const failed = [...world.batches.values()].find((batch) => batch.number === 9)
      if (failed) world.attention.push({ kind: 'ended-badly', batchId: failed.id, sentence: '#9 failed.' })
      window.fixture.change(20, {})
    })
    const card = page
      .getByRole('region', { name: 'Needs attention' })
      .locator('.note', { hasText: '#9 failed.' })
    await page.clock.install()
    await card.getByRole('button', { name: 'Show #9' }).click()
    await page.getByRole('heading', { name: '#9 publish' }).waitFor()
    await page.clock.fastForward(5_000)
    expect((await askedFor(page)).map((each) => each.name)).not.toContain('mark-seen')
    await card.getByRole('button', { name: 'Dismiss' }).click()
    await expect.poll(async () => (await askedFor(page)).map((each) => each.name)).toContain('mark-seen')
  })

  it('offers on a card what can be done: retry what failed, retry the predecessor, run anyway', async () => {
    const page = await open()
    const attention = page.getByRole('region', { name: 'Needs attention' })
    await page.evaluate(() => {
      const { world } = window.fixture
      const ended = [...world.batches.values()].find((batch) => batch.number === 3)
      if (ended) world.attention.push({ kind: 'ended-badly', batchId: ended.id, sentence: '#3 failed.' })
      window.fixture.change(9, { type: 'collect' })
    })
    await attention.getByRole('button', { name: 'Retry the 476 that did not succeed' }).click()
    await attention.getByRole('button', { name: 'Retry #9' }).click()
    await expect
      .poll(() => askedFor(page))
      .toEqual([
        { name: 'retry', input: { batches: [id(3)], partial: true } },
        { name: 'retry', input: { batches: [id(9)], partial: true } },
      ])
    const other = await open()
    await other.getByRole('button', { name: 'Run #18 anyway' }).click()
    await expect
      .poll(() => askedFor(other))
      .toEqual([{ name: 'resume', input: { batches: [id(18)], partial: true, ignoreAfter: true } }])
    await other.getByRole('region', { name: 'Needs attention' }).waitFor({ state: 'detached' })
  })

  it('names failures first among what is new in the history', async () => {
    const page = await open()
    const rows = page.getByRole('region', { name: /New in history/ }).getByRole('listitem')
    expect(
      await rows.evaluateAll((all) => all.map((one) => /#\d+/.exec(one.textContent ?? '')?.[0])),
    ).toEqual(['#9', '#8', '#7'])
  })

  it('lets rows move again once the pointer has left', async () => {
    const page = await open()
    await row(page, 13).hover()
    await page.evaluate(() => window.fixture.change(13, { status: 'paused', position: null }))
    await expect.poll(() => row(page, 13).getAttribute('data-status')).toBe('paused')
    await page.mouse.move(20, 780)
    await expectOrder(page, [16, 17, 18, 19, 20])
  })

  it('shows progress and what others change without being asked', async () => {
    const page = await open()
    await page.evaluate(() => window.fixture.finishJobs(10))
    await row(page, 12).getByText('53 of 120 jobs').waitFor()
    await page.evaluate(() => window.fixture.finishJobs(67))
    await page.getByRole('region', { name: /New in history · 4/ }).waitFor()
  })

  it('marks what finished as seen', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Mark all as seen' }).click()
    const shelf = page.getByRole('region', { name: /New in history/ })
    await shelf.waitFor({ state: 'detached' })
  })

  it('says why something was refused and what to do next', async () => {
    const page = await open()
    await page.evaluate(() =>
      window.fixture.failNext('pause', {
        code: 'not-possible',
        message: '#16 has just started.',
        hint: 'Pause it as the running batch instead.',
      }),
    )
    await choose(page, 16, 'Pause')
    const told = page.getByRole('alert')
    await told.getByText('#16 has just started.').waitFor()
    await told.getByText('Pause it as the running batch instead.').waitFor()
  })
})
