/** One advance, as a transaction on a real database without any process: what it ends, returns, claims and starts. */
import { describe, expect, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import {
  noteFailedBefore,
  reopenBatch,
  requestPause,
  takeOverBatch,
} from '../../../src/core/queue/batch-store.ts'
import { reopenJobs, runningJobs } from '../../../src/core/queue/job-store.ts'
import type { BatchRow } from '../../../src/core/queue/rows.ts'
import { writeMark } from '../../../src/core/queue/settings-store.ts'
import { Ahead } from '../../../src/core/run/ahead.ts'
import type { Situation } from '../../../src/core/run/claims.ts'
import { RetryDelays } from '../../../src/core/run/retry-delays.ts'
import type { AttemptEnd } from '../../../src/core/run/settle.ts'
import { hasWork, mayStart, type Step, takeStep } from '../../../src/core/run/step.ts'
import {
  addBatch,
  type BatchPlan,
  by,
  claim,
  end,
  ended,
  hostId,
  noon,
  reread,
  temporaryDatabase,
} from '../../helpers/database.ts'
import { stubClock } from '../../helpers/stub-clock.ts'

function aHost(db: Db = temporaryDatabase()) {
  const clock = stubClock(noon)
  const scope = { db, clock, hostId }
  const delays = new RetryDelays(clock)
  const situation = (more: Partial<Situation> = {}): Situation => ({
    busy: 0,
    held: { count: 0, lastOrdinal: 0 },
    ahead: new Ahead(clock),
    mayFollow: true,
    stopping: false,
    diskIsLow: () => false,
    goal: null,
    launcherIsReady: () => true,
    delays,
    ...more,
  })
  return {
    db,
    clock,
    delays,
    add: (plan: BatchPlan = {}) => addBatch(db, plan),
    hasWork: (more: Partial<Situation> = {}) => hasWork(scope, situation(more)),
    mayStart: (more: Partial<Situation> = {}) => mayStart(scope, situation(more)),
    step: (more: Partial<Situation> = {}, settling: readonly AttemptEnd[] = []) =>
      db.write(() => takeStep(scope, settling, situation(more))),
    row: (batch: BatchRow) => reread(db, batch.id),
    pauseQueue: () =>
      db.write(() =>
        writeMark(db, 'queue-paused', { since: 1, by: 'ana', reason: null, kind: 'person', now: false }, 1),
      ),
    kinds: () =>
      db
        .sql<{ kind: string; reason: string | null }>(
          'SELECT kind, coalesce(reason, reason_sentence(reason_code, reason_values)) AS reason FROM events ORDER BY id',
        )
        .all()
        .map(({ kind, reason }) => (reason === null ? kind : `${kind}: ${reason}`)),
  }
}

function endOf(
  db: Db,
  batch: BatchRow,
  kind: 'succeeded' | 'failed' = 'succeeded',
  more: object = {},
): AttemptEnd {
  const row = reread(db, batch.id)
  const job = runningJobs(db, batch.id)[0]
  if (!job) throw new Error('no job runs')
  const measured = ended(noon, 5, { exitCode: kind === 'failed' ? 1 : 0 })
  const verdict = { ...measured, kind, retryable: true, hostDied: false, leftovers: 0 }
  return { job, token: row.claim_token ?? '', verdict, ...more }
}

const started = (step: Step) => step.start.map(({ job }) => job.ordinal)

describe('what may start', () => {
  test('is nothing while the queue is paused, the host stops or the disk is low', () => {
    const { mayStart, pauseQueue } = aHost()
    expect(mayStart()).toBe(true)
    expect(mayStart({ stopping: true })).toBe(false)
    expect(mayStart({ diskIsLow: () => true })).toBe(false)
    pauseQueue()
    expect(mayStart()).toBe(false)
  })
})

describe('there is work', () => {
  test('when a batch waits and nothing is busy, unless nothing may start or the goal is reached', () => {
    const host = aHost()
    expect(host.hasWork()).toBe(false)
    const first = host.add({ type: 'first', jobs: 0 })
    expect(host.hasWork()).toBe(true)
    expect(host.hasWork({ busy: 1 })).toBe(false)
    expect(host.hasWork({ diskIsLow: () => true })).toBe(false)
    expect(host.hasWork({ goal: [first.id] })).toBe(true)
    end(host.db, claim(host.db, noon), noon)
    host.add({ type: 'second' })
    expect(host.hasWork()).toBe(true)
    expect(host.hasWork({ goal: [first.id] })).toBe(false)
    expect(host.hasWork({ goal: [] })).toBe(false)
  })

  test('when the running batch has no running job, or a free place and a pending one', () => {
    const host = aHost()
    const batch = host.add({ jobs: 3, options: { parallel: 2 } })
    claim(host.db, noon)
    expect(host.hasWork({ diskIsLow: () => true })).toBe(true) // to be paused or returned
    host.step({ diskIsLow: () => false })
    expect(host.row(batch).jobs_running).toBe(2)
    expect(host.hasWork({ busy: 2 })).toBe(false)
    expect(host.hasWork({ busy: 1 })).toBe(true)
    expect(host.hasWork({ busy: 1, diskIsLow: () => true })).toBe(false)
    host.db.write(() => requestPause(host.db, by(noon), batch.id, false, null))
    expect(host.hasWork({ busy: 1 })).toBe(false)
  })

  test('not when all its jobs run, however many places are free', () => {
    const host = aHost()
    host.add({ jobs: 1, options: { parallel: 4 } })
    host.step()
    expect(host.hasWork({ busy: 1 })).toBe(false)
  })

  test("not with another host's batch", () => {
    const host = aHost()
    const batch = host.add()
    claim(host.db, noon)
    host.db.write(() => takeOverBatch(host.db, by(noon, { hostId: 'host-2' }), batch.id, 'theirs', 'why'))
    expect(host.hasWork()).toBe(false)
    const step = host.step()
    expect(step).toMatchObject({ start: [], finished: [], changed: false, refused: false })
    expect(step).toMatchObject({ onlyJobs: true, running: { id: batch.id }, mustStop: false })
    host.pauseQueue()
    expect(host.step().changed).toBe(false)
    expect(host.row(batch)).toMatchObject({ status: 'running', host_id: 'host-2' })
  })
})

describe('a step', () => {
  test('claims the head of the queue and as many of its jobs as there are slots', () => {
    const host = aHost()
    expect(host.step()).toEqual({
      start: [],
      hold: [],
      mayHold: false,
      finished: [],
      changed: false,
      refused: false,
      onlyJobs: true,
      running: undefined,
      mustStop: false,
      again: false,
    })
    const batch = host.add({ jobs: 3, options: { parallel: 2 } })
    const step = host.step()
    expect(step).toMatchObject({ changed: true, finished: [], refused: false })
    expect(started(step)).toEqual([1, 2])
    const row = host.row(batch)
    expect(row).toMatchObject({ status: 'running', host_id: hostId, jobs_running: 2 })
    expect(step.start.map((one) => one.token)).toEqual([row.claim_token, row.claim_token])
    expect(step.start[0]).toMatchObject({ batch: { id: batch.id }, options: { parallel: 2 } })
    expect(host.kinds().at(-1)).toBe('batch_claimed')
    expect(host.step({ busy: 2 })).toMatchObject({ start: [], changed: false })
    expect(started(host.step({ busy: 1 }))).toEqual([3])
  })

  test('claims no job while there are more than its places, or it is to pause, or its own rule stops it', () => {
    const host = aHost()
    const batch = host.add({ jobs: 5, options: { parallel: 2, stopOnFailure: { kind: 'first' } } })
    host.step()
    expect(started(host.step({ busy: 3 }))).toEqual([])
    host.db.write(() => requestPause(host.db, by(noon), batch.id, false, null))
    expect(started(host.step({ busy: 1 }))).toEqual([])
    host.db.write(() => host.db.sql('UPDATE batches SET pause_requested = 0').run())
    expect(started(host.step({ busy: 1 }, [endOf(host.db, batch, 'failed')]))).toEqual([])
    expect(host.row(batch)).toMatchObject({ jobs_running: 1, jobs_failed: 1, jobs_pending: 3 })
  })

  test('reports when each job began, and that it changed something also where a batch has no job', () => {
    const host = aHost()
    host.clock.advance(7)
    host.add({ type: 'one', jobs: 1 })
    expect(host.step().start).toMatchObject([{ job: { started_at: noon + 7, attempts: 1 } }])
    const empty = aHost()
    empty.add({ jobs: 0 })
    expect(empty.step()).toMatchObject({ start: [], changed: true })
  })

  test('claims nothing while something is busy, nothing may start, or the goal is reached', () => {
    const host = aHost()
    const batch = host.add()
    for (const more of [{ busy: 1 }, { stopping: true }, { diskIsLow: () => true }, { goal: [] }])
      expect(host.step(more)).toMatchObject({ start: [], changed: false })
    expect(host.row(batch).status).toBe('queued')
  })

  test('records what ended, takes the next job, and ends the batch with the last one, then claims the next', () => {
    const host = aHost()
    const batch = host.add({ type: 'one', jobs: 2 })
    const next = host.add({ type: 'two', jobs: 1 })
    host.step()
    const middle = host.step({}, [endOf(host.db, batch)])
    expect(middle).toMatchObject({ changed: true, finished: [], refused: false })
    expect(started(middle)).toEqual([2])
    const last = host.step({}, [endOf(host.db, batch)])
    expect(last.finished).toMatchObject([{ id: batch.id, status: 'completed', closed_by: 'event' }])
    expect(last.changed).toBe(true)
    expect(last.start).toMatchObject([{ batch: { id: next.id } }])
  })

  test('does not end a batch whose processes are not confirmed gone', () => {
    const host = aHost()
    const batch = host.add({ jobs: 1 })
    host.step()
    const step = host.step({ busy: 1 }, [endOf(host.db, batch)])
    expect(step).toMatchObject({ finished: [], changed: true })
    expect(host.row(batch)).toMatchObject({ status: 'running', jobs_succeeded: 1 })
    expect(host.step().finished).toHaveLength(1)
  })

  test('reports that a verdict was refused when the claim is not its own any more', () => {
    const host = aHost()
    const batch = host.add({ jobs: 2 })
    host.step()
    const step = host.step({ busy: 1 }, [endOf(host.db, batch, 'succeeded', { token: 'forged' })])
    expect(step).toMatchObject({ refused: true, changed: false })
    expect(host.row(batch).jobs_succeeded).toBe(0)
  })

  test('passes over the end of a job whose batch was cancelled meanwhile', () => {
    const host = aHost()
    const batch = host.add({ jobs: 1 })
    host.step()
    const late = endOf(host.db, batch)
    end(host.db, host.row(batch), noon, 'cancelled')
    expect(host.step({}, [late])).toMatchObject({ refused: false, changed: false })
    const other = host.add({ type: 'other' })
    host.step()
    expect(host.step({ busy: 1 }, [late])).toMatchObject({ refused: false, changed: false })
    expect(host.row(other).jobs_succeeded).toBe(0)
  })
})

describe('a running batch without running jobs', () => {
  test('is paused if that was requested, and starts nothing before', () => {
    const host = aHost()
    const batch = host.add({ jobs: 2 })
    host.step()
    host.db.write(() => requestPause(host.db, by(noon), batch.id, false, null))
    expect(host.step({ busy: 1 })).toMatchObject({ start: [], changed: false })
    const step = host.step({}, [endOf(host.db, batch)])
    expect(step).toMatchObject({ start: [], changed: true, finished: [] })
    expect(host.row(batch).status).toBe('paused')
  })

  test('goes back to the queue when the queue is paused, or its host stops, and reports why', () => {
    const paused = aHost()
    const one = paused.add()
    claim(paused.db, noon)
    paused.pauseQueue()
    expect(paused.step()).toMatchObject({ start: [], changed: true })
    expect(paused.row(one)).toMatchObject({ status: 'queued', position: 1 })
    expect(paused.kinds().at(-1)).toBe('batch_released: the queue is paused')
    const stopping = aHost()
    const two = stopping.add()
    claim(stopping.db, noon)
    expect(stopping.step({ stopping: true })).toMatchObject({ start: [], changed: true })
    expect(stopping.row(two)).toMatchObject({ status: 'queued', position: 1 })
    expect(stopping.kinds().at(-1)).toBe('batch_released: its host stopped working')
  })

  test('keeps its place at the machine while only the disk is low', () => {
    const host = aHost()
    const batch = host.add()
    claim(host.db, noon)
    expect(host.step({ diskIsLow: () => true })).toMatchObject({ start: [], changed: false })
    expect(host.row(batch).status).toBe('running')
  })

  test('fails by its own rule, with the reason, though jobs are pending', () => {
    const host = aHost()
    const batch = host.add({ jobs: 3, options: { stopOnFailure: { kind: 'first' } } })
    host.step()
    const step = host.step({ busy: 1 }, [endOf(host.db, batch, 'failed')])
    expect(started(step)).toEqual([])
    expect(host.row(batch).status).toBe('running')
    const over = host.step()
    expect(over.finished).toMatchObject([{ id: batch.id, status: 'failed', closed_by: 'event' }])
    expect(host.row(batch).reason_code).toBe('stopped-at-first-failure')
    expect(host.kinds().at(-1)).toMatch(/^batch_failed: /)
  })
})

test('nothing begins in the step that ends the batch to stop after', () => {
  const host = aHost()
  const batch = host.add({ type: 'last', jobs: 1 })
  const next = host.add({ type: 'next', jobs: 1 })
  host.step()
  host.db.write(() => writeMark(host.db, 'stop-after', { batchId: batch.id }, noon))
  const step = host.step({}, [endOf(host.db, batch)])
  expect(step.finished).toMatchObject([{ id: batch.id, status: 'completed' }])
  expect(step).toMatchObject({ start: [], running: undefined })
  expect(host.row(next).status).toBe('queued')
  expect(host.kinds().at(-1)).toBe('stop_after_reached')
})

describe('a batch that its own rule had stopped, retried in part', () => {
  /** Three jobs of which the first failed and stopped the rest; the second is to run again. */
  function retriedInPart(host: ReturnType<typeof aHost>) {
    const { db } = host
    const batch = host.add({ jobs: 3, options: { stopOnFailure: { kind: 'first' } } })
    host.step()
    host.step({}, [endOf(db, batch, 'failed')])
    const second = db.sql<{ id: number }>('SELECT id FROM jobs WHERE ordinal = 2').get()?.id ?? 0
    db.write(() => reopenBatch(db, by(noon), batch.id, []))
    db.write(() => reopenJobs(db, batch.id, [second]))
    return batch
  }

  test('runs what is retried: the failure of an earlier run does not stop this one', () => {
    const host = aHost()
    const batch = retriedInPart(host)
    host.db.write(() => noteFailedBefore(host.db, batch.id))
    expect(started(host.step())).toEqual([2])
    host.step({}, [endOf(host.db, batch)])
    expect(host.row(batch)).toMatchObject({
      status: 'completed_with_errors',
      jobs_failed: 1,
      jobs_cancelled: 1,
    })
  })

  test('stops at the first failure of this run', () => {
    const host = aHost()
    const batch = retriedInPart(host)
    host.db.write(() => noteFailedBefore(host.db, batch.id))
    host.step()
    host.step({}, [endOf(host.db, batch, 'failed')])
    expect(host.row(batch).status).toBe('failed')
  })

  test('never stands: one that is over as soon as it is claimed ends then, and the next begins', () => {
    const host = aHost()
    const batch = retriedInPart(host)
    const next = host.add({ type: 'next', jobs: 1 })
    const step = host.step()
    expect(step.finished).toMatchObject([{ id: batch.id, status: 'failed' }])
    expect(step.running?.id).toBe(next.id)
    expect(started(step)).toEqual([1])
  })
})

describe('a job that waits for its retry', () => {
  const retries = { times: 1, delayMs: 1_000, backoff: 1 }

  test('keeps its turn where jobs run one after the other', () => {
    const host = aHost()
    const batch = host.add({ jobs: 2, options: { retries } })
    host.step()
    expect(started(host.step({}, [endOf(host.db, batch, 'failed')]))).toEqual([])
    host.clock.advance(999)
    expect(started(host.step())).toEqual([])
    host.clock.advance(1)
    expect(started(host.step())).toEqual([1])
    expect(host.delays.size).toBe(0)
  })

  test('lets the others pass where several run at once', () => {
    const host = aHost()
    const batch = host.add({ jobs: 4, options: { parallel: 2, retries } })
    expect(started(host.step())).toEqual([1, 2])
    expect(started(host.step({ busy: 1 }, [endOf(host.db, batch, 'failed')]))).toEqual([3])
    host.clock.advance(1_000)
    expect(started(host.step({ busy: 1 }))).toEqual([1])
  })

  test('is forgotten with its batch', () => {
    const host = aHost()
    const batch = host.add({ type: 'one', jobs: 1, options: { retries } })
    host.step()
    host.step({}, [endOf(host.db, batch, 'failed')])
    expect(host.delays.size).toBe(1)
    end(host.db, host.row(batch), noon, 'cancelled')
    host.add({ type: 'two' })
    host.step()
    expect(host.delays.size).toBe(0)
  })
})
