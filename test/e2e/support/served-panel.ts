/**
 * Opens the built panel as `slipway serve` serves it: a real core, a real database, real processes. The jobs wait
 * for gates (files) that the test opens, so nothing depends on how fast the machine is.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launchChromium } from '../../helpers/chromium.ts'
import { type PanelOptions, type ServedPanel, startPanel } from '../../helpers/serve.ts'

/** `keep`: for all tests of the file, not only for this one. */
type WorkshopOptions = PanelOptions & { keep?: boolean }

export type Workshop = {
  panel: ServedPanel
  /** Folder of the configuration; gates are made in it. */
  folder: string
  /** Writes a configuration and gives its path. */
  configuration(name: string, text: string): string
  /** Lets every job that waits for this gate go on. */
  open(gate: string): void
  /** A browser that has opened the address with its token. */
  browse(hash?: string): Promise<Page>
}

/** A job that says when it begins, waits for the gate `go`, and fails if its input is such. */
export const gatedConfiguration = `configuration: gated
batches:
  - type: work
    run: [sh, -c, 'echo "begins {value}"; while [ ! -e go ]; do sleep 0.05; done; case {value} in bad*) echo "KeyError: no column in {value}" >&2; exit 3;; esac; echo "ends {value}"']
    over: { list: [one, two, bad-1, bad-2, three] }
  - type: quick
    run: [echo, "{value}"]
    over: { list: [a, b] }
`

/** Registers the hooks of a test file and gives the way to a workshop of one's own. */
export function servedPanel(): (options?: WorkshopOptions) => Promise<Workshop> {
  let browser: Browser
  type Things = { contexts: BrowserContext[]; panels: ServedPanel[]; folders: string[] }
  const ofTest: Things = { contexts: [], panels: [], folders: [] }
  const ofFile: Things = { contexts: [], panels: [], folders: [] }
  const closeAll = async ({ contexts, panels, folders }: Things) => {
    for (const context of contexts.splice(0)) await context.close()
    // Gates go with their folder, so what still waits is stopped and not awaited.
    for (const panel of panels.splice(0)) await panel.close()
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  }
  let complaints: string[] = []

  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterEach(async () => {
    await closeAll(ofTest)
    const said = complaints
    complaints = []
    expect(said).toEqual([])
  })
  afterAll(async () => {
    await closeAll(ofFile)
    await browser?.close()
  })

  return async ({ keep = false, ...options } = {}) => {
    const { contexts, panels, folders } = keep ? ofFile : ofTest
    const panel = await startPanel(options)
    panels.push(panel)
    const folder = mkdtempSync(join(tmpdir(), 'slipway-e2e-'))
    folders.push(folder)
    return {
      panel,
      folder,
      configuration(name, text) {
        const file = join(folder, `${name}.slipway.yaml`)
        writeFileSync(file, text)
        return file
      },
      open: (gate) => writeFileSync(join(folder, gate), ''),
      async browse(hash = '') {
        const context = await browser.newContext({
          viewport: { width: 1_280, height: 800 },
          reducedMotion: 'reduce',
          locale: 'en-GB',
        })
        contexts.push(context)
        const page = await context.newPage()
        page.setDefaultTimeout(15_000)
        page.on('pageerror', (error) => complaints.push(String(error)))
        page.on('console', (message) => {
          // The browser also logs a connection that is cut on purpose.
          if (message.type() === 'error' && !/ERR_|Failed to load resource/.test(message.text()))
            complaints.push(message.text())
        })
        await page.goto(panel.url)
        await page.getByText('Connected').waitFor()
        if (hash)
          await page.evaluate((place) => {
            location.hash = place
          }, hash)
        return page
      },
    }
  }
}

/** The row of a batch, by the number people say. */
export function rowOf(page: Page, number: number) {
  return page.locator(`[role="row"][data-id][aria-label^="#${number} "]`)
}

/** Numbers of the queued batches as shown, from top to bottom. */
export function shownQueue(page: Page): Promise<number[]> {
  return page
    .locator('[role="grid"][aria-label="Queue"] [role="row"][data-status="queued"]')
    .evaluateAll((rows) =>
      rows
        .map((r) => ({
          number: Number(/^#(\d+)/.exec(r.getAttribute('aria-label') ?? '')?.[1]),
          top: r.getBoundingClientRect().top,
        }))
        .sort((a, b) => a.top - b.top)
        .map((r) => r.number),
    )
}

type Listed = { number: number; status: string; position: number | null; priority: number }

/** The active batches as the command line lists them. */
export async function listed(panel: ServedPanel): Promise<Listed[]> {
  const answer = (await panel.json(['list'])) as { batches: Listed[] }
  return answer.batches
}

/** The queued numbers in order, as the command line lists them. */
export async function listedQueue(panel: ServedPanel): Promise<number[]> {
  return (await listed(panel))
    .filter((b) => b.status === 'queued')
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
    .map((b) => b.number)
}
