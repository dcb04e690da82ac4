/**
 * What the host does beside its jobs: a million jobs are added while a batch runs, and what jobs read is hashed while
 * they run.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { hashFile } from '../../src/core/fill/file-hash.ts'
import { pauseMs } from '../../src/core/fill/hasher.ts'
import { entry, type Figure, output, root } from './measure.ts'

const windowMs = 5_000

/** All rows of the beside part. */
export async function besideCosts(folder: string): Promise<Figure[]> {
  return [...(await aMillion(folder)), await hashing(folder)]
}

/** The rate of a batch of jobs of 10 ms before, while and after a million jobs are added. */
async function aMillion(folder: string): Promise<Figure[]> {
  const place = mkdtempSync(join(folder, 'beside-'))
  const env = { ...process.env, SLIPWAY_HOME: join(place, 'home') }
  const burn = join(place, 'burn')
  execFileSync('cc', ['-O2', '-o', burn, join(root, 'test/bench/burn.c')])
  const file = (name: string, run: string, jobs: number) => {
    const spec = join(place, `${name}.slipway.yaml`)
    writeFileSync(spec, `{batches: [{type: ${name}, run: [${run}, "{value}"], over: {range: 1..${jobs}}}]}\n`)
    return spec
  }
  const slipway = (...args: string[]) => output(process.execPath, [entry, ...args], { env })
  await slipway('add', file('working', `${burn}, "10"`, 100_000))
  const host = spawn(process.execPath, [entry, 'work'], { env, stdio: 'ignore' })
  const db = new Database(join(place, 'home/slipway.db'), { readonly: true })
  const done = db.prepare<[], number>('SELECT jobs_succeeded FROM batches WHERE number = 1').pluck()
  const rateDuring = async (action: () => Promise<unknown>) => {
    const [from, at] = [done.get() ?? 0, performance.now()]
    await action()
    return { rate: ((done.get() ?? 0) - from) / (performance.now() - at), ms: performance.now() - at }
  }
  while ((done.get() ?? 0) < 50) await pause(50)
  const before = await rateDuring(() => pause(windowMs))
  const during = await rateDuring(() => slipway('add', file('million', '/bin/true', 1_000_000)))
  const after = await rateDuring(() => pause(windowMs))
  db.close()
  const ended = new Promise((resolve) => host.on('close', resolve))
  host.kill('SIGINT')
  host.kill('SIGTERM')
  await ended
  const alone = (before.rate + after.rate) / 2
  const figures = [
    { name: 'a million jobs added beside a working batch, whole process', value: during.ms, unit: 'ms' },
    {
      name: 'the working batch meanwhile',
      value: during.rate * 1_000,
      unit: 'jobs/s',
      ratio: during.rate / alone,
      against: 'alone',
    },
  ]
  for (const { name, value, ratio } of figures)
    console.error(`  ${name.padEnd(60)} ${value.toPrecision(4)} ${ratio ?? ''}`)
  return figures
}

/** What a core spends on a file of 30 MB, in pieces and pauses as the host hashes it while jobs run. */
async function hashing(folder: string): Promise<Figure> {
  const file = join(folder, 'hashed.bin')
  writeFileSync(file, Buffer.alloc(30_000_000, 7))
  const [cpu, from] = [process.cpuUsage(), performance.now()]
  await hashFile(file, () => pause(pauseMs))
  const { user, system } = process.cpuUsage(cpu)
  const value = (user + system) / 10 / (performance.now() - from)
  console.error(`  hashing what a job reads, while it runs: ${value.toPrecision(3)} % of a core`)
  return { name: 'hashing what a job reads, while it runs', value, unit: '% of a core' }
}
