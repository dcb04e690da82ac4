import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { batchSchema, jobSchema } from '../../src/contract/entities.ts'
import { until } from '../helpers/launcher-kit.ts'
import { aPlace, type Place, type Running } from './slipway.ts'

const showDocument = z.looseObject({ batch: batchSchema, jobs: z.array(jobSchema) })
const listDocument = z.looseObject({ batches: z.array(batchSchema) })
const eventsDocument = z.looseObject({
  events: z.array(z.looseObject({ kind: z.string(), reason: z.string().nullable() })),
})
const show = (place: Place, batch = '1') => place.json(showDocument, ['show', batch])
const kinds = async (place: Place) =>
  (await place.json(eventsDocument, ['events'])).events.map((event) => event.kind)

/** Three jobs; each prints that it begins, waits for its gate, prints that it ends. */
const gated = (place: Place, more = '') =>
  place.write(
    'gated.slipway.yaml',
    `batches:
  - type: gated
    run: [sh, -c, 'echo "begin $1" >> trace; while [ ! -e "gate$1" ] && [ -d "$PWD" ]; do sleep 0.02; done; echo "end $1" >> trace', sh, "{value}"]
    over: { range: 1..3 }
${more}`,
  )
const open = (place: Place, ...gates: number[]) => {
  for (const gate of gates) writeFileSync(join(place.project, `gate${gate}`), '')
}
const trace = (place: Place): string[] =>
  existsSync(join(place.project, 'trace'))
    ? readFileSync(join(place.project, 'trace'), 'utf8').trim().split('\n')
    : []
const traced = async (place: Place, line: string) => {
  while (!trace(place).includes(line)) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** Pid of the launcher that serves this data folder, from its journal. */
const launcherPid = (place: Place): number => {
  const run = join(place.home, 'run')
  const journal = readdirSync(run).find((name) => name.endsWith('.journal'))
  const header = readFileSync(join(run, journal ?? ''), 'utf8').split('\n')[0] ?? ''
  return Number(header.split('\t')[5])
}

const kill = async (host: Running, signal: NodeJS.Signals = 'SIGKILL') => {
  process.kill(host.pid, signal)
  if (signal === 'SIGKILL') await host.ended
}

describe('a host that is killed', () => {
  test('leaves its job running; the next host watches it, starts nothing twice, and takes its exit', async () => {
    const place = aPlace()
    await place.run('add', gated(place))
    const first = place.start('work')
    await traced(place, 'begin 1')
    await kill(first)
    const second = place.start('work', '--until-empty')
    await second.until(/1 still running and watched/)
    open(place, 1, 2, 3)
    expect((await second.ended).code).toBe(0)
    expect(trace(place)).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
    const { batch, jobs } = await show(place)
    expect(batch.status).toBe('completed')
    expect(jobs.map((job) => job.attempts)).toEqual([1, 1, 1])
    expect(readdirSync(join(place.home, 'run'))).toEqual([])
  })

  test('loses no exit of a job that ended while nobody was there', async () => {
    const place = aPlace()
    await place.run('add', gated(place))
    const first = place.start('work')
    await traced(place, 'begin 1')
    await kill(first)
    open(place, 1)
    await traced(place, 'end 1')
    open(place, 2, 3)
    expect((await place.run('work', '--until-empty')).code).toBe(0)
    expect(trace(place).filter((line) => line === 'begin 1')).toHaveLength(1)
    expect((await show(place)).jobs.map((job) => job.attempts)).toEqual([1, 1, 1])
  })

  test('together with its launcher: the job runs again, but only after its process is gone', async () => {
    const place = aPlace()
    await place.run('add', gated(place))
    const first = place.start('work')
    await traced(place, 'begin 1')
    const launcher = launcherPid(place)
    await kill(first)
    process.kill(launcher, 'SIGKILL')
    const second = place.start('work', '--until-empty')
    await second.until(/1 interrupted, to run again/)
    while (trace(place).length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
    open(place, 1, 2, 3)
    expect((await second.ended).code).toBe(0)
    // Had the first process lived on, the gate would have let it print "end 1" too.
    expect(trace(place)).toEqual(['begin 1', 'begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
    const { jobs } = await show(place)
    expect(jobs.map((job) => [job.status, job.attempts])).toEqual([
      ['succeeded', 2],
      ['succeeded', 1],
      ['succeeded', 1],
    ])
    expect(await kinds(place)).toContain('job_interrupted')
  })

  test('continues from the first unfinished job when it is started again', async () => {
    const place = aPlace()
    await place.run('add', gated(place))
    open(place, 1)
    const first = place.start('work')
    await traced(place, 'begin 2')
    await kill(first)
    open(place, 2, 3)
    expect((await place.run('work', '--until-empty')).code).toBe(0)
    expect(trace(place)).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
  })

  test('whose batch is cancelled before the next one comes: its processes end before anything else starts', async () => {
    const place = aPlace()
    await place.run('add', gated(place))
    await place.run(
      'add',
      place.write('next.slipway.yaml', `batches: [{ type: n, run: [sh, -c, 'echo next >> trace'] }]`),
    )
    const first = place.start('work')
    await traced(place, 'begin 1')
    await kill(first)
    expect((await place.run('cancel', '1')).code).toBe(0)
    expect((await place.run('work', '--until-empty')).code).toBe(0)
    open(place, 1)
    expect(trace(place)).toEqual(['begin 1', 'next'])
    expect((await show(place, '1')).batch.status).toBe('cancelled')
  })
})

describe('a second host', () => {
  test('waits while the first lives, and takes over when it is gone', async () => {
    const place = aPlace()
    await place.run('add', gated(place))
    const first = place.start('work')
    await traced(place, 'begin 1')
    const second = place.start('work', '--until-empty')
    await second.until(/this one waits/)
    open(place, 1)
    await traced(place, 'begin 2')
    await kill(first)
    await second.until(/still running and watched/)
    open(place, 2, 3)
    expect((await second.ended).code).toBe(0)
    expect(trace(place)).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
  })

  test('takes over from one that was stopped beyond its lease; that one can write no verdict and reports the loss', async () => {
    const place = aPlace()
    await place.run('settings', 'lease-ms', '500')
    await place.run('settings', 'heartbeat-interval-ms', '100')
    await place.run('add', gated(place))
    const first = place.start('work')
    await traced(place, 'begin 1')
    const second = place.start('work', '--until-empty')
    await second.until(/this one waits/)
    await kill(first, 'SIGSTOP')
    await second.until(/still running and watched/)
    open(place, 1)
    await traced(place, 'begin 2')
    await kill(first, 'SIGCONT')
    await first.until(/Another host took over/)
    open(place, 2, 3)
    expect((await second.ended).code).toBe(0)
    expect(trace(place)).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
    expect((await show(place)).jobs.map((job) => job.attempts)).toEqual([1, 1, 1])
  })

  test('does not take over from one that is only slow: a silent heartbeat proves nothing', async () => {
    const place = aPlace()
    await place.run('settings', 'lease-ms', '200')
    await place.run('settings', 'heartbeat-interval-ms', '60000')
    await place.run('add', gated(place))
    place.start('work')
    await traced(place, 'begin 1')
    const second = place.start('work', '--until-empty')
    await second.until(/this one waits/)
    open(place, 1)
    await traced(place, 'begin 2')
    open(place, 2, 3)
    expect((await second.ended).code).toBe(0)
    expect(await kinds(place)).not.toContain('host_took_over')
  })
})

test('a host whose launcher was fenced continues with another one, and follows what the first one runs', async () => {
  const place = aPlace()
  // Of that kind there is one for all jobs, so the next one is asked of it while it has another to see to its end.
  Object.assign(place.env, { SLIPWAY_LAUNCHER: 'node' })
  await place.run('add', gated(place, '    parallel: 2'))
  const host = place.start('work', '--until-empty')
  await traced(place, 'begin 1')
  await traced(place, 'begin 2')
  const run = join(place.home, 'run')
  const journal = readdirSync(run).find((name) => name.endsWith('.journal')) ?? ''
  writeFileSync(join(run, journal.replace('.journal', '.fence')), '')
  open(place, 1)
  await host.until(/fenced and starts nothing more/)
  await traced(place, 'begin 3')
  open(place, 3)
  await traced(place, 'end 3')
  open(place, 2)
  expect((await host.ended).code).toBe(0)
  expect(trace(place).sort()).toEqual(['begin 1', 'begin 2', 'begin 3', 'end 1', 'end 2', 'end 3'])
  const { jobs } = await show(place)
  expect(jobs.map((job) => [job.status, job.attempts])).toEqual([
    ['succeeded', 1],
    ['succeeded', 1],
    ['succeeded', 2],
  ])
  expect(readdirSync(run)).toEqual([])
})

test('a job that takes its host down twice is failed with that reason, and the rest continue', async () => {
  const place = aPlace()
  // The second job ends its host and its launcher, each time it runs.
  const file = place.write(
    'poison.slipway.yaml',
    `batches:
  - type: p
    run: [sh, -c, 'echo "begin $1" >> trace; if [ $1 = 2 ]; then host=$(ps -o ppid= -p $PPID); kill -9 $host $PPID; sleep 60; fi', sh, "{value}"]
    over: { range: 1..3 }`,
  )
  await place.run('add', file)
  expect((await place.run('work', '--until-empty')).signal).toBe('SIGKILL')
  expect((await place.run('work', '--until-empty')).signal).toBe('SIGKILL')
  expect((await place.run('work', '--until-empty')).code).toBe(1)
  expect(trace(place)).toEqual(['begin 1', 'begin 2', 'begin 2', 'begin 3'])
  const { batch, jobs } = await show(place)
  expect(batch.status).toBe('completed_with_errors')
  expect(jobs.map((job) => job.status)).toEqual(['succeeded', 'failed', 'succeeded'])
  expect(jobs[1]?.error).toMatch(/its host died 2 times while it ran/)
})

test('an add that is killed while it fills leaves nothing behind', async () => {
  const place = aPlace()
  const file = place.write(
    'many.slipway.yaml',
    'batches: [{ type: m, run: [echo, "{value}"], over: { range: 1..5000 } }]',
  )
  place.env.SLIPWAY_FAILPOINT = 'mid-fill:2'
  const adding = place.start('add', file)
  delete place.env.SLIPWAY_FAILPOINT
  expect((await adding.ended).signal).not.toBeNull()
  const stump = await place.run('retry', '1')
  expect([stump.code, stump.err]).toEqual([
    5,
    expect.stringMatching(/never received all its jobs.*\s*Add it again/),
  ])
  expect((await place.run('work', '--until-empty')).code).toBe(0)
  expect((await place.json(listDocument, ['list', '--all'])).batches).toEqual([])
  const removed = await place.run('retry', '1')
  expect([removed.code, removed.err]).toEqual([4, expect.stringMatching(/#1 was removed.*\s*Add it again/)])
  expect((await place.run('add', file)).code).toBe(0)
  expect((await show(place, '2')).batch.jobs.total).toBe(5_000)
})

describe('SIGINT', () => {
  test('once lets the running job end and leaves a queue that continues; twice stops it', async () => {
    const place = aPlace()
    await place.run('add', gated(place))
    const first = place.start('work')
    await traced(place, 'begin 1')
    await kill(first, 'SIGINT')
    open(place, 1)
    await first.ended
    expect((await show(place)).batch).toMatchObject({
      status: 'queued',
      position: 1,
      jobs: { succeeded: 1, pending: 2 },
    })
    const second = place.start('work')
    await traced(place, 'begin 2')
    await kill(second, 'SIGINT')
    await second.until(/again/)
    await kill(second, 'SIGINT')
    await second.ended
    const { batch, jobs } = await show(place)
    expect(batch).toMatchObject({ status: 'queued', jobs: { succeeded: 1, pending: 2, running: 0 } })
    expect(jobs[1]).toMatchObject({ status: 'pending', attempts: 1 })
    open(place, 2, 3)
    expect((await place.run('work', '--until-empty')).code).toBe(0)
    expect(trace(place)).toEqual(['begin 1', 'end 1', 'begin 2', 'begin 2', 'end 2', 'begin 3', 'end 3'])
  })
})

describe('a database that somebody edits by hand while a batch runs', () => {
  const edit = (place: Place, sql: string) => {
    const db = new Database(join(place.home, 'slipway.db'))
    db.exec(sql)
    db.close()
  }

  test('so that the claim is no longer ours: no verdict is recorded under the old one, and the batch continues', async () => {
    const place = aPlace()
    await place.run('add', gated(place))
    const host = place.start('work', '--until-empty')
    await traced(place, 'begin 1')
    edit(place, "UPDATE batches SET claim_token = 'forged' WHERE position = 0")
    await until(() => trace(place).filter((line) => line === 'begin 1').length === 2, 'it runs again')
    open(place, 1, 2, 3)
    expect((await host.ended).code).toBe(0)
    const { batch, jobs } = await show(place)
    expect(batch.status).toBe('completed')
    // The job that ran under the forged claim was stopped and ran again under a claim of our own.
    expect(jobs.map((job) => [job.status, job.attempts])).toEqual([
      ['succeeded', 2],
      ['succeeded', 1],
      ['succeeded', 1],
    ])
    expect(trace(place).filter((line) => line === 'begin 1')).toHaveLength(2)
  })

  test('so that a batch counts as running that nobody runs: it is taken up', async () => {
    const place = aPlace()
    await place.run('add', gated(place))
    edit(place, "UPDATE batches SET status = 'running', position = 0")
    open(place, 1, 2, 3)
    expect((await place.run('work', '--until-empty')).code).toBe(0)
    expect((await show(place)).batch.status).toBe('completed')
  })

  test('so that it is done but open: the sweep closes it after the grace period, and doctor shows the rescue', async () => {
    const place = aPlace()
    await place.run('add', gated(place))
    const long = Date.now() - 60_000
    edit(
      place,
      `UPDATE batches SET status = 'running', position = 0;
       UPDATE jobs SET status = 'running', started_at = ${long};
       UPDATE jobs SET status = 'succeeded', completed_at = ${long}`,
    )
    expect((await place.run('sweep')).code).toBe(0)
    const { batch } = await show(place)
    expect(batch.status).toBe('completed')
    expect(await kinds(place)).toContain('finalizer_rescued')
  })
})

test('`run` ends when its own batches have ended, and leaves the rest of the queue to others', async () => {
  const place = aPlace()
  const mine = place.write(
    'mine.slipway.yaml',
    `batches: [{ type: m, run: [sh, -c, 'echo mine >> trace'], priority: 1 }]`,
  )
  await place.run('add', gated(place))
  expect((await place.run('run', mine)).code).toBe(0)
  expect(trace(place)).toEqual(['mine'])
  expect((await show(place, '1')).batch).toMatchObject({ status: 'queued', position: 1, startedAt: null })
})
