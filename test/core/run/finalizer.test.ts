import { describe, expect, test } from 'vitest'
import type { Summary } from '../../../src/contract/entities.ts'
import type { Db } from '../../../src/core/db/db.ts'
import { makeSummary } from '../../../src/core/insight/summary.ts'
import { createBatch, reopenBatch } from '../../../src/core/queue/batch-store.ts'
import { doneInChain } from '../../../src/core/queue/chain-store.ts'
import { queuePositions } from '../../../src/core/queue/doctor-queries.ts'
import { eventsPage, jobByOrdinal } from '../../../src/core/queue/job-queries.ts'
import { finishJob, leaveOutDone, reopenJobs } from '../../../src/core/queue/job-store.ts'
import { queuedIds, unsealedBatches } from '../../../src/core/queue/queries.ts'
import { readMark, writeSetting } from '../../../src/core/queue/settings-store.ts'
import { readSummary } from '../../../src/core/queue/summary-store.ts'
import { closeIfDone } from '../../../src/core/run/closing.ts'
import { Finalizer } from '../../../src/core/run/finalizer.ts'
import {
  addBatch,
  by,
  claim,
  end,
  ended,
  hostId,
  noon,
  plainBatch,
  reread,
  runJobs,
  startJob,
  temporaryDatabase,
} from '../../helpers/database.ts'
import { type StubClock, stubClock } from '../../helpers/stub-clock.ts'

function setUp(summarize: (db: Db, id: string) => Summary = makeSummary) {
  const db = temporaryDatabase()
  const clock = stubClock(noon)
  const closed: number[] = []
  const errors: unknown[] = []
  const finalizer = new Finalizer({
    db,
    clock,
    hostId,
    makeSummary: summarize,
    onClosed: (row) => closed.push(row.number),
    onError: (cause) => errors.push(cause),
  })
  return { db, clock, finalizer, closed, errors }
}

/** A running batch whose jobs have all ended, `endedMsAgo` before the clock's now, but which nobody closed. */
function doneButOpen(db: Db, clock: StubClock, endedMsAgo: number, failing = 0) {
  addBatch(db, { jobs: 2 })
  const batch = claim(db, clock.now() - endedMsAgo - 200)
  runJobs(db, batch, clock.now() - endedMsAgo - 200, [
    { ms: 100, ...(failing > 0 ? { error: 'boom' } : {}) },
    { ms: 100 },
  ])
  return reread(db, batch.id)
}

describe('the sweep', () => {
  test('closes a batch that is done but was never closed, once its grace period is over', () => {
    const { db, clock, finalizer, closed } = setUp()
    const batch = doneButOpen(db, clock, 9_999)
    expect(finalizer.runOnce()).toEqual([])
    expect(reread(db, batch.id).status).toBe('running')
    clock.advance(2)
    finalizer.runOnce()
    expect(reread(db, batch.id)).toMatchObject({ status: 'completed', closed_by: 'sweep', position: null })
    expect(closed).toEqual([batch.number])
    expect(readSummary(db, batch.id, 1)?.summary?.closedBy).toBe('sweep')
  })

  test('gives the status that the jobs have earned', () => {
    const { db, clock, finalizer } = setUp()
    const batch = doneButOpen(db, clock, 20_000, 1)
    finalizer.runOnce()
    expect(reread(db, batch.id).status).toBe('completed_with_errors')
  })

  test('never closes a batch that has a job pending or running, however old it is', () => {
    const { db, clock, finalizer } = setUp()
    addBatch(db, { jobs: 2 })
    const batch = claim(db, noon - 86_400_000)
    runJobs(db, batch, noon - 86_400_000, [{ ms: 100 }])
    finalizer.runOnce()
    clock.advance(86_400_000)
    finalizer.runOnce()
    expect(reread(db, batch.id).status).toBe('running')
    startJob(db, batch, clock.now())
    clock.advance(86_400_000)
    finalizer.runOnce()
    expect(reread(db, batch.id).status).toBe('running')
  })

  test('runs by itself at the interval of the settings and counts each rescue', () => {
    const { db, clock, finalizer } = setUp()
    db.write(() => {
      writeSetting(db, 'finalizer-interval-ms', 5_000, noon)
      writeSetting(db, 'finalizer-grace-ms', 1_000, noon)
    })
    finalizer.start()
    const batch = doneButOpen(db, clock, 0)
    clock.advance(4_999)
    expect(reread(db, batch.id).status).toBe('running')
    clock.advance(1)
    expect(reread(db, batch.id).status).toBe('completed')
    expect(readMark(db, 'finalizer')).toMatchObject({
      rescues: 1,
      lastRescueAt: noon + 5_000,
      nextSweepAt: noon + 10_000,
    })
    expect(eventsPage(db, { limit: 100 }).map((event) => event.kind)).toContain('finalizer_rescued')
    finalizer.stop()
    expect(clock.pending()).toBe(0)
  })

  test('closes a done batch within two sweeps when the wall clock was set back by a year', () => {
    const { db, clock, finalizer } = setUp()
    const batch = doneButOpen(db, clock, 0)
    clock.setWall(noon - 365 * 86_400_000)
    finalizer.start()
    clock.advance(30_000)
    expect(reread(db, batch.id).status).toBe('running')
    clock.advance(30_000)
    const row = reread(db, batch.id)
    expect(row.status).toBe('completed')
    expect(row.completed_at).toBe(row.last_job_finished_at) // a finish time never lies before its jobs'
  })

  test('continues after a sweep that failed', () => {
    const { db, clock, finalizer, errors } = setUp()
    const batch = doneButOpen(db, clock, 20_000)
    finalizer.start()
    db.exec(
      "CREATE TRIGGER broken BEFORE UPDATE OF completed_at ON batches BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END",
    )
    clock.advance(30_000)
    expect(errors).toHaveLength(1)
    expect(reread(db, batch.id).status).toBe('running')
    db.exec('DROP TRIGGER broken')
    clock.advance(30_000)
    expect(reread(db, batch.id).status).toBe('completed')
  })
})

describe('a finalizer', () => {
  test('that is started twice sweeps once, and can be stopped before it was started, and started again', () => {
    const { db, clock, finalizer } = setUp()
    finalizer.stop()
    finalizer.start()
    finalizer.start()
    expect(clock.pending()).toBe(1)
    finalizer.stop()
    finalizer.stop()
    expect(clock.pending()).toBe(0)
    finalizer.start()
    const batch = doneButOpen(db, clock, 20_000)
    clock.advance(30_000)
    expect(reread(db, batch.id).status).toBe('completed')
  })

  test('that is stopped in the midst of a sweep plans no other', () => {
    const { db, clock, finalizer } = setUp()
    const stopping = new Finalizer({
      db,
      clock,
      hostId,
      makeSummary,
      onClosed: () => stopping.stop(),
      onError: () => {},
    })
    finalizer.stop()
    stopping.start()
    doneButOpen(db, clock, 20_000)
    clock.advance(30_000)
    expect(clock.pending()).toBe(0)
  })

  test('that cannot read its interval reports it, and sweeps after half a minute', () => {
    const { db, clock, finalizer, errors } = setUp()
    const batch = doneButOpen(db, clock, 20_000)
    db.exec('ALTER TABLE settings RENAME TO elsewhere')
    finalizer.start()
    expect(errors).toHaveLength(1)
    db.exec('ALTER TABLE elsewhere RENAME TO settings')
    clock.advance(29_999)
    expect(reread(db, batch.id).status).toBe('running')
    clock.advance(1)
    expect(reread(db, batch.id).status).toBe('completed')
  })

  test('renumbers the queue, removes what a dead host began to fill, and does the housekeeping, whatever that throws', () => {
    const db = temporaryDatabase()
    const clock = stubClock(noon)
    const errors: unknown[] = []
    const finalizer = new Finalizer({
      db,
      clock,
      hostId,
      makeSummary,
      onClosed: () => {},
      housekeeping: () => {
        throw new Error('no broom')
      },
      onError: (cause) => errors.push(cause),
    })
    const ids = ['one', 'two'].map((type) => addBatch(db, { type }).id)
    db.write(() => db.sql('UPDATE batches SET position = position * 10').run())
    const { configuration_id: configurationId } = reread(db, ids[0] ?? '')
    db.write(() => createBatch(db, by(noon, { hostId: 'dead' }), plainBatch(configurationId, 'half')))
    finalizer.runOnce()
    expect(queuePositions(db)).toEqual([1, 2])
    expect(queuedIds(db)).toEqual(ids)
    expect(unsealedBatches(db)).toEqual([])
    expect(errors.map(String)).toEqual(['Error: no broom'])
    const abandoned = eventsPage(db, { limit: 1 })[0]
    expect(abandoned).toMatchObject({ kind: 'batch_abandoned', actor: 'finalizer', hostId })
    expect(abandoned?.reason).toBe('its host died while it was being filled')
  })

  test('judges by awake time since its first sight where the wall clock was set back, and exactly', () => {
    const { db, clock, finalizer } = setUp()
    const batch = doneButOpen(db, clock, 0)
    clock.setWall(noon - 365 * 86_400_000)
    const status = () => reread(db, batch.id).status
    finalizer.runOnce()
    for (const ms of [4_000, 4_000, 2_000]) {
      clock.advance(ms)
      finalizer.runOnce()
      expect(status()).toBe('running')
    }
    clock.advance(1)
    finalizer.runOnce()
    expect(status()).toBe('completed')
  })

  test('waits for more than the grace by the wall clock', () => {
    const { db, clock, finalizer } = setUp()
    const batch = doneButOpen(db, clock, 10_000)
    finalizer.runOnce()
    expect(reread(db, batch.id).status).toBe('running')
    clock.advance(1)
    finalizer.runOnce()
    expect(reread(db, batch.id).status).toBe('completed')
  })
})

describe('closing', () => {
  test('is for a batch that runs, was sealed and has no open job', () => {
    const { db, clock } = setUp()
    const close = (id: string) => closeIfDone(db, by(clock.now()), id, 'demand')
    expect(close('nobody')).toBeUndefined()
    const batch = addBatch(db, { jobs: 2 })
    expect(close(batch.id)).toBeUndefined()
    expect(reread(db, batch.id).status).toBe('queued')
    claim(db, noon)
    expect(close(batch.id)).toBeUndefined()
    startJob(db, reread(db, batch.id), noon) // one runs, one is pending
    expect(close(batch.id)).toBeUndefined()
    expect(reread(db, batch.id).status).toBe('running')
    expect(readMark(db, 'finalizer')).toBeUndefined()
  })

  test('on demand is a rescue, counted and reported with its layer', () => {
    const { db, clock, finalizer } = setUp()
    const first = doneButOpen(db, clock, 0)
    expect(closeIfDone(db, by(clock.now()), first.id, 'demand')?.status).toBe('completed')
    expect(readMark(db, 'finalizer')).toEqual({
      lastSweepAt: noon,
      nextSweepAt: noon,
      rescues: 1,
      lastRescueAt: noon,
    })
    const [ended, rescued] = eventsPage(db, { limit: 2 })
    expect(ended).toMatchObject({ kind: 'batch_completed', batchId: first.id })
    expect(rescued).toMatchObject({ kind: 'finalizer_rescued', batchId: first.id })
    expect(rescued?.details).toMatchObject({ layer: 'demand' })
    clock.advance(1_000)
    finalizer.runOnce()
    const swept = { lastSweepAt: noon + 1_000, nextSweepAt: noon + 31_000 }
    expect(readMark(db, 'finalizer')).toEqual({ ...swept, rescues: 1, lastRescueAt: noon })
    clock.advance(60_000)
    const second = doneButOpen(db, clock, 0)
    closeIfDone(db, by(clock.now()), second.id, 'demand')
    expect(readMark(db, 'finalizer')).toEqual({ ...swept, rescues: 2, lastRescueAt: noon + 61_000 })
  })

  test('twice is harmless: the second time nothing changes', () => {
    const { db, clock } = setUp()
    const batch = doneButOpen(db, clock, 20_000)
    expect(closeIfDone(db, by(clock.now()), batch.id, 'event')?.status).toBe('completed')
    const before = reread(db, batch.id)
    expect(closeIfDone(db, by(clock.now() + 1), batch.id, 'demand')).toBeUndefined()
    expect(reread(db, batch.id)).toEqual(before)
    expect(readMark(db, 'finalizer')).toBeUndefined()
  })

  test('by the event layer is no rescue', () => {
    const { db, clock } = setUp()
    const batch = doneButOpen(db, clock, 0)
    closeIfDone(db, by(clock.now()), batch.id, 'event')
    expect(reread(db, batch.id).closed_by).toBe('event')
    expect(readMark(db, 'finalizer')).toBeUndefined()
  })
})

describe('a batch of which only some jobs were run again', () => {
  /** Two jobs, cancelled before the second began; the first is retried and succeeds. */
  function retriedInPart() {
    const { db, clock } = setUp()
    addBatch(db, { jobs: 2 })
    const first = claim(db, noon, 'first')
    runJobs(db, first, noon, [{ ms: 100, error: 'boom' }])
    end(db, first, noon + 200, 'cancelled')
    const job = jobByOrdinal(db, first.id, 1)
    db.write(() => reopenBatch(db, by(noon + 300), first.id, []))
    db.write(() => reopenJobs(db, first.id, [job?.id ?? 0]))
    runJobs(db, claim(db, noon + 300, 'second'), noon + 300, [{ ms: 100 }])
    return { db, clock, id: first.id }
  }

  test('is not complete, so that nothing begins after it as if it were', () => {
    const { db, clock, id } = retriedInPart()
    closeIfDone(db, by(clock.now()), id, 'event')
    expect(reread(db, id)).toMatchObject({
      status: 'completed_with_errors',
      reason_code: 'jobs-not-run',
      reason_values: '{"notRun":1,"total":2}',
      jobs_cancelled: 1,
    })
  })

  test('is complete when another batch has done the others', () => {
    const { db } = setUp()
    addBatch(db, { jobs: 2 })
    const other = claim(db, noon)
    runJobs(db, other, noon, [{ ms: 10 }])
    end(db, other, noon + 20, 'cancelled')
    addBatch(db, { jobs: 2 })
    const next = claim(db, noon + 30)
    expect(db.write(() => leaveOutDone(db, noon + 30, next.id, doneInChain(db, [other.id])))).toBe(1)
    runJobs(db, next, noon + 40, [{ ms: 10 }])
    closeIfDone(db, by(noon + 60), next.id, 'event')
    expect(reread(db, next.id)).toMatchObject({ status: 'completed', reason: null, jobs_cancelled: 1 })
  })
})

describe('a summary that throws', () => {
  test('never holds back the status, is kept as an error, recorded in the events, and tried again on demand', () => {
    let broken = true
    const { db, clock, finalizer } = setUp((base, id) => {
      if (broken) throw new Error('division by zero')
      return makeSummary(base, id)
    })
    const batch = doneButOpen(db, clock, 20_000)
    finalizer.runOnce()
    expect(reread(db, batch.id).status).toBe('completed')
    expect(readSummary(db, batch.id, 1)).toMatchObject({ summary: null, error: 'division by zero' })
    expect(eventsPage(db, { limit: 100 }).map((event) => event.kind)).toContain('summary_failed')
    broken = false
    finalizer.summarize(batch.id, 1)
    expect(readSummary(db, batch.id, 1)?.summary?.jobs.total).toBe(2)
  })

  test('is made at the next sweep when its host died between the status and the summary', () => {
    const { db, clock, finalizer } = setUp()
    const batch = doneButOpen(db, clock, 0)
    closeIfDone(db, by(clock.now()), batch.id, 'event')
    expect(readSummary(db, batch.id, 1)).toBeUndefined()
    finalizer.runOnce()
    expect(readSummary(db, batch.id, 1)?.summary?.closedBy).toBe('event')
  })
})

test('a verdict that could not be written the first time is written later, and the batch closes', () => {
  const { db, clock, finalizer } = setUp()
  addBatch(db, { jobs: 1 })
  const batch = claim(db, noon)
  const job = startJob(db, batch, noon)
  const end = ended(noon, 50)
  const verdict = () =>
    db.write(() =>
      finishJob(db, by(noon + 50), { id: job.id, token: batch.claim_token ?? '' }, 'succeeded', end),
    )
  db.exec(
    "CREATE TRIGGER full BEFORE UPDATE OF status ON jobs BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
  )
  expect(verdict).toThrow('disk is full')
  db.exec('DROP TRIGGER full')
  clock.advance(60_000)
  finalizer.runOnce()
  expect(reread(db, batch.id).status).toBe('running') // its owner lives on and still holds the verdict
  expect(verdict()?.status).toBe('succeeded')
  finalizer.runOnce()
  expect(reread(db, batch.id).status).toBe('completed')
})
