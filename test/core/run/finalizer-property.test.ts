/**
 * The finalizer against random histories: an owner that loses its writes, dies, pauses, cancels; clocks that
 * jump; batches that are still being filled. Whatever happened, a batch is closed neither early nor late.
 */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { openDatabase } from '../../../src/core/db/open.ts'
import { makeSummary } from '../../../src/core/insight/summary.ts'
import { cancelBatch } from '../../../src/core/queue/batch-ending.ts'
import {
  claimHead,
  createBatch,
  pauseBatch,
  reopenBatch,
  resumeBatch,
} from '../../../src/core/queue/batch-store.ts'
import { saveConfiguration } from '../../../src/core/queue/configuration-store.ts'
import { finishJob, insertJobs, reopenJobs } from '../../../src/core/queue/job-store.ts'
import { type RunningRow, runningRow } from '../../../src/core/queue/queries.ts'
import type { BatchRow, JobRow } from '../../../src/core/queue/rows.ts'
import { Finalizer } from '../../../src/core/run/finalizer.ts'
import {
  addBatch,
  addHost,
  by,
  claim,
  ended,
  hostId,
  noon,
  runJobs,
  startJob,
  temporaryDatabase,
  temporaryFolder,
} from '../../helpers/database.ts'
import { seeded } from '../../helpers/seeded.ts'
import { type StubClock, stubClock } from '../../helpers/stub-clock.ts'

const sweepMs = 30_000
const graceMs = 10_000

const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('add' as const), jobs: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'begin to fill' as const }) },
  { weight: 4, arbitrary: fc.constant({ do: 'claim' as const }) },
  { weight: 4, arbitrary: fc.constant({ do: 'run the rest' as const }) },
  { weight: 6, arbitrary: fc.constant({ do: 'start' as const }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('end' as const), failed: fc.boolean(), lost: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'pause' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'resume' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'cancel' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'retry' as const }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 45_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      ms: fc.constantFrom(-3_600_000, 3_600_000, -31_536_000_000, 31_536_000_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('sleep' as const), ms: fc.integer({ min: 1, max: 28_800_000 }) }),
  },
)
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never

/** One world: a database, a clock, an owner that never closes anything itself, and the finalizer. */
class World {
  readonly db: Db
  readonly clock: StubClock = stubClock(noon)
  readonly finalizer: Finalizer
  readonly errors: unknown[] = []
  /** A job that runs, and whether its end was refused once while its owner lived. */
  #running: JobRow | undefined
  /** Since when (awake time) the running batch has had no open job. */
  #doneSince: { id: string; awakeMs: number } | undefined
  closed: string[] = []
  number = 0

  constructor(db: Db) {
    this.db = db
    this.finalizer = new Finalizer({
      db,
      clock: this.clock,
      hostId,
      makeSummary,
      onClosed: (row) => this.#judgeEarly(row),
      onError: (cause) => this.errors.push(cause),
    })
    this.finalizer.start()
  }

  step(action: Action): void {
    this.#act(action)
    this.#look()
  }

  #act(action: Action): void {
    const { db, clock } = this
    const context = by(clock.now())
    const row = runningRow(db)
    switch (action.do) {
      case 'add':
        this.number += 1
        addBatch(db, { at: clock.now(), type: `t${this.number}`, jobs: action.jobs })
        return
      case 'begin to fill':
        return this.#fill()
      case 'claim':
        if (!row) db.write(() => claimHead(db, context, randomUUID()))
        return
      case 'run the rest':
        if (!row) db.write(() => claimHead(db, context, randomUUID()))
        for (let now = runningRow(db); now && now.jobs_pending + now.jobs_running > 0; now = runningRow(db)) {
          if (now.jobs_running === 0) this.#running = startJob(db, now, clock.now())
          if (this.#running) this.#end(now, this.#running, { failed: false, lost: false })
        }
        return
      case 'start':
        if (row && row.jobs_pending > 0 && row.jobs_running === 0)
          this.#running = startJob(db, row, clock.now())
        return
      case 'end':
        if (row && this.#running?.batch_id === row.id) this.#end(row, this.#running, action)
        return
      case 'pause':
        if (row && row.jobs_running === 0 && row.jobs_pending > 0)
          db.write(() => pauseBatch(db, context, row.id, null))
        return
      case 'resume': {
        const paused = this.#anyOf("status = 'paused'")
        if (paused) db.write(() => resumeBatch(db, context, paused))
        return
      }
      case 'cancel':
        if (row) db.write(() => cancelBatch(db, context, row.id, 'enough'))
        if (row) this.#running = undefined
        return
      case 'retry': {
        const final = this.#anyOf('completed_at IS NOT NULL')
        if (!final) return
        db.write(() => {
          reopenBatch(db, context, final, [])
          reopenJobs(db, final, 'all')
        })
        return
      }
      case 'pass':
        return this.#pass(action.ms)
      case 'jump':
        return clock.setWall(clock.now() + action.ms)
      case 'sleep':
        return clock.sleep(action.ms)
    }
  }

  /** A verdict; `lost`: the first write fails while the owner lives, and it writes again. */
  #end(row: RunningRow, job: JobRow, { failed, lost }: { failed: boolean; lost: boolean }): void {
    const { db, clock } = this
    const end = ended(job.started_at ?? clock.now(), 0, { endedAt: clock.now(), awakeMs: 1 })
    const write = () =>
      db.write(() =>
        finishJob(
          db,
          by(clock.now()),
          { id: job.id, token: row.claim_token ?? '' },
          failed ? 'failed' : 'succeeded',
          end,
        ),
      )
    if (lost) {
      db.exec(
        "CREATE TRIGGER full BEFORE UPDATE OF status ON jobs BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
      )
      expect(write).toThrow('disk is full')
      db.exec('DROP TRIGGER full')
      this.#pass(sweepMs) // the job is over, its end is not written: nothing may be closed
      expect(runningRow(db)?.id).toBe(row.id)
    }
    expect(write()?.status).toBe(failed ? 'failed' : 'succeeded')
    this.#running = undefined
  }

  #fill(): void {
    const { db, clock } = this
    this.number += 1
    db.write(() => {
      const specPath = `/work/fill-${this.number}.slipway.yaml`
      const { id } = saveConfiguration(db, { name: 'fill', specPath, projectPath: '/work' }, clock.now())
      const batch = createBatch(db, by(clock.now()), {
        configurationId: id,
        type: 'fill',
        range: null,
        priority: 9,
        duplicateOf: null,
        continues: null,
        options: {},
        details: {},
      })
      insertJobs(db, batch.id, [{ ordinal: 1, input: 'a', command: { argv: ['true'] }, commandHash: 'h' }])
    })
  }

  /** Time in small pieces, so that the state is checked before and after each sweep. */
  #pass(ms: number): void {
    for (let left = ms; left > 0; left -= 2_500) {
      this.clock.advance(Math.min(left, 2_500))
      this.#look()
    }
  }

  #anyOf(condition: string): string | undefined {
    return this.db
      .sql<{ id: string }>(`SELECT id FROM batches WHERE ${condition} ORDER BY number LIMIT 1`)
      .get()?.id
  }

  /** Late is: done, untouched, and still open after two sweeps. */
  #look(): void {
    const row = runningRow(this.db)
    const done = row !== undefined && row.jobs_pending + row.jobs_running === 0
    if (!done) {
      this.#doneSince = undefined
      return
    }
    if (this.#doneSince?.id !== row.id) this.#doneSince = { id: row.id, awakeMs: this.clock.awakeMs() }
    expect(
      this.clock.awakeMs() - this.#doneSince.awakeMs,
      `#${row.number} is done but open`,
    ).toBeLessThanOrEqual(2 * sweepMs)
  }

  /** Early is: something of it open, unsealed, or its last job ended less than the grace ago by both clocks. */
  #judgeEarly(row: BatchRow): void {
    this.closed.push(`${row.id} ${row.run}`)
    expect(row).toMatchObject({ jobs_pending: 0, jobs_running: 0, sealed: 1, closed_by: 'sweep' })
    expect(row.status).toBe(row.jobs_failed > 0 ? 'completed_with_errors' : 'completed')
    const byWall = this.clock.now() - (row.last_job_finished_at ?? 0)
    const byAwake = this.clock.awakeMs() - (this.#doneSince?.awakeMs ?? this.clock.awakeMs())
    expect(byWall > graceMs || byAwake > graceMs, `closed after ${byWall} ms and ${byAwake} ms`).toBe(true)
  }

  /** Everything as it is, without the finalizer's own mark. */
  picture(): unknown {
    return ['batches', 'jobs', 'attempts', 'run_summaries', 'events'].map((table) =>
      this.db.sql(`SELECT * FROM ${table}`).all(),
    )
  }
}

test('never early, always within two sweeps, each run closed once, and a second sweep changes nothing', {
  timeout: 120_000,
}, () => {
  const base = temporaryFolder()
  let number = 0
  let closed = 0
  fc.assert(
    fc.property(fc.array(action, { minLength: 15, maxLength: 50, size: 'max' }), (history) => {
      number += 1
      const opened = openDatabase(`${base}/${number}`)
      if (!opened.ok) throw new Error(opened.error.message)
      addHost(opened.value, hostId, noon)
      try {
        const world = new World(opened.value)
        for (const one of history) world.step(one)
        world.step({ do: 'pass', ms: 2 * sweepMs })
        world.finalizer.runOnce()
        const before = world.picture()
        expect(world.finalizer.runOnce()).toEqual([])
        expect(world.picture()).toEqual(before)
        expect(new Set(world.closed).size).toBe(world.closed.length)
        expect(world.errors).toEqual([])
        closed += world.closed.length
      } finally {
        opened.value.close()
      }
    }),
    seeded(60),
  )
  expect(closed).toBeGreaterThan(20) // the histories really lead somewhere
})

describe('rows that a sweep must pass over', () => {
  test('batches on pause, more than a page of them, hold nothing back', () => {
    const db = temporaryDatabase()
    for (let n = 0; n < 150; n += 1) {
      addBatch(db, { type: `p${n}`, jobs: 1 })
      const batch = claim(db, noon)
      db.write(() => pauseBatch(db, by(noon), batch.id, null))
    }
    addBatch(db, { type: 'done', jobs: 1 })
    runJobs(db, claim(db, noon), noon, [{ ms: 1 }])
    const clock = stubClock(noon + 20_000)
    const finalizer = new Finalizer({ db, clock, hostId, makeSummary, onClosed() {}, onError() {} })
    expect(finalizer.runOnce().map((row) => row.batch_type)).toEqual(['done'])
  })

  test('summaries that can not be kept, more than a page of them, hold back no other', () => {
    const db = temporaryDatabase()
    for (let n = 1; n <= 121; n += 1) {
      addBatch(db, { type: `c${n}`, jobs: 1 })
      const batch = claim(db, noon + n)
      db.write(() => cancelBatch(db, by(noon + n), batch.id, null))
    }
    db.exec(`CREATE TRIGGER refused BEFORE INSERT ON run_summaries
             WHEN NEW.batch_id <> (SELECT id FROM batches WHERE number = 121)
             BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END`)
    const clock = stubClock(noon + 20_000)
    const errors: unknown[] = []
    const finalizer = new Finalizer({
      db,
      clock,
      hostId,
      makeSummary,
      onClosed() {},
      onError: (cause) => errors.push(cause),
    })
    finalizer.runOnce()
    finalizer.runOnce()
    expect(errors.length).toBeGreaterThan(100)
    expect(db.sql<{ n: number }>('SELECT count(*) AS n FROM run_summaries').get()?.n).toBe(1)
    db.exec('DROP TRIGGER refused')
    finalizer.runOnce()
    finalizer.runOnce()
    expect(db.sql<{ n: number }>('SELECT count(*) AS n FROM run_summaries').get()?.n).toBe(121)
  })
})
