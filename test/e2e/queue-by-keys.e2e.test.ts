import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { askedFor, expectOrder, panelBrowser, row } from './support/panel-browser.ts'

const open = panelBrowser()
const start = [13, 16, 17, 18, 19, 20]

/** Tab into the list, as somebody without a mouse would. */
async function intoQueue(page: Page) {
  for (let i = 0; i < 40; i += 1) {
    await page.keyboard.press('Tab')
    const inside = await page.evaluate(
      () =>
        document.activeElement?.getAttribute('role') === 'row' &&
        document.activeElement.closest('[aria-label="Queue"]') !== null,
    )
    if (inside) return
  }
  throw new Error('The queue can not be reached with Tab.')
}

async function down(page: Page, times: number) {
  for (let i = 0; i < times; i += 1) await page.keyboard.press('ArrowDown')
}

/** Finds something in the palette and takes it; typing begins when the palette has the keys. */
async function choose(page: Page, words: string) {
  const palette = page.getByRole('dialog', { name: 'Commands and batches' })
  await page.keyboard.press('Control+k')
  await palette.locator('input:focus').waitFor()
  await page.keyboard.type(words)
  await page.keyboard.press('Enter')
  await palette.waitFor({ state: 'detached' })
}

const focusedRow = (page: Page) =>
  page.evaluate(() => Number(document.activeElement?.getAttribute('data-id')?.slice(-12)))

/** dnd-kit measures in a frame and listens to keys from a timer of 0 ms on: both are behind us in the second frame. */
const drawn = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))
      }),
  )

describe('the queue, by keyboard alone', () => {
  it('is reached with Tab and walked with the arrow keys; the details follow', async () => {
    const page = await open()
    await intoQueue(page)
    await down(page, 3)
    await expect.poll(() => focusedRow(page)).toBe(16)
    await page.getByRole('heading', { name: '#16 evolve 10-19' }).waitFor()
    expect(page.url()).toContain('batch=16')
    await page.keyboard.press('End')
    await expect.poll(() => focusedRow(page)).toBe(15)
    await page.keyboard.press('Home')
    await expect.poll(() => focusedRow(page)).toBe(12)
  })

  it('moves the selected rows with Alt and the arrows, and keeps the selection and the focus', async () => {
    const page = await open()
    await intoQueue(page)
    await down(page, 2)
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('2 selected').waitFor()
    await page.keyboard.press('Alt+ArrowDown')
    await expectOrder(page, [17, 13, 16, 18, 19, 20])
    await page.keyboard.press('Alt+ArrowDown')
    await expectOrder(page, [17, 18, 13, 16, 19, 20])
    await page.getByText('2 selected').waitFor()
    expect(await focusedRow(page)).toBe(16)
    await page.keyboard.press('Alt+ArrowUp')
    await expectOrder(page, [17, 13, 16, 18, 19, 20])
  })

  it('takes the second of two quick moves back to where the first had shown it', async () => {
    const page = await open()
    await intoQueue(page)
    await down(page, 4)
    await page.evaluate(() => window.fixture.hold(true))
    await page.keyboard.press('Alt+ArrowUp')
    await expectOrder(page, [13, 17, 16, 18, 19, 20])
    await page.keyboard.press('Alt+ArrowDown')
    await expectOrder(page, start)
    await page.evaluate(() => window.fixture.hold(false))
    await page.keyboard.press('Control+z')
    await expectOrder(page, [13, 17, 16, 18, 19, 20])
  })

  it('moves with T, B and M, and takes it back with Ctrl Z', async () => {
    const page = await open()
    await intoQueue(page)
    await down(page, 4)
    await page.keyboard.press('t')
    await expectOrder(page, [17, 13, 16, 18, 19, 20])
    await page.keyboard.press('b')
    await expectOrder(page, [13, 16, 18, 19, 20, 17])
    await page.keyboard.press('Control+z')
    await expectOrder(page, [17, 13, 16, 18, 19, 20])
    await page.keyboard.press('m')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('4')
    await page.keyboard.press('Enter')
    await expectOrder(page, [13, 16, 18, 17, 19, 20])
  })

  it('retries a batch that failed from the palette, whatever is selected', async () => {
    const page = await open()
    await choose(page, 'retry #3')
    await expect
      .poll(() => askedFor(page))
      .toContainEqual({ name: 'retry', input: expect.objectContaining({ partial: true }) })
  })

  it('picks a row up by its handle, and says where it is', async () => {
    const page = await open()
    await intoQueue(page)
    await down(page, 2)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'Drag #13 flood-2026 / evolve 0-9',
    )
    await page.keyboard.press('Space')
    await page
      .getByText('Picked up #13 flood-2026 / evolve 0-9 from position 1.')
      .waitFor({ state: 'attached' })
    for (const place of [2, 3]) {
      await drawn(page)
      await page.keyboard.press('ArrowDown')
      await page
        .getByText(`#13 flood-2026 / evolve 0-9 is over position ${place}.`)
        .waitFor({ state: 'attached' })
    }
    await page.keyboard.press('Space')
    await expectOrder(page, [16, 17, 13, 18, 19, 20])
  })

  it('pauses and resumes with P, marks the stop line with L, sets a priority with Y', async () => {
    const page = await open()
    await intoQueue(page)
    await down(page, 3)
    await page.keyboard.press('p')
    await expectOrder(page, [13, 17, 18, 19, 20])
    await page.keyboard.press('p')
    await expectOrder(page, [13, 17, 18, 19, 20, 16])
    await page.keyboard.press('l')
    await page.getByText('The queue stops here').waitFor()
    await page.keyboard.press('l')
    await page.getByText('The queue stops here').waitFor({ state: 'detached' })
    await page.keyboard.press('y')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('9')
    await page.keyboard.press('Enter')
    await row(page, 16).getByText('priority 9').waitFor()
  })

  it('cancels with Delete and a reason', async () => {
    const page = await open()
    await intoQueue(page)
    await down(page, 3)
    await page.keyboard.press('Delete')
    await page.getByRole('textbox', { name: 'Reason' }).waitFor()
    await page.keyboard.type('too early')
    await page.keyboard.press('Enter')
    await expectOrder(page, [13, 17, 18, 19, 20])
    expect((await askedFor(page)).at(0)).toMatchObject({ name: 'cancel', input: { reason: 'too early' } })
  })

  it('pauses the queue with Shift P', async () => {
    const page = await open()
    await page.keyboard.press('Shift+P')
    await page.getByRole('button', { name: 'Resume queue' }).waitFor()
    await page.keyboard.press('Shift+P')
    await page.getByRole('button', { name: 'Pause queue' }).waitFor()
  })

  it('opens a row menu, walks it and leaves it without losing the place', async () => {
    const page = await open()
    await intoQueue(page)
    await down(page, 3)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('menu').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await expectOrder(page, start)
  })

  it('leaves keys alone while somebody types', async () => {
    const page = await open()
    await page.keyboard.press('h')
    await page.getByRole('heading', { name: 'History' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('qpt quake')
    expect(await page.getByRole('textbox', { name: /Search configurations/ }).inputValue()).toBe('qpt quake')
    expect(await askedFor(page)).toEqual([])
  })

  it('goes everywhere by one key, and lists them all', async () => {
    const page = await open()
    for (const [key, heading] of [
      ['h', 'History'],
      ['d', 'Health'],
      ['s', 'Settings'],
      ['q', 'Queue'],
    ] as const) {
      await page.keyboard.press(key)
      await page.getByRole('heading', { level: 1, name: heading }).waitFor()
    }
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('n')
    await page.getByRole('dialog', { name: 'New batch' }).waitFor()
  })

  it('does anything by name in the palette', async () => {
    const page = await open()
    await choose(page, 'pause or resume the queue')
    await page.getByRole('button', { name: 'Resume queue' }).waitFor()
    await choose(page, 'hazard-grids')
    await page.getByRole('heading', { name: /hazard-grids/ }).waitFor()
  })

  it('acts on the keys that were chosen, refuses one that is taken, and goes back to how they came', async () => {
    const page = await open({ hash: '#/settings' })
    const pause = () => page.getByRole('button', { name: /^Pause \/ Resume: / })
    await pause().focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('q')
    await page.getByRole('alert').getByText('Q is already the key for “Queue”.').waitFor()
    await page.keyboard.press('x')
    await page.getByRole('button', { name: 'Pause / Resume: X. Change' }).waitFor()
    await page.keyboard.press('q')
    await row(page, 13).click()
    await page.keyboard.press('p')
    await page.keyboard.press('x')
    await expect
      .poll(() => askedFor(page))
      .toEqual([{ name: 'pause', input: expect.objectContaining({ batches: [expect.anything()] }) }])
    await page.reload()
    await page.getByText('Connected').waitFor()
    await page.keyboard.press('s')
    await page.getByRole('button', { name: 'Pause / Resume: X. Change' }).waitFor()
    await page.getByRole('button', { name: 'Reset all' }).click()
    await page.getByRole('button', { name: 'Pause / Resume: P. Change' }).waitFor()
  })

  it('acts on no single letter once that is turned off', async () => {
    const page = await open({ hash: '#/settings' })
    await page.getByRole('switch', { name: 'Single-letter keys' }).press('Space')
    await page.getByRole('heading', { name: 'Settings' }).click()
    await page.keyboard.press('q')
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').waitFor()
    expect(await page.getByRole('heading', { level: 1, includeHidden: true }).textContent()).toBe('Settings')
  })
})
