/**
 * Opens the built panel in a real Chromium, on the in-memory world. One browser for a file, one page for a test;
 * whatever the page writes to its console as an error fails the test that opened it.
 */
import { existsSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launchChromium } from '../../helpers/chromium.ts'
import type { FixtureApi } from '../fixtures/fixture-api.ts'
import { type StaticServer, serveStatic } from '../fixtures/serve-static.ts'
import type { Scenario } from '../fixtures/world.ts'

declare global {
  interface Window {
    fixture: FixtureApi
  }
}

const built = new URL('../../../out/e2e-fixture', import.meta.url).pathname

export type OpenOptions = {
  scenario?: Scenario
  hash?: string
  dark?: boolean
  width?: number
  height?: number
  reducedMotion?: boolean
  locale?: string
}

/** Registers the hooks of a test file and gives the way to open a page. */
export function panelBrowser(): (options?: OpenOptions) => Promise<Page> {
  let browser: Browser
  let server: StaticServer
  const contexts: BrowserContext[] = []
  let complaints: string[] = []

  beforeAll(async () => {
    if (!existsSync(`${built}/index.html`))
      throw new Error('The fixture is not built: run this through `npm run test:e2e`.')
    server = await serveStatic(built)
    browser = await launchChromium()
  })
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close()
    const said = complaints
    complaints = []
    expect(said).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  return async (options = {}) => {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1_280, height: options.height ?? 800 },
      colorScheme: options.dark ? 'dark' : 'light',
      reducedMotion: options.reducedMotion === false ? 'no-preference' : 'reduce',
      timezoneId: 'Europe/London',
      locale: options.locale ?? 'en-GB',
    })
    contexts.push(context)
    const page = await context.newPage()
    page.setDefaultTimeout(8_000)
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(`${server.url}?scenario=${options.scenario ?? 'usual'}${options.hash ?? ''}`)
    await page.getByRole('navigation', { name: 'Views' }).waitFor()
    await page.getByText('Connected').waitFor()
    return page
  }
}

/** The commands that changed something, oldest first. */
export async function askedFor(page: Page): Promise<{ name: string; input: unknown }[]> {
  return page.evaluate(() => window.fixture.asked)
}

/** The row of a batch in the list that is shown. */
export function row(page: Page, number: number) {
  return page.locator(`[role="row"][data-id$="${String(number).padStart(12, '0')}"]`)
}

/** Numbers of the queued batches as shown, from top to bottom. */
async function shownOrder(page: Page): Promise<number[]> {
  const found = await page
    .locator('[role="grid"][aria-label="Queue"] [role="row"][data-status="queued"]')
    .evaluateAll((rows) =>
      rows
        .map((r) => ({ id: r.getAttribute('data-id') ?? '', top: r.getBoundingClientRect().top }))
        .sort((a, b) => a.top - b.top)
        .map((r) => Number(r.id.slice(-12))),
    )
  return found
}

/** Waits until the queue is shown in this order. */
export async function expectOrder(page: Page, order: number[]): Promise<void> {
  await expect.poll(() => shownOrder(page), { timeout: 5_000 }).toEqual(order)
}
