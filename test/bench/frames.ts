/**
 * `npm run bench:frames`: the served panel in a real Chromium with 1,000 queued batches and a running one of 100,000
 * jobs, of which 50 end in a second. Scrolls the queue and the jobs, clicks, starts anew, and writes the section
 * `frames` of docs/performance.md. Work is CPU time from a trace, so that a busy machine doesn't change it much.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, CDPSession, Page } from 'playwright'
import { launchChromium } from '../helpers/chromium.ts'
import { type ServedPanel, startPanel } from '../helpers/serve.ts'
import { type Frames, framesOf } from './frame-trace.ts'
import { quantile } from './measure.ts'
import { Pacer } from './pacer.ts'
import { writeSection } from './sections.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-frames-'))
const pacePath = join(folder, 'pace')
const eventsPerSecond = 50

function write(name: string, lines: readonly string[]): string {
  const file = join(folder, `${name}.slipway.yaml`)
  writeFileSync(file, [`configuration: ${name}`, 'batches:', ...lines, ''].join('\n'))
  return file
}

type Scroll = { name: string; intervals: number[]; frames: Frames }

/** Scrolls down and up again by wheel, once to see when frames come and once to see what they cost. */
async function scroll(
  browser: Browser,
  page: Page,
  devtools: CDPSession,
  what: { name: string; x: number; y: number },
): Promise<Scroll> {
  const wheel = async () => {
    for (const yDistance of [-9_000, 6_000])
      await devtools.send('Input.synthesizeScrollGesture', {
        x: what.x,
        y: what.y,
        yDistance,
        speed: 1_500,
        gestureSourceType: 'mouse',
      })
  }
  await page.evaluate(() => {
    window.frameTimes = []
    const note = (at: number) => {
      window.frameTimes?.push(at)
      requestAnimationFrame(note)
    }
    requestAnimationFrame(note)
  })
  await wheel()
  const times = await page.evaluate(() => window.frameTimes ?? [])
  await browser.startTracing(page, { categories: ['toplevel', 'cc', 'devtools.timeline'] })
  await wheel()
  const trace = await browser.stopTracing()
  const intervals = times.slice(1).map((at, index) => at - (times[index] ?? at))
  return { name: what.name, intervals, frames: framesOf(trace.toString('utf8')) }
}

/** From the click on a row to the painted frame that shows it chosen, by the browser's own event timing. */
async function clicks(page: Page, times: number): Promise<number[]> {
  await page.evaluate(() => {
    window.clickTimes = []
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        if (entry.name === 'click' || entry.name === 'pointerup') window.clickTimes?.push(entry.duration)
    }).observe({ type: 'event', durationThreshold: 16, buffered: false } as PerformanceObserverInit)
  })
  for (let n = 0; n < times; n += 1) {
    await page.mouse.click(420, 240 + (n % 8) * 46)
    await page.waitForTimeout(150)
  }
  return page.evaluate(() => window.clickTimes ?? [])
}

/** From the press of the button until the panel shows what the core answered, in ms. */
async function pauseAndResume(page: Page, times: number): Promise<number[]> {
  const seen: number[] = []
  for (let n = 0; n < times; n += 1)
    for (const [button, next] of [
      ['Pause queue', 'Resume queue'],
      ['Resume queue', 'Pause queue'],
    ] as const)
      seen.push(
        await page.evaluate(
          ([from, to]) =>
            new Promise<number>((resolve) => {
              const find = (words: string) =>
                [...document.querySelectorAll('button')].find((each) => each.textContent === words)
              const began = performance.now()
              const watch = new MutationObserver(() => {
                if (!find(to)) return
                watch.disconnect()
                resolve(performance.now() - began)
              })
              watch.observe(document.body, { subtree: true, childList: true, characterData: true })
              find(from)?.click()
            }),
          [button, next] as const,
        ),
      )
  return seen
}

/** From the commit of the command line's move, as the audit trail has it, until the panel's first row is another. */
async function seenFromOutside(page: Page, host: ServedPanel, times: number): Promise<number[]> {
  const seen: number[] = []
  await page.evaluate(() => {
    location.hash = '#/queue'
    document.querySelector('.q-list')?.scrollTo(0, 0)
  })
  await page.mouse.move(5, 5) // rows hold still under the pointer
  await page.waitForTimeout(2_000)
  for (let n = 0; n < times; n += 1) {
    const number = 500 + n
    const shown = page.evaluate(
      (wanted) =>
        new Promise<number>((resolve) => {
          const look = () => {
            const label = document
              .querySelector('[role="row"][data-status="queued"]')
              ?.getAttribute('aria-label')
            if (!label?.startsWith(`#${wanted} `)) return
            watch.disconnect()
            resolve(Date.now())
          }
          const watch = new MutationObserver(look)
          watch.observe(document.body, { subtree: true, childList: true, attributes: true })
        }),
      number,
    )
    await host.json(['move', String(number), '--top'])
    const { events } = (await host.json(['events', String(number)])) as { events: { at: number }[] }
    seen.push((await shown) - Math.max(...events.map((event) => event.at)))
  }
  return seen
}

/** From the start of the navigation until rows can be clicked, in ms. */
async function starts(page: Page, times: number): Promise<number[]> {
  const seen: number[] = []
  for (let n = 0; n < times; n += 1) {
    await page.reload({ waitUntil: 'commit' })
    await page.locator('.q-row').nth(5).waitFor()
    seen.push(
      await page.evaluate(
        () => new Promise<number>((done) => requestAnimationFrame(() => done(performance.now()))),
      ),
    )
  }
  return seen
}

declare global {
  interface Window {
    frameTimes?: number[]
    clickTimes?: number[]
  }
}

async function measure(browser: Browser, host: ServedPanel): Promise<string> {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 }, locale: 'en-GB' })
  await page.goto(host.url)
  await page.getByText('Connected').waitFor()
  await page.waitForTimeout(3_000)
  const devtools = await page.context().newCDPSession(page)
  const queue = await scroll(browser, page, devtools, { name: 'the queue', x: 400, y: 400 })
  await page.evaluate(() => {
    location.hash = '#/queue?batch=1&tab=jobs'
  })
  await page.locator('.job-row').nth(5).waitFor()
  const jobs = await scroll(browser, page, devtools, { name: 'the jobs', x: 1_000, y: 500 })
  await page.evaluate(() => document.querySelector('.q-list')?.scrollTo(0, 0))
  const clicked = await clicks(page, 40)
  const paused = await pauseAndResume(page, 10)
  const outside = await seenFromOutside(page, host, 30)
  const started = await starts(page, 5)
  return section([queue, jobs], { clicked, paused, outside, started, browser: browser.version() })
}

const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`

function section(
  scrolls: readonly Scroll[],
  other: { clicked: number[]; paused: number[]; outside: number[]; started: number[]; browser: string },
): string {
  const rows = scrolls.map(({ name, intervals, frames }) => {
    const { main, rasterMs, displayMs } = frames
    const whole = main.reduce((sum, each) => sum + each, 0) + rasterMs + displayMs
    return `| scrolling ${name} | ${ms(quantile(main, 0.5))} | **${ms(quantile(main, 0.95))}** | ${ms(Math.max(...main))} | ${ms(quantile(intervals, 0.95))} | ${Math.round((100 * rasterMs) / whole)} % | ${Math.round((100 * displayMs) / whole)} % |`
  })
  const line = (values: readonly number[]) =>
    `median ${ms(quantile(values, 0.5))}, p95 ${ms(quantile(values, 0.95))}, longest ${ms(Math.max(...values))}`
  return `## Frames of the panel

${new Date().toISOString().slice(0, 16)} UTC, \`npm run bench:frames\`, ${availableParallelism()} cores, Chromium ${other.browser} without a graphics card, load average ${(loadavg()[0] ?? 0).toFixed(1)}.
1,000 queued batches and a running one of 100,000 jobs, of which ${eventsPerSecond} a second end; served by a host that runs them on
the same machine. Work of a frame is CPU time of the page's main thread, everything between one frame's begin and the next.

| what | work, p50 | work, p95 (asked: under 16 ms) | longest | between frames, p95 | of all CPU: raster | display |
|---|---|---|---|---|---|---|
${rows.join('\n')}

- Click on a row until it is painted as chosen (asked: under 100 ms; the browser counts in steps of 8 ms): ${line(other.clicked)}.
- "Pause queue" until the panel shows what the core has committed: ${line(other.paused)}.
- \`slipway move\` in a shell, from its commit until the page shows the new order (asked: within 250 ms): ${line(other.outside)}.
- Start of the page until rows can be clicked (asked: under 1.5 s): ${line(other.started)}.
`
}

const pacer = new Pacer(pacePath, eventsPerSecond)
const big = write('big', [
  '  - type: cases',
  `    run: [sh, -c, 'read turn < "$PACE"; echo case $0', "{case}"]`,
  `    env: { PACE: ${pacePath} }`,
  '    parallel: 2',
  '    over: { range: 1..100000, as: case }',
])
const many = write('many', [
  '  - type: step',
  '    run: [echo, "{case}"]',
  '    over: { range: 0..9999, size: 10, as: case }',
])
const panel = await startPanel({ home: join(folder, 'home') })
const chromium = await launchChromium()
try {
  await panel.json(['add', big])
  await panel.json(['add', many])
  const text = await measure(chromium, panel)
  console.log(text)
  writeSection('frames', text)
} finally {
  await chromium.close()
  pacer.stop()
  await panel.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
