/**
 * Curves of growth: what one thing costs while another grows tenfold and tenfold again. Without fsyncs, which would
 * hide the rest; each point is the fastest of some tries.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/core/clock.ts'
import { view } from '../../src/core/commands/snapshot.ts'
import { jobsPage } from '../../src/core/queue/job-queries.ts'
import { moveTo } from '../../src/core/queue/order.ts'
import { queuedIds, runningRow } from '../../src/core/queue/queries.ts'
import { addJobs, claimBatch, emptyDatabase, oneJob } from './database.ts'
import { runBatch } from './jobs.ts'
import { inParallel, ladenRun } from './laden.ts'
import { type Figure, fastest, fastestOf, median, output } from './measure.ts'

type Recorder = (curve: string, at: number, value: number, unit: string) => void

/** All points; `curve` and `at` are where each belongs. */
export async function growth(folder: string): Promise<Figure[]> {
  const figures: Figure[] = []
  const record: Recorder = (curve, at, value, unit) => {
    figures.push({ name: `${curve}: ${at.toLocaleString('en')}`, value, unit, curve, at })
    console.error(`  ${curve.padEnd(50)} ${String(at).padStart(9)} ${value.toPrecision(3)} ${unit}`)
  }
  alongJobs(folder, record)
  alongQueue(folder, record)
  await alongOutput(folder, record)
  for (const mb of [0, 250, 500, 1_000])
    record(
      'a trivial job, by MB resident',
      mb,
      await ladenRun(folder, { BENCH_BALLAST_MB: String(mb) }),
      'ms',
    )
  for (const ms of [1, 2, 5, 10, 20, 50]) {
    const [, two] = await inParallel(folder, 3, ms)
    record('two jobs at once against one, by ms of processor time', ms, 1 / (two?.ratio ?? Number.NaN), '×')
  }
  return figures
}

function alongJobs(folder: string, record: Recorder): void {
  const { db, home } = emptyDatabase(folder)
  addJobs(db, 'running', 100_000)
  const row = claimBatch(db)
  let jobs = 100_000
  for (const [n, more] of [100_000, 100_000, 300_000, 500_000].entries()) {
    if (n > 0) {
      addJobs(db, `more-${n}`, more)
      jobs += more
    }
    record(
      'claim and verdict, by jobs in the database',
      jobs,
      fastest(() => db.note(() => oneJob(db, row)), 200),
      'ms',
    )
  }
  db.close()
  rmSync(home, { recursive: true, force: true })
  for (const size of [1_000, 10_000, 100_000, 300_000]) {
    const { db, home } = emptyDatabase(folder)
    addJobs(db, 'running', size)
    const row = claimBatch(db)
    record(
      'claim and verdict, by jobs in the batch',
      size,
      fastest(() => db.note(() => oneJob(db, row)), 200),
      'ms',
    )
    const page = () => jobsPage(db, row.id, { after: Math.floor(size * 0.9), limit: 100 })
    record('page of 100 jobs, by jobs in the batch', size, fastest(page), 'ms')
    db.close()
    rmSync(home, { recursive: true, force: true })
  }
}

function alongQueue(folder: string, record: Recorder): void {
  const { db, home } = emptyDatabase(folder)
  addJobs(db, 'running', 100)
  claimBatch(db)
  let queued = 0
  for (const size of [10, 100, 1_000, 10_000]) {
    for (; queued < size; queued += 1) addJobs(db, `q-${queued}`, 1)
    if (!runningRow(db)) throw new Error('nothing runs')
    const last = () => queuedIds(db).at(-1) ?? ''
    const move = fastestOf(last, (id) => db.note(() => moveTo(db, [id], 1)), 5)
    record('last batch to the top, by batches in the queue', size, move, 'ms')
    record(
      'snapshot, by batches in the queue',
      size,
      fastest(() => view({ db, clock: systemClock, home }), 10),
      'ms',
    )
  }
  db.close()
  rmSync(home, { recursive: true, force: true })
}

async function alongOutput(folder: string, record: Recorder): Promise<void> {
  for (const mb of [10, 100, 1_000]) {
    const script = `head -c ${mb}000000 /dev/zero`
    const file = join(folder, 'plain')
    const ratios: number[] = []
    for (let round = 0; round < 3; round += 1) {
      const from = performance.now()
      await output('sh', ['-c', `${script} > ${file}`])
      const plain = performance.now() - from
      rmSync(file)
      const run = await runBatch(folder, {
        jobs: 1,
        parallel: 1,
        run: `sh, -c, "${script}"`,
        logLimit: '2gb',
      })
      ratios.push(run.perJob / plain)
      rmSync(run.home, { recursive: true, force: true })
    }
    record('a job that prints, against > file, by MB of output', mb, median(ratios), '×')
  }
}
