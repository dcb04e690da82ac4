/** The executor with real jobs: order, places, what a command changes, and how it ends. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { readJournals } from '../../../src/core/launcher/journal.ts'
import { isRunning } from '../../../src/core/process/processes.ts'
import { cancelBatch } from '../../../src/core/queue/batch-ending.ts'
import { requestPause, resumeBatch } from '../../../src/core/queue/batch-store.ts'
import { logPath } from '../../../src/core/run/batch-options.ts'
import { by, temporaryDatabase } from '../../helpers/database.ts'
import { until } from '../../helpers/launcher-kit.ts'
import { anExecutor, aWorkplace, launcherKind } from './an-executor.ts'

/** Whatever was to happen at once has happened. */
async function turns(): Promise<void> {
  for (let n = 0; n < 50; n += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('a batch', () => {
  test('has its jobs run one after the other, is finished once, and the next one follows', async () => {
    const place = aWorkplace()
    const first = place.add('true', { type: 'one', jobs: 3 })
    const second = place.add('(exit 3)', { type: 'two', jobs: 1 })
    const { executor, reports } = anExecutor(place)
    await executor.begin()
    await place.ends(second)
    const inOrder = [1, 2, 3].flatMap((n) => [`begin ${n}`, `end ${n}`])
    expect(place.trace()).toEqual([...inOrder, 'begin 1', 'end 1'])
    expect(place.row(first)).toMatchObject({ status: 'completed', jobs_succeeded: 3, closed_by: 'event' })
    expect(place.row(second)).toMatchObject({ status: 'completed_with_errors', jobs_failed: 1 })
    expect(reports.finished.map((row) => row.number)).toEqual([first.number, second.number])
    expect(reports).toMatchObject({ attention: [], crashes: [], errors: [], refused: 0 })
    expect(reports.changed).toBeGreaterThan(3)
    await executor.end('finish')
    expect(readdirSync(path.join(place.home, 'run'))).toEqual([])
  })

  test('has `parallel` jobs running at once, and never more', async () => {
    const place = aWorkplace()
    // Each waits until another one has begun too, so that it can only end if two run at the same time.
    const body = '[ "$1" = 5 ] || while [ $(grep -c begin trace) -le "$1" ]; do sleep 0.01; done'
    const batch = place.add(body, { jobs: 5, options: { parallel: 2 } })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.ends(batch)
    let open = 0
    const most = Math.max(...place.trace().map((line) => (open += line.startsWith('begin') ? 1 : -1)))
    expect(most).toBe(2)
  })

  test('runs its jobs where and with what it was given, and keeps their output', async () => {
    const place = aWorkplace()
    const batch = place.add('true', {
      jobs: 2,
      options: { cwd: place.home, env: { COLOUR: 'red' }, searchPath: '/bin:/usr/bin' },
      command: (ordinal) => ({
        argv: ['sh', '-c', 'echo "$PWD $PATH $COLOUR $SLIPWAY_BATCH $SLIPWAY_JOB $BASE"'],
        ...(ordinal === 2 ? { cwd: '/', env: { COLOUR: 'blue' } } : {}),
      }),
    })
    const { executor } = anExecutor(place, {
      env: { PATH: process.env.PATH, BASE: 'base', SLIPWAY_LAUNCHER: launcherKind },
    })
    await executor.begin()
    await place.ends(batch)
    const log = (ordinal: number) => readFileSync(logPath(place.home, batch.number, ordinal, 1), 'utf8')
    expect(log(1)).toBe(`${place.home} /bin:/usr/bin red ${batch.number} 1 base\n`)
    expect(log(2)).toBe(`/ /bin:/usr/bin blue ${batch.number} 2 base\n`)
  })

  test('whose job cannot be started fails that job with a sentence, and continues', async () => {
    const place = aWorkplace()
    const batch = place.add('true', {
      jobs: 2,
      command: (ordinal) => ({ argv: [ordinal === 1 ? '/no/such/program' : 'true'] }),
    })
    const { executor, reports } = anExecutor(place)
    await executor.begin()
    await place.ends(batch)
    expect(place.jobs(batch)).toMatchObject([
      { status: 'failed', attempts: 1, error: 'program "/no/such/program" was not found' },
      { status: 'succeeded' },
    ])
    expect(reports.attention).toEqual([])
  })

  test('has a failed job tried again after its delay, before the next one has its turn', async () => {
    const place = aWorkplace()
    const body = '[ "$1" = 2 ] || test $(grep -c "begin 1" trace) -ge 3'
    const retries = { times: 2, delayMs: 60, backoff: 2 }
    const batch = place.add(body, { jobs: 2, options: { retries } })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.ends(batch)
    expect(place.trace().filter((line) => line.startsWith('begin'))).toEqual([
      'begin 1',
      'begin 1',
      'begin 1',
      'begin 2',
    ])
    expect(place.jobs(batch)).toMatchObject([{ status: 'succeeded', attempts: 3 }, { attempts: 1 }])
    const times = place.db
      .sql<{ started_at: number; ended_at: number }>(
        'SELECT started_at, ended_at FROM attempts ORDER BY ended_at, number',
      )
      .all()
    expect((times[1]?.started_at ?? 0) - (times[0]?.ended_at ?? 0)).toBeGreaterThanOrEqual(55)
    expect((times[2]?.started_at ?? 0) - (times[1]?.ended_at ?? 0)).toBeGreaterThanOrEqual(115)
  })

  test('with free places lets others pass a job that waits for its retry', async () => {
    const place = aWorkplace()
    const retries = { times: 1, delayMs: 600_000, backoff: 1 }
    const batch = place.add('[ "$1" != 1 ]', { jobs: 3, options: { retries, parallel: 2 } })
    const { executor } = anExecutor(place)
    await executor.begin()
    await until(() => place.row(batch).jobs_succeeded === 2, 'the others have passed it')
    expect(place.jobs(batch)[0]).toMatchObject({ status: 'pending', attempts: 1 })
    expect(place.row(batch).status).toBe('running')
  })

  test('that stops at its first failure stops the jobs beside it, and cancels the rest', async () => {
    const place = aWorkplace()
    const body =
      'if [ "$1" = 1 ]; then while ! grep -q "begin 2" trace; do sleep 0.01; done; exit 1; else exec sleep 60; fi'
    const batch = place.add(body, { jobs: 3, options: { parallel: 2, stopOnFailure: { kind: 'first' } } })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.ends(batch)
    expect(place.row(batch)).toMatchObject({ status: 'failed', reason_code: 'stopped-at-first-failure' })
    expect(place.jobs(batch).map((job) => job.status)).toEqual(['failed', 'cancelled', 'cancelled'])
    expect(place.processes()).toEqual([])
  })

  test('behind another waits until the processes of that one are gone, also when it was cancelled', async () => {
    const place = aWorkplace()
    place.set('kill-grace-ms', 300)
    const first = place.add('trap "" TERM; echo armed >> trace; while :; do sleep 0.01; done', {
      type: 'one',
      jobs: 2,
    })
    const second = place.add('true', { type: 'two', jobs: 1 })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.traced('armed')
    place.db.write(() => cancelBatch(place.db, by(Date.now()), first.id, 'wrong input'))
    executor.wake()
    await until(() => place.row(second).status !== 'queued', 'the second is claimed')
    expect(place.processes().length).toBeLessThanOrEqual(1) // at most its own first job
    await place.ends(second)
    expect(place.row(first)).toMatchObject({ status: 'cancelled', jobs_cancelled: 2 })
    expect(place.jobs(first).map((job) => job.attempts)).toEqual([1, 0])
    expect(place.trace().slice(0, 2)).toEqual(['begin 1', 'armed'])
  })
})

describe('pausing', () => {
  test('a batch lets its running job end, frees the machine for the next, and continues when resumed', async () => {
    const place = aWorkplace()
    const first = place.gated({ type: 'one', jobs: 2 })
    const second = place.add('true', { type: 'two', jobs: 1 })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    place.db.write(() => requestPause(place.db, by(Date.now()), first.id, false, 'lunch'))
    executor.wake()
    place.open(1)
    await place.ends(second)
    expect(place.row(first)).toMatchObject({
      status: 'paused',
      jobs_succeeded: 1,
      jobs_pending: 1,
      reason: 'lunch',
    })
    place.open(2)
    place.db.write(() => resumeBatch(place.db, by(Date.now()), first.id))
    executor.wake()
    await place.ends(first)
    expect(place.jobs(first)).toMatchObject([{ attempts: 1 }, { attempts: 1, status: 'succeeded' }])
  })

  test('a batch at once stops its job, which goes back without using up a retry', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 1 })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    place.db.write(() => requestPause(place.db, by(Date.now()), batch.id, true, null))
    executor.wake()
    await place.becomes(batch, 'paused')
    expect(place.jobs(batch)).toMatchObject([{ status: 'pending', attempts: 1, error: 'stopped on request' }])
    expect(place.db.sql('SELECT host_losses, failures FROM jobs').all()).toEqual([
      { host_losses: 0, failures: 0 },
    ])
    expect(place.processes()).toEqual([])
  })

  test('the queue lets the running job end and returns its batch to the top', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 2 })
    place.add('true', { type: 'two', jobs: 1 })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    place.pauseQueue(false)
    executor.wake()
    place.open(1)
    await place.becomes(batch, 'queued')
    expect(place.row(batch)).toMatchObject({ position: 1, jobs_succeeded: 1, jobs_pending: 1 })
    expect(place.trace()).toEqual(['begin 1', 'end 1'])
    place.resumeQueue()
    place.open(2)
    executor.wake()
    await place.ends(batch)
  })

  test('the queue at once stops the running job', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 1 })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    place.pauseQueue(true)
    executor.wake()
    await place.becomes(batch, 'queued')
    expect(place.jobs(batch)).toMatchObject([{ status: 'pending', attempts: 1 }])
  })
})

describe('ending work', () => {
  test('in good order lets the running job end, starts no other, and returns the batch to the top', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 2 })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    let over = false
    const ending = executor.end('finish').then(() => {
      over = true
    })
    await turns()
    expect(over).toBe(false)
    place.open(1, 2)
    await ending
    expect(place.row(batch)).toMatchObject({
      status: 'queued',
      position: 1,
      jobs_succeeded: 1,
      jobs_pending: 1,
    })
    expect(readJournals(path.join(place.home, 'run'))).toEqual([])
    executor.wake()
    expect(place.trace()).toEqual(['begin 1', 'end 1'])
  })

  test('by stopping overtakes an ending in good order', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 2 })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    const patient = executor.end('finish')
    await executor.end('stop')
    await patient
    expect(place.row(batch)).toMatchObject({ status: 'queued', jobs_pending: 2 })
    expect(place.processes()).toEqual([])
  })

  test('by stopping is not softened by a later request to finish', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 1 })
    const { executor } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    await Promise.all([executor.end('stop'), executor.end('finish')])
    expect(place.row(batch)).toMatchObject({ status: 'queued', jobs_pending: 1 })
  })

  test('twice, or before it began, does nothing more', async () => {
    const place = aWorkplace()
    const { executor, reports } = anExecutor(place)
    await executor.end('finish')
    await executor.begin()
    await executor.end('finish')
    await executor.end('stop')
    await executor.end('leave')
    expect(reports.errors).toEqual([])
  })

  test('can be followed by a new beginning', async () => {
    const place = aWorkplace()
    const { executor } = anExecutor(place)
    await executor.begin()
    await executor.end('stop')
    const batch = place.add('true', { jobs: 2 })
    await executor.begin()
    await place.ends(batch)
  })

  test('by leaving lets the job run on; the next host watches it, and its verdict counts once', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 2 })
    const leaver = anExecutor(place)
    await leaver.executor.begin()
    await place.traced('begin 1')
    await leaver.executor.end('leave')
    expect(place.row(batch)).toMatchObject({ status: 'running', jobs_running: 1 })
    expect(place.processes().length).toBeGreaterThan(0)
    place.db.write(() => place.db.sql("UPDATE hosts SET id = 'host-2'").run())
    const { executor, reports } = anExecutor(place, { hostId: 'host-2' })
    await executor.begin()
    expect(reports.crashes).toEqual([
      '#1 was running when its host went away; jobs: 1 still running and watched. It continues from its first unfinished job.',
    ])
    await turns()
    expect(place.trace()).toEqual(['begin 1'])
    place.open(1, 2)
    await place.ends(batch)
    expect(place.jobs(batch)).toMatchObject([
      { status: 'succeeded', attempts: 1 },
      { status: 'succeeded', attempts: 1 },
    ])
    expect(place.trace()).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2'])
    expect(leaver.reports.errors).toEqual([])
    await executor.end('finish')
    expect(readdirSync(path.join(place.home, 'run'))).toEqual([])
  })
})

describe('a goal', () => {
  test('that is reached lets nothing more be claimed, until there is none', async () => {
    const place = aWorkplace()
    const mine = place.add('true', { type: 'mine', jobs: 1 })
    const theirs = place.add('true', { type: 'theirs', jobs: 1 })
    const { executor } = anExecutor(place)
    executor.limitTo([mine.id])
    await executor.begin()
    await place.ends(mine)
    await turns()
    expect(place.row(theirs).status).toBe('queued')
    executor.limitTo(null)
    await place.ends(theirs)
  })
})

describe('trouble', () => {
  test('with the disk: nothing starts while it is low, and it continues by itself when there is space', async () => {
    const place = aWorkplace()
    place.set('min-free-disk-mb', 10_000_000)
    const batch = place.add('true', { jobs: 1 })
    const { executor } = anExecutor(place)
    await executor.begin()
    await turns()
    expect(place.row(batch).status).toBe('queued')
    place.set('min-free-disk-mb', 0)
    await place.ends(batch)
  })

  test('with the launcher: without one nothing is claimed, it is reported, and tried again a second later', async () => {
    const place = aWorkplace()
    const batch = place.add('true', { jobs: 1 })
    const { executor, reports } = anExecutor(place, {
      launcherDir: path.join(place.home, 'none'),
      env: { PATH: process.env.PATH, SLIPWAY_LAUNCHER: 'node' },
    })
    await executor.begin()
    await until(() => reports.attention.length > 0, 'it is reports')
    expect(reports.attention[0]).toMatch(/^A job could not be started: no launcher in /)
    expect(String(reports.errors[0])).toContain('no launcher in')
    expect(reports.refused).toBe(0)
    expect(place.jobs(batch)).toMatchObject([{ status: 'pending', attempts: 0 }])
    await until(() => reports.attention.length > 1, 'it is tried again')
    expect(place.jobs(batch)).toMatchObject([{ status: 'pending', attempts: 0 }])
  })

  test('with the launcher: when it dies its jobs are ended before they run again', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 2 })
    const { executor, reports } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    const [journal] = readJournals(path.join(place.home, 'run'))
    if (!journal) throw new Error('the launcher has no journal')
    expect(isRunning(journal.launcher)).toBe(true)
    process.kill(journal.launcher.pid, 'SIGKILL')
    await until(() => place.trace().filter((line) => line === 'begin 1').length === 2, 'it runs again')
    expect(place.processes().filter((one) => one.attempt.endsWith('.1'))).toEqual([])
    expect(reports.attention).toEqual([
      expect.stringMatching(/^The launcher died \(.*SIGKILL.*\); its jobs are being recovered\.$/),
    ])
    place.open(1, 2)
    await place.ends(batch)
    expect(place.jobs(batch)).toMatchObject([{ attempts: 2 }, { attempts: 1 }])
    expect(place.kinds()).toContain('job_interrupted')
    await executor.end('finish')
    expect(existsSync(journal.path)).toBe(false)
  })

  test('with the database: an end that could not be written is kept and written a second later', async () => {
    const real = temporaryDatabase()
    let broken = false
    const fails = () => {
      if (broken) throw new Error('database or disk is full')
    }
    const db: Db = {
      ...real,
      write(action) {
        fails()
        return real.write(action)
      },
      note(action) {
        fails()
        return real.note(action)
      },
    }
    const place = aWorkplace(db)
    const batch = place.gated({ jobs: 2 })
    const { executor, reports } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    broken = true
    place.open(1, 2)
    await until(() => reports.errors.length > 0, 'the write has failed')
    expect(String(reports.errors[0])).toContain('disk is full')
    expect(place.trace()).not.toContain('begin 2')
    executor.wake()
    broken = false
    await place.ends(batch)
    expect(reports.errors).toHaveLength(1) // tried again a second later, not at once
    expect(reports.crashes).toEqual([]) // nothing was lost that had to be searched
    expect(place.jobs(batch)).toMatchObject([
      { status: 'succeeded', attempts: 1 },
      { status: 'succeeded', attempts: 1 },
    ])
  })

  test('with the role: once it is lost nothing is recorded or started any more', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 2 })
    const { executor, reports } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    executor.lose()
    place.open(1, 2)
    await place.traced('end 1')
    await until(
      () => readJournals(path.join(place.home, 'run')).every(({ launcher }) => !isRunning(launcher)),
      'it ended',
    )
    await turns()
    expect(place.row(batch)).toMatchObject({ status: 'running', jobs_running: 1, jobs_succeeded: 0 })
    expect(place.trace()).toEqual(['begin 1', 'end 1'])
    expect(reports.finished).toEqual([])
  })

  test('with the role: a job that the same host left running before it got the role back is watched to its end', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 3, options: { parallel: 2 } })
    const { executor, reports } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    await place.traced('begin 2')
    executor.lose()
    await executor.begin()
    expect(reports.crashes).toEqual([expect.stringContaining('2 still running and watched')])
    place.open(1)
    await place.traced('begin 3') // the first was seen to its end, and the second is watched on
    place.open(2)
    await until(() => place.row(batch).jobs_succeeded === 2, 'the second is seen to its end')
    place.open(3)
    await place.ends(batch)
    expect(place.jobs(batch)).toMatchObject([
      { status: 'succeeded', attempts: 1 },
      { status: 'succeeded', attempts: 1 },
      { status: 'succeeded', attempts: 1 },
    ])
    expect(reports.errors).toEqual([])
  })

  test('with the claim: a verdict under one that was forged is refused, and the job runs again', async () => {
    const place = aWorkplace()
    const batch = place.gated({ jobs: 1 })
    const { executor, reports } = anExecutor(place)
    await executor.begin()
    await place.traced('begin 1')
    place.db.write(() => place.db.sql("UPDATE batches SET claim_token = 'forged' WHERE position = 0").run())
    place.open(1)
    await place.ends(batch)
    expect(reports.refused).toBeGreaterThanOrEqual(1)
    expect(place.row(batch).status).toBe('completed')
    expect(place.jobs(batch)).toMatchObject([{ status: 'succeeded' }])
  })

  test('with the row: a batch that counts as running though nobody runs it is taken up', async () => {
    const place = aWorkplace()
    const batch = place.add('true', { jobs: 1 })
    const { executor } = anExecutor(place)
    place.pauseQueue(false)
    await executor.begin()
    place.db.write(() => place.db.sql("UPDATE batches SET status = 'running', position = 0").run())
    place.resumeQueue()
    executor.wake()
    await place.ends(batch)
    expect(place.row(batch)).toMatchObject({ status: 'completed', started_at: null })
    expect(place.kinds()).toContain('batch_taken_over')
  })
})
