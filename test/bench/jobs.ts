/**
 * What a trivial job costs: Slipway, tools with an equal promise and tools without one, each round against a
 * posix_spawn loop in C. Whatever cannot be installed is left out and named.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { entry, type Figure, has, inTurns, median, output, root } from './measure.ts'

const slipwayJobs = 2_000
const peerJobs = 400

export type Ground = { folder: string; peers: string | null }

/** Compiles the yardstick; `run` gives milliseconds per job. */
function yardstick(folder: string): () => Promise<number> {
  const program = join(folder, 'spawn-loop')
  execFileSync('cc', ['-O2', '-o', program, join(root, 'test/bench/spawn-loop.c')])
  const args = ['1000', join(folder, 'c.log'), '/bin/true']
  return async () => Number(await output(program, args)) / 1_000
}

type RunOptions = {
  jobs: number
  parallel: number
  run?: string
  prefix?: string[]
  logLimit?: string
  /** For `slipway work` only. */
  env?: NodeJS.ProcessEnv
}

/** A fresh data folder with one batch that waits; the options as `runBatch` takes them. */
export async function addedBatch(
  folder: string,
  options: RunOptions,
): Promise<{ place: string; home: string }> {
  const place = mkdtempSync(join(folder, 'run-'))
  const home = join(place, 'home')
  const spec = join(place, 'bench.slipway.yaml')
  const run = options.run ?? '/bin/true'
  const over = `{range: 1..${options.jobs}}`
  const more = options.logLimit === undefined ? '' : `, log-limit: ${options.logLimit}`
  const facts = `type: bench, run: [${run}, "{value}"], parallel: ${options.parallel}${more}`
  writeFileSync(spec, `{batches: [{${facts}, over: ${over}}]}\n`)
  await output(process.execPath, [entry, 'add', spec], {
    cwd: place,
    env: { ...process.env, SLIPWAY_HOME: home },
  })
  return { place, home }
}

/** Milliseconds per job from the first start to the last end, from the database; throws unless all succeeded. */
export function perJob(home: string, jobs: number): number {
  const db = new Database(join(home, 'slipway.db'), { readonly: true })
  const row = db
    .prepare(
      `SELECT max(completed_at) - min(started_at) AS ms FROM jobs
       HAVING count(*) = ${jobs} AND sum(status <> 'succeeded') = 0`,
    )
    .get() as { ms: number } | undefined
  db.close()
  if (!row) throw new Error(`not every job of the batch in ${home} succeeded`)
  return row.ms / jobs
}

/** A fresh data folder with one batch, run to its end by the built command line; ms per job, from the database. */
export async function runBatch(
  folder: string,
  options: RunOptions,
): Promise<{ perJob: number; wallPerJob: number; home: string }> {
  const { place, home } = await addedBatch(folder, options)
  const env = { ...process.env, ...options.env, SLIPWAY_HOME: home }
  const [program = '', ...args] = [
    ...(options.prefix ?? []),
    process.execPath,
    entry,
    'work',
    '--until-empty',
  ]
  const from = performance.now()
  await output(program, args, { cwd: place, env })
  const wallPerJob = (performance.now() - from) / options.jobs
  return { perJob: perJob(home, options.jobs), wallPerJob, home }
}

/** The table of contestants. */
export async function jobCosts({ folder, peers }: Ground, rounds: number): Promise<Figure[]> {
  const peerEnd: (() => void)[] = []
  const contestants = new Map<string, () => Promise<number>>([['C posix_spawn loop', yardstick(folder)]])
  const missing: string[] = []
  const wall: number[] = []
  contestants.set('Slipway', async () => {
    const run = await runBatch(folder, { jobs: slipwayJobs, parallel: 1 })
    wall.push(run.wallPerJob)
    return run.perJob
  })
  contestants.set(
    'Slipway, parallel 2',
    async () => (await runBatch(folder, { jobs: slipwayJobs, parallel: 2 })).perJob,
  )
  if (peers === null) missing.push('plainjob', 'BullMQ')
  else {
    contestants.set('plainjob, synchronous=FULL', () => peer('plainjob', peers, folder))
    if (has('redis-server')) {
      const port = 30_000 + (process.pid % 20_000)
      peerEnd.push(await startRedis(folder, port))
      contestants.set('BullMQ, AOF always', () => peer('bullmq', peers, folder, String(port)))
    } else missing.push('BullMQ')
  }
  const tsp = ['tsp', 'ts'].find((name) => has(name))
  if (tsp) contestants.set('task-spooler', () => taskSpooler(tsp, folder))
  else missing.push('task-spooler')
  if (has('nq')) contestants.set('nq', () => nq(folder))
  else missing.push('nq')
  if (has('parallel')) contestants.set('GNU parallel -j1', () => timedList('parallel -j1 /bin/true'))
  else missing.push('GNU parallel')
  contestants.set('xargs -n1', () => timedList('xargs -n1 /bin/true'))
  try {
    const seen = await inTurns(contestants, rounds)
    seen.set('Slipway, whole process', wall)
    if (missing.length > 0) console.error(`  not measured, not installed: ${missing.join(', ')}`)
    return compare(seen, 'C posix_spawn loop')
  } finally {
    for (const end of peerEnd) end()
  }
}

/** Medians, and the median of each round's own ratio to `against`; `what` stands before each name. */
export function compare(
  seen: ReadonlyMap<string, number[]>,
  against: string,
  what: string | null = null,
): Figure[] {
  const floor = seen.get(against) ?? []
  return [...seen].map(([name, values]) => ({
    name: what === null ? name : `${what}, ${name}`,
    value: median(values),
    unit: 'ms/job',
    ratio: median(values.map((value, round) => value / (floor[round] ?? Number.NaN))),
    against,
    range: [Math.min(...values), Math.max(...values)],
  }))
}

async function peer(name: string, peers: string, folder: string, ...more: string[]): Promise<number> {
  const place = mkdtempSync(join(folder, `${name}-`))
  const script = join(root, `test/bench/peer-${name}.mjs`)
  const text = await output(process.execPath, [script, peers, String(peerJobs), place, ...more])
  return Number(text)
}

async function startRedis(folder: string, port: number): Promise<() => void> {
  const place = mkdtempSync(join(folder, 'redis-'))
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', place, '--save', '']
  const child = spawn('redis-server', [...args, '--appendonly', 'yes', '--appendfsync', 'always'])
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (data) => String(data).includes('Ready to accept') && resolve())
    child.on('exit', () => reject(new Error('redis-server ended')))
  })
  return () => {
    child.kill()
  }
}

async function timedList(command: string): Promise<number> {
  const from = performance.now()
  await output('sh', ['-c', `seq ${peerJobs} | ${command}`])
  return (performance.now() - from) / peerJobs
}

/** All jobs wait behind a gate, so that only running them counts. */
async function taskSpooler(program: string, folder: string): Promise<number> {
  const place = mkdtempSync(join(folder, 'tsp-'))
  const env = { ...process.env, TS_SOCKET: join(place, 'socket'), TMPDIR: place, TS_MAXFINISHED: '10' }
  const gate = join(place, 'gate')
  const log = (...args: string[]) => output(program, args, { env })
  await log('sh', '-c', `while [ ! -e ${gate} ]; do sleep 0.005; done`)
  let last = ''
  for (let n = 0; n < peerJobs; n += 1) last = (await log('/bin/true')).trim()
  const from = performance.now()
  writeFileSync(gate, '')
  await log('-w', last)
  const perJob = (performance.now() - from) / peerJobs
  await log('-K')
  return perJob
}

async function nq(folder: string): Promise<number> {
  const place = mkdtempSync(join(folder, 'nq-'))
  const env = { ...process.env, NQDIR: join(place, 'q') }
  mkdirSync(env.NQDIR)
  const gate = join(place, 'gate')
  await output('nq', ['sh', '-c', `while [ ! -e ${gate} ]; do sleep 0.005; done`], { env })
  for (let n = 0; n < peerJobs; n += 1) await output('nq', ['/bin/true'], { env })
  const from = performance.now()
  writeFileSync(gate, '')
  await output('nq', ['-w'], { env })
  return (performance.now() - from) / peerJobs
}
