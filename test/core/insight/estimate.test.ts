import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DoneBy } from '../../../src/contract/entities.ts'
import type { Db } from '../../../src/core/db/db.ts'
import { estimateQueue } from '../../../src/core/insight/estimate.ts'
import { learnPace } from '../../../src/core/insight/pace.ts'
import { createBatch, enqueueBatch, requestPause } from '../../../src/core/queue/batch-store.ts'
import { saveConfiguration } from '../../../src/core/queue/configuration-store.ts'
import type { BatchRow } from '../../../src/core/queue/rows.ts'
import { writeMark } from '../../../src/core/queue/settings-store.ts'
import { deferBatch } from '../../../src/core/queue/source-store.ts'
import {
  addBatch,
  by,
  claim,
  end,
  noon,
  plainBatch,
  runJobs,
  startJob,
  temporaryDatabase,
} from '../../helpers/database.ts'

const minute = 60_000

function holds(range: DoneBy | null | undefined, at: number): boolean {
  return range !== null && range !== undefined && range.earliest <= at && at <= range.latest
}

/** Queued, and its inputs are looked up when it is its turn. */
function createDeferred(db: Db, type: string): BatchRow {
  return db.write(() => {
    const configuration = {
      name: 'flood-2026',
      specPath: '/work/flood-2026.slipway.yaml',
      projectPath: '/work',
    }
    const { id: configurationId } = saveConfiguration(db, configuration, noon)
    const { id } = createBatch(db, by(noon), {
      ...plainBatch(configurationId, type),
      expands: 'when-claimed',
    })
    deferBatch(db, by(noon), id, { text: '', variables: {}, skipDone: null })
    const row = enqueueBatch(db, by(noon), id)
    if (!row) throw new Error('it could not be queued')
    return row
  })
}

describe('the estimate of a queue', () => {
  it('reports nothing about an empty queue', () => {
    expect(estimateQueue(temporaryDatabase(), noon)).toEqual({ running: null, doneBy: {} })
  })

  it('reports nothing about a batch whose type never ran, nor about any behind it', () => {
    const db = temporaryDatabase()
    addBatch(db, { type: 'known', jobs: 5 })
    const running = claim(db, noon)
    const at = end(db, running, runJobs(db, running, noon, Array(5).fill({ ms: 1_000 }))).completed_at ?? 0
    const first = addBatch(db, { type: 'known', jobs: 5 })
    const unknown = addBatch(db, { type: 'unknown' })
    const behind = addBatch(db, { type: 'known', range: { start: 1, end: 2 } })
    const { doneBy } = estimateQueue(db, at)
    expect(Object.keys(doneBy)).toEqual([first.id])
    expect(doneBy[unknown.id] ?? doneBy[behind.id]).toBeUndefined()
  })

  it('takes a batch whose inputs are looked up later to be as long as the last of its kind', () => {
    const db = temporaryDatabase()
    addBatch(db, { type: 'known', jobs: 5 })
    const running = claim(db, noon)
    const at = end(db, running, runJobs(db, running, noon, Array(5).fill({ ms: 1_000 }))).completed_at ?? 0
    const { id } = createDeferred(db, 'known')
    expect(estimateQueue(db, at).doneBy[id]?.likely).toBe(at + 5_000)
    const unknown = createDeferred(db, 'unknown')
    expect(estimateQueue(db, at).doneBy[unknown.id]).toBeUndefined()
  })

  it('learns from the running batch itself, and from there for its sisters', () => {
    const db = temporaryDatabase()
    const first = addBatch(db, { type: 'evolve', range: { start: 0, end: 99 }, jobs: 100 })
    const sister = addBatch(db, { type: 'evolve', range: { start: 100, end: 199 }, jobs: 100 })
    const running = claim(db, noon)
    expect(estimateQueue(db, noon)).toEqual({ running: { jobsPerMinute: null, doneBy: null }, doneBy: {} })
    const at = runJobs(db, running, noon, Array(40).fill({ ms: 1_000 }))
    const { running: now, doneBy } = estimateQueue(db, at)
    expect(now?.jobsPerMinute).toBeCloseTo(60)
    expect(now?.doneBy?.likely).toBe(at + minute)
    expect(doneBy[first.id]).toEqual(now?.doneBy)
    expect(doneBy[sister.id]?.likely).toBe(at + minute + 100_000)
  })

  it('falls back to the same type in another configuration', () => {
    const db = temporaryDatabase()
    addBatch(db, { configuration: 'old', jobs: 10 })
    const running = claim(db, noon)
    end(db, running, runJobs(db, running, noon, Array(10).fill({ ms: 2_000 })))
    const fresh = addBatch(db, { configuration: 'new', jobs: 10 })
    expect(holds(estimateQueue(db, noon + minute).doneBy[fresh.id], noon + minute + 20_000)).toBe(true)
  })

  it('divides by the slots, but never below what one job takes', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 16 })
    const running = claim(db, noon)
    end(db, running, runJobs(db, running, noon, Array(16).fill({ ms: 10_000 })))
    const wide = addBatch(db, { jobs: 8, options: { parallel: 8 }, range: { start: 1, end: 2 } })
    const likely = estimateQueue(db, noon).doneBy[wide.id]?.likely
    expect(likely).toBe(noon + 10_000)
  })

  it('simulates the queue in the order of claims: a waiting batch lets others pass, one that waits for a failed one is never claimed', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 10, type: 'a' })
    const past = claim(db, noon)
    end(db, past, runJobs(db, past, noon, Array(10).fill({ ms: 1_000 })))
    const later = addBatch(db, { type: 'a', jobs: 10 })
    const waits = addBatch(db, { type: 'b', jobs: 0, after: ['a'], priority: 5 })
    const vain = addBatch(db, { type: 'a', range: { start: 1, end: 2 }, jobs: 10, after: ['never'] })
    const last = addBatch(db, { type: 'a', range: { start: 3, end: 4 }, jobs: 10 })
    const { doneBy } = estimateQueue(db, noon)
    expect(Object.keys(doneBy)).toEqual([later.id, waits.id, last.id])
    expect(doneBy[waits.id]?.likely).toBe(noon + 10_000)
    expect(doneBy[last.id]?.likely).toBe(noon + 20_000)
    expect(doneBy[vain.id]).toBeUndefined()
  })

  it('ends at the mark to stop after, and reports nothing while the queue is paused or no host is working', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 10 })
    const past = claim(db, noon)
    end(db, past, runJobs(db, past, noon, Array(10).fill({ ms: 1_000 })))
    const first = addBatch(db, { jobs: 1, range: { start: 1, end: 1 } })
    addBatch(db, { jobs: 1, range: { start: 2, end: 2 } })
    db.write(() => writeMark(db, 'stop-after', { batchId: first.id }, noon))
    expect(Object.keys(estimateQueue(db, noon).doneBy)).toEqual([first.id])
    db.write(() => writeMark(db, 'stop-after', undefined, noon))
    expect(Object.keys(estimateQueue(db, noon).doneBy)).toHaveLength(2)
    const mark = { since: noon, by: 'ana', reason: null, kind: 'person', now: false } as const
    db.write(() => writeMark(db, 'queue-paused', mark, noon))
    expect(estimateQueue(db, noon).doneBy).toEqual({})
    db.write(() => writeMark(db, 'queue-paused', undefined, noon))
    db.sql('UPDATE hosts SET executor = 0').run()
    expect(estimateQueue(db, noon).doneBy).toEqual({})
  })

  it('gives no end to a batch that is about to pause, but lets the next one begin after its running jobs', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 100 })
    const running = claim(db, noon)
    const at = runJobs(db, running, noon, Array(50).fill({ ms: 1_000 }))
    startJob(db, running, at)
    const next = addBatch(db, { jobs: 10, range: { start: 1, end: 1 } })
    db.write(() => requestPause(db, by(at), running.id, false, null))
    const estimate = estimateQueue(db, at)
    expect(estimate.running).toMatchObject({ doneBy: null })
    expect(estimate.doneBy[next.id]?.likely).toBe(at + 11_000)
  })

  it('counts what the running job has done already, and widens when it takes longer than such jobs do', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db, { jobs: 31 })
    const running = claim(db, noon)
    const at = runJobs(db, running, noon, Array(30).fill({ ms: 10_000 }))
    startJob(db, running, at)
    expect(estimateQueue(db, at + 4_000).doneBy[batch.id]?.likely).toBe(at + 10_000)
    const late = estimateQueue(db, at + 100_000).doneBy[batch.id]
    expect(late?.earliest).toBeGreaterThanOrEqual(at + 100_000)
    expect(late?.latest).toBeGreaterThanOrEqual(at + 200_000)
  })

  it('sees a batch that has just ended, although paces are remembered', () => {
    const db = temporaryDatabase()
    addBatch(db, { jobs: 5 })
    const queued = addBatch(db, { jobs: 5, range: { start: 1, end: 1 } })
    const running = claim(db, noon)
    expect(estimateQueue(db, noon).doneBy).toEqual({})
    const at = end(db, running, runJobs(db, running, noon, Array(5).fill({ ms: 1_000 }))).completed_at ?? 0
    expect(holds(estimateQueue(db, at).doneBy[queued.id], at + 5_000)).toBe(true)
  })

  // Not while mutants are tried: instrumented code is slower.
  it.skipIf(process.env.SLIPWAY_TEST_RUNS !== undefined)(
    'takes about two milliseconds for a queue of 1,000',
    () => {
      const db = temporaryDatabase()
      addBatch(db, { jobs: 200 })
      const past = claim(db, noon)
      end(db, past, runJobs(db, past, noon, Array(200).fill({ ms: 1_000 })))
      db.write(() => {
        for (let i = 0; i < 1_000; i += 1) addBatch(db, { jobs: 1, range: { start: i, end: i } })
      })
      expect(Object.keys(estimateQueue(db, noon).doneBy)).toHaveLength(1_000)
      const times = Array.from({ length: 21 }, () => {
        const started = performance.now()
        estimateQueue(db, noon)
        return performance.now() - started
      }).sort((a, b) => a - b)
      expect(times[0]).toBeLessThan(10) // measured: 2; the fastest, as a busy machine slows down all but a few
    },
  )
})

describe('the pace of jobs', () => {
  const sample = (costs: readonly number[], parallel = 1) => {
    let at = noon
    return {
      parallel,
      jobs: costs.map((cost_ms) => {
        at += cost_ms / parallel
        return { cost_ms, completed_at: at }
      }),
    }
  }

  it('is unknown without a finished job', () => {
    expect(learnPace([{ parallel: 1, jobs: [] }])).toBeUndefined()
  })

  it('is a wide range after one job, and a narrow one after many equal ones', () => {
    expect(learnPace([sample([1_000])])?.total(10, 1)).toEqual({ low: 5_000, mid: 10_000, high: 20_000 })
    const many = learnPace([sample(Array(400).fill(1_000))])?.total(100, 1)
    expect((many?.high ?? 0) / (many?.low ?? 1)).toBeLessThan(1.3)
  })

  it('holds what starting jobs costs, but not a night between two jobs', () => {
    const jobs = Array.from({ length: 160 }, (_, i) => ({
      cost_ms: 2,
      completed_at: noon + i * 10 + (i === 80 ? 8 * 3_600_000 : 0),
    }))
    expect(learnPace([{ parallel: 1, jobs }])?.total(100, 1).mid).toBeCloseTo(1_000, -1)
  })

  it('keeps low, mid and high in order, whatever the jobs took', () => {
    const costs = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(
        fc.array(costs, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 64 }),
        (all, count, parallel) => {
          const range = learnPace(all.map((list) => sample(list)))?.total(count, parallel)
          if (!range) throw new Error('no pace')
          expect(range.low).toBeLessThanOrEqual(range.mid)
          expect(range.mid).toBeLessThanOrEqual(range.high)
        },
      ),
    )
  })

  it('foretells the rest of a batch from its first fifth, in four of five cases at least', () => {
    let seed = 42
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed / 2_147_483_648
    }
    // Heavy-tailed job times that drift slowly, as real inputs do.
    const jobTime = (drift: number) => Math.round(1_000 * drift * (0.3 + random() ** -0.4))
    let inside = 0
    const rounds = 200
    for (let round = 0; round < rounds; round += 1) {
      const drift = 0.8 + 0.4 * random()
      const costs = Array.from({ length: 250 }, (_, i) => jobTime(1 + ((drift - 1) * i) / 250))
      const rest = costs.slice(50).reduce((sum, cost) => sum + cost, 0)
      const range = learnPace([sample(costs.slice(0, 50))])?.total(200, 1)
      if (range && range.low <= rest && rest <= range.high) inside += 1
    }
    expect(inside / rounds).toBeGreaterThan(0.8)
  })
})
