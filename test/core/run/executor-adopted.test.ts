/** The executor beside others: jobs that it took over, a role that comes and goes, and launchers that fail it. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../../src/core/clock.ts'
import type { Db } from '../../../src/core/db/db.ts'
import { fenceLauncher, readJournals } from '../../../src/core/launcher/journal.ts'
import { isRunning } from '../../../src/core/process/processes.ts'
import { cancelBatch } from '../../../src/core/queue/batch-ending.ts'
import { requestPause } from '../../../src/core/queue/batch-store.ts'
import { takeRole } from '../../../src/core/queue/host-store.ts'
import { addHost, by, hostId, noon, temporaryDatabase } from '../../helpers/database.ts'
import { until } from '../../helpers/launcher-kit.ts'
import { anExecutor, aWorkplace, type Workplace } from './an-executor.ts'

/** Whatever was to happen at once has happened. */
async function turns(): Promise<void> {
  for (let n = 0; n < 50; n += 1) await new Promise((resolve) => setImmediate(resolve))
}

const journals = (place: Workplace) => readJournals(path.join(place.home, 'run'))

/** A gated batch whose first jobs were begun by a host that left them running, and the host after it. */
async function aSuccessor(plan: { jobs: number; parallel: number }) {
  const place = aWorkplace()
  const batch = place.gated({ jobs: plan.jobs, options: { parallel: plan.parallel } })
  const leaver = anExecutor(place)
  await leaver.executor.begin()
  for (let n = 1; n <= plan.parallel; n += 1) await place.traced(`begin ${n}`)
  await leaver.executor.end('leave')
  place.db.write(() => place.db.sql("UPDATE hosts SET id = 'host-2'").run())
  const host = anExecutor(place, { hostId: 'host-2' })
  await host.executor.begin()
  return { place, batch, ...host }
}

describe('jobs that were taken over', () => {
  test('are watched one by one, beside jobs of its own, and the old launcher leaves no trace', async () => {
    const { place, batch, executor, reports } = await aSuccessor({ jobs: 3, parallel: 2 })
    const [old] = journals(place)
    place.open(1)
    await until(() => place.row(batch).jobs_succeeded === 1, 'the first has ended')
    await place.traced('begin 3')
    expect(journals(place)).toHaveLength(2)
    place.open(2)
    await until(() => place.row(batch).jobs_succeeded === 2, 'the second has ended')
    await until(() => journals(place).length === 1, 'the journal of the old launcher is gone')
    expect(journals(place)[0]?.path).not.toBe(old?.path)
    expect(place.row(batch)).toMatchObject({ jobs_running: 1, jobs_succeeded: 2 })
    place.open(3)
    await place.ends(batch)
    expect(place.jobs(batch).map((job) => [job.status, job.attempts])).toEqual(
      Array(3).fill(['succeeded', 1]),
    )
    expect(reports).toMatchObject({ errors: [], attention: [], refused: 0 })
    await executor.end('finish')
    expect(readdirSync(path.join(place.home, 'run'))).toEqual([])
  })

  test('are interrupted once nobody sees them any more, and run again', async () => {
    const { place, batch, reports } = await aSuccessor({ jobs: 1, parallel: 1 })
    const [old] = journals(place)
    if (!old) throw new Error('it has no journal')
    process.kill(old.launcher.pid, 'SIGKILL')
    await until(() => place.trace().length === 2, 'it runs again')
    expect(place.trace()).toEqual(['begin 1', 'begin 1'])
    place.open(1)
    await place.ends(batch)
    expect(place.jobs(batch)).toMatchObject([{ status: 'succeeded', attempts: 2 }])
    expect(reports.errors).toEqual([])
  })

  test.each(['cancelled', 'paused at once'])(
    'are stopped by way of their launcher when the batch is %s',
    async (how) => {
      const { place, batch, executor } = await aSuccessor({ jobs: 2, parallel: 1 })
      place.db.write(() =>
        how === 'cancelled'
          ? cancelBatch(place.db, by(Date.now()), batch.id, null)
          : requestPause(place.db, by(Date.now()), batch.id, true, null),
      )
      executor.wake()
      await until(() => place.processes().length === 0, 'its processes are gone')
      await until(
        () => place.row(batch).status === (how === 'cancelled' ? 'cancelled' : 'paused'),
        'the batch is where it was to be',
      )
      expect(place.trace()).not.toContain('end 1')
      await until(() => journals(place).length === 0, 'their launcher has ended, and its journal is gone')
    },
  )

  test('live on when the launcher of this host dies, whose own job runs again', async () => {
    const { place, batch, reports } = await aSuccessor({ jobs: 3, parallel: 2 })
    place.open(1)
    await place.traced('begin 3')
    const own = journals(place).find((journal) => journal.hostId === 'host-2')
    if (!own) throw new Error('there is no launcher of its own')
    process.kill(own.launcher.pid, 'SIGKILL')
    await until(() => place.trace().filter((line) => line === 'begin 3').length === 2, 'its job runs again')
    place.open(2, 3)
    await place.ends(batch)
    expect(place.jobs(batch).map((job) => job.attempts)).toEqual([1, 1, 2])
    expect(reports.attention).toHaveLength(1)
  })
})

describe('the role', () => {
  test('that is somebody else’s is refused, requested again a second later, and nothing happens before', async () => {
    const place = aWorkplace()
    const batch = place.add('true', { jobs: 1 })
    addHost(place.db, 'host-2', noon)
    const { executor, reports } = anExecutor(place, { hostId: 'host-2' })
    await executor.begin()
    expect(reports).toMatchObject({ refused: 1, changed: 0 })
    executor.wake()
    await turns()
    expect(place.row(batch).status).toBe('queued')
    place.db.write(() => place.db.sql('UPDATE hosts SET executor = 0').run())
    place.db.write(() => takeRole(place.db, 'host-2'))
    await place.ends(batch)
    expect(reports.refused).toBe(1)
  })

  test('that is lost while it looks around leaves everything as it is', async () => {
    const place = aWorkplace()
    const batch = place.add('true', { jobs: 1 })
    const { executor, reports } = anExecutor(place)
    const beginning = executor.begin()
    executor.lose()
    await beginning
    await turns()
    expect(place.row(batch).status).toBe('queued')
    expect(reports).toMatchObject({ changed: 0, finished: [] })
  })

  test('that is lost lets go whoever waits for its jobs', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 1 })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    const ending = executor.end('finish')
    executor.lose()
    await ending
    expect(place.row(batch).jobs_running).toBe(1)
  })

  test('that comes back finds no place taken by jobs that another host saw to their ends', async () => {
    const place = aWorkplace()
    const first = place.gated({ type: 'first', jobs: 1 })
    const second = place.add('true', { type: 'second', jobs: 1 })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    executor.lose()
    addHost(place.db, 'host-2', noon)
    const give = (id: string) =>
      place.db.write(() => {
        place.db.sql('UPDATE hosts SET executor = 0').run()
        takeRole(place.db, id)
      })
    give('host-2')
    const other = anExecutor(place, { hostId: 'host-2' })
    other.executor.limitTo([first.id])
    await other.executor.begin()
    place.open(1)
    await place.ends(first)
    await other.executor.end('finish')
    expect(place.row(second).status).toBe('queued')
    give(hostId)
    await executor.begin()
    await place.ends(second)
    expect(place.jobs(second)).toMatchObject([{ status: 'succeeded', attempts: 1 }])
  })

  test('that was refused and then lost is not requested again', async () => {
    const place = aWorkplace()
    addHost(place.db, 'host-2', noon)
    // A clock whose timers ring twenty times as soon.
    const clock: Clock = { ...systemClock, after: (ms, action) => systemClock.after(ms / 20, action) }
    const { executor, reports } = anExecutor(place, { hostId: 'host-2', clock })
    await executor.begin()
    executor.lose()
    await new Promise<void>((resolve) => clock.after(2_000, resolve))
    expect(reports.refused).toBe(1)
  })

  test('is begun again a second after the database would not be read', async () => {
    const place = aWorkplace()
    const batch = place.add('true', { jobs: 1 })
    const { executor, reports } = anExecutor(place)
    place.db.exec('ALTER TABLE settings RENAME TO elsewhere')
    await executor.begin()
    expect(reports.errors).toHaveLength(1)
    place.db.exec('ALTER TABLE elsewhere RENAME TO settings')
    await place.ends(batch)
    expect(reports.errors).toHaveLength(1)
  })

  test('without work is idle: nothing is polled', async () => {
    const place = aWorkplace()
    const { executor, reports } = anExecutor(place)
    await executor.begin()
    expect(reports.changed).toBe(1)
    executor.wake()
    await turns()
    executor.wake()
    await turns()
    expect(reports).toMatchObject({ changed: 1, crashes: [], errors: [] })
  })

  test('with a batch whose only job waits for its retry is quiet too', async () => {
    const place = aWorkplace()
    const batch = place.add('[ $(grep -c "begin 1" trace) -ge 2 ]', {
      jobs: 1,
      options: { retries: { times: 1, delayMs: 200, backoff: 1 } },
    })
    const { executor, reports } = anExecutor(place)
    await executor.begin()
    await until(() => place.jobs(batch)[0]?.attempts === 1 && place.row(batch).jobs_running === 0, 'it waits')
    executor.wake()
    await place.ends(batch)
    expect(place.jobs(batch)).toMatchObject([{ status: 'succeeded', attempts: 2 }])
    expect(reports.crashes).toEqual([])
  })
})

test('an end that could not be written is written a second later, by itself, and not before', async () => {
  const real = temporaryDatabase()
  let broken = false
  const tries: number[] = []
  const db: Db = {
    ...real,
    write(action) {
      if (!broken) return real.write(action)
      tries.push(performance.now())
      throw new Error('database or disk is full')
    },
  }
  const place = aWorkplace(db)
  const batch = place.gated({ jobs: 1 })
  const { executor, reports } = anExecutor(place)
  await executor.begin()
  await place.traced('begin 1')
  broken = true
  place.open(1)
  await until(() => tries.length === 2, 'it is tried again')
  expect((tries[1] ?? 0) - (tries[0] ?? 0)).toBeGreaterThanOrEqual(990)
  broken = false
  await place.ends(batch)
  expect(place.jobs(batch)).toMatchObject([{ status: 'succeeded', attempts: 1 }])
  expect(reports.errors).toHaveLength(2)
  expect(reports.crashes).toEqual([])
})

describe('a launcher', () => {
  test('that was fenced refuses the job, reports it, and another one starts it', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 2 })
    const { executor, reports } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    const [journal] = journals(place)
    if (!journal) throw new Error('it has no journal')
    fenceLauncher(journal)
    place.open(1, 2)
    await until(() => reports.refused > 0, 'it is refused')
    expect(place.jobs(batch)[0]).toMatchObject({ status: 'succeeded', attempts: 1 })
    await place.ends(batch)
    expect(place.jobs(batch)).toMatchObject([{ attempts: 1 }, { status: 'succeeded', attempts: 2 }])
    expect(place.db.sql('SELECT sum(host_losses) AS n, sum(failures) AS f FROM jobs').get()).toEqual({
      n: 0,
      f: 0,
    })
    expect(isRunning(journal.launcher)).toBe(false)
  })

  test('that finds no program fails the job at once, whatever retries it has', async () => {
    const place = aWorkplace()
    const batch = place.add('true', {
      jobs: 1,
      command: () => ({ argv: ['/no/such/program'] }),
      options: { retries: { times: 2, delayMs: 0, backoff: 1 } },
    })
    const { executor, reports } = anExecutor(place)
    await executor.begin()
    await place.ends(batch)
    expect(place.jobs(batch)).toMatchObject([{ status: 'failed', attempts: 1 }])
    expect(reports).toMatchObject({ attention: [], refused: 0, crashes: [] })
  })
})
