/** Reading and marking batches, jobs, attempts and events through the stores, on a real database. */
import { describe, expect, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { makeSummary } from '../../../src/core/insight/summary.ts'
import { queueCounts } from '../../../src/core/queue/attention-queries.ts'
import { cancelBatch, endBatch } from '../../../src/core/queue/batch-ending.ts'
import { clearHistory, markSeen } from '../../../src/core/queue/batch-marks.ts'
import {
  claimHead,
  enqueueBatch,
  pauseBatch,
  reopenBatch,
  requestPause,
  setPriority,
  takeOverBatch,
} from '../../../src/core/queue/batch-store.ts'
import {
  findConfiguration,
  saveConfiguration,
  trustConfiguration,
} from '../../../src/core/queue/configuration-store.ts'
import { findHost, mark } from '../../../src/core/queue/host-store.ts'
import {
  attemptsOfBatch,
  attemptsOfJob,
  countMatching,
  doneHashes,
  eventsPage,
  hashesOfBatch,
  jobById,
  jobByOrdinal,
  jobsPage,
  lastEventId,
  runningJobsOf,
  touchedSince,
} from '../../../src/core/queue/job-queries.ts'
import { claimJob, reopenJobs } from '../../../src/core/queue/job-store.ts'
import {
  activeBatches,
  batchById,
  batchesByIds,
  conflictingBatches,
  countByStatus,
  countUnseen,
  doneButOpen,
  endedBefore,
  finalBatches,
  findBatch,
  predecessors,
} from '../../../src/core/queue/queries.ts'
import type { BatchRow } from '../../../src/core/queue/rows.ts'
import { readMark, writeMark } from '../../../src/core/queue/settings-store.ts'
import { batchesWithoutSummary, readSummary, saveSummary } from '../../../src/core/queue/summary-store.ts'
import {
  addBatch,
  by,
  claim,
  end,
  hostId,
  noon,
  reread,
  runJobs,
  startJob,
  temporaryDatabase,
} from '../../helpers/database.ts'

const numbers = (batches: readonly { number: number }[]) => batches.map((batch) => batch.number)

/** A batch of four jobs: two succeeded, one failed, one cancelled with its batch. */
function aFinished(db: Db, type = 'flood', at = noon): BatchRow {
  addBatch(db, { type, at, jobs: ['a_1.csv', 'b%2.csv', 'c.csv', 'd.csv'] })
  const batch = claim(db, at)
  const last = runJobs(db, batch, at + 1, [{ ms: 10 }, { ms: 20, error: 'no column' }, { ms: 30 }])
  return end(db, batch, last + 1, 'completed_with_errors')
}

describe('a batch is found', () => {
  test('by its number in any way people write it, and by its id', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db)
    for (const ref of [1, '1', '#1', ' #1 ', batch.id, batch.id.toUpperCase(), ` ${batch.id} `])
      expect(findBatch(db, ref)?.id).toBe(batch.id)
    for (const ref of [2, '#', '1x', '#1#', '', '0x1', '1'.repeat(16)])
      expect(findBatch(db, ref)).toBeUndefined()
    expect(() => batchById(db, 'nobody')).toThrow('batch nobody vanished')
  })

  test('with everything that is known of it', () => {
    const db = temporaryDatabase()
    const range = { start: 0, end: 9 }
    const first = addBatch(db, { range, jobs: 2, priority: 3 })
    expect(batchById(db, first.id)).toEqual({
      id: first.id,
      number: 1,
      configuration: 'flood-2026',
      type: 'portfolio',
      status: 'queued',
      position: 1,
      priority: 3,
      duplicateOf: null,
      range,
      jobs: { total: 2, pending: 2, running: 0, succeeded: 0, failed: 0, cancelled: 0 },
      createdAt: noon,
      startedAt: null,
      completedAt: null,
      error: null,
      reason: null,
      queuedAt: noon,
      lastJobFinishedAt: null,
      sealed: true,
      expands: 'when-added',
      cause: null,
      specPath: '/work/flood-2026.slipway.yaml',
      projectPath: '/work',
      pausing: false,
      waitsFor: null,
      continues: null,
      seen: true,
      stopAfter: false,
    })
    db.write(() => writeMark(db, 'stop-after', { batchId: first.id }, noon))
    claim(db, noon + 1)
    db.write(() => requestPause(db, by(noon + 2), first.id, false, 'lunch'))
    expect(batchById(db, first.id)).toMatchObject({
      pausing: true,
      stopAfter: true,
      startedAt: noon + 1,
      reason: 'lunch',
    })
    end(db, first, noon + 3)
    expect(batchById(db, first.id)).toMatchObject({ seen: false, pausing: false, completedAt: noon + 3 })
  })

  test('among the active: what runs, the queue, then what is paused or held in the order of its creation', () => {
    const db = temporaryDatabase()
    const held = addBatch(db, { type: 'held', hold: true })
    const paused = addBatch(db, { type: 'paused' })
    const runs = addBatch(db, { type: 'runs', priority: 9 })
    const queued = addBatch(db, { type: 'queued' })
    db.write(() => pauseBatch(db, by(noon), paused.id, null))
    claim(db, noon)
    aFinishedAside(db)
    expect(numbers(activeBatches(db))).toEqual([runs, queued, held, paused].map((batch) => batch.number))
    expect(queueCounts(db)).toEqual({ queued: 1, paused: 1, held: 1 })
    expect(countByStatus(db)).toEqual({
      initiated: 1,
      queued: 1,
      running: 1,
      paused: 1,
      completed: 0,
      completed_with_errors: 0,
      failed: 0,
      cancelled: 1,
    })
    expect(numbers(batchesByIds(db, [runs.id, held.id, 'nobody'])).sort()).toEqual([1, 3])
  })
})

function aFinishedAside(db: Db): void {
  const one = addBatch(db, { type: 'aside', hold: true })
  db.write(() => cancelBatch(db, by(noon), one.id, null))
}

describe('finished batches', () => {
  const scene = () => {
    const db = temporaryDatabase()
    const all = ['flood', 'wind_1', 'quake'].map((type, n) => aFinished(db, type, noon + n * 1_000))
    return { db, all, ids: all.map((batch) => batch.id) }
  }

  test('come latest first, by pages, by status and by what one looks for', () => {
    const { db, all } = scene()
    const page = { cleared: false, limit: 10 }
    expect(numbers(finalBatches(db, page))).toEqual([3, 2, 1])
    expect(numbers(finalBatches(db, { ...page, limit: 2 }))).toEqual([3, 2])
    expect(numbers(finalBatches(db, { ...page, before: 3 }))).toEqual([2, 1])
    expect(numbers(finalBatches(db, { ...page, status: ['failed', 'completed_with_errors'] }))).toEqual([
      3, 2, 1,
    ])
    expect(finalBatches(db, { ...page, status: ['failed'] })).toEqual([])
    for (const search of ['wind', 'wind_', '#2', '#2 flood-2026 / wind_1', '2026 / wind', 'flood-2026 wind'])
      expect(numbers(finalBatches(db, { ...page, search }))).toEqual([2])
    for (const search of ['b%2', 'no column', 'flood-2026'])
      expect(numbers(finalBatches(db, { ...page, search }))).toEqual([3, 2, 1])
    for (const search of ['w_nd', 'b%csv', '\\']) expect(finalBatches(db, { ...page, search })).toEqual([])
    expect(numbers(finalBatches(db, { ...page, search: '' }))).toEqual([3, 2, 1])
    expect(all).toHaveLength(3)
  })

  test('and active ones are found alike: by name and range as shown, input, error and reason', () => {
    const db = temporaryDatabase()
    addBatch(db, { type: 'evolve', range: { start: 10, end: 19 }, jobs: ['north.csv'] })
    addBatch(db, { type: 'evolve', range: { start: -5, end: -3 }, jobs: ['south.csv'] })
    const found = (search: string) => numbers(activeBatches(db, search))
    for (const search of ['evolve 10-19', '#1 flood-2026 / evolve 10', 'NORTH'])
      expect(found(search)).toEqual([1])
    for (const search of ['evolve -5..-3', 'south.csv']) expect(found(search)).toEqual([2])
    expect(found('flood-2026 / evolve')).toEqual([1, 2])
    expect(found('%')).toEqual([])
  })

  test('are new until somebody has seen them', () => {
    const { db, ids } = scene()
    addBatch(db, { type: 'active' })
    expect(countUnseen(db)).toBe(3)
    expect(db.note(() => markSeen(db, ids.slice(0, 1), noon))).toBe(1)
    expect(db.note(() => markSeen(db, ids.slice(0, 1), noon))).toBe(0)
    expect(countUnseen(db)).toBe(2)
    expect(batchById(db, ids[0] ?? '').seen).toBe(true)
    expect(db.note(() => markSeen(db, null, noon))).toBe(2)
    expect(countUnseen(db)).toBe(0)
  })

  test('can be taken out of the history and brought back', () => {
    const { db, ids } = scene()
    expect(db.write(() => clearHistory(db, ids.slice(0, 2), noon))).toEqual(ids.slice(0, 2))
    expect(db.write(() => clearHistory(db, null, noon))).toEqual(ids.slice(2))
    expect(finalBatches(db, { cleared: false, limit: 10 })).toEqual([])
    expect(countUnseen(db)).toBe(0)
    expect(countByStatus(db).completed_with_errors).toBe(0)
    expect(numbers(finalBatches(db, { cleared: true, limit: 10 }))).toEqual([3, 2, 1])
    expect(db.write(() => clearHistory(db, ids.slice(1, 2), null))).toEqual(ids.slice(1, 2))
    expect(db.write(() => clearHistory(db, null, null)).sort()).toEqual([ids[0], ids[2]].sort())
    expect(finalBatches(db, { cleared: false, limit: 10 })).toHaveLength(3)
  })

  test('that ended before a time are known by number', () => {
    const { db, all } = scene()
    expect(endedBefore(db, all[1]?.completed_at ?? 0)).toEqual([1])
    expect(endedBefore(db, noon + 100_000)).toEqual([1, 2, 3])
  })

  test('have one summary for each run; an error may be replaced, a summary never', () => {
    const { db, ids } = scene()
    const [id = ''] = ids
    const summary = makeSummary(db, id)
    expect(readSummary(db, id, 1)).toBeUndefined()
    expect(batchesWithoutSummary(db, 0, 10).map((one) => [one.number, one.run])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ])
    db.note(() => saveSummary(db, id, 1, { error: 'no room' }, noon))
    expect(readSummary(db, id, 1)).toEqual({ run: 1, createdAt: noon, summary: null, error: 'no room' })
    db.note(() => saveSummary(db, id, 1, { summary }, noon + 1))
    db.note(() => saveSummary(db, id, 1, { error: 'late' }, noon + 2))
    expect(readSummary(db, id, 1)).toEqual({ run: 1, createdAt: noon + 1, summary, error: null })
    expect(readSummary(db, id, 2)).toBeUndefined()
    expect(numbers(batchesWithoutSummary(db, 0, 1))).toEqual([2])
    expect(numbers(batchesWithoutSummary(db, 2, 10))).toEqual([3])
  })
})

describe('jobs', () => {
  test('come in order, by pages, by one status or several, and by what one looks for', () => {
    const db = temporaryDatabase()
    const { id } = aFinished(db)
    const page = { after: 0, limit: 10 }
    const ordinals = (more: object) => jobsPage(db, id, { ...page, ...more }).map((job) => job.ordinal)
    expect(ordinals({})).toEqual([1, 2, 3, 4])
    expect(ordinals({ after: 2 })).toEqual([3, 4])
    expect(ordinals({ limit: 2 })).toEqual([1, 2])
    expect(ordinals({ status: ['succeeded'] })).toEqual([1, 3])
    expect(ordinals({ status: ['succeeded'], after: 1 })).toEqual([3])
    expect(ordinals({ status: ['succeeded'], limit: 1 })).toEqual([1])
    expect(ordinals({ status: ['failed', 'cancelled'] })).toEqual([2, 4])
    expect(ordinals({ search: 'no col' })).toEqual([2])
    for (const search of ['b%2', '%']) expect(ordinals({ search })).toEqual([2])
    expect(ordinals({ search: '_' })).toEqual([1])
    expect(ordinals({ search: '\\' })).toEqual([])
    expect(ordinals({ search: 'csv', status: ['succeeded'] })).toEqual([1, 3])
    expect(ordinals({ search: 'b', status: ['succeeded'] })).toEqual([])
    expect(ordinals({ search: 'csv', status: ['failed', 'succeeded'], after: 1 })).toEqual([2, 3])
    expect(ordinals({ search: '' })).toEqual([1, 2, 3, 4])
    expect(countMatching(db, id, {})).toBe(4)
    expect(countMatching(db, id, { search: '%' })).toBe(1)
    expect(countMatching(db, id, { search: 'csv', status: ['succeeded', 'cancelled'] })).toBe(3)
    expect(countMatching(db, id, { status: ['failed'] })).toBe(1)
  })

  test('are read with what became of them', () => {
    const db = temporaryDatabase()
    const { id } = aFinished(db)
    const [first, second] = jobsPage(db, id, { after: 0, limit: 2 })
    expect(first).toEqual({
      id: first?.id,
      ordinal: 1,
      status: 'succeeded',
      input: 'a_1.csv',
      attempts: 1,
      exitCode: 0,
      signal: null,
      startedAt: noon + 1,
      completedAt: noon + 11,
      durationMs: 10,
      error: null,
      doneByBatch: null,
    })
    expect(second).toMatchObject({ exitCode: 1, error: 'no column', status: 'failed' })
    expect(jobByOrdinal(db, id, 2)).toMatchObject({ id: second?.id })
    expect(jobById(db, first?.id ?? 0)).toMatchObject({ ordinal: 1 })
    expect([jobByOrdinal(db, id, 9), jobById(db, 99)]).toEqual([undefined, undefined])
    expect([...hashesOfBatch(db, id)].map((one) => one.done)).toEqual([true, false, true, false])
    expect([...doneHashes(db, 1, 'flood')].sort()).toEqual(['flood-a_1.csv', 'flood-c.csv'])
    expect([...doneHashes(db, 1, 'other')]).toEqual([])
  })

  test('that run are known, and so are all attempts', () => {
    const db = temporaryDatabase()
    const batch = aFinished(db)
    const next = addBatch(db, { type: 'next', jobs: 2 })
    const running = claim(db, noon + 500)
    const job = startJob(db, running, noon + 500)
    expect(runningJobsOf(db, next.id).map((one) => one.id)).toEqual([job.id])
    expect(runningJobsOf(db, batch.id)).toEqual([])
    db.write(() => cancelBatch(db, by(noon + 700), next.id, 'wrong input'))
    expect(attemptsOfJob(db, job.id)).toEqual([
      {
        jobId: job.id,
        ordinal: 1,
        number: 1,
        outcome: 'cancelled',
        startedAt: noon + 500,
        endedAt: noon + 700,
        awakeMs: 200,
        exitCode: null,
        signal: null,
        error: 'wrong input',
        userMs: null,
        systemMs: null,
        maxRssKb: null,
        logBytes: 0,
        hostId,
        node: null,
        queuedMs: null,
      },
    ])
    expect(attemptsOfBatch(db, batch.id, 10).map((one) => [one.ordinal, one.outcome])).toEqual([
      [1, 'succeeded'],
      [2, 'failed'],
      [3, 'succeeded'],
    ])
    expect(attemptsOfBatch(db, batch.id, 2)).toHaveLength(2)
  })

  test('cancelled while the clock stands before their start have taken no time', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 1 })
    const job = startJob(db, claim(db, noon), noon)
    db.write(() => cancelBatch(db, by(noon - 100), job.batch_id, null))
    expect(attemptsOfJob(db, job.id)).toMatchObject([{ awakeMs: 0, endedAt: noon - 100 }])
  })

  test.each([
    ['unfinished', [1, 3], 2],
    ['all', [], 4],
  ] as const)('are reopened with their batch: %s', (which, kept, reopened) => {
    const db = temporaryDatabase()
    const batch = aFinished(db)
    const count = db.write(() => {
      reopenBatch(db, by(noon + 100), batch.id, [])
      return reopenJobs(db, batch.id, which)
    })
    expect(count).toBe(reopened)
    const jobs = jobsPage(db, batch.id, { after: 0, limit: 9 })
    expect(jobs.filter((job) => job.status === 'succeeded').map((job) => job.ordinal)).toEqual(kept)
    for (const job of jobs.filter((one) => one.status === 'pending'))
      expect(job).toMatchObject({ completedAt: null, error: null, exitCode: null })
  })

  test('are reopened one by one too, and only those of the batch', () => {
    const db = temporaryDatabase()
    const [one, two] = [aFinished(db), aFinished(db, 'other', noon + 1_000)]
    const ids = [jobByOrdinal(db, one.id, 2)?.id ?? 0, jobByOrdinal(db, one.id, 1)?.id ?? 0]
    const stranger = jobByOrdinal(db, two.id, 2)?.id ?? 0
    const count = db.write(() => {
      reopenBatch(db, by(noon + 5_000), one.id, [])
      return reopenJobs(db, one.id, [...ids, stranger])
    })
    expect(count).toBe(2)
    expect(jobsPage(db, one.id, { after: 0, limit: 9 }).map((job) => job.status)).toEqual([
      'pending',
      'pending',
      'succeeded',
      'cancelled',
    ])
    expect(jobById(db, stranger)?.status).toBe('failed')
  })

  test('are claimed only under the current claim of a batch that runs', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 2 })
    const batch = claim(db, noon)
    const job = jobByOrdinal(db, batch.id, 1)?.id ?? 0
    expect(db.write(() => claimJob(db, by(noon), job, 'forged'))).toBeUndefined()
    const token = batch.claim_token ?? ''
    expect(db.write(() => claimJob(db, by(noon), job, token))).toMatchObject({
      attempts: 1,
      claim_token: token,
    })
    expect(db.write(() => claimJob(db, by(noon), job, token))).toBeUndefined()
  })
})

describe('events', () => {
  test('are read forwards from a place, or the latest of them, of one batch or of all', () => {
    const db = temporaryDatabase()
    const first = addBatch(db, { type: 'one', range: { start: 3, end: 4 } })
    const middle = lastEventId(db)
    const second = addBatch(db, { type: 'two' })
    const kinds = (page: Parameters<typeof eventsPage>[1]) => eventsPage(db, page).map((event) => event.kind)
    const life = ['batch_created', 'batch_sealed', 'batch_enqueued']
    expect(kinds({ limit: 10 })).toEqual([...life, ...life])
    expect(kinds({ limit: 2 })).toEqual(life.slice(1))
    expect(kinds({ limit: 2, after: 0 })).toEqual(life.slice(0, 2))
    expect(kinds({ limit: 9, after: middle })).toEqual(life)
    expect(kinds({ limit: 9, before: middle })).toEqual(life.slice(0, 2))
    expect(kinds({ limit: 9, batchId: first.id })).toEqual(life)
    expect(eventsPage(db, { limit: 1, batchId: first.id })).toEqual([
      {
        id: middle,
        at: noon,
        kind: 'batch_enqueued',
        batchId: first.id,
        batchNumber: 1,
        jobId: null,
        jobOrdinal: null,
        fromStatus: 'initiated',
        toStatus: 'queued',
        actor: 'ana',
        hostId,
        origin: { from: 'command-line', command: 'slipway add flood.slipway.yaml', folder: '/work' },
        reason: null,
        details: { configuration: 'flood-2026', type: 'one', range: '3-4', position: 1 },
      },
    ])
    expect(eventsPage(db, { limit: 1 })[0]?.details).toEqual({
      configuration: 'flood-2026',
      type: 'two',
      position: 2,
    })
    expect(touchedSince(db, middle).map((one) => one.batchId)).toEqual([second.id, second.id, second.id])
    expect(touchedSince(db, lastEventId(db))).toEqual([])
  })

  test('are none in an empty database', () => {
    expect(lastEventId(temporaryDatabase())).toBe(0)
  })

  test('report every edge of a batch with where it came from and why', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db, { jobs: 1, hold: true })
    db.write(() => enqueueBatch(db, by(noon), batch.id))
    db.write(() => setPriority(db, by(noon), batch.id, 4))
    claim(db, noon)
    db.write(() => requestPause(db, by(noon), batch.id, true, 'lunch'))
    db.write(() => pauseBatch(db, by(noon), batch.id, null))
    db.write(() => cancelBatch(db, by(noon), batch.id, 'wrong input'))
    const reports = eventsPage(db, { limit: 9, batchId: batch.id, after: 2 })
    expect(reports.map((event) => [event.kind, event.fromStatus, event.toStatus, event.reason])).toEqual([
      ['batch_enqueued', 'initiated', 'queued', null],
      ['batch_reprioritized', null, null, null],
      ['batch_claimed', 'queued', 'running', null],
      ['batch_pause_requested', null, null, 'lunch'],
      ['batch_paused', 'running', 'paused', null],
      ['batch_cancelled', 'paused', 'cancelled', 'wrong input'],
    ])
    expect(reports[1]?.details).toMatchObject({ from: 0, to: 4, position: 1 })
    expect(reports[3]?.details).toMatchObject({ now: true })
    expect(reports[5]?.details).toMatchObject({
      succeeded: 0,
      failed: 0,
      cancelled: 1,
      total: 1,
      closedBy: 'command',
    })
    expect(reread(db, batch.id)).toMatchObject({
      reason: 'wrong input',
      closed_by: 'command',
      claim_token: null,
    })
  })
})

describe('edges that are not there', () => {
  test('change nothing and record nothing', () => {
    const db = temporaryDatabase()
    const queued = addBatch(db, { type: 'queued' })
    const done = aFinishedBefore(db)
    const before = lastEventId(db)
    const ending = { reason: null, kind: 'batch_failed', closedBy: 'command' as const }
    expect(db.write(() => enqueueBatch(db, by(noon), queued.id))).toBeUndefined()
    expect(db.write(() => requestPause(db, by(noon), queued.id, true, null))).toBeUndefined()
    expect(db.write(() => takeOverBatch(db, by(noon), queued.id, 'token', 'why'))).toBeUndefined()
    expect(db.write(() => endBatch(db, by(noon), done.id, 'failed', ending))).toBeUndefined()
    expect(db.write(() => pauseBatch(db, by(noon), done.id, null))).toBeUndefined()
    expect(db.write(() => setPriority(db, by(noon), done.id, 3))).toBeUndefined()
    expect(db.write(() => setPriority(db, by(noon), 'nobody', 3))).toBeUndefined()
    expect(db.write(() => cancelBatch(db, by(noon), 'nobody', null))).toBeUndefined()
    expect(db.write(() => reopenBatch(db, by(noon), queued.id, []))).toBeUndefined()
    expect(lastEventId(db)).toBe(before)
  })

  test('a batch whose job runs is not paused before that has ended', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 1 })
    const batch = claim(db, noon)
    startJob(db, batch, noon)
    expect(db.write(() => pauseBatch(db, by(noon), batch.id, null))).toBeUndefined()
    expect(db.write(() => claimHead(db, by(noon), 'x'))).toBeUndefined()
  })
})

function aFinishedBefore(db: Db): BatchRow {
  const one = addBatch(db, { type: 'done', hold: true })
  db.write(() => cancelBatch(db, by(noon), one.id, null))
  return reread(db, one.id)
}

describe('stopping after a batch', () => {
  test('pauses the queue when that one ends, and the mark is gone', () => {
    const db = temporaryDatabase()
    const [one, two] = [addBatch(db, { type: 'one', jobs: 0 }), addBatch(db, { type: 'two', jobs: 0 })]
    db.write(() => writeMark(db, 'stop-after', { batchId: two.id }, noon))
    end(db, claim(db, noon), noon + 1)
    expect(readMark(db, 'queue-paused')).toBeUndefined()
    end(db, claim(db, noon + 2), noon + 3)
    expect(readMark(db, 'stop-after')).toBeUndefined()
    expect(readMark(db, 'queue-paused')).toEqual({
      since: noon + 3,
      by: 'executor',
      reason: null,
      batch: two.number,
      kind: 'stop-after',
      now: false,
    })
    expect(eventsPage(db, { limit: 1 })).toMatchObject([{ kind: 'stop_after_reached', batchId: two.id }])
    expect(one.number).toBe(1)
  })
})

describe('the mark of a batch that leaves the queue without having run', () => {
  test('goes to the one before it, queued or running, so that these still run', () => {
    const db = temporaryDatabase()
    const [one, two, three] = ['one', 'two', 'three'].map((type) => addBatch(db, { type, jobs: 0 }))
    const cancelled = (batch: BatchRow | undefined) =>
      db.write(() => cancelBatch(db, by(noon), batch?.id ?? '', null))
    db.write(() => writeMark(db, 'stop-after', { batchId: three?.id ?? '' }, noon))
    cancelled(three)
    expect(readMark(db, 'stop-after')).toEqual({ batchId: two?.id })
    const running = claim(db, noon)
    cancelled(two)
    expect(readMark(db, 'stop-after')).toEqual({ batchId: one?.id })
    expect(readMark(db, 'queue-paused')).toBeUndefined()
    end(db, running, noon + 1)
    expect(readMark(db, 'queue-paused')).toMatchObject({ kind: 'stop-after' })
  })

  test('pauses the queue where nothing is before it', () => {
    const db = temporaryDatabase()
    const one = addBatch(db, { type: 'one' })
    db.write(() => writeMark(db, 'stop-after', { batchId: one.id }, noon))
    db.write(() => cancelBatch(db, by(noon), one.id, null))
    expect(readMark(db, 'queue-paused')).toMatchObject({ kind: 'stop-after' })
  })
})

describe('which batches conflict with a new one', () => {
  test('is an active one of the same identity or with an overlapping range', () => {
    const db = temporaryDatabase()
    const ranges = [0, 10].map((start) => addBatch(db, { type: 'evolve', range: { start, end: start + 9 } }))
    const plain = addBatch(db, { type: 'plain' })
    const configurationId = plain.configuration_id
    const found = (type: string, range: { start: number; end: number } | null, except?: string) =>
      numbers(conflictingBatches(db, { configurationId, type, range }, except))
    expect(found('plain', null)).toEqual([3])
    expect(found('plain', null, plain.id)).toEqual([])
    expect(found('evolve', null)).toEqual([])
    expect(found('evolve', { start: 9, end: 10 })).toEqual([1, 2])
    expect(found('evolve', { start: 5, end: 7 })).toEqual([1])
    expect(found('evolve', { start: 20, end: 29 })).toEqual([])
    expect(found('evolve', { start: 0, end: 99 }, ranges[0]?.id)).toEqual([2])
    end(db, claim(db, noon), noon + 1)
    expect(found('evolve', { start: 0, end: 9 })).toEqual([])
  })
})

describe('small things that are kept', () => {
  test('a configuration is one for its pair of paths, may be renamed and trusted', () => {
    const db = temporaryDatabase()
    const paths = { specPath: '/a.yaml', projectPath: '/' }
    const save = (name: string, more = {}) =>
      db.write(() => saveConfiguration(db, { name, ...paths, ...more }, noon))
    const one = save('one')
    expect(one).toMatchObject({
      name: 'one',
      spec_path: '/a.yaml',
      project_path: '/',
      trusted_digest: null,
      created_at: noon,
    })
    expect(save('two')).toMatchObject({ id: one.id, name: 'two' })
    expect(save('three', { projectPath: '/b' }).id).not.toBe(one.id)
    db.write(() => trustConfiguration(db, one.id, 'abc'))
    expect(findConfiguration(db, '/a.yaml', '/')).toMatchObject({ id: one.id, trusted_digest: 'abc' })
    expect(findConfiguration(db, '/a.yaml', '/c')).toBeUndefined()
  })

  test('a sign of life changes its row even if the clock stands', () => {
    const db = temporaryDatabase()
    db.write(() => mark(db, hostId, noon - 5))
    expect(findHost(db, hostId)?.heartbeat_at).toBe(noon + 1)
    db.write(() => mark(db, hostId, noon + 500))
    expect(findHost(db, hostId)?.heartbeat_at).toBe(noon + 500)
  })

  test('a batch that is done but open is found by when its last job ended', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 1 })
    const batch = claim(db, noon)
    const last = runJobs(db, batch, noon, [{ ms: 100 }])
    expect(doneButOpen(db, last)).toEqual([])
    expect(numbers(doneButOpen(db, last + 1))).toEqual([batch.number])
  })

  test('what a batch waits for is known by type and batch', () => {
    const db = temporaryDatabase()
    const first = addBatch(db, { type: 'edm' })
    const waiting = addBatch(db, { type: 'report', after: ['portfolio', 'edm'] })
    expect(predecessors(db, waiting.id)).toEqual([
      { type: 'edm', id: first.id },
      { type: 'portfolio', id: '' },
    ])
  })
})
