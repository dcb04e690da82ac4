/** How the ends of attempts are recorded: jobs, attempts and events, through a real database. */
import { describe, expect, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { takeOverBatch } from '../../../src/core/queue/batch-store.ts'
import { attemptsOfJob, eventsPage, jobById } from '../../../src/core/queue/job-queries.ts'
import { claimJob } from '../../../src/core/queue/job-store.ts'
import type { BatchRow, JobRow } from '../../../src/core/queue/rows.ts'
import { runOptions } from '../../../src/core/run/batch-options.ts'
import { RetryDelays, retryDelayMs } from '../../../src/core/run/retry-delays.ts'
import { type AttemptEnd, settle } from '../../../src/core/run/settle.ts'
import type { Verdict } from '../../../src/core/run/verdict.ts'
import { addBatch, by, claim, ended, noon, startJob, temporaryDatabase } from '../../helpers/database.ts'
import { stubClock } from '../../helpers/stub-clock.ts'

const retries = { times: 2, delayMs: 1_000, backoff: 3 }

function running(options: Record<string, unknown> = {}) {
  const db = temporaryDatabase()
  addBatch(db, { jobs: 2, options })
  const batch = claim(db, noon)
  return { db, batch, job: startJob(db, batch, noon), options: runOptions(batch) }
}

function over(
  job: JobRow,
  kind: Verdict['kind'],
  more: Partial<Verdict> = {},
  token = job.claim_token ?? '',
) {
  const error = kind === 'succeeded' ? null : 'boom'
  const measured = ended(noon, 40, { error })
  const verdict = { ...measured, kind, retryable: kind === 'failed', hostDied: false, leftovers: 0, ...more }
  return { job, token, verdict }
}

const settled = (db: Db, batch: BatchRow, end: AttemptEnd) =>
  db.write(() => settle(db, by(noon + 40), end, runOptions(batch)).recorded)
const now = (db: Db, job: JobRow) => {
  const row = jobById(db, job.id)
  if (!row) throw new Error('the job vanished')
  return row
}
const lastEvent = (db: Db) => eventsPage(db, { limit: 1 })[0]
const again = (db: Db, batch: BatchRow, job: JobRow) => {
  const row = db.write(() => claimJob(db, by(noon + 50), job.id, batch.claim_token ?? ''))
  if (!row) throw new Error('the job could not be claimed again')
  return row
}

test('a success is recorded with its attempt, without an event of its own and without leftovers', () => {
  const { db, batch, job } = running()
  const before = lastEvent(db)?.id
  expect(settled(db, batch, over(job, 'succeeded'))).toBe(true)
  expect(now(db, job)).toMatchObject({ status: 'succeeded', failures: 0, duration_ms: 40, error: null })
  expect(attemptsOfJob(db, job.id)).toMatchObject([{ number: 1, outcome: 'succeeded', awakeMs: 40 }])
  expect(lastEvent(db)?.id).toBe(before)
})

test('a failure without retries left is final, and reported with what is known of it', () => {
  const { db, batch, job } = running()
  expect(settled(db, batch, over(job, 'failed', { exitCode: 3, signal: null }))).toBe(true)
  expect(now(db, job)).toMatchObject({ status: 'failed', failures: 1, exit_code: 3, error: 'boom' })
  expect(lastEvent(db)).toMatchObject({
    kind: 'job_failed',
    batchId: batch.id,
    jobId: job.id,
    fromStatus: 'running',
    toStatus: 'failed',
    reason: 'boom',
    details: { ordinal: 1, attempt: 1, exitCode: 3, signal: null },
  })
})

test('a failure with retries left sends the job back, each time after a longer delay, until none is left', () => {
  const { db, batch, job } = running({ retries })
  expect(settled(db, batch, over(job, 'failed'))).toBe(true)
  expect(now(db, job)).toMatchObject({ status: 'pending', failures: 1, not_before: noon + 40 + 1_000 })
  expect(lastEvent(db)).toMatchObject({ kind: 'job_retried', toStatus: 'pending', reason: 'boom' })
  expect(settled(db, batch, over(again(db, batch, job), 'failed'))).toBe(true)
  expect(now(db, job)).toMatchObject({ status: 'pending', failures: 2, not_before: noon + 40 + 3_000 })
  expect(settled(db, batch, over(again(db, batch, job), 'failed'))).toBe(true)
  expect(now(db, job)).toMatchObject({ status: 'failed', failures: 3, attempts: 3 })
  expect(attemptsOfJob(db, job.id).map((one) => one.outcome)).toEqual(['failed', 'failed', 'failed'])
})

test('a failure that no retry can help is final at once', () => {
  const { db, batch, job } = running({ retries })
  const end = over(job, 'failed')
  settled(db, batch, { ...end, verdict: { ...end.verdict, retryable: false } })
  expect(now(db, job)).toMatchObject({ status: 'failed', attempts: 1 })
})

test('an interruption sends the job back and uses up no retry', () => {
  const { db, batch, job } = running({ retries })
  expect(settled(db, batch, over(job, 'interrupted'))).toBe(true)
  expect(now(db, job)).toMatchObject({ status: 'pending', failures: 0, host_losses: 0, not_before: null })
  expect(attemptsOfJob(db, job.id)).toMatchObject([{ outcome: 'interrupted', error: 'boom' }])
  expect(lastEvent(db)).toMatchObject({ kind: 'job_interrupted', toStatus: 'pending' })
})

test('a job that took its host down is tried once more, and failed the second time', () => {
  const { db, batch, job } = running()
  expect(settled(db, batch, over(job, 'interrupted', { hostDied: true }))).toBe(true)
  expect(now(db, job)).toMatchObject({ status: 'pending', host_losses: 1 })
  expect(settled(db, batch, over(again(db, batch, job), 'interrupted', { hostDied: true }))).toBe(true)
  const error = 'its host died 2 times while it ran, so it is not tried again'
  expect(now(db, job)).toMatchObject({ status: 'failed', error })
  expect(lastEvent(db)).toMatchObject({ kind: 'job_failed', reason: error })
})

test('a job whose host died once may be stopped on request without being failed for it', () => {
  const { db, batch, job } = running()
  settled(db, batch, over(job, 'interrupted', { hostDied: true }))
  settled(db, batch, over(again(db, batch, job), 'interrupted'))
  expect(now(db, job)).toMatchObject({ status: 'pending', host_losses: 1 })
})

test('processes that a job left behind are reported, with how many', () => {
  const { db, batch, job } = running()
  settled(db, batch, over(job, 'succeeded', { leftovers: 2 }))
  expect(lastEvent(db)).toMatchObject({
    kind: 'job_leftovers_stopped',
    batchId: batch.id,
    jobId: job.id,
    details: { ordinal: 1, processes: 2 },
  })
})

test.each(['succeeded', 'failed', 'interrupted'] as const)(
  'a verdict of %s under a lost claim changes nothing',
  (kind) => {
    const { db, batch, job } = running()
    db.write(() => takeOverBatch(db, by(noon + 1), batch.id, 'successor', 'its host is gone'))
    const before = lastEvent(db)?.id
    expect(settled(db, batch, over(job, kind))).toBe(false)
    expect(now(db, job)).toMatchObject({ status: 'running', claim_token: 'successor' })
    expect(attemptsOfJob(db, job.id)).toEqual([])
    expect(lastEvent(db)?.id).toBe(before)
  },
)

test('a retry under a lost claim changes nothing either', () => {
  const { db, batch, job } = running({ retries })
  db.write(() => takeOverBatch(db, by(noon + 1), batch.id, 'successor', 'its host is gone'))
  expect(settled(db, batch, over(job, 'failed'))).toBe(false)
  expect(now(db, job).status).toBe('running')
})

test('no delay is longer than a day', () => {
  const options = runOptions({
    options: JSON.stringify({ retries: { times: 99, delayMs: 1_000, backoff: 10 } }),
  })
  expect(retryDelayMs(options, 1)).toBe(1_000)
  expect(retryDelayMs(options, 3)).toBe(100_000)
  expect(retryDelayMs(options, 50)).toBe(86_400_000)
})

describe('a job that waits for its retry', () => {
  function waiting() {
    const scene = running({ retries })
    const clock = stubClock(noon)
    const delays = new RetryDelays(clock)
    /** The reported delay, also where the verdict itself is not recorded. */
    const inMs = (end: AttemptEnd) =>
      scene.db.write(() => settle(scene.db, by(noon + 40), { ...end, token: 'lost' }, scene.options))
        .retryInMs
    return { ...scene, clock, delays, inMs }
  }

  test('waits for the delay in awake time, and not for a machine that slept', () => {
    const { job, options, clock, delays } = waiting()
    expect([delays.size, delays.next()]).toEqual([0, null])
    delays.hold(job.id, 1_000)
    expect([delays.size, delays.next()]).toEqual([1, clock.awakeMs() + 1_000])
    expect(delays.mustWait(job, options)).toBe(true)
    clock.sleep(60_000)
    clock.advance(999)
    expect(delays.mustWait(job, options)).toBe(true)
    clock.advance(1)
    expect(delays.mustWait(job, options)).toBe(false)
    delays.forget(job.id)
    expect(delays.size).toBe(0)
  })

  test('waits longer after its second failure', () => {
    const { job, inMs } = waiting()
    expect(inMs(over(job, 'failed'))).toBe(1_000)
    expect(inMs(over({ ...job, failures: 1 }, 'failed'))).toBe(3_000)
  })

  test('is none if it ended well, was interrupted, has no retry left or would gain nothing from one', () => {
    const { job, inMs } = waiting()
    expect(inMs(over(job, 'succeeded'))).toBeNull()
    expect(inMs(over(job, 'interrupted'))).toBeNull()
    expect(inMs(over(job, 'succeeded', { retryable: true }))).toBeNull()
    expect(inMs(over({ ...job, failures: 2 }, 'failed'))).toBeNull()
    expect(inMs(over(job, 'failed', { retryable: false }))).toBeNull()
  })

  test('the first that is due is the next', () => {
    const { clock, delays } = waiting()
    delays.hold(7, 5_000)
    delays.hold(8, 2_000)
    delays.hold(9, 3_000)
    expect(delays.next()).toBe(clock.awakeMs() + 2_000)
    delays.clear()
    expect(delays.next()).toBeNull()
  })

  test('waits after a restart for what is left by the wall clock, and at most the whole delay', () => {
    const { job, options, clock, delays } = waiting()
    const left = { ...job, failures: 1, not_before: noon + 400 }
    expect(delays.mustWait(left, options)).toBe(true)
    expect(delays.next()).toBe(clock.awakeMs() + 400)
    delays.clear()
    const farOff = { ...left, not_before: noon + 10_000_000 }
    expect(delays.mustWait(farOff, options)).toBe(true)
    expect(delays.next()).toBe(clock.awakeMs() + 1_000)
    delays.clear()
    expect(delays.mustWait({ ...farOff, failures: 2 }, options)).toBe(true)
    expect(delays.next()).toBe(clock.awakeMs() + 3_000)
  })

  test('waits no more after a restart once its time has come, or if it has none', () => {
    const { job, options, delays } = waiting()
    expect(delays.mustWait({ ...job, not_before: noon }, options)).toBe(false)
    expect(delays.mustWait({ ...job, not_before: null }, options)).toBe(false)
    expect(delays.size).toBe(0)
  })

  test('waits the first delay after a restart even if no failure was counted', () => {
    const { job, options, clock, delays } = waiting()
    expect(delays.mustWait({ ...job, failures: 0, not_before: noon + 60_000 }, options)).toBe(true)
    expect(delays.next()).toBe(clock.awakeMs() + 1_000)
  })
})
