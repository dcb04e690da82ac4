import type { Page, Route } from 'playwright'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listed, rowOf, servedPanel, type Workshop } from './support/served-panel.ts'

const workshop = servedPanel()

const ten = `configuration: ten
batches:
  - type: step
    run: [echo, "{generation}"]
    over: { range: 0..99, size: 10 }
  - type: again
    run: [echo, "{value}"]
    over: { list: [a, b] }
`
const other = ten.replace('configuration: ten', 'configuration: other')

let shop: Workshop
let page: Page
let files: { ten: string; other: string }
/** How calls of one command fail; undefined lets everything through. */
let failing: { command: string; how: Failure; when?: (input: string) => boolean } | undefined
const hanging: Route[] = []

type Failure = 'is cut' | 'gets 500' | 'gets half an answer' | 'hangs'

const titles: Readonly<Record<Failure, string>> = {
  'is cut': 'Slipway is not responding.',
  'gets 500': 'Slipway answered with status 500.',
  'gets half an answer': 'Slipway is not responding.',
  hangs: 'Still waiting for an answer from Slipway.',
}

async function fail(route: Route): Promise<void> {
  const { command, how, when } = failing ?? {}
  const isMeant = route.request().url().endsWith(`/invoke/${command}`)
  if (!isMeant || when?.(route.request().postData() ?? '') === false) return route.continue()
  if (how === 'is cut') await route.abort('connectionreset')
  else if (how === 'gets 500') await route.fulfill({ status: 500, body: 'out of order' })
  else if (how === 'gets half an answer')
    await route.fulfill({ contentType: 'application/json', body: '{"ok":true,"value":{"bat' })
  else hanging.push(route)
}

beforeAll(async () => {
  shop = await workshop({ work: false, keep: true })
  files = { ten: shop.configuration('ten', ten), other: shop.configuration('other', other) }
  await shop.panel.json(['add', files.ten], shop.folder)
  await shop.panel.cli(['pause', '8'])
  await shop.panel.cli(['cancel', '9', '10'])
  page = await shop.browse()
  await page.clock.install()
  await page.route('**/api/invoke/*', fail)
})

afterEach(async () => {
  failing = undefined
  for (const route of hanging.splice(0)) await route.abort('connectionreset')
  for (let n = 0; n < 3 && (await page.getByRole('dialog').count()) > 0; n += 1) {
    await page.keyboard.press('Escape')
    await page.clock.fastForward(500)
  }
  const close = page.locator('.mantine-Notification-closeButton')
  while ((await close.count()) > 0)
    await close
      .first()
      .click({ timeout: 1_000 })
      .catch(() => undefined)
  await expect.poll(() => page.getByRole('alert').count()).toBe(0)
})

// A change resets what the panel knows of its stream, whose silence would look longer than it is: the clock jumps.
let priority = 0
beforeEach(async () => {
  priority += 1
  const url = new URL('/api/invoke/priority', shop.panel.url).href
  await page.request.post(url, { headers: { 'x-slipway': '1' }, data: { batch: 1, priority } })
})

const key = (row: number, press: string) => async () => {
  await page.evaluate(() => {
    location.hash = '#/queue'
  })
  await rowOf(page, row).click()
  await page.keyboard.press(press)
}

const inHistory = (press: string) => async () => {
  await page.evaluate(() => {
    location.hash = '#/history'
  })
  await rowOf(page, 10).click()
  await page.keyboard.press(press)
}

const field = (row: number, press: string, name: string, value: string) => async () => {
  await key(row, press)()
  await page.getByRole('textbox', { name }).fill(value)
  await page.keyboard.press('Enter')
}

const clickOn = (hash: string, name: string) => async () => {
  await page.evaluate((place) => {
    location.hash = place
  }, hash)
  await page.getByRole('button', { name, exact: true }).click()
}

async function preview(file: string): Promise<void> {
  await page.keyboard.press('n')
  await page.getByRole('textbox', { name: 'Configuration file' }).fill(file)
  await page.keyboard.press('Enter')
}

async function add(file: string): Promise<void> {
  await preview(file)
  const dialog = page.getByRole('dialog', { name: 'New batch' })
  await dialog.getByRole('button', { name: /^Add/ }).waitFor()
  const trust = dialog.getByRole('checkbox', { name: /I trust this file/ })
  if ((await trust.count()) > 0) await trust.check()
  await dialog.getByRole('button', { name: /^Add/ }).click()
}

type Action = { words: string; command: string; run: () => Promise<void>; when?: (input: string) => boolean }

const actions: readonly Action[] = [
  { words: 'moving to the top', command: 'move', run: key(5, 't') },
  { words: 'moving one down', command: 'move', run: key(5, 'Alt+ArrowDown') },
  { words: 'moving to a place', command: 'move', run: field(5, 'm', 'Position', '2') },
  { words: 'setting a priority', command: 'priority', run: field(5, 'y', 'Priority', '7') },
  { words: 'marking where to stop', command: 'stop-after', run: key(5, 'l') },
  { words: 'pausing', command: 'pause', run: key(5, 'p') },
  { words: 'resuming', command: 'resume', run: key(8, 'p') },
  { words: 'cancelling', command: 'cancel', run: field(5, 'Delete', 'Reason', 'why not') },
  { words: 'pausing the queue', command: 'pause', run: clickOn('#/queue', 'Pause queue') },
  { words: 'retrying', command: 'retry', run: inHistory('r') },
  { words: 'running all jobs again', command: 'retry', run: inHistory('Shift+R') },
  { words: 'clearing', command: 'clear', run: inHistory('c') },
  { words: 'clearing all', command: 'clear', run: clickOn('#/history', 'Clear all') },
  { words: 'undoing', command: 'undo', run: () => page.keyboard.press('Control+z') },
  { words: 'trusting a file', command: 'trust', run: () => add(files.other) },
  { words: 'adding a file', command: 'enqueue', run: () => add(files.ten) },
  {
    words: 'answering what to do about duplicates',
    command: 'enqueue',
    when: (input) => input.includes('ifExists'),
    async run() {
      await add(files.ten)
      await page.getByRole('button', { name: /^Cancel them and start over/ }).click()
    },
  },
  {
    words: 'changing a setting',
    command: 'set-setting',
    async run() {
      await page.evaluate(() => {
        location.hash = '#/settings'
      })
      await page.getByRole('radiogroup', { name: 'Theme' }).getByText('Dark').click()
    },
  },
  { words: 'sweeping', command: 'sweep', run: clickOn('#/health', 'Sweep now') },
  { words: 'examining', command: 'doctor', run: clickOn('#/health', 'Run checks') },
  {
    words: 'saving a report',
    command: 'report',
    async run() {
      await clickOn('#/history?batch=10', 'Save report')()
      await page.getByRole('menuitem', { name: 'Plain text' }).click()
    },
  },
]

const success =
  /^(Moved|Set priority|The queue stops|Paused|Resumed|Cancelled|Queue |Retrying|Cleared|Undid|Added|Theme saved|Nothing to close|No problems found)/

describe.each(Object.keys(titles) as Failure[])('an action whose call %s', (how) => {
  it.each(actions)('is never reported as done: $words', async ({ command, run, when }) => {
    const before = await listed(shop.panel)
    failing = { command, how, ...(when ? { when } : {}) }
    await run()
    if (how === 'hangs') {
      await expect.poll(() => hanging.length).toBe(1)
      await page.clock.fastForward(4_000)
    }
    await page.getByRole('alert').getByText(titles[how]).waitFor()
    expect(await page.getByRole('alert').count()).toBe(1)
    expect(await page.locator('.app > [role="status"]').textContent()).not.toMatch(success)
    expect(await listed(shop.panel)).toEqual(before)
    expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('light')
  })
})

const reads: readonly { words: string; command: string; hash: string; run?: () => Promise<void> }[] = [
  { words: 'the history', command: 'list', hash: '#/history' },
  { words: 'a summary', command: 'summary', hash: '#/history?batch=10' },
  { words: 'the jobs', command: 'jobs', hash: '#/queue?batch=5&tab=jobs' },
  { words: 'a log', command: 'log', hash: '#/queue?batch=5&tab=log&job=1' },
  { words: 'the timeline', command: 'timeline', hash: '#/queue?batch=5&tab=timeline' },
  { words: 'the events', command: 'events', hash: '#/queue?batch=5&tab=events' },
  { words: 'a preview', command: 'preview', hash: '#/queue', run: () => preview(files.ten) },
  { words: 'the folders', command: 'browse', hash: '#/queue', run: () => page.keyboard.press('n') },
]

describe.each(['is cut', 'gets 500', 'gets half an answer'] as const)('a reading whose call %s', (how) => {
  it.each(reads)('is reported, and repeated on demand: $words', async ({ command, hash, run }) => {
    await page.evaluate(() => {
      location.hash = '#/settings'
    })
    failing = { command, how }
    await page.evaluate((place) => {
      location.hash = place
    }, hash)
    if (run) await page.getByRole('heading', { name: 'Queue', level: 1 }).waitFor()
    await run?.()
    const shown = page.getByRole('alert').filter({ hasText: titles[how] })
    await shown.waitFor()
    failing = undefined
    // What is read again by itself, such as a log that is followed, takes the button away.
    const again = page.getByRole('button', { name: /^(Try again|Check again)$/ })
    await again.click({ timeout: 2_000 }).catch(() => undefined)
    await shown.waitFor({ state: 'detached' })
  })
})

describe('the stream of changes', () => {
  const banner = () => page.getByRole('region', { name: 'Connection' })

  it('that ends in the middle of an event is opened again, and nothing is missed', async () => {
    let streams = 0
    await page.route('**/api/events', (route) => {
      streams += 1
      const half = 'event: hello\ndata: {"epoch":"x","seq":1}\n\ndata: {"epoch":"x","seq":2,"bat'
      const broken = `${half}\n\n`
      if (streams > 2) return route.continue()
      return route.fulfill({ contentType: 'text/event-stream', body: streams === 1 ? half : broken })
    })
    await page.reload()
    await expect
      .poll(async () => {
        await page.clock.fastForward(10_000)
        return streams
      })
      .toBeGreaterThan(2)
    await page.getByText('Connected').waitFor()
    await shop.panel.cli(['priority', '5', '3'])
    await rowOf(page, 5).getByText('priority 3').waitFor()
    await shop.panel.cli(['priority', '5', '0'])
    await rowOf(page, 5).getByText('priority 3').waitFor({ state: 'detached' })
    await page.unroute('**/api/events')
  })

  it('of a host that hangs is noticed, its actions are refused, and it is back when the host is', async () => {
    await page.evaluate(() => {
      location.hash = '#/queue'
    })
    process.kill(shop.panel.pid, 'SIGSTOP')
    await page.clock.fastForward(41_000)
    await banner()
      .getByText(/^No connection to Slipway since \d\d:\d\d\.$/)
      .waitFor()
    for (const press of ['t', 'p', 'l', 'b']) await key(5, press)()
    await expect
      .poll(() => page.getByRole('alert').allTextContents())
      .toEqual([expect.stringContaining('Not done: there is no connection to Slipway.')])
    process.kill(shop.panel.pid, 'SIGCONT')
    await banner().waitFor({ state: 'detached' })
    await expect.poll(() => page.getByRole('alert').count()).toBe(0)
    expect((await listed(shop.panel)).map(({ number }) => number)).toContain(5)
  })

  it('is opened again at once by Retry now', async () => {
    await page.addInitScript(() => {
      const counts = { opened: 0, failed: 0 }
      Object.assign(window, { streams: counts })
      window.EventSource = class extends EventSource {
        constructor(url: string | URL) {
          super(url)
          counts.opened += 1
          this.addEventListener('error', () => {
            counts.failed += 1
          })
        }
      }
    })
    await page.route('**/api/events', (route) => route.abort('connectionrefused'))
    await page.reload()
    await banner().waitFor()
    // No timer fires from here, and no attempt is on its way.
    await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 10_000)
    await page.waitForFunction(
      () => {
        const { streams } = window as unknown as { streams: { opened: number; failed: number } }
        return streams.opened === streams.failed
      },
      null,
      { polling: 50 },
    )
    await page.unroute('**/api/events')
    await banner().getByRole('button', { name: 'Retry now' }).click()
    await banner().waitFor({ state: 'detached' })
    await page.getByText('Connected').waitFor()
    await page.clock.resume()
  })
})
