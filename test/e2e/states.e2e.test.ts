import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { askedFor, panelBrowser, row } from './support/panel-browser.ts'

const open = panelBrowser()

describe('the history', () => {
  it('filters by its counts and searches', async () => {
    const page = await open({ hash: '#/history' })
    const rows = page.getByRole('grid', { name: 'History' }).locator('[data-id]')
    await expect.poll(() => rows.count()).toBe(9)
    await page.getByRole('button', { name: 'failed 2', exact: true }).click()
    await expect.poll(() => rows.count()).toBe(2)
    await page.getByRole('button', { name: 'failed 2', exact: true }).click()
    await page.getByRole('textbox', { name: /Search configurations/ }).fill('rsync')
    await expect.poll(() => rows.count()).toBe(1)
    await page.getByRole('textbox', { name: /Search configurations/ }).fill('nothing like it')
    await page.getByText('No matches').waitFor()
  })

  it('marks what nobody has seen until it is seen', async () => {
    const page = await open({ hash: '#/history' })
    expect(await row(page, 8).getAttribute('data-unseen')).toBe('true')
    await row(page, 8).click()
    await expect.poll(() => row(page, 8).getAttribute('data-unseen')).toBe('false')
    await page.getByRole('button', { name: 'Mark 2 as seen' }).click()
    await expect.poll(() => page.locator('[data-unseen="true"]').count()).toBe(0)
  })

  it('clears, takes it back, and shows what was cleared', async () => {
    const page = await open({ hash: '#/history' })
    await row(page, 4).click()
    await page.keyboard.press('c')
    await row(page, 4).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await row(page, 4).waitFor()
    await page.getByRole('button', { name: 'Clear all' }).click()
    await page.getByText('Nothing has finished yet').waitFor()
    await page.getByRole('switch', { name: 'Show cleared' }).press('Space')
    await row(page, 4).waitFor()
  })

  it('retries what failed', async () => {
    const page = await open({ hash: '#/history' })
    await row(page, 3).click()
    await page.keyboard.press('r')
    await expect.poll(() => askedFor(page)).toContainEqual(expect.objectContaining({ name: 'retry' }))
    await row(page, 3).waitFor({ state: 'detached' })
  })
})

describe('the Back button', () => {
  it('closes a dialog, and the view beneath it stays', async () => {
    const page = await open({ hash: '#/queue' })
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByRole('button', { name: 'New batch' }).click()
    await page.getByRole('dialog', { name: 'New batch' }).waitFor()
    await page.goBack()
    await page.getByRole('dialog', { name: 'New batch' }).waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: 'History', level: 1 }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Queue', level: 1 }).waitFor()
  })
})

describe('health', () => {
  it('has no badge while all is well', async () => {
    const page = await open({ hash: '#/health' })
    await page.getByText('No problems now').waitFor()
    expect(await page.getByTitle(/problem/).count()).toBe(0)
  })

  it('has a badge and says what is wrong', async () => {
    const page = await open({ scenario: 'trouble', hash: '#/health' })
    await page.getByTitle('2 problems').waitFor()
    await page.getByText('The disk that keeps the logs is almost full.').waitFor()
    await page.getByText('The desktop host (PID 4211) stopped sending heartbeats.').waitFor()
  })

  it('names crashes and interruptions, and the finalizer in the bar only where it had to step in', async () => {
    const calm = await open({ hash: '#/health' })
    await calm.getByText('None in the last 7 days.').waitFor()
    expect(
      await calm
        .getByRole('contentinfo')
        .getByText(/Finalizer/)
        .count(),
    ).toBe(0)
    const page = await open({ scenario: 'trouble', hash: '#/health' })
    await page.getByText('Host cli (PID 77) died; #12 goes to another.').waitFor()
    await page.getByRole('contentinfo').getByText('Finalizer: 2 rescues').waitFor()
  })

  it('sweeps and examines when asked', async () => {
    const page = await open({ hash: '#/health' })
    await page.getByRole('button', { name: 'Sweep now' }).click()
    await page.getByText('Nothing to close.').waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Run checks' }).click()
    await page.getByText('The database is whole.').waitFor()
  })
})

describe('settings', () => {
  it('save automatically', async () => {
    const page = await open({ hash: '#/settings' })
    await page.getByRole('radiogroup', { name: 'Theme' }).getByText('Dark').click()
    await expect.poll(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark')
    const sweep = page.getByRole('textbox', { name: 'Sweep every' })
    await sweep.fill('45')
    await sweep.press('Enter')
    await page.getByRole('switch', { name: 'Completed' }).press('Space')
    await expect
      .poll(() => askedFor(page))
      .toEqual([
        { name: 'set-setting', input: { key: 'theme', value: 'dark' } },
        { name: 'set-setting', input: { key: 'finalizer-interval-ms', value: 45_000 } },
        { name: 'set-setting', input: { key: 'notify-completed', value: false } },
      ])
  })

  it('give each batch one line where a person wants more of them on the screen, also after a reload', async () => {
    const page = await open({ hash: '#/settings' })
    await page.getByRole('switch', { name: 'Compact rows' }).press('Space')
    await page.keyboard.press('q')
    const places = () =>
      page
        .locator('.q-row')
        .evaluateAll((rows) => rows.slice(0, 3).map((each) => [each.style.top, each.clientHeight]))
    await expect.poll(places).toEqual([
      ['0px', 27],
      ['28px', 27],
      ['56px', 27],
    ])
    await row(page, 17).getByText('waits for #12').waitFor()
    await page.reload()
    await expect.poll(() => row(page, 16).evaluate((element) => element.clientHeight)).toBe(27)
    await page.keyboard.press('h')
    await expect.poll(() => row(page, 8).evaluate((element) => element.clientHeight)).toBe(27)
  })

  it('write clock times in 12 or 24 hours', async () => {
    const page = await open({ hash: '#/settings' })
    await page.getByRole('radiogroup', { name: 'Clock' }).getByText('12 h').click()
    await page.keyboard.press('q')
    await row(page, 13)
      .getByText(/6:\d\d\sPM/)
      .waitFor()
  })

  it('follow the system where nobody decided', async () => {
    const dark = await open({ dark: true })
    expect(await dark.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark')
  })
})

describe('the tab', () => {
  const icon = (page: Page) => page.locator('link[rel="icon"]').getAttribute('href')

  it('says how far the running batch is, that the queue is paused, and that nothing is connected', async () => {
    const page = await open()
    await expect.poll(() => page.title()).toBe('35 % · Slipway')
    await page.evaluate(() => window.fixture.finishJobs(12))
    await expect.poll(() => page.title()).toBe('45 % · Slipway')
    await page.evaluate(() => window.fixture.link(false))
    await expect.poll(() => page.title()).toBe('Not connected · Slipway')
    const idle = await open({ scenario: 'nothing-to-do' })
    await expect.poll(() => idle.title()).toBe('Slipway')
    await idle.keyboard.press('Shift+P')
    await expect.poll(() => idle.title()).toBe('Paused · Slipway')
  })

  it('has a red icon while something needs a person, and only then', async () => {
    const page = await open()
    await expect.poll(() => icon(page)).toBe('./icon-alert.svg')
    const idle = await open({ scenario: 'nothing-to-do' })
    await expect.poll(() => icon(idle)).toBe('./icon.svg')
  })
})

describe('the states of the panel', () => {
  it('begins friendly, with an example', async () => {
    const page = await open({ scenario: 'first-run' })
    await page.getByRole('heading', { name: 'Welcome to Slipway' }).waitFor()
    await page.getByText('first-steps.slipway.yaml').waitFor()
    await page.getByRole('main').getByRole('button', { name: 'New batch' }).click()
    await page.getByRole('dialog', { name: 'New batch' }).waitFor()
  })

  it('says that there is nothing to do', async () => {
    const page = await open({ scenario: 'nothing-to-do' })
    await page.getByText('Nothing is running: the queue is empty.').waitFor()
    await page.getByText('Finished batches are in History.').waitFor()
  })

  it('says since when the connection is lost, reconnects by itself, and is right again', async () => {
    const page = await open()
    await page.evaluate(() => window.fixture.link(false))
    await page
      .getByRole('region', { name: 'Connection' })
      .getByText(/^No connection to Slipway since \d\d:\d\d\.$/)
      .waitFor()
    await page.evaluate(() => window.fixture.finishJobs(5))
    await row(page, 12).getByText('43 of 120 jobs').waitFor()
    await page.evaluate(() => window.fixture.link(true))
    await page.getByText('Connected').waitFor()
    await row(page, 12).getByText('48 of 120 jobs').waitFor()
  })

  it('shows a thousand batches as a few rows, and scrolls to the last', async () => {
    const page = await open({ scenario: 'many' })
    const grid = page.getByRole('grid', { name: 'Queue' })
    await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await row(page, 15).waitFor()
    expect(await grid.locator('[role="row"]').count()).toBeLessThan(60)
  })

  it('reads the places behind the head when they are looked at, and steers what stands there', async () => {
    const page = await open({ scenario: 'many' })
    const grid = page.getByRole('grid', { name: 'Queue' })
    await grid.evaluate((element) => element.scrollTo(0, 600 * 46))
    await row(page, 699).getByText('606', { exact: true }).waitFor()
    await row(page, 699).click()
    await page.getByRole('heading', { name: '#699 evolve 5990-5999' }).waitFor()
    await page.keyboard.press('Alt+ArrowUp')
    await row(page, 699).getByText('605', { exact: true }).waitFor()
    await expect.poll(() => askedFor(page)).toMatchObject([{ name: 'move', input: { to: 605 } }])
  })

  it.each([
    [1_024, 768],
    [640, 400],
  ])('fits %i × %i without a bar at the bottom', async (width, height) => {
    for (const hash of ['#/queue', '#/history?batch=8', '#/health', '#/settings']) {
      const page = await open({ width, height, hash })
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(over).toBeLessThanOrEqual(0)
    }
  })

  it('shows the details over the list where it is narrow, with a way back', async () => {
    const page = await open({ width: 640, height: 600 })
    await row(page, 13).click()
    await page.getByRole('heading', { name: '#13 evolve 0-9' }).waitFor()
    await page.getByRole('button', { name: 'Back' }).click()
    await row(page, 13).waitFor()
  })
})
