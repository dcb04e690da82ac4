/**
 * What whole processes cost: syncs per job (strace), a long output's CPU, the time until another host sees a
 * change, idle CPU and memory of `work` and `serve`, and the start of a command.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { addJobs, claimBatch, emptyDatabase, oneJob } from './database.ts'
import { addedBatch, runBatch } from './jobs.ts'
import { entry, type Figure, has, inTurns, median, output, quantile } from './measure.ts'

/** All rows of the hosts part. */
export async function hostCosts(folder: string, rounds: number): Promise<Figure[]> {
  const figures: Figure[] = []
  const add = (...more: Figure[]) => {
    figures.push(...more)
    for (const one of more)
      console.error(`  ${one.name.padEnd(60)} ${one.value.toPrecision(4)} ${one.unit} ${one.note ?? ''}`)
  }
  if (has('strace')) add(await syncsPerJob(folder))
  else console.error('  syncs per job: not measured, no strace')
  add(...(await longOutput(folder)))
  add(await cpuOfLongOutput(folder))
  add(await seenByAnother(folder))
  add(...(await listWhole(folder, rounds)))
  add(...(await idle(folder, ['work'])), ...(await idle(folder, ['serve', '--port', '0'])))
  return figures
}

/**
 * fsync and fdatasync of every process of a run, by strace, which stops them at these calls only: short jobs share a
 * sync by time, and with a stop at every call each of them would take 20 ms.
 */
async function syncsPerJob(folder: string): Promise<Figure> {
  const jobs = 1_000
  const trace = join(folder, 'strace.txt')
  const prefix = ['strace', '-f', '--seccomp-bpf', '-c', '-e', 'trace=fsync,fdatasync', '-o', trace]
  await runBatch(folder, { jobs, parallel: 1, prefix })
  const lines = readFileSync(trace, 'utf8').split('\n')
  const calls = lines
    .filter((line) => / f(data)?sync$/.test(line))
    .map((line) => Number(line.trim().split(/\s+/)[3]))
  const value = calls.reduce((sum, n) => sum + n, 0) / jobs
  return { name: 'fsyncs per job, whole run of 1,000 trivial jobs', value, unit: 'fsyncs' }
}

/** CPU seconds of all threads of a process, by the scheduler's own count (ns; the usual one is in ticks of 10 ms). */
function cpuOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const ns = (thread: string) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  return threads.reduce((sum, thread) => sum + ns(thread), 0) / 1e9
}

/** What a job that prints 1 GB took itself, against the same program with its output in a file. */
async function longOutput(folder: string): Promise<Figure[]> {
  const script = 'head -c 1000000000 /dev/zero'
  const plain: number[] = []
  const ours: number[] = []
  const intoFile = async (round: number) => {
    const file = join(folder, `plain-${round}`)
    const timed = `from=$(date +%s%N); ${script} > ${file}; echo $(($(date +%s%N) - from))`
    plain.push(Number(await output('sh', ['-c', timed])) / 1e6)
    rmSync(file)
  }
  const asJob = async () => {
    const run = await runBatch(folder, { jobs: 1, parallel: 1, run: `sh, -c, "${script}"`, logLimit: '2gb' })
    const db = new Database(join(run.home, 'slipway.db'), { readonly: true })
    ours.push(db.prepare<[], number>('SELECT duration_ms FROM jobs').pluck().get() ?? Number.NaN)
    db.close()
    rmSync(run.home, { recursive: true, force: true })
  }
  // Each goes first every other time: the disk is still busy with what the one before has written.
  for (let round = 0; round < 10; round += 1)
    for (const one of round % 2 === 0 ? [intoFile, asJob] : [asJob, intoFile]) await one(round)
  // The fastest of each: while the disk writes back what an earlier round left, any of them takes up to three times as long.
  const [best, yardstick] = [Math.min(...ours), Math.min(...plain)]
  const against = 'sh with > file'
  return [
    {
      name: 'job that prints 1 GB',
      value: best,
      unit: 'ms',
      ratio: best / yardstick,
      against,
      note: 'fastest of 10',
    },
  ]
}

/** Processor time of host and launcher while one of their jobs prints 1 GB. */
async function cpuOfLongOutput(folder: string): Promise<Figure> {
  const script =
    'touch begun; until [ -e go ]; do sleep 0.01; done; head -c 1000000000 /dev/zero; touch printed; sleep 1'
  const { place, home } = await addedBatch(folder, {
    jobs: 1,
    parallel: 1,
    run: `sh, -c, "${script}"`,
    logLimit: '2gb',
  })
  const env = { ...process.env, SLIPWAY_HOME: home }
  const host = spawn(process.execPath, [entry, 'work', '--until-empty'], { env, stdio: 'ignore' })
  const ended = new Promise((resolve) => host.once('close', resolve))
  const pid = host.pid ?? 0
  await there(join(place, 'begun'))
  await new Promise((resolve) => setTimeout(resolve, 2_000)) // what the start has left to do
  const [launcher] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
  if (!launcher) throw new Error('the host has no launcher')
  const used = () => (cpuOf(pid) + cpuOf(launcher)) * 1_000
  const before = used()
  writeFileSync(join(place, 'go'), '')
  await there(join(place, 'printed'))
  const value = used() - before
  await ended
  rmSync(place, { recursive: true, force: true })
  return { name: 'host and launcher while a job prints 1 GB: CPU', value, unit: 'ms' }
}

async function there(file: string): Promise<void> {
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** From a commit on one connection to the other host's callback, by the watcher that hosts use. */
async function seenByAnother(folder: string): Promise<Figure> {
  const { db, home } = emptyDatabase(folder)
  addJobs(db, 'watched', 400)
  const row = claimBatch(db)
  const watcher = new Worker(home)
  await watcher.ready
  const delays: number[] = []
  for (let n = 0; n < 100; n += 1) {
    const seen = watcher.next()
    db.write(() => oneJob(db, row))
    const at = Date.now()
    delays.push(Math.max(0, (await seen) - at))
    await new Promise((resolve) => setTimeout(resolve, 10 + (n % 7) * 5))
  }
  watcher.end()
  db.close()
  return {
    name: 'a change seen by another host, p95 of 100',
    value: quantile(delays, 0.95),
    unit: 'ms',
    note: `median ${median(delays)} ms`,
  }
}

/** A second process that watches the database as a host does, and reports when it saw something. */
class Worker {
  readonly #child: ChildProcess
  readonly ready: Promise<void>
  #waiting: ((at: number) => void)[] = []

  constructor(home: string) {
    const source = new URL('watcher.ts', import.meta.url).pathname
    const loader = new URL('../helpers/sql-as-text.mjs', import.meta.url).pathname
    this.#child = spawn(process.execPath, ['--import', loader, source, home], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.ready = new Promise((resolve) => this.#child.once('message', () => resolve()))
    this.#child.on('message', (at) => {
      for (const seen of this.#waiting.splice(0)) seen(Number(at))
    })
  }

  next(): Promise<number> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  end(): void {
    this.#child.kill()
  }
}

/** `slipway list` on a database with 1,000,000 jobs against an empty script, whole processes. */
async function listWhole(folder: string, rounds: number): Promise<Figure[]> {
  const { db, home } = emptyDatabase(folder)
  addJobs(db, 'million', 1_000_000)
  db.close()
  const env = { ...process.env, SLIPWAY_HOME: home }
  const time = (args: string[]) => async () => {
    const from = performance.now()
    await output(process.execPath, args, { env })
    return performance.now() - from
  }
  const contestants = new Map([
    ['node -e 0', time(['-e', '0'])],
    ['slipway list', time([entry, 'list'])],
  ])
  const seen = await inTurns(contestants, rounds * 2)
  const floor = seen.get('node -e 0') ?? []
  const list = seen.get('slipway list') ?? []
  const ratio = median(list.map((value, round) => value / (floor[round] ?? Number.NaN)))
  rmSync(home, { recursive: true, force: true })
  const name = 'slipway list with 1,000,000 jobs in the database, whole process'
  return [{ name, value: median(list), unit: 'ms', ratio, against: 'node -e 0' }]
}

/** CPU share and resident size of a host with nothing to do, its launcher included. */
async function idle(folder: string, args: string[]): Promise<Figure[]> {
  const home = mkdtempSync(join(folder, 'idle-'))
  const env = { ...process.env, SLIPWAY_HOME: home }
  const child = spawn(process.execPath, [entry, ...args], { env, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const pid = child.pid ?? 0
  await new Promise((resolve) => setTimeout(resolve, 6_000))
  const before = cpuOf(pid)
  await new Promise((resolve) => setTimeout(resolve, 15_000))
  const share = ((cpuOf(pid) - before) / 15) * 100
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const resident = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_000
  child.kill('SIGINT')
  await ended
  const what = `slipway ${args[0]}`
  return [
    { name: `${what}, idle: CPU`, value: share, unit: '% of a core' },
    { name: `${what}, idle: resident`, value: resident, unit: 'MB' },
  ]
}
