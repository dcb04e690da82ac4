/** What a step hands over ahead, and how it records what a launcher began by itself, on a real database. */
import { describe, expect, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { cancelBatch } from '../../../src/core/queue/batch-ending.ts'
import { requestPause } from '../../../src/core/queue/batch-store.ts'
import { attemptsOfJob } from '../../../src/core/queue/job-queries.ts'
import type { BatchRow } from '../../../src/core/queue/rows.ts'
import { Ahead, shortJobMs } from '../../../src/core/run/ahead.ts'
import type { Claimed, Situation } from '../../../src/core/run/claims.ts'
import { RetryDelays } from '../../../src/core/run/retry-delays.ts'
import type { AttemptEnd } from '../../../src/core/run/settle.ts'
import { type Report, type Step, takeStep } from '../../../src/core/run/step.ts'
import type { Verdict } from '../../../src/core/run/verdict.ts'
import {
  addBatch,
  type BatchPlan,
  by,
  ended,
  hostId,
  noon,
  reread,
  temporaryDatabase,
} from '../../helpers/database.ts'
import { stubClock } from '../../helpers/stub-clock.ts'

const verdict = (more: Partial<Verdict> = {}): Verdict => ({
  ...ended(noon, 2),
  kind: 'succeeded',
  retryable: false,
  hostDied: false,
  leftovers: 0,
  ...more,
})
const endOf = ({ job, token }: Claimed, more: Partial<Verdict> = {}): AttemptEnd => ({
  job,
  token,
  verdict: verdict(more),
})
const begun = ({ job, token }: Claimed): Report => ({ job, token, startedAt: noon + 7 })

/** A host that has seen enough short jobs of its batch to hold two ahead of the one that runs. */
function aFlow(plan: BatchPlan = {}) {
  const db: Db = temporaryDatabase()
  const clock = stubClock(noon)
  const ahead = new Ahead(clock)
  const delays = new RetryDelays(clock)
  const batch = addBatch(db, { jobs: 20, ...plan })
  const situation = (more: Partial<Situation> = {}): Situation => ({
    busy: 0,
    held: { count: 0, lastOrdinal: 0 },
    ahead,
    mayFollow: true,
    stopping: false,
    diskIsLow: () => false,
    delays,
    goal: null,
    launcherIsReady: () => true,
    ...more,
  })
  const step = (reports: readonly Report[], more: Partial<Situation> = {}): Step =>
    db.write(() => takeStep({ db, clock, hostId }, reports, situation(more)))
  let last = step([])
  for (let n = 0; n < 3; n += 1) last = step(last.start.map((one) => endOf(one, { awakeMs: 10 })))
  const running = only(last.start)
  const held = step([endOf(running, { awakeMs: 10 })])
  return { db, clock, ahead, delays, batch, step, held, row: () => reread(db, batch.id) }
}

function only<T>(list: readonly T[]): T {
  const [one] = list
  if (one === undefined) throw new Error('there is none')
  return one
}
const ordinals = (list: readonly Claimed[]) => list.map(({ job }) => job.ordinal)
const jobs = (db: Db, batch: BatchRow) =>
  db
    .sql<{ ordinal: number; status: string; attempts: number; started_at: number | null; id: number }>(
      'SELECT ordinal, status, attempts, started_at, id FROM jobs WHERE batch_id = ? ORDER BY ordinal',
    )
    .all(batch.id)

describe('the jobs behind the one that runs', () => {
  test('are handed over in their order, and nothing is written for them', () => {
    const { db, batch, held } = aFlow()
    expect(ordinals(held.start)).toEqual([5])
    expect(ordinals(held.hold)).toEqual([6, 7])
    expect(held.hold.map(({ job }) => job.attempts)).toEqual([1, 1])
    expect(held.mayHold).toBe(true)
    expect(jobs(db, batch)[5]).toMatchObject({ status: 'pending', attempts: 0, started_at: null })
  })

  test('are topped up behind those that are held, and no job is claimed while some are', () => {
    const { step, held } = aFlow()
    const next = step([endOf(only(held.start)), begun(only(held.hold))], {
      busy: 1,
      held: { count: 1, lastOrdinal: 7 },
    })
    expect(next.start).toEqual([])
    expect(ordinals(next.hold)[0]).toBe(8)
    expect(step([], { held: { count: 2, lastOrdinal: 8 } }).start).toEqual([])
  })

  test('are not handed over where something else than their exit codes decides', () => {
    const none = (more: Partial<Situation>, flow = aFlow()) =>
      flow.step([endOf(only(flow.held.start))], { busy: 0, ...more }).hold
    expect(none({})).not.toEqual([])
    expect(none({ mayFollow: false })).toEqual([])
    expect(none({ diskIsLow: () => true })).toEqual([])
    expect(none({ stopping: true })).toEqual([])
    const waiting = aFlow()
    waiting.delays.hold(99, 1_000)
    expect(none({}, waiting)).toEqual([])
    const pausing = aFlow()
    pausing.db.write(() => requestPause(pausing.db, by(noon), pausing.batch.id, false, null))
    expect(none({}, pausing)).toEqual([])
    const expecting = aFlow({
      command: (n) => ({ argv: ['true', `${n}`], expect: [{ file: '/dev/null', nonEmpty: false }] }),
    })
    expect(expecting.held.hold).toEqual([])
  })

  test('are none after a failure, until some have ended well again', () => {
    const { step, held } = aFlow()
    let next = step([endOf(only(held.start), { kind: 'failed', exitCode: 1 })])
    for (let n = 0; n < 4; n += 1) {
      expect(next.hold).toEqual([])
      next = step(next.start.map((one) => endOf(one)))
    }
    expect(next.hold).not.toEqual([])
  })
})

describe('a job that its launcher began by itself', () => {
  test('is claimed in the step that reads of it, with what else was reported', () => {
    const { db, batch, step, held, row } = aFlow()
    const [sixth, seventh] = held.hold
    if (!sixth || !seventh) throw new Error('two are held')
    step([endOf(only(held.start)), begun(sixth), endOf(sixth), begun(seventh)], { busy: 1 })
    expect(jobs(db, batch).slice(4, 7)).toMatchObject([
      { status: 'succeeded', attempts: 1 },
      { status: 'succeeded', attempts: 1, started_at: noon + 7 },
      { status: 'running', attempts: 1, started_at: noon + 7 },
    ])
    expect(row()).toMatchObject({ jobs_succeeded: 6, jobs_running: 1 })
    expect(attemptsOfJob(db, sixth.job.id)).toMatchObject([{ number: 1, outcome: 'succeeded' }])
  })

  test('of a batch that was cancelled meanwhile counts as a late attempt, whose number is not used again', () => {
    const { db, batch, step, held } = aFlow()
    const sixth = only(held.hold)
    db.write(() => cancelBatch(db, by(noon), batch.id, 'wrong input'))
    const next = step([begun(sixth), endOf(sixth)])
    expect(next.refused).toBe(false)
    expect(jobs(db, batch)[5]).toMatchObject({ status: 'cancelled', attempts: 1 })
    expect(attemptsOfJob(db, sixth.job.id)).toMatchObject([{ number: 1, outcome: 'cancelled' }])
    step([begun(sixth)])
    expect(attemptsOfJob(db, sixth.job.id)).toHaveLength(1)
  })

  test('under a claim that is not ours any more is refused, as a verdict would be', () => {
    const { db, batch, step, held } = aFlow()
    db.write(() => db.sql("UPDATE batches SET claim_token = 'other' WHERE id = ?").run(batch.id))
    expect(step([begun(only(held.hold))], { busy: 1 })).toMatchObject({ refused: true, onlyJobs: false })
    expect(jobs(db, batch)[5]).toMatchObject({ status: 'pending', attempts: 0 })
  })
})

test('a batch is neither paused nor closed, nor the next one claimed, while something is held', () => {
  const { db, batch, step, held, row } = aFlow()
  db.write(() => requestPause(db, by(noon), batch.id, false, null))
  const waits = step([endOf(only(held.start))], { held: { count: 2, lastOrdinal: 7 } })
  expect(waits).toMatchObject({ mayHold: false, start: [], hold: [] })
  expect(row().status).toBe('running')
  step([])
  expect(row().status).toBe('paused')
})

describe('how much is held', () => {
  const clock = stubClock(noon)
  const job = { id: 1 } as Claimed['job']
  const note = (ahead: Ahead, awakeMs: number, more: Partial<Verdict> = {}, token = 't') =>
    ahead.note({ job, token, verdict: verdict({ awakeMs, ...more }) })
  const having = (...lengths: number[]) => {
    const ahead = new Ahead(clock)
    for (const ms of lengths) note(ahead, ms)
    return ahead
  }

  test('is some milliseconds of work, for each place, within bounds', () => {
    expect(having(1, 1, 1, 1).wanted('t', 1)).toBe(20)
    expect(having(0, 0, 0, 0).wanted('t', 1)).toBe(32)
    expect(having(5, 5, 5, 5).wanted('t', 1)).toBe(4)
    expect(having(5, 5, 5, 5).wanted('t', 2)).toBe(8)
    expect(having(40, 40, 40, 40).wanted('t', 1)).toBe(2)
  })

  test('is nothing before four in a row were short and clean, under the same claim', () => {
    expect(having(1, 1, 1).wanted('t', 1)).toBe(0)
    expect(having(1, 1, 1, 1).wanted('other', 1)).toBe(0)
    expect(having(1, 1, 1, 1, shortJobMs + 1).wanted('t', 1)).toBe(0)
    const left = having(1, 1, 1, 1)
    note(left, 1, { leftovers: 1 })
    expect(left.wanted('t', 1)).toBe(0)
    const moved = having(1, 1, 1, 1)
    note(moved, 1, {}, 'u')
    expect(moved.wanted('u', 1)).toBe(0)
  })

  test('is stale once the job that runs takes long', () => {
    const ahead = having(1, 1, 1, 1)
    expect(ahead.isStale()).toBe(false)
    clock.advance(2 * shortJobMs)
    expect(ahead.isStale()).toBe(false)
    expect(ahead.staleAt()).toBe(clock.awakeMs() + 1)
    clock.advance(1)
    expect(ahead.isStale()).toBe(true)
    expect(ahead.wanted('t', 1)).toBe(0)
  })
})
