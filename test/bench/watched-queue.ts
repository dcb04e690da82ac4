/** A queue at work under a panel: `serve` with an open event stream, pages of the queue, and moves to the top. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { type ServedPanel, startPanel } from '../helpers/serve.ts'
import { entry, output, root } from './measure.ts'

export type Watched = {
  /** ms from a batch's end to the next one's, median. */
  life: number
  /** Longest stand-still of the event loop, and most CPU time of one turn, ms. */
  longest: number
  turn: number
}

/** Runs the first batches of a queue of so many, ten jobs each, for `forMs` or until it is empty. */
export async function watchedQueue(folder: string, batches: number, forMs: number): Promise<Watched> {
  const place = mkdtempSync(join(folder, 'watched-'))
  const home = join(place, 'home')
  const file = join(place, 'ten.slipway.yaml')
  const over = `{ range: 0..${batches * 10 - 1}, size: 10 }`
  writeFileSync(file, `batches: [{ type: evolve, run: [/bin/true, "{generation}"], over: ${over} }]\n`)
  const slipway = (...args: string[]) =>
    output(process.execPath, [entry, ...args], { env: { ...process.env, SLIPWAY_HOME: home } })
  await slipway('pause')
  await slipway('add', file)
  const pauses = join(place, 'pauses.json')
  const env = {
    NODE_OPTIONS: `--import ${join(root, 'test/bench/preload.mjs')}`,
    BENCH_PAUSES: pauses,
    BENCH_PAUSES_FROM: 'signal',
  }
  const panel = await startPanel({ home, env })
  await look(panel, batches, forMs)
  await panel.stop()
  const { longest, turn } = JSON.parse(readFileSync(pauses, 'utf8')) as Watched
  return { life: medianLife(home), longest, turn }
}

/** What an open panel requests, and somebody who moves the last batch to the top once a second. */
async function look({ url, pid }: ServedPanel, batches: number, forMs: number): Promise<void> {
  const page = await fetch(url, { redirect: 'manual' })
  const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? ''
  const invoke = async (command: string, input: unknown) => {
    const headers = { cookie, 'x-slipway': '1', 'content-type': 'application/json' }
    const body = JSON.stringify(input)
    const answer = await fetch(new URL(`/api/invoke/${command}`, url), { method: 'POST', headers, body })
    return (await answer.json()) as { ok: boolean; value?: { batches?: { id: string }[]; length?: number } }
  }
  const ended = new AbortController()
  const stream = await fetch(new URL('/api/events', url), { headers: { cookie }, signal: ended.signal })
  const reading = (async () => {
    for await (const _ of stream.body ?? []);
  })().catch(() => {})
  for (let n = 0; n < 20; n += 1) await invoke('snapshot', {}) // as warm as a host is
  process.kill(pid, 'SIGUSR2')
  await invoke('resume', {})
  for (let n = 0; n < forMs / 250; n += 1) {
    const skip = Math.floor((batches * ((n * 7) % 10)) / 10)
    const { value } = await invoke('queue-page', { skip, limit: 100 })
    if ((value?.length ?? 0) === 0) break
    const last = value?.batches?.at(-1)
    if (n % 4 === 0 && last) await invoke('move', { batches: [last.id], to: 'top' })
    if (n % 8 === 0) await invoke('snapshot', {})
    await pause(250)
  }
  process.kill(pid, 'SIGUSR2')
  await invoke('pause', {})
  ended.abort()
  await reading
}

function medianLife(home: string): number {
  const db = new Database(join(home, 'slipway.db'), { readonly: true })
  const ends = db
    .prepare<[], number>(
      'SELECT completed_at FROM batches WHERE completed_at IS NOT NULL ORDER BY completed_at LIMIT 400',
    )
    .pluck()
    .all()
  db.close()
  const lives = ends.slice(1).map((end, index) => end - (ends[index] ?? end))
  return lives.reduce((sum, life) => sum + life, 0) / lives.length
}
