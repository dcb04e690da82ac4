/**
 * What the database costs as the work grows: the real stores and commands on real files, without processes. Times
 * are the fastest of some tries (long ones: CPU time); where growth is the question, small and large are measured in turns.
 */
import { mkdirSync, mkdtempSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/core/clock.ts'
import { view } from '../../src/core/commands/snapshot.ts'
import type { Db } from '../../src/core/db/db.ts'
import { openDatabase } from '../../src/core/db/open.ts'
import { makeSummary } from '../../src/core/insight/summary.ts'
import { cancelBatch } from '../../src/core/queue/batch-ending.ts'
import {
  claimHead,
  createBatch,
  enqueueBatch,
  pauseBatch,
  resumeBatch,
  sealBatch,
} from '../../src/core/queue/batch-store.ts'
import { saveConfiguration } from '../../src/core/queue/configuration-store.ts'
import type { Context } from '../../src/core/queue/context.ts'
import { registerHost, takeRole } from '../../src/core/queue/host-store.ts'
import { durationFacts } from '../../src/core/queue/insight-queries.ts'
import { countMatching, jobsPage } from '../../src/core/queue/job-queries.ts'
import { claimJob, type Ended, finishJob, insertJobs, pendingJobs } from '../../src/core/queue/job-store.ts'
import { moveTo } from '../../src/core/queue/order.ts'
import { queuedIds, runningRow } from '../../src/core/queue/queries.ts'
import type { BatchRow } from '../../src/core/queue/rows.ts'
import { cpu, type Figure, fastest, fastestOf, wall } from './measure.ts'

const host = 'bench-host'
export const by = (): Context => ({ actor: 'bench', hostId: host, origin: null, at: Date.now() })

/** An empty database in a folder of its own, whose host is the executor. */
export function emptyDatabase(folder: string): { db: Db; home: string } {
  mkdirSync(folder, { recursive: true })
  const home = mkdtempSync(join(folder, 'database-'))
  const opened = openDatabase(home)
  if (!opened.ok) throw new Error(opened.error.message)
  const db = opened.value
  const row = {
    id: host,
    kind: 'test' as const,
    pid: process.pid,
    process_started_at: '1',
    boot_id: 'b',
    user: 'bench',
  }
  db.write(() => {
    registerHost(db, { ...row, version: '0', started_at: Date.now() })
    takeRole(db, host)
  })
  return { db, home }
}

/** A sealed, queued batch with this many jobs, filled in transactions of 2,000 as `add` does. */
export function addJobs(db: Db, type: string, jobs: number): string {
  const id = db.write(() => {
    const paths = { name: 'bench', specPath: '/bench/b.slipway.yaml', projectPath: '/bench' }
    const configuration = saveConfiguration(db, paths, Date.now())
    const facts = { configurationId: configuration.id, type, range: null, priority: 0 }
    const options = { parallel: 1, cwd: '/bench' }
    const more = { duplicateOf: null, continues: null, options, details: {} }
    return createBatch(db, by(), { ...facts, ...more }).id
  })
  for (let from = 0; from < jobs; from += 2_000) {
    const chunk = Array.from({ length: Math.min(2_000, jobs - from) }, (_, n) => {
      const input = `/bench/inputs/region-${from + n + 1}.csv`
      const command = {
        argv: ['/usr/bin/model', '--input', input, '--out', `/bench/out/${from + n + 1}.json`],
      }
      return { ordinal: from + n + 1, input, command, commandHash: `hash-of-${type}-${from + n + 1}` }
    })
    db.note(() => insertJobs(db, id, chunk))
  }
  db.write(() => {
    sealBatch(db, by(), id)
    enqueueBatch(db, by(), id)
  })
  return id
}

/** Lets the head run. */
export function claimBatch(db: Db): BatchRow {
  const row = db.write(() => claimHead(db, by(), `token-${Date.now()}-${Math.random()}`))
  if (!row) throw new Error('nothing to claim')
  return row
}

/** One verdict and the next claim, as the executor does it; without a transaction of its own. */
export function oneJob(db: Db, row: Pick<BatchRow, 'id' | 'claim_token'>, durationMs = 5): void {
  const token = row.claim_token ?? ''
  const next = pendingJobs(db, row.id, 1)[0]
  const job = next && claimJob(db, by(), next.id, token)
  if (!job) throw new Error('no pending job')
  const at = Date.now()
  const ended: Ended = {
    startedAt: at,
    endedAt: at + durationMs,
    awakeMs: durationMs,
    exitCode: 0,
    signal: null,
    error: null,
    userMs: 1,
    systemMs: 1,
    maxRssKb: 1_000,
    logBytes: 0,
  }
  if (!finishJob(db, by(), { id: job.id, token }, 'succeeded', ended)) throw new Error('refused')
}

/** Claims and verdicts of both databases in turns; ms for each. */
function claimAndVerdict(small: Db, large: Db, rounds: number): [number, number] {
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds * 5; round += 1)
    for (const [index, db] of [small, large].entries()) {
      const row = runningRow(db)
      if (!row) throw new Error('no batch runs')
      const ten = () => {
        for (let n = 0; n < 10; n += 1) db.write(() => oneJob(db, row))
      }
      times[index as 0 | 1].push(wall(ten) / 10)
    }
  return [Math.min(...times[0]), Math.min(...times[1])]
}

/** All rows of the database part. */
export async function databaseCosts(folder: string, rounds: number): Promise<Figure[]> {
  const figures: Figure[] = []
  const ms = (name: string, value: number, more: Partial<Figure> = {}) => {
    figures.push({ name, value, unit: 'ms', ...more })
    console.error(
      `  ${name.padEnd(60)} ${value.toPrecision(4)} ms ${more.ratio ? more.ratio.toFixed(2) : ''}`,
    )
  }
  const small = emptyDatabase(folder)
  addJobs(small.db, 'small', 1_000)
  claimBatch(small.db)
  ms(
    'empty durable transaction',
    fastest(() => small.db.write(() => oneJobNothing(small.db)), 50),
    {
      note: 'one row changed, one fsync: what the disk and SQLite ask for',
    },
  )

  const large = emptyDatabase(folder)
  ms(
    'create 100,000 jobs',
    cpu(() => addJobs(large.db, 'running', 100_000)),
    { unit: 'ms CPU' },
  )
  const running = claimBatch(large.db)
  large.db.write(() => {
    for (let n = 0; n < 90_000; n += 1) oneJob(large.db, running, (n * 7919) % 10_007)
  })
  const rss = process.memoryUsage.rss()
  let pending = ''
  const million = cpu(() => {
    pending = addJobs(large.db, 'million', 1_000_000)
  })
  ms('create 1,000,000 jobs', million, {
    unit: 'ms CPU',
    note: `${Math.round((process.memoryUsage.rss() - rss) / 1e6)} MB more resident, ${Math.round(statSync(large.db.path).size / 1.1e6)} bytes of database per job`,
  })

  const [few, many] = claimAndVerdict(small.db, large.db, rounds)
  ms('claim and verdict, 1,000 jobs in the database', few)
  ms('claim and verdict, 1,100,000 jobs in the database', many, {
    ratio: many / few,
    against: '1,000 jobs in the database',
  })
  readCosts(large.db, running.id, ms)

  const cancelled = cpu(() => large.db.write(() => cancelBatch(large.db, by(), pending, 'bench')))
  ms('cancel a batch with 1,000,000 pending jobs', cancelled, { unit: 'ms CPU' })
  large.db.close()
  small.db.close()

  const queue = emptyDatabase(folder)
  addJobs(queue.db, 'running', 100_000)
  claimBatch(queue.db)
  for (let n = 0; n < 1_000; n += 1) addJobs(queue.db, `q-${n}`, 1)
  const scope = { db: queue.db, clock: systemClock, home: queue.home }
  ms(
    'snapshot, 1,000 queued and a running batch of 100,000',
    fastest(() => view(scope)),
  )
  for (let n = 1_000; n < 10_000; n += 1) addJobs(queue.db, `q-${n}`, 1)
  queueCosts(queue.db, ms)
  queue.db.close()
  return figures
}

function oneJobNothing(db: Db): void {
  db.sql('UPDATE hosts SET heartbeat_at = heartbeat_at + 1 WHERE id = ?').run(host)
}

type Say = (name: string, value: number, more?: Partial<Figure>) => void

function readCosts(db: Db, id: string, ms: Say): void {
  const near = fastest(() => jobsPage(db, id, { after: 0, limit: 100 }))
  const far = fastest(() => jobsPage(db, id, { after: 90_000, limit: 100 }))
  ms('page of 100 jobs at the start', near)
  ms('page of 100 jobs at 90,000', far, { ratio: far / near, against: 'page at the start' })
  const filtered = fastest(() => jobsPage(db, id, { status: ['succeeded'], after: 80_000, limit: 100 }))
  ms('page of 100 of one status at 80,000', filtered)
  ms(
    'counts of a batch of 100,000',
    fastest(() => runningRow(db)),
  )
  ms(
    'p50, p95 and longest of 90,000 durations',
    fastest(() => durationFacts(db, id)),
  )
  ms(
    'search in 100,000 jobs, no hit',
    fastest(() => jobsPage(db, id, { search: 'nowhere', after: 0, limit: 100 })),
  )
  ms(
    'count of a search in 100,000 jobs',
    fastest(() => countMatching(db, id, { search: 'region-9' })),
  )
  ms(
    'summary of a batch of 100,000',
    fastest(() => makeSummary(db, id), 5),
  )
}

function queueCosts(db: Db, ms: Say): void {
  const nth = (n: number) => () => queuedIds(db).at(n) ?? ''
  const toTop = (id: string) => db.write(() => moveTo(db, [id], 1))
  ms('promote the head of 10,000 queued (claim it)', promote(db))
  ms('move the last of 10,000 to the top', fastestOf(nth(-1), toTop, 5))
  ms('move the 5,000th of 10,000 to the top', fastestOf(nth(5_000), toTop, 5))
  const paused: string[] = []
  const pauseIt = (id: string) => {
    paused.push(id)
    db.write(() => pauseBatch(db, by(), id, null))
  }
  ms('pause the first of the queue', fastestOf(nth(0), pauseIt, 5))
  const resume = fastest(() => db.write(() => resumeBatch(db, by(), paused.pop() ?? '')), 4)
  ms('resume it at its place', resume)
}

function promote(db: Db): number {
  const running = runningRow(db)
  if (running) db.write(() => pauseBatch(db, by(), running.id, null))
  const times: number[] = []
  for (let n = 0; n < 5; n += 1) {
    let id = ''
    times.push(
      wall(() => {
        id = claimBatch(db).id
      }),
    )
    db.write(() => pauseBatch(db, by(), id, null))
  }
  return Math.min(...times)
}
