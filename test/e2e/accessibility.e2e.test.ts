import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import type { Scenario } from './fixtures/world.ts'
import { panelBrowser, row } from './support/panel-browser.ts'

const open = panelBrowser()

type View = { name: string; hash: string; scenario?: Scenario; reach?: (page: Page) => Promise<void> }

const preview = (file: string) => async (page: Page) => {
  await page.keyboard.press('n')
  await page.getByRole('textbox', { name: 'Configuration file' }).fill(`/home/ada/projects/flood/${file}`)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /Choose another file/ }).waitFor()
}

const views: View[] = [
  { name: 'the queue', hash: '#/queue?batch=13' },
  { name: 'a queue with a stop line', hash: '#/queue', scenario: 'paused' },
  { name: 'the first run', hash: '#/queue', scenario: 'first-run' },
  { name: 'nothing to do', hash: '#/queue', scenario: 'nothing-to-do' },
  { name: 'a summary', hash: '#/queue?batch=8' },
  { name: 'the jobs', hash: '#/queue?batch=8&tab=jobs' },
  { name: 'a log', hash: '#/queue?batch=8&tab=log' },
  {
    name: 'what a job is',
    hash: '#/history?batch=8&tab=log&job=50',
    reach: (page) => page.getByRole('button', { name: 'Job details' }).click(),
  },
  { name: 'the timeline', hash: '#/queue?batch=8&tab=timeline' },
  { name: 'the runs of a batch', hash: '#/history?batch=6' },
  { name: 'the events', hash: '#/queue?batch=8&tab=events' },
  { name: 'the history', hash: '#/history?batch=3' },
  { name: 'health', hash: '#/health', scenario: 'trouble' },
  { name: 'settings', hash: '#/settings' },
  { name: 'choosing a file', hash: '#/queue', reach: (page) => page.keyboard.press('n') },
  { name: 'a preview', hash: '#/queue', reach: preview('new.slipway.yaml') },
  { name: 'problems', hash: '#/queue', reach: preview('broken.slipway.yaml') },
  {
    name: 'duplicates',
    hash: '#/queue',
    async reach(page) {
      await preview('flood.slipway.yaml')(page)
      await page.getByRole('button', { name: 'Add 2 batches' }).click()
      await page.getByRole('button', { name: 'Add a duplicate anyway…' }).click()
    },
  },
  { name: 'the palette', hash: '#/queue?batch=13', reach: (page) => page.keyboard.press('Control+k') },
  { name: 'the keys', hash: '#/queue', reach: (page) => page.keyboard.press('?') },
  {
    name: 'a row menu',
    hash: '#/queue',
    async reach(page) {
      await row(page, 16).click({ button: 'right' })
      await page.getByRole('menu').waitFor()
    },
  },
  {
    name: 'cancelling',
    hash: '#/queue?batch=13',
    async reach(page) {
      await row(page, 13).click()
      await page.keyboard.press('Delete')
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'a notification with undo',
    hash: '#/queue',
    async reach(page) {
      await row(page, 18).click()
      await page.keyboard.press('t')
      await page.getByRole('button', { name: 'Undo' }).waitFor()
    },
  },
  {
    name: 'a lost connection',
    hash: '#/queue',
    reach: (page) => page.evaluate(() => window.fixture.link(false)),
  },
]

async function violations(page: Page): Promise<string[]> {
  // Mantine's own transitions are off with reduced motion; wait until nothing is half faded.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        // A spinner never ends.
        .filter((each) => each.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
        .map((each) => each.finished.catch(() => {})),
    ),
  )
  // There is no frame of another origin, for whose sake axe would open a page of its own each time.
  const result = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .analyze()
  return result.violations.flatMap((each) =>
    each.nodes.map((node) => `${each.id}: ${node.target.join(' ')}: ${node.failureSummary?.slice(0, 300)}`),
  )
}

describe('in light and in dark, axe finds nothing wrong in', () => {
  it.each(views)('$name', async (view) => {
    const page = await open({ hash: view.hash, ...(view.scenario ? { scenario: view.scenario } : {}) })
    await view.reach?.(page)
    await page.waitForLoadState('networkidle')
    const html = page.locator('html')
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await expect.poll(() => html.getAttribute('data-mantine-color-scheme')).toBe(theme)
      expect(await violations(page)).toEqual([])
    }
  })
})
