/** What may go ahead of the disk: seen by the durability that each step's transaction has. */
import { expect, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { requestPause } from '../../../src/core/queue/batch-store.ts'
import { runningJobs } from '../../../src/core/queue/job-store.ts'
import type { BatchRow } from '../../../src/core/queue/rows.ts'
import { GroupCommit } from '../../../src/core/run/group-commit.ts'
import { RetryDelays } from '../../../src/core/run/retry-delays.ts'
import type { Finished } from '../../../src/core/run/settle.ts'
import {
  addBatch,
  by,
  claim,
  ended,
  hostId,
  noon,
  reread,
  temporaryDatabase,
} from '../../helpers/database.ts'
import { stubClock } from '../../helpers/stub-clock.ts'

function working(jobs: number) {
  const real = temporaryDatabase()
  const log: ('durable' | 'ahead')[] = []
  const db: Db = {
    ...real,
    write: (action) => {
      log.push('durable')
      return real.write(action)
    },
    note: (action) => {
      log.push('ahead')
      return real.note(action)
    },
  }
  const clock = stubClock(noon)
  const errors: unknown[] = []
  const steps = new GroupCommit({ db, clock, hostId, events: { onError: (cause) => errors.push(cause) } })
  addBatch(real, { jobs })
  const batch = claim(real, noon)
  const situation = { busy: 0, stopping: false, diskIsLow: false, delays: new RetryDelays(clock), goal: null }
  steps.take([], situation)
  log.length = 0
  return { real, clock, steps, batch, situation, log, errors }
}

function endOf(db: Db, batch: BatchRow, ms: number, kind: 'succeeded' | 'failed' = 'succeeded'): Finished {
  const job = runningJobs(db, batch.id)[0]
  if (!job) throw new Error('no job runs')
  const verdict = { kind, ended: ended(noon, ms), retryable: false }
  return { job, token: batch.claim_token ?? '', verdict, hostDied: false, leftovers: 0 }
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

test('nothing goes ahead while the batch is to pause or the host is to stop', () => {
  const pausing = working(5)
  pausing.real.write(() => requestPause(pausing.real, by(noon), pausing.batch.id, false, null))
  pausing.steps.take([endOf(pausing.real, pausing.batch, 3)], pausing.situation)
  expect(pausing.log).toEqual(['durable'])
  expect(reread(pausing.real, pausing.batch.id).status).toBe('paused')
  const stopping = working(5)
  stopping.steps.take([endOf(stopping.real, stopping.batch, 3)], { ...stopping.situation, stopping: true })
  expect(stopping.log).toEqual(['durable'])
})
