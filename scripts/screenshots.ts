/**
 * `npm run screenshots [FOLDER]`: pictures of the panel at work for the README, of a real core with real jobs. Into
 * docs/images, or into FOLDER with every view in all sizes and both themes, to be looked at.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import { launchChromium } from '../test/helpers/chromium.ts'
import { type ServedPanel, startPanel } from '../test/helpers/serve.ts'

const everything = process.argv[2]
const target = everything ?? fileURLToPath(new URL('../docs/images', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'flood-study-'))

/** A job that takes its time, says what it does, and fails for some inputs. */
const model = `case=$1; pause=$2
echo "reading portfolio for $case"
sleep $pause
case $case in
  *7) echo "Traceback (most recent call last):"; echo "KeyError: no column 'area' in $case.csv" >&2; exit 1;;
  *19) printf '\\033[33mwarning:\\033[0m 3 rows without coordinates\\n'; echo "ValueError: unknown projection in $case.csv" >&2; exit 2;;
esac
printf '\\033[32mdone\\033[0m: 4,120 locations, wrote results/$case.json\\n'
`

const run = (pause: string) => `run: [sh, model.sh, "{case}", "${pause}"]`
const files: Readonly<Record<string, string>> = {
  'flood-2026': `batches:
  - type: edm-creation
    ${run('0.02')}
    over: { range: 1..60, as: case }
    parallel: 2
  - type: portfolio
    run: [sh, -c, 'echo region $0; sleep 0.4', "{value}"]
    over: { list: [${Array.from({ length: 120 }, (_, n) => `region-${String(n + 1).padStart(3, '0')}`).join(', ')}] }
  - type: report
    after: portfolio
    run: [sh, -c, 'sleep 1; echo {value}', x]
    repeat: true
    over: { list: [summary] }
`,
  'wind-eu': `batches:
  - type: losses
    run: [sh, -c, 'sleep 0.01; echo $0', "{case}"]
    over: { range: 1..80, as: case }
    parallel: 2
`,
  evolve: `batches:
  - type: evolve
    run: [sh, -c, 'sleep 0.4; echo $0', "{generation}"]
    over: { range: 0..39, size: 10 }
`,
  'quake-2027': `batches:
  - type: hazard-grids
    run: [sh, -c, 'sleep 0.5; echo $0', "{tile}"]
    over: { range: 1..240, as: tile }
`,
}

function write(): void {
  mkdirSync(target, { recursive: true })
  writeFileSync(join(folder, 'model.sh'), model)
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, `${name}.slipway.yaml`), `configuration: ${name}\n${text}`)
}

/** A morning at the desk: two batches have ended, one runs, others wait, one is on hold. */
async function setTheScene(host: ServedPanel): Promise<void> {
  const add = (name: string, ...more: string[]) => host.json(['add', `${name}.slipway.yaml`, ...more], folder)
  await add('wind-eu')
  await add('flood-2026')
  await add('evolve')
  await add('quake-2027', '--priority', '0')
  await host.json(['pause', '8', '--reason', 'the licence server is back on Monday'])
}

type Look = { width: number; height: number; dark: boolean; scale?: number; zoom?: boolean }

async function open(browser: Browser, host: ServedPanel, look: Look): Promise<Page> {
  const page = await browser.newPage({
    // Twice the size on the same glass is half the room.
    viewport: {
      width: look.zoom ? look.width / 2 : look.width,
      height: look.zoom ? look.height / 2 : look.height,
    },
    deviceScaleFactor: look.zoom ? 2 : (look.scale ?? 1),
    colorScheme: look.dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
  })
  await page.goto(host.url)
  await page.getByText('Connected').waitFor()
  return page
}

async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate((place) => {
    location.hash = place
  }, hash)
  await page.waitForTimeout(900)
}

const shot = (page: Page, name: string) => page.screenshot({ path: join(target, `${name}.png`) })

async function duplicates(page: Page): Promise<void> {
  await page.keyboard.press('n')
  await page
    .getByRole('textbox', { name: 'Configuration file' })
    .fill(join(folder, 'flood-2026.slipway.yaml'))
  await page.keyboard.press('Enter')
  const trust = page.getByRole('checkbox', { name: /I trust this file/ })
  const add = page.getByRole('dialog', { name: 'New batch' }).getByRole('button', { name: /^Add/ })
  await add.waitFor()
  if ((await trust.count()) > 0) await trust.check()
  await add.click()
  await page.getByText(/^Your answer applies to/).waitFor()
  await page.waitForTimeout(400)
}

async function forTheReadme(browser: Browser, host: ServedPanel): Promise<void> {
  const light = await open(browser, host, { width: 1_280, height: 800, dark: false })
  await go(light, '#/queue?batch=3')
  await shot(light, 'queue')
  await go(light, '#/history?batch=2')
  await shot(light, 'failures')
  await go(light, '#/queue')
  await duplicates(light)
  await shot(light, 'duplicates')
  const dark = await open(browser, host, { width: 1_280, height: 800, dark: true })
  await go(dark, '#/queue?batch=2&tab=timeline')
  await shot(dark, 'timeline-dark')
}

const looks: Readonly<Record<string, Look>> = {
  small: { width: 1_280, height: 800, dark: false },
  'small-dark': { width: 1_280, height: 800, dark: true },
  large: { width: 1_920, height: 1_080, dark: false },
  'large-dark': { width: 1_920, height: 1_080, dark: true },
  narrow: { width: 1_024, height: 768, dark: false },
  zoomed: { width: 1_280, height: 800, dark: false, zoom: true },
}
const places: Readonly<Record<string, string>> = {
  queue: '#/queue',
  summary: '#/queue?batch=2',
  jobs: '#/queue?batch=2&tab=jobs',
  log: '#/queue?batch=2&tab=log&job=7',
  timeline: '#/queue?batch=2&tab=timeline',
  events: '#/queue?batch=2&tab=events',
  history: '#/history?batch=1',
  health: '#/health',
  settings: '#/settings',
}

async function forTheEye(browser: Browser, host: ServedPanel): Promise<void> {
  for (const [name, look] of Object.entries(looks)) {
    const page = await open(browser, host, look)
    for (const [place, hash] of Object.entries(places)) {
      await go(page, hash)
      await shot(page, `${place}-${name}`)
    }
    await go(page, '#/queue')
    await duplicates(page)
    await shot(page, `duplicates-${name}`)
    await page.close()
  }
}

write()
const panel = await startPanel({ home: join(folder, 'home') })
const browser = await launchChromium()
try {
  await setTheScene(panel)
  type Listed = { batches: { number: number; jobs: { succeeded: number } }[] }
  for (;;) {
    const { batches } = (await panel.json(['list'])) as Listed
    if ((batches.find((one) => one.number === 3)?.jobs.succeeded ?? 0) >= 25) break
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  await (everything === undefined ? forTheReadme(browser, panel) : forTheEye(browser, panel))
} finally {
  await browser.close()
  await panel.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
