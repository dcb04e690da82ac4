/** What may go ahead of the disk: seen by the durability that each step's transaction has. */
import { expect, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { requestPause, takeOverBatch } from '../../../src/core/queue/batch-store.ts'
import { findHost } from '../../../src/core/queue/host-store.ts'
import { runningJobs } from '../../../src/core/queue/job-store.ts'
import type { BatchRow } from '../../../src/core/queue/rows.ts'
import { Ahead } from '../../../src/core/run/ahead.ts'
import { GroupCommit } from '../../../src/core/run/group-commit.ts'
import { RetryDelays } from '../../../src/core/run/retry-delays.ts'
import type { AttemptEnd } from '../../../src/core/run/settle.ts'
import {
  addBatch,
  by,
  claim,
  end,
  ended,
  hostId,
  noon,
  reread,
  startJob,
  temporaryDatabase,
} from '../../helpers/database.ts'
import { stubClock } from '../../helpers/stub-clock.ts'

function working(jobs: number, parallel = 1, host = hostId) {
  const real = temporaryDatabase()
  const log: ('durable' | 'ahead')[] = []
  /** What somebody else does between the look and the transaction. */
  const meanwhile: { act: (() => void) | undefined } = { act: undefined }
  const db: Db = {
    ...real,
    write: (action) => {
      log.push('durable')
      meanwhile.act?.()
      return real.write(action)
    },
    note: (action) => {
      log.push('ahead')
      meanwhile.act?.()
      return real.note(action)
    },
  }
  const clock = stubClock(noon)
  const errors: unknown[] = []
  const steps = new GroupCommit({
    db,
    clock,
    hostId: host,
    events: { onError: (cause) => errors.push(cause) },
  })
  addBatch(real, { jobs, options: { parallel } })
  const batch = claim(real, noon)
  const situation = {
    busy: 0,
    held: { count: 0, lastOrdinal: 0 },
    ahead: new Ahead(clock),
    mayFollow: true,
    stopping: false,
    diskIsLow: () => false,
    delays: new RetryDelays(clock),
    goal: null,
    launcherIsReady: () => true,
  }
  steps.take([], situation)
  const first = log.splice(0)
  return { real, clock, steps, batch, situation, log, first, errors, meanwhile }
}

function endOf(
  db: Db,
  batch: BatchRow,
  ms: number,
  kind: 'succeeded' | 'failed' = 'succeeded',
  nth = 0,
): AttemptEnd {
  const job = runningJobs(db, batch.id).at(nth)
  if (!job) throw new Error('no job runs')
  const verdict = { ...ended(noon, ms), kind, retryable: false, hostDied: false, leftovers: 0 }
  return { job, token: batch.claim_token ?? '', verdict }
}

test('successes of short jobs go ahead of the disk, and a timer takes them there', () => {
  const { real, clock, steps, batch, situation, log, errors } = working(5)
  steps.take([endOf(real, batch, 3)], situation)
  expect(log).toEqual(['ahead'])
  clock.advance(100)
  expect(log).toEqual(['ahead', 'durable'])
  clock.advance(1_000)
  expect(log).toEqual(['ahead', 'durable'])
  expect(reread(real, batch.id)).toMatchObject({ jobs_succeeded: 1, jobs_running: 1 })
  expect(errors).toEqual([])
})

test('in a steady flow a step takes the others along, and no extra transaction is needed', () => {
  const { real, clock, steps, batch, situation, log } = working(20)
  for (let n = 0; n < 8; n += 1) {
    steps.take([endOf(real, batch, 9)], situation)
    clock.advance(10)
  }
  expect(log).toEqual(['ahead', 'ahead', 'ahead', 'durable', 'ahead', 'ahead', 'ahead', 'durable'])
})

test('a failure, a long job and the last job are durable at once', () => {
  const { real, steps, batch, situation, log } = working(3)
  steps.take([endOf(real, batch, 3, 'failed')], situation)
  steps.take([endOf(real, batch, 60_000)], situation)
  steps.take([endOf(real, batch, 3)], situation)
  expect(log).not.toContain('ahead')
  expect(reread(real, batch.id).status).toBe('completed_with_errors')
})

test('a batch that pauses is on the disk at once, and nothing goes ahead while the host is to stop', () => {
  const pausing = working(5)
  pausing.real.write(() => requestPause(pausing.real, by(noon), pausing.batch.id, false, null))
  pausing.steps.take([endOf(pausing.real, pausing.batch, 3)], pausing.situation)
  expect(pausing.log).toEqual(['ahead', 'durable'])
  expect(reread(pausing.real, pausing.batch.id).status).toBe('paused')
  const seen = working(5, 2)
  seen.real.write(() => requestPause(seen.real, by(noon), seen.batch.id, false, null))
  seen.steps.take([endOf(seen.real, seen.batch, 3)], { ...seen.situation, busy: 1 })
  seen.steps.take([endOf(seen.real, seen.batch, 3)], seen.situation)
  expect(seen.log).toEqual(['ahead', 'durable']) // the second knew that it would pause
  const stopping = working(5)
  stopping.steps.take([endOf(stopping.real, stopping.batch, 3)], { ...stopping.situation, stopping: true })
  expect(stopping.log).toEqual(['durable'])
})

test('a claim alone is durable, and so is everything that is not this host’s own', () => {
  const own = working(5)
  expect(own.first).toEqual(['durable'])
  const other = working(5, 1, 'host-2')
  startJob(other.real, other.batch, noon)
  other.steps.take([endOf(other.real, other.batch, 3)], other.situation)
  expect(other.log).toEqual(['durable'])
  const { real, batch, steps, situation, log } = working(5)
  steps.take([{ ...endOf(real, batch, 3), token: 'older' }], situation)
  expect(log).toEqual(['durable'])
  const alone = working(1)
  const late = endOf(alone.real, alone.batch, 3)
  end(alone.real, alone.batch, noon, 'cancelled')
  alone.steps.take([late], alone.situation)
  expect(alone.log).toEqual(['durable'])
})

test('a success beside a failure is durable, and a job of 50 ms is still short', () => {
  const { real, steps, batch, situation, log } = working(9, 2)
  steps.take([endOf(real, batch, 3), endOf(real, batch, 3, 'failed', 1)], situation)
  expect(log.splice(0)).toEqual(['durable'])
  steps.take([endOf(real, batch, 50)], { ...situation, busy: 1 })
  steps.take([endOf(real, batch, 51)], { ...situation, busy: 1 })
  expect(log).toEqual(['ahead', 'durable'])
})

test('what turns out to be more than short jobs is taken to the disk at once', () => {
  const taken = working(5)
  taken.meanwhile.act = () => {
    taken.meanwhile.act = undefined
    taken.real.write(() =>
      takeOverBatch(taken.real, by(noon), taken.batch.id, 'theirs', 'they thought it dead'),
    )
  }
  expect(taken.steps.take([endOf(taken.real, taken.batch, 3)], taken.situation).refused).toBe(true)
  expect(taken.log).toEqual(['ahead', 'durable'])
  const paused = working(5)
  addBatch(paused.real, { type: 'next' })
  paused.meanwhile.act = () => {
    paused.meanwhile.act = undefined
    paused.real.write(() => requestPause(paused.real, by(noon), paused.batch.id, false, null))
  }
  const step = paused.steps.take([endOf(paused.real, paused.batch, 3)], paused.situation)
  expect(step.start).toHaveLength(1) // the next batch was claimed
  expect(paused.log).toEqual(['ahead', 'durable'])
})

test('syncing it is a heartbeat; one that fails is reported, and comes with the next', () => {
  const { real, clock, steps, batch, situation, log, errors, meanwhile } = working(9)
  steps.sync()
  expect(log).toEqual([]) // nothing went ahead
  steps.take([endOf(real, batch, 3)], situation)
  const before = findHost(real, hostId)?.heartbeat_at ?? 0
  clock.advance(50)
  expect(findHost(real, hostId)?.heartbeat_at).toBeGreaterThan(before)
  expect(log.splice(0)).toEqual(['ahead', 'durable'])
  steps.take([endOf(real, batch, 3)], situation)
  meanwhile.act = () => {
    throw new Error('the disk is full')
  }
  clock.advance(50)
  meanwhile.act = undefined
  expect(errors.map(String)).toEqual(['Error: the disk is full'])
  expect(log.splice(0)).toEqual(['ahead', 'durable'])
  steps.sync()
  expect(log).toEqual([])
})

test('a durable step that changes nothing takes nothing along; the timer still does', () => {
  const { real, clock, steps, batch, situation, log } = working(9)
  steps.take([endOf(real, batch, 3)], situation)
  steps.take([], { ...situation, busy: 1 })
  clock.advance(50)
  expect(log).toEqual(['ahead', 'durable', 'durable'])
})

test('a group is old after half its time, and a step then takes it along', () => {
  const { real, clock, steps, batch, situation, log } = working(9)
  steps.take([endOf(real, batch, 3)], situation)
  clock.advance(24)
  steps.take([endOf(real, batch, 3)], situation)
  clock.advance(1)
  steps.take([endOf(real, batch, 3)], situation)
  expect(log).toEqual(['ahead', 'ahead', 'durable'])
  clock.advance(25) // the first timer finds nothing ahead any more
  expect(log).toHaveLength(3)
})
