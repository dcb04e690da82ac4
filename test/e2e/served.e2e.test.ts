import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import {
  gatedConfiguration,
  listed,
  listedQueue,
  rowOf,
  servedPanel,
  shownQueue,
  type Workshop,
} from './support/served-panel.ts'

const workshop = servedPanel()

const ten = `configuration: ten
batches:
  - type: step
    run: [echo, "{generation}"]
    over: { range: 0..99, size: 10 }
`

async function addInPanel(page: Page, file: string, button: string | RegExp = /^Add/) {
  // What was answered before may be in the queue while its dialog still closes, and a dialog has the keys.
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  await page.keyboard.press('n')
  await page.getByRole('textbox', { name: 'Configuration file' }).fill(file)
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'New batch' })
  const add = dialog.getByRole('button', { name: button })
  await add.waitFor()
  const trust = dialog.getByRole('checkbox', { name: /I trust this file/ })
  if ((await trust.count()) > 0) await trust.check()
  await add.click()
}

/** Ten queued batches that nobody works on, #1 to #10. */
async function tenQueued(): Promise<{ shop: Workshop; page: Page }> {
  const shop = await workshop({ work: false })
  const file = shop.configuration('ten', ten)
  await shop.panel.json(['add', file], shop.folder)
  const page = await shop.browse()
  await expect.poll(() => shownQueue(page)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  return { shop, page }
}

describe('the panel on a real core', () => {
  it('takes a configuration from its first look to its report', async () => {
    const shop = await workshop()
    const file = shop.configuration('gated', gatedConfiguration)
    const page = await shop.browse()
    await page.getByRole('heading', { name: 'Welcome to Slipway' }).waitFor()
    await addInPanel(page, file)
    await page
      .getByRole('region', { name: 'Now' })
      .getByText(/^Running #1 /)
      .waitFor()

    await page.keyboard.press('3')
    await page.getByRole('log', { name: 'Log of job 1' }).getByText('begins one').waitFor()
    shop.open('go')
    await page.keyboard.press('h')
    await rowOf(page, 1).getByText('2 failed').waitFor()
    await rowOf(page, 2).waitFor()
    await rowOf(page, 1).click()
    await page.keyboard.press('1')
    const cluster = page.getByRole('listitem').filter({ hasText: 'KeyError' }).last()
    await cluster.getByText('2×').waitFor()
    expect(
      await page
        .getByRole('button', { name: /succeeded/ })
        .first()
        .textContent(),
    ).toContain('3')

    await cluster.getByRole('button', { name: /Retry these/ }).click()
    await expect
      .poll(async () => {
        const shown = (await shop.panel.json(['show', '1', '--jobs'])) as {
          batch: { status: string }
          jobs: { attempts: number; input: string }[]
        }
        return [shown.batch.status, ...shown.jobs.map((j) => j.attempts)]
      })
      .toEqual(['completed_with_errors', 1, 1, 2, 2, 1])
  })

  it('names what is wrong in a file with its line, and creates nothing', async () => {
    const shop = await workshop({ work: false })
    const file = shop.configuration('wrong', gatedConfiguration.replace('type: quick', 'tpye: quick'))
    const page = await shop.browse()
    await page.keyboard.press('n')
    await page.getByRole('textbox', { name: 'Configuration file' }).fill(file)
    await page.keyboard.press('Enter')
    await page
      .getByText(/^line 6/)
      .first()
      .waitFor()
    expect(await listed(shop.panel)).toEqual([])
  })

  it('finds a configuration by walking through folders', async () => {
    const shop = await workshop({ work: false })
    shop.configuration('gated', gatedConfiguration)
    const page = await shop.browse()
    await page.keyboard.press('n')
    await page
      .getByRole('textbox', { name: 'Configuration file' })
      .fill(join(shop.folder, 'nowhere.slipway.yaml'))
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Choose another file' }).click()
    await page.getByRole('region', { name: 'Folders' }).getByRole('button').first().waitFor()
  })

  it('reorders by keys and by the menu, as the command line sees it', async () => {
    const { shop, page } = await tenQueued()
    await rowOf(page, 5).click()
    await page.keyboard.press('t')
    await expect.poll(() => shownQueue(page)).toEqual([5, 1, 2, 3, 4, 6, 7, 8, 9, 10])
    expect(await listedQueue(shop.panel)).toEqual([5, 1, 2, 3, 4, 6, 7, 8, 9, 10])
    await page.keyboard.press('Alt+ArrowDown')
    await expect.poll(() => shownQueue(page)).toEqual([1, 5, 2, 3, 4, 6, 7, 8, 9, 10])
    await expect.poll(() => listedQueue(shop.panel)).toEqual([1, 5, 2, 3, 4, 6, 7, 8, 9, 10])
    await page.keyboard.press('Alt+ArrowDown')
    // At once, before the core can have answered: it is the latest move that is taken back.
    await page.keyboard.press('Control+z')
    await page
      .getByText(/^Undid moving #5 /)
      .first()
      .waitFor({ state: 'attached' })
    await expect.poll(() => shownQueue(page)).toEqual([1, 5, 2, 3, 4, 6, 7, 8, 9, 10])
    expect(await listedQueue(shop.panel)).toEqual([1, 5, 2, 3, 4, 6, 7, 8, 9, 10])
    await page.keyboard.press('Alt+ArrowUp')
    await expect.poll(() => rowOf(page, 5).getAttribute('aria-label')).toMatch(/, place 1$/)
    expect(await shownQueue(page)).toEqual([5, 1, 2, 3, 4, 6, 7, 8, 9, 10])
    await page.keyboard.press('Alt+ArrowDown')
    await expect.poll(() => shownQueue(page)).toEqual([1, 5, 2, 3, 4, 6, 7, 8, 9, 10])
    await expect.poll(() => listedQueue(shop.panel)).toEqual([1, 5, 2, 3, 4, 6, 7, 8, 9, 10])
    await page.keyboard.press('Control+z')
    await expect.poll(() => listedQueue(shop.panel)).toEqual([5, 1, 2, 3, 4, 6, 7, 8, 9, 10])
    await rowOf(page, 8).click({ modifiers: ['Control'] })
    await page.keyboard.press('b')
    await expect.poll(() => listedQueue(shop.panel)).toEqual([1, 2, 3, 4, 6, 7, 9, 10, 5, 8])
  })

  it('undoes one action after the other after a reload, also those on many batches', async () => {
    const { shop, page } = await tenQueued()
    const choose = async (...numbers: number[]) => {
      for (const [index, number] of numbers.entries())
        await rowOf(page, number).click(index > 0 ? { modifiers: ['Control'] } : {})
    }
    await choose(5, 6)
    await page.keyboard.press('t')
    await expect.poll(() => listedQueue(shop.panel)).toEqual([5, 6, 1, 2, 3, 4, 7, 8, 9, 10])
    await choose(1, 2, 3, 4)
    await page.keyboard.press('p')
    await expect.poll(() => listedQueue(shop.panel)).toEqual([5, 6, 7, 8, 9, 10])
    await choose(7, 8, 9)
    await page.keyboard.press('Delete')
    await page.getByRole('button', { name: 'Cancel 3 batches' }).click()
    await expect.poll(() => listedQueue(shop.panel)).toEqual([5, 6, 10])

    await page.reload()
    await expect.poll(() => shownQueue(page)).toEqual([5, 6, 10])
    await page.keyboard.press('Control+z')
    await page.getByRole('alert').getByText('Undid cancelling 3 batches').waitFor()
    expect(await listedQueue(shop.panel)).toEqual([5, 6, 7, 8, 9, 10])
    await page.getByRole('button', { name: 'Also undo: pause' }).click()
    await page.getByRole('alert').getByText('Undid pausing 4 batches').waitFor()
    expect(await listedQueue(shop.panel)).toEqual([5, 6, 1, 2, 3, 4, 7, 8, 9, 10])
    await page.keyboard.press('Control+z')
    await page.getByRole('alert').getByText('Undid moving 2 batches').waitFor()
    expect(await listedQueue(shop.panel)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    await expect.poll(() => shownQueue(page)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    await page.keyboard.press('Control+z')
    await page.getByRole('alert').getByText('There is nothing to undo.').waitFor()
  })

  it('keeps the place of what a narrower range ends, and names what will not run', async () => {
    const { shop, page } = await tenQueued()
    const file = shop.configuration('ten', ten.replace('0..99, size: 10', '10..14'))
    await addInPanel(page, file)
    await page.getByRole('button', { name: 'Run only the remaining 5' }).click()
    await page.getByText('ended #2; #11 takes the place of #2 at position 2, priority 0').first().waitFor()
    await page.getByText('5 jobs of #2 will not run: 15-19 is outside the new range.').waitFor()
    expect(await listedQueue(shop.panel)).toEqual([1, 11, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('drags a row to where it is dropped', async () => {
    const { shop, page } = await tenQueued()
    const from = await rowOf(page, 9).boundingBox()
    const to = await rowOf(page, 2).boundingBox()
    if (!from || !to) throw new Error('no rows')
    await page.mouse.move(from.x + 200, from.y + 20)
    await page.mouse.down()
    await page.mouse.move(from.x + 200, from.y - 30, { steps: 4 })
    await page.mouse.move(to.x + 200, to.y + 10, { steps: 8 })
    await page.mouse.up()
    await expect.poll(() => listedQueue(shop.panel)).toEqual([1, 9, 2, 3, 4, 5, 6, 7, 8, 10])
    await expect.poll(() => shownQueue(page)).toEqual([1, 9, 2, 3, 4, 5, 6, 7, 8, 10])
  })

  it('pauses, cancels with a reason, sets a priority and marks where to stop', async () => {
    const { shop, page } = await tenQueued()
    await rowOf(page, 3).click()
    await page.keyboard.press('p')
    await expect
      .poll(async () => (await listed(shop.panel)).find((b) => b.number === 3)?.status)
      .toBe('paused')
    await rowOf(page, 4).click()
    await page.keyboard.press('Delete')
    await page.getByRole('textbox', { name: 'Reason' }).fill('not needed')
    await page.keyboard.press('Enter')
    await rowOf(page, 4).waitFor({ state: 'detached' })
    const shown = (await shop.panel.json(['show', '4'])) as { batch: { status: string; reason: string } }
    expect(shown.batch).toMatchObject({ status: 'cancelled', reason: 'not needed' })
    await rowOf(page, 7).click()
    await page.keyboard.press('y')
    await page.getByRole('textbox', { name: 'Priority' }).fill('9')
    await page.keyboard.press('Enter')
    await expect.poll(() => listedQueue(shop.panel).then((queue) => queue[0])).toBe(7)
    await rowOf(page, 1).click()
    await page.keyboard.press('l')
    await page.getByText('The queue stops here').waitFor()
  })

  it('shows at once what the command line changes', async () => {
    const { shop, page } = await tenQueued()
    await shop.panel.cli(['move', '10', '--top'])
    await expect.poll(() => shownQueue(page)).toEqual([10, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    await shop.panel.cli(['cancel', '1', '--reason', 'from the shell'])
    await rowOf(page, 1).waitFor({ state: 'detached' })
    await shop.panel.cli(['pause'])
    await page.getByRole('button', { name: 'Resume queue' }).click()
    await page.getByRole('button', { name: 'Pause queue' }).waitFor()
  })

  it('keeps eight tabs of one browser up to date, also when the one that listens for all is closed', async () => {
    const { shop, page } = await tenQueued()
    const tabs = [page]
    for (let n = 1; n < 8; n += 1) {
      const tab = await page.context().newPage()
      await tab.goto(new URL('/', shop.panel.url).href)
      await tab.getByText('Connected').waitFor()
      tabs.push(tab)
    }
    await shop.panel.cli(['move', '10', '--top'])
    for (const tab of tabs) await expect.poll(() => shownQueue(tab)).toEqual([10, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    await page.close()
    await shop.panel.cli(['move', '9', '--top'])
    for (const tab of tabs.slice(1))
      await expect.poll(() => shownQueue(tab)).toEqual([9, 10, 1, 2, 3, 4, 5, 6, 7, 8])
    await tabs[4]?.keyboard.press('Shift+P')
    await tabs[7]?.getByRole('button', { name: 'Resume queue' }).waitFor()
  })

  it('asks about what is already there, and does what is answered', async () => {
    const shop = await workshop({ work: false })
    const file = shop.configuration('gated', gatedConfiguration)
    const page = await shop.browse()
    await addInPanel(page, file)
    await rowOf(page, 2).waitFor()

    await addInPanel(page, file)
    await page.getByText('Your answer applies to both.').waitFor()
    await page.getByRole('button', { name: 'Cancel', exact: true }).last().click()
    await page.keyboard.press('Escape')
    expect((await listed(shop.panel)).map((b) => b.number)).toEqual([1, 2])

    await addInPanel(page, file)
    await page.getByRole('button', { name: /^Show them/ }).click()
    await page.getByRole('heading', { name: '#1 work' }).waitFor()
    expect((await listed(shop.panel)).map((b) => b.number)).toEqual([1, 2])

    await addInPanel(page, file)
    await page.getByRole('button', { name: /^Cancel them and start over/ }).click()
    await expect.poll(async () => (await listed(shop.panel)).map((b) => b.number)).toEqual([3, 4])

    await addInPanel(page, file)
    await page.getByRole('button', { name: /^Run only the remaining 7/ }).click()
    await expect.poll(async () => (await listed(shop.panel)).map((b) => b.number)).toEqual([5, 6])

    await addInPanel(page, file)
    await page.getByRole('button', { name: 'Add a duplicate anyway…' }).click()
    await page.getByRole('checkbox', { name: /same work runs twice/ }).check()
    await page.getByRole('button', { name: 'Add duplicate' }).click()
    await expect.poll(async () => (await listed(shop.panel)).map((b) => b.number)).toEqual([5, 6, 7, 8])
  })

  it('examines the real queue, and says how it is with its proof', async () => {
    const { shop, page } = await tenQueued()
    await page.keyboard.press('d')
    await page.getByRole('button', { name: 'Run checks' }).click()
    const told = await shop.panel.cli(['doctor', '--json'])
    const { findings } = JSON.parse(told.out) as { findings: { check: string; message: string }[] }
    expect(findings.length).toBeGreaterThan(5)
    const shown = page.getByRole('listitem').filter({ has: page.locator('.finding-level') })
    await expect
      .poll(() => shown.locator('b').allTextContents())
      .toEqual(expect.arrayContaining(findings.map((one) => one.check)))
  })

  it('can be installed as an app: its manifest is whole, and its icons are there', async () => {
    const shop = await workshop({ work: false })
    const page = await shop.browse()
    const client = await page.context().newCDPSession(page)
    const { errors, data } = await client.send('Page.getAppManifest')
    expect(errors).toEqual([])
    expect(JSON.parse(data ?? '{}')).toMatchObject({
      name: 'Slipway',
      display: 'standalone',
      start_url: './',
    })
    for (const file of ['icon.svg', 'icon-alert.svg'])
      expect((await page.request.get(new URL(`/${file}`, shop.panel.url).href)).headers()).toMatchObject({
        'content-type': expect.stringContaining('image/svg+xml'),
      })
  })

  it('keeps a setting across a reload', async () => {
    const shop = await workshop()
    const page = await shop.browse('#/settings')
    await page.getByRole('radiogroup', { name: 'Theme' }).getByText('Dark').click()
    await expect.poll(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark')
    await page.reload()
    await expect.poll(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark')
  })

  it('says that the connection is lost when the host dies, and reconnects by itself when one is back', async () => {
    const keys = mkdtempSync(join(tmpdir(), 'slipway-token-'))
    const home = join(keys, 'home')
    const tokenFile = join(keys, 'token')
    const first = await workshop({ work: false, home, args: ['--token-file', tokenFile] })
    const file = first.configuration('ten', ten)
    const page = await first.browse()
    await first.panel.stop('SIGKILL')
    await page
      .getByText(/^No connection to Slipway since/)
      .first()
      .waitFor()
    await first.panel.json(['add', file], first.folder)
    await workshop({
      work: false,
      home,
      args: ['--token-file', tokenFile, '--port', String(first.panel.port)],
    })
    await page.getByText('Connected').waitFor()
    await expect.poll(() => shownQueue(page)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    rmSync(keys, { recursive: true, force: true })
  })
})
