/**
 * `npm run bench:hour [MINUTES]`: `slipway serve` runs 20 short jobs a second with logs, failures and events, while
 * a real Chromium looks on and goes through every view. Samples memory, the write-ahead log and the database every
 * 30 s, prints a line for each, and writes the section `hour` of docs/performance.md. Runs on a data folder of its own.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CDPSession, Page } from 'playwright'
import { launchChromium } from '../helpers/chromium.ts'
import { type ServedPanel, startPanel } from '../helpers/serve.ts'
import { HostHeap, withInspector } from './host-heap.ts'
import { hourSection, type Sample, sampleLine } from './hour-report.ts'
import { Pacer } from './pacer.ts'
import { writeSection } from './sections.ts'

const minutes = Number(process.argv[2] ?? 60)
const jobsPerSecond = 20
const sampleMs = 30_000
const batchJobs = 500
/** Samples from one forced collection of the host to the next: 10 minutes. */
const collectEvery = 20

/** A job waits for its turn, writes about 1 kB of log, and one in fifty fails. */
const jobScript = `read turn < "$PACE"
i=0
while [ $i -lt 12 ]; do echo "step $i of case $1: read 412 rows, wrote results/$1.json without a warning"; i=$((i+1)); done
case $1 in *49|*99) echo "ValueError: no column 'area' in case $1" >&2; exit 3;; esac
`

/** Where the panel is during one sample after the other: every view, with the log and the counts that move most. */
const places = [
  '#/queue?tab=summary',
  '#/queue?tab=jobs',
  '#/queue?tab=log&job=400',
  '#/queue?tab=timeline',
  '#/queue?tab=events',
  '#/history?tab=summary',
  '#/health',
  '#/settings',
]

const folder = await mkdtemp(join(tmpdir(), 'slipway-hour-'))
const pacePath = join(folder, 'pace')
writeFileSync(join(folder, 'job.sh'), jobScript)
const names = ['north', 'east', 'south', 'west']
for (const name of names)
  writeFileSync(
    join(folder, `${name}.slipway.yaml`),
    `configuration: ${name}
batches:
  - type: cases
    run: [sh, job.sh, "{case}"]
    env: { PACE: ${pacePath} }
    parallel: 2
    over: { range: 1..${batchJobs}, as: case }
`,
  )

async function run(host: ServedPanel): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 }, locale: 'en-GB' })
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(host.url)
  await page.getByText('Connected').waitFor()
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable')
  await devtools.send('HeapProfiler.enable')

  const heap = await HostHeap.of(host)
  const samples: Sample[] = []
  const load = loadavg()[0] ?? 0
  const pacer = new Pacer(pacePath, jobsPerSecond)
  let added = 0
  const began = Date.now()
  for (let n = 0; Date.now() - began < minutes * 60_000; n += 1) {
    added = await keepFed(host, added)
    await visit(page, host, places[n % places.length] ?? '#/queue')
    await new Promise((done) => setTimeout(done, began + (n + 1) * sampleMs - Date.now()))
    const sample = await take(page, devtools, host, (Date.now() - began) / 60_000)
    // Seldom, for a forced collection also takes away what the host's own would have taken later.
    if (n % collectEvery === collectEvery - 1) sample.hostHeapMb = await heap.usedMb()
    samples.push(sample)
    console.log(sampleLine(sample))
  }
  const last = samples.at(-1)
  if (last) last.hostHeapMb ??= await heap.usedMb()
  heap.close()
  pacer.stop()
  if (complaints.length > 0) console.error(`the page complained ${complaints.length} times: ${complaints[0]}`)
  const text = hourSection({
    samples,
    complaints: complaints.length,
    rate: jobsPerSecond,
    machine: `${availableParallelism()} cores, Node ${process.versions.node}, Chromium ${browser.version()}`,
    load: [load, loadavg()[0] ?? 0],
    at: new Date(began).toISOString().slice(0, 16),
    logBytes: Number(
      execFileSync('du', ['-s', '-B1', join(host.home, 'logs')], { encoding: 'utf8' }).split('\t')[0],
    ),
  })
  console.log(`\n${text}`)
  writeSection('hour', text)
}

/** Adds what was finished once more, so that three batches always wait. */
async function keepFed(host: ServedPanel, added: number): Promise<number> {
  const { batches } = (await host.json(['list'])) as { batches: unknown[] }
  let now = added
  for (let waiting = batches.length; waiting < names.length; waiting += 1) {
    const name = names[now % names.length] ?? 'north'
    await host.json(['add', join(folder, `${name}.slipway.yaml`)])
    now += 1
  }
  return now
}

/** Goes where an analyst would: the running batch's details, or another view. */
async function visit(page: Page, host: ServedPanel, place: string): Promise<void> {
  const { batches } = (await host.json(['list'])) as { batches: { number: number; status: string }[] }
  const running = batches.find((one) => one.status === 'running')?.number
  const batch = running === undefined || !place.includes('?') ? '' : `&batch=${running}`
  await page.evaluate((hash) => {
    location.hash = hash
  }, `${place}${batch}`)
}

async function take(page: Page, devtools: CDPSession, host: ServedPanel, minute: number): Promise<Sample> {
  await devtools.send('HeapProfiler.collectGarbage')
  await devtools.send('HeapProfiler.collectGarbage')
  const { metrics } = await devtools.send('Performance.getMetrics')
  const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN
  const database = join(host.home, 'slipway.db')
  return {
    minute,
    hostMb: resident(host.pid),
    hostHeapMb: null,
    launcherMb: launcherResident(host.pid),
    pageHeapMb: metric('JSHeapUsedSize') / 1e6,
    nodes: metric('Nodes'),
    listeners: metric('JSEventListeners'),
    walMb: size(`${database}-wal`) / 1e6,
    databaseMb: size(database) / 1e6,
    jobsDone: await jobsDone(host),
    place: new URL(page.url()).hash,
  }
}

/** Jobs that have a verdict, by the command line: also a second host that looks on. */
async function jobsDone(host: ServedPanel): Promise<number> {
  type Listed = { jobs: { succeeded: number; failed: number } }
  const { batches } = (await host.json(['list', '--all'])) as { batches: Listed[] }
  return batches.reduce((sum, { jobs }) => sum + jobs.succeeded + jobs.failed, 0)
}

function size(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function resident(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_000
}

/** The launcher is the host's only lasting child. */
function launcherResident(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  const first = Number(children[0])
  return first > 0 ? resident(first) : 0
}

const panel = await startPanel({ home: join(folder, 'home'), env: withInspector })
const browser = await launchChromium()
try {
  await run(panel)
} finally {
  await browser.close()
  await panel.close()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
