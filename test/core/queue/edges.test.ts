/** The edges of a batch one by one: the event of each, what it leaves alone, and what becomes of the queue behind it. */
import { describe, expect, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { linkAfter } from '../../../src/core/queue/after-store.ts'
import { headOfLine } from '../../../src/core/queue/attention-queries.ts'
import { cancelBatch, endBatch } from '../../../src/core/queue/batch-ending.ts'
import {
  claimHead,
  createBatch,
  enqueueBatch,
  pauseBatch,
  releaseBatch,
  removeUnsealed,
  reopenBatch,
  resumeBatch,
  sealBatch,
  setPriority,
} from '../../../src/core/queue/batch-store.ts'
import { executorHost, findHost, giveRoleBack, succeed } from '../../../src/core/queue/host-store.ts'
import { eventsPage } from '../../../src/core/queue/job-queries.ts'
import { interruptJob, retryJob } from '../../../src/core/queue/job-store.ts'
import { frontByRule, moveTo, queueLength } from '../../../src/core/queue/order.ts'
import { findBatch, predecessors, queuedIds } from '../../../src/core/queue/queries.ts'
import type { BatchRow } from '../../../src/core/queue/rows.ts'
import {
  addBatch,
  addHost,
  by,
  claim,
  end,
  ended,
  hostId,
  noon,
  note,
  plainBatch,
  reread,
  runJobs,
  startJob,
  temporaryDatabase,
} from '../../helpers/database.ts'

const reports = (db: Db, batch: Pick<BatchRow, 'id'>) => eventsPage(db, { limit: 99, batchId: batch.id })
const places = (db: Db) =>
  db
    .sql<{ number: number; position: number }>(
      'SELECT number, position FROM batches WHERE position IS NOT NULL ORDER BY position',
    )
    .all()
    .map(({ number, position }) => [number, position])

/** Batches #1, #2, … of their own types, in line one behind the other. */
const aLine = (db: Db, length: number) =>
  Array.from({ length }, (_, index) => addBatch(db, { type: `type-${index}`, at: noon + index }))

/** A batch that somebody put there with SQL, and against the rules, without sealing it. */
function byHand(db: Db, status: 'queued' | 'running', position: number): BatchRow {
  const configurationId = addBatch(db, { type: 'first', hold: true }).configuration_id
  db.exec('DROP TRIGGER batch_begins_initiated; DROP TRIGGER sealed_first')
  db.write(() =>
    db
      .sql(
        `INSERT INTO batches (id, configuration_id, batch_type, status, position, created_at, queued_at, started_at)
         VALUES ('by-hand', ?, 'raw', ?, ?, 1, 1, ?)`,
      )
      .run(configurationId, status, position, status === 'running' ? 1 : null),
  )
  return reread(db, 'by-hand')
}

describe('the events of a batch', () => {
  test('report where it came to be, and how many jobs it was sealed with', () => {
    const db = temporaryDatabase()
    const events = reports(db, addBatch(db, { jobs: 4 }))
    expect(events.map((event) => [event.kind, event.fromStatus, event.toStatus])).toEqual([
      ['batch_created', null, 'initiated'],
      ['batch_sealed', null, null],
      ['batch_enqueued', 'initiated', 'queued'],
    ])
    expect(events[1]?.details).toMatchObject({ jobs: 4 })
  })

  test('report that it was resumed, released or retried, and its position', () => {
    const db = temporaryDatabase()
    const [batch] = aLine(db, 2) as [BatchRow, BatchRow]
    db.write(() => pauseBatch(db, by(noon + 9), batch.id, 'lunch'))
    db.write(() => resumeBatch(db, by(noon + 10), batch.id))
    claim(db, noon + 11)
    db.write(() => releaseBatch(db, by(noon + 12), batch.id, 'the host leaves'))
    end(db, claim(db, noon + 13), noon + 14, 'completed_with_errors')
    expect(db.write(() => reopenBatch(db, by(noon + 15), batch.id, []))).toMatchObject({ position: 2 })
    expect(
      reports(db, batch)
        .filter((event) => event.toStatus === 'queued')
        .map((event) => [event.kind, event.fromStatus, event.reason, event.details.position]),
    ).toEqual([
      ['batch_enqueued', 'initiated', null, 1],
      ['batch_resumed', 'paused', null, 1],
      ['batch_released', 'running', 'the host leaves', 1],
      ['batch_retried', 'completed_with_errors', null, 2],
    ])
  })

  test('count what its jobs came to, as the end saw it, and why it failed', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 6 })
    const batch = claim(db, noon)
    runJobs(db, batch, noon, [{ ms: 1 }, { ms: 1 }, { ms: 1 }, { ms: 1, error: 'no column' }])
    const ending = {
      reason: null,
      kind: 'batch_failed',
      closedBy: 'event' as const,
      error: 'too many failed',
    }
    expect(db.write(() => endBatch(db, by(noon + 9), batch.id, 'failed', ending))).toMatchObject({
      status: 'failed',
      error: 'too many failed',
      completed_at: noon + 9,
    })
    expect(reports(db, batch).at(-1)?.details).toMatchObject({
      succeeded: 3,
      failed: 1,
      cancelled: 2,
      total: 6,
      closedBy: 'event',
    })
  })

  test('outlive a batch that was removed unfilled, with its number', () => {
    const db = temporaryDatabase()
    const { configuration_id: configurationId } = addBatch(db, { type: 'other' })
    const batch = db.write(() => createBatch(db, by(noon), plainBatch(configurationId, 'half')))
    expect(db.write(() => removeUnsealed(db, by(noon), batch.id, 'its host died'))).toBe(true)
    expect(findBatch(db, batch.id)).toBeUndefined()
    const last = eventsPage(db, { limit: 1 })[0]
    expect(last).toMatchObject({ kind: 'batch_abandoned', reason: 'its host died' })
    expect(last?.details).toMatchObject({ number: batch.number })
  })
})

test('only queued batches wait for something', () => {
  const db = temporaryDatabase()
  const waiting = addBatch(db, { type: 'report', after: ['edm'], hold: true })
  expect(findBatch(db, waiting.id)?.waitsFor).toBeNull()
  db.write(() => enqueueBatch(db, by(noon), waiting.id))
  expect(findBatch(db, waiting.id)?.waitsFor).toEqual({
    batches: [],
    types: ['edm'],
    unsealed: false,
    inputs: false,
  })
  const half = db.write(() => createBatch(db, by(noon), plainBatch(waiting.configuration_id, 'half')))
  expect(findBatch(db, half.id)).toMatchObject({ waitsFor: null, sealed: false, pausing: false })
})

describe('the events of a job', () => {
  test('report that it is tried again or was interrupted, which attempt it was, and of which input', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: ['a.csv'] })
    const batch = claim(db, noon)
    const token = batch.claim_token ?? ''
    const job = startJob(db, batch, noon)
    const failed = ended(noon, 5, { error: 'no column', exitCode: 1 })
    expect(
      db.write(() => retryJob(db, by(noon + 5), { id: job.id, token }, failed, noon + 99)),
    ).toMatchObject({ status: 'pending', failures: 1, host_losses: 0, not_before: noon + 99 })
    startJob(db, batch, noon + 100)
    const lost = ended(noon + 100, 5, { error: 'its host died', exitCode: null })
    expect(db.write(() => interruptJob(db, by(noon + 105), { id: job.id, token }, lost, true))).toMatchObject(
      { status: 'pending', failures: 1, host_losses: 1, not_before: null },
    )
    const [retried, interrupted] = reports(db, batch).slice(-2)
    const edge = { jobId: job.id, jobOrdinal: 1, fromStatus: 'running', toStatus: 'pending' }
    expect(retried).toMatchObject({ kind: 'job_retried', reason: 'no column', ...edge })
    expect(retried?.details).toMatchObject({ input: 'a.csv', ordinal: 1, attempt: 1, notBefore: noon + 99 })
    expect(interrupted).toMatchObject({ kind: 'job_interrupted', reason: 'its host died', ...edge })
    expect(interrupted?.details).toMatchObject({ input: 'a.csv', ordinal: 1, attempt: 2 })
  })

  test('of no job and no batch name none', () => {
    const db = temporaryDatabase()
    note(db, noon, 'queue_paused', { until: 'one' })
    expect(eventsPage(db, { limit: 1 })[0]?.details).toEqual({ until: 'one' })
    addBatch(db)
    expect(Object.keys(eventsPage(db, { limit: 1 })[0]?.details ?? {})).not.toContain('input')
  })
})

test('the role is taken over only from the host that has it', () => {
  const db = temporaryDatabase()
  addHost(db, 'host-2', noon)
  const one = () => findHost(db, hostId) ?? null
  db.write(() => giveRoleBack(db, hostId))
  const seen = one()
  expect(seen && db.write(() => succeed(db, 'host-2', seen, true, noon))).toBe(false)
  expect(executorHost(db)).toBeUndefined()
  expect(one()?.ended_at).toBeNull()
})

test('a batch is found by a number of any length, with its sign or without', () => {
  const db = temporaryDatabase()
  const ids = aLine(db, 12).map((batch) => batch.id)
  for (const ref of ['12', '#12', ' #12 ', 12, ids[11] ?? '', (ids[11] ?? '').toUpperCase()])
    expect(findBatch(db, ref)?.number, String(ref)).toBe(12)
  for (const ref of ['13', '12x', 'x12', '##12', '']) expect(findBatch(db, ref), ref).toBeUndefined()
})

describe('an edge that is not there', () => {
  test('a filled batch is not removed, a sealed one not sealed again, and nothing is reported', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db)
    const before = reports(db, batch).length
    expect(db.write(() => removeUnsealed(db, by(noon), batch.id, 'why'))).toBe(false)
    expect(db.write(() => sealBatch(db, by(noon), batch.id))).toBeUndefined()
    expect(db.write(() => removeUnsealed(db, by(noon), 'nobody', 'why'))).toBe(false)
    expect(reports(db, batch)).toHaveLength(before)
  })

  test('a batch that nobody sealed does not come back into the queue once it was paused', () => {
    const db = temporaryDatabase()
    byHand(db, 'queued', 1)
    expect(db.write(() => pauseBatch(db, by(noon), 'by-hand', null))).toMatchObject({ status: 'paused' })
    expect(db.write(() => resumeBatch(db, by(noon), 'by-hand'))).toBeUndefined()
    expect(reread(db, 'by-hand').status).toBe('paused')
  })

  test('but one that runs unsealed can be released, to the top of the queue', () => {
    const db = temporaryDatabase()
    byHand(db, 'running', 0)
    addBatch(db, { type: 'other' })
    expect(db.write(() => releaseBatch(db, by(noon), 'by-hand', 'it was not filled'))).toMatchObject({
      status: 'queued',
      position: 1,
    })
    expect(headOfLine(db).first).toBe('by-hand')
  })

  test('and it does not end as long as nobody sealed it', () => {
    const db = temporaryDatabase()
    byHand(db, 'running', 0)
    expect(db.write(() => cancelBatch(db, by(noon), 'by-hand', null))).toBeUndefined()
    expect(reread(db, 'by-hand').status).toBe('running')
  })

  test('a batch with nothing queued before it is the head, and an empty queue has none', () => {
    const db = temporaryDatabase()
    expect(headOfLine(db)).toEqual({ first: undefined, claimable: undefined })
    expect(db.write(() => claimHead(db, by(noon), 'token'))).toBeUndefined()
  })
})

describe('the queue', () => {
  test('closes behind one that is paused or cancelled, and stays as it is when the running one is', () => {
    const db = temporaryDatabase()
    const [one, two, three, four] = aLine(db, 4) as [BatchRow, BatchRow, BatchRow, BatchRow]
    db.write(() => pauseBatch(db, by(noon), two.id, null))
    expect(places(db)).toEqual([
      [1, 1],
      [3, 2],
      [4, 3],
    ])
    db.write(() => cancelBatch(db, by(noon), three.id, null))
    expect(places(db)).toEqual([
      [1, 1],
      [4, 2],
    ])
    claim(db, noon)
    db.write(() => pauseBatch(db, by(noon), one.id, null))
    expect(places(db)).toEqual([[4, 1]])
    db.write(() => resumeBatch(db, by(noon), one.id))
    claim(db, noon)
    db.write(() => cancelBatch(db, by(noon), one.id, null))
    expect(places(db)).toEqual([[4, 1]])
    db.write(() => cancelBatch(db, by(noon), two.id, null))
    expect(queuedIds(db)).toEqual([four.id])
  })

  test('takes a new priority as a new place, forwards and back, and the running one keeps its own', () => {
    const db = temporaryDatabase()
    const [one, two, three] = aLine(db, 3) as [BatchRow, BatchRow, BatchRow]
    const prefer = (batch: BatchRow, priority: number) =>
      db.write(() => setPriority(db, by(noon + 50), batch.id, priority))?.position
    expect(prefer(three, 5)).toBe(1)
    expect(places(db).map(([number]) => number)).toEqual([3, 1, 2])
    expect(prefer(three, -5)).toBe(3)
    expect(prefer(one, 0)).toBe(1)
    expect(prefer(one, -5)).toBe(2)
    expect(places(db).map(([number]) => number)).toEqual([2, 1, 3])
    claim(db, noon)
    expect(prefer(two, 9)).toBe(0)
    expect(places(db)).toEqual([
      [2, 0],
      [1, 1],
      [3, 2],
    ])
    db.write(() => pauseBatch(db, by(noon), one.id, null))
    expect(prefer(one, 7)).toBeNull()
    expect(reports(db, one).at(-1)?.details).toMatchObject({ from: -5, to: 7, position: null })
  })

  test('knows its length', () => {
    const db = temporaryDatabase()
    expect(queueLength(db)).toBe(0)
    aLine(db, 3)
    expect(queueLength(db)).toBe(3)
  })

  test('has a place behind whoever outranks the newcomer: by priority, then time, then number', () => {
    const db = temporaryDatabase()
    expect(frontByRule(db, { priority: 0, queuedAt: noon, number: 1 })).toBeUndefined()
    aLine(db, 3)
    const front = (priority: number, queuedAt: number, number = 99) =>
      frontByRule(db, { priority, queuedAt, number })
    expect(front(1, noon + 9)).toBeUndefined()
    expect(front(0, noon - 1)).toBeUndefined()
    expect(front(0, noon)).toBe(1)
    expect(front(0, noon, 1)).toBeUndefined()
    expect(front(0, noon + 1)).toBe(2)
    expect(front(-1, noon - 1)).toBe(3)
  })

  test('has room for any number of batches that are put behind the same one', () => {
    const db = temporaryDatabase()
    const ids = aLine(db, 3).map((batch) => batch.id)
    db.exec('UPDATE batches SET rank = number')
    db.write(() => moveTo(db, [ids[2] ?? ''], 2))
    expect(places(db).map(([number]) => number)).toEqual([1, 3, 2])
    db.exec('UPDATE batches SET rank = 4503599627370496 WHERE number = 2')
    db.write(() => moveTo(db, [ids[0] ?? ''], 3))
    expect(places(db).map(([number]) => number)).toEqual([3, 2, 1])
  })

  test.each([
    [[1], 3, [2, 3, 1, 4, 5]],
    [[5], 1, [5, 1, 2, 3, 4]],
    [[4, 2], 2, [1, 4, 2, 3, 5]],
    [[1, 5], 3, [2, 3, 1, 5, 4]],
    [[5, 1], 2, [2, 5, 1, 3, 4]],
    [[2, 3], 99, [1, 4, 5, 2, 3]],
    [[2, 3], -4, [2, 3, 1, 4, 5]],
    [[3], 3, [1, 2, 3, 4, 5]],
    [[5, 2, 4], 2, [1, 5, 2, 4, 3]],
    [[2, 2], 4, [1, 3, 4, 2, 5]],
    [[], 1, [1, 2, 3, 4, 5]],
  ])('with %j moved to %i reads as asked', (moved, to, expected) => {
    const db = temporaryDatabase()
    const ids = aLine(db, 5).map((batch) => batch.id)
    db.write(() => moveTo(db, [...moved.map((number) => ids[number - 1] ?? ''), 'nobody'], to))
    expect(places(db)).toEqual(expected.map((number, index) => [number, index + 1]))
  })

  test('is written only where it changes', () => {
    const db = temporaryDatabase()
    const ids = aLine(db, 6).map((batch) => batch.id)
    db.exec(
      `CREATE TEMP TABLE written (number INTEGER);
       CREATE TEMP TRIGGER watch AFTER UPDATE OF position ON batches
       BEGIN INSERT INTO written VALUES (new.number); END`,
    )
    const written = () => {
      const rows = db.sql<{ number: number }>('SELECT DISTINCT number FROM written ORDER BY number').all()
      db.exec('DELETE FROM written')
      return rows.map((row) => row.number)
    }
    db.write(() => moveTo(db, [ids[2] ?? ''], 4))
    expect(written()).toEqual([3, 4])
    db.write(() => moveTo(db, [ids[2] ?? ''], 3))
    expect(written()).toEqual([3, 4])
    db.write(() => moveTo(db, [ids[1] ?? '', ids[4] ?? ''], 2))
    expect(written()).toEqual([3, 4, 5])
  })
})

test('a type that waits for its own kind waits for those before it, never for itself', () => {
  const db = temporaryDatabase()
  const first = addBatch(db, { type: 'evolve', range: { start: 0, end: 9 } })
  const second = addBatch(db, { type: 'evolve', range: { start: 10, end: 19 }, hold: true })
  db.write(() => linkAfter(db, second.id, second.configuration_id, ['evolve']))
  expect(predecessors(db, second.id)).toEqual([{ type: 'evolve', id: first.id }])
})
