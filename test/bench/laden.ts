/**
 * The trivial job again where its host has more to carry: 1 GB resident, or a client that reads the panel's event
 * stream; and how long the host's event loop stood still meanwhile.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { startPanel } from '../helpers/serve.ts'
import { addedBatch, compare, perJob, runBatch } from './jobs.ts'
import { type Figure, inTurns, root } from './measure.ts'

const jobs = 2_000
const preload = join(root, 'test/bench/preload.mjs')
const ballastMb = 1_000

/** `work` with the preload and these variables; ms per job. */
export async function ladenRun(folder: string, more: Record<string, string>): Promise<number> {
  const env = { NODE_OPTIONS: `--import ${preload}`, ...more }
  return (await runBatch(folder, { jobs, parallel: 1, env })).perJob
}

/** `serve` runs the batch while its event stream is read as the panel reads it; ms per job. */
async function watchedRun(folder: string, more: Record<string, string> = {}): Promise<number> {
  const { home } = await addedBatch(folder, { jobs, parallel: 1 })
  const env = Object.keys(more).length > 0 ? { NODE_OPTIONS: `--import ${preload}`, ...more } : {}
  const panel = await startPanel({ home, env })
  const reader = new AbortController()
  const read = readEvents(panel.url, reader.signal)
  const db = new Database(join(home, 'slipway.db'), { readonly: true })
  const open = db.prepare<[], number>('SELECT count(*) FROM batches WHERE completed_at IS NULL').pluck()
  while ((open.get() ?? 0) > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  db.close()
  reader.abort()
  if ((await read) < 10) throw new Error('hardly anything came over the event stream')
  await panel.close()
  return perJob(home, jobs)
}

/** Reads until it is aborted; how many pieces came. */
async function readEvents(url: string, signal: AbortSignal): Promise<number> {
  const entry = await fetch(url, { redirect: 'manual' })
  const cookie = entry.headers.get('set-cookie')?.split(';')[0] ?? ''
  const stream = await fetch(new URL('/api/events', url), { headers: { cookie }, signal })
  if (!stream.ok || !stream.body) throw new Error(`the event stream answered ${stream.status}`)
  let pieces = 0
  try {
    for await (const _ of stream.body) pieces += 1
  } catch (cause) {
    if (!signal.aborted) throw cause
  }
  return pieces
}

/** All rows of the laden part. */
export async function ladenCosts(folder: string, rounds: number): Promise<Figure[]> {
  const ballast = { BENCH_BALLAST_MB: String(ballastMb) }
  const seen = await inTurns(
    new Map([
      ['alone', async () => (await runBatch(folder, { jobs, parallel: 1 })).perJob],
      ['with 1 GB resident', () => ladenRun(folder, ballast)],
      ['while a panel watches', () => watchedRun(folder)],
    ]),
    rounds,
  )
  const figures = compare(seen, 'alone', 'a trivial job')
  for (const ms of [2, 10]) figures.push(...(await inParallel(folder, rounds, ms)))
  const file = join(folder, 'pauses.json')
  for (const [name, run] of [
    ['alone', () => ladenRun(folder, { BENCH_PAUSES: file })],
    ['with 1 GB resident', () => ladenRun(folder, { BENCH_PAUSES: file, ...ballast })],
    ['while a panel watches', () => watchedRun(folder, { BENCH_PAUSES: file })],
  ] as const) {
    await run()
    const { longest, p999 } = JSON.parse(readFileSync(file, 'utf8')) as { longest: number; p999: number }
    const note = `of 1,000 in a row, 999 were below ${p999.toFixed(1)} ms`
    figures.push({ name: `longest pause of the event loop, ${name}`, value: longest, unit: 'ms', note })
    console.error(`  longest pause, ${name}: ${longest.toFixed(1)} ms, p99.9 ${p999.toFixed(1)} ms`)
  }
  return figures
}

/** What two at once bring where each job takes `ms` of processor time. */
export async function inParallel(folder: string, rounds: number, ms: number): Promise<Figure[]> {
  const program = join(folder, 'burn')
  if (!existsSync(program)) execFileSync('cc', ['-O2', '-o', program, join(root, 'test/bench/burn.c')])
  const jobs = Math.round(3_000 / (ms + 1.5))
  const run = async (parallel: number) =>
    (await runBatch(folder, { jobs, parallel, run: `${program}, "${ms}"` })).perJob
  const seen = await inTurns(
    new Map([
      ['one after the other', () => run(1)],
      ['parallel 2', () => run(2)],
    ]),
    rounds,
  )
  return compare(seen, 'one after the other', `a job that takes ${ms} ms of processor time`)
}
