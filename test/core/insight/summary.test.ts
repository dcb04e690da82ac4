import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { summarySchema } from '../../../src/contract/entities.ts'
import { makeSummary } from '../../../src/core/insight/summary.ts'
import { pauseBatch, reopenBatch, resumeBatch } from '../../../src/core/queue/batch-store.ts'
import { interruptJob, reopenJobs } from '../../../src/core/queue/job-store.ts'
import {
  addBatch,
  by,
  claim,
  end,
  ended,
  noon,
  note,
  runJobs,
  startJob,
  temporaryDatabase,
  temporaryFolder,
} from '../../helpers/database.ts'

const minute = 60_000

describe('the summary of a batch', () => {
  it('fits the contract and counts what happened', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db, { jobs: ['a.csv', 'b.csv', 'c.csv', 'd.csv'] })
    const running = claim(db, noon + 5_000)
    const done = runJobs(db, running, noon + 5_000, [
      { ms: 100, userMs: 50, systemMs: 5, maxRssKb: 900, logBytes: 10 },
      { ms: 200, userMs: 60, systemMs: 5, maxRssKb: 1_000, logBytes: 20 },
      { ms: 300, error: "no column 'area' in line 3" },
      { ms: 60_000, error: "no column 'area' in line 9" },
    ])
    end(db, running, done, 'completed_with_errors')
    const summary = makeSummary(db, batch.id)
    expect(summarySchema.parse(summary)).toEqual(summary)
    expect(summary).toMatchObject({
      number: 1,
      configuration: 'flood-2026',
      type: 'portfolio',
      status: 'completed_with_errors',
      jobs: { total: 4, succeeded: 2, failed: 2 },
      successRate: 0.5,
      waitedMs: 5_000,
      wallMs: 60_600,
      awakeMs: 60_600,
      pausedMs: 0,
      durations: { p50Ms: 250, maxMs: 60_000 },
      attempts: 4,
      interrupted: 0,
      cpuMs: 120,
      maxRssKb: 1_000,
      logBytes: 30,
      closedBy: 'event',
    })
    expect(summary.jobsPerMinute).toBeCloseTo(4 / 1.01)
    expect(summary.failures).toMatchObject([
      { message: "no column 'area' in line <number>", exitCode: 1, count: 2 },
    ])
    expect(summary.slowest[0]).toEqual({ ordinal: 4, input: 'd.csv', durationMs: 60_000 })
  })

  it('fits the contract for a batch that never ran, and for one without jobs', () => {
    const db = temporaryDatabase()
    const never = end(db, addBatch(db, { type: 'never' }), noon + 1, 'cancelled')
    const empty = addBatch(db, { type: 'empty', jobs: 0 })
    end(db, claim(db, noon + 2), noon + 3)
    const summaries = [makeSummary(db, never.id), makeSummary(db, empty.id)]
    for (const summary of summaries) expect(summarySchema.parse(summary)).toEqual(summary)
    expect(summaries[0]).toMatchObject({
      wallMs: null,
      successRate: 0,
      jobsPerMinute: null,
      closedBy: 'command',
    })
    expect(summaries[1]).toMatchObject({ successRate: 1, durations: null, histogram: [] })
  })

  it('takes the time the machine slept out of the awake time, once, and only what fell into the batch', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db, { jobs: 1 })
    const running = claim(db, noon)
    note(db, noon + 10 * minute, 'machine_slept', { ms: 20 * minute, until: noon + 10 * minute })
    note(db, noon + 10 * minute + 5, 'machine_slept', { ms: 8 * minute, until: noon + 10 * minute })
    end(db, running, runJobs(db, running, noon, [{ ms: 30 * minute }]))
    expect(makeSummary(db, batch.id)).toMatchObject({ wallMs: 30 * minute, awakeMs: 20 * minute })
  })

  it('counts a pause of the batch inside a pause of the queue once, and none after its end', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db, { jobs: 1 })
    claim(db, noon)
    note(db, noon + 5 * minute, 'queue_paused')
    db.write(() => pauseBatch(db, by(noon + 6 * minute), batch.id, 'lunch'))
    db.write(() => resumeBatch(db, by(noon + 8 * minute), batch.id))
    note(db, noon + 15 * minute, 'queue_resumed')
    const running = claim(db, noon + 16 * minute)
    end(db, running, runJobs(db, running, noon + 16 * minute, [{ ms: minute }]))
    note(db, noon + 17 * minute, 'queue_paused')
    expect(makeSummary(db, batch.id)).toMatchObject({ pausedMs: 10 * minute, wallMs: 17 * minute })
  })

  it('counts an interrupted attempt as such', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db, { jobs: 1 })
    const running = claim(db, noon)
    const job = startJob(db, running, noon)
    db.write(() =>
      interruptJob(
        db,
        by(noon + 10),
        { id: job.id, token: running.claim_token ?? '' },
        ended(noon, 10),
        true,
      ),
    )
    end(db, running, runJobs(db, running, noon + 10, [{ ms: 5 }]))
    expect(makeSummary(db, batch.id)).toMatchObject({ attempts: 2, interrupted: 1, jobs: { succeeded: 1 } })
  })

  it('of a retried batch has the attempts and the rate of its last run only', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db, { jobs: 3 })
    const first = claim(db, noon)
    end(db, first, runJobs(db, first, noon, [{ ms: 10 }, { ms: 10 }, { ms: 10, error: 'bad' }]), 'failed')
    db.write(() => {
      reopenBatch(db, by(noon + minute), batch.id, [])
      reopenJobs(db, batch.id, 'unfinished')
    })
    const second = claim(db, noon + 2 * minute)
    end(db, second, runJobs(db, second, noon + 2 * minute, [{ ms: minute }]))
    expect(makeSummary(db, batch.id)).toMatchObject({
      run: 2,
      attempts: 1,
      jobsPerMinute: 1,
      waitedMs: minute,
      jobs: { succeeded: 3, failed: 0 },
      failures: [],
    })
  })

  it('puts jobs of about the same time into fine buckets, and a wide spread into coarse ones', () => {
    const db = temporaryDatabase()
    const same = addBatch(db, { type: 'same', jobs: 3 })
    const one = claim(db, noon)
    end(db, one, runJobs(db, one, noon, [{ ms: 1_200 }, { ms: 1_499 }, { ms: 3_000 }]))
    expect(makeSummary(db, same.id).histogram).toEqual([
      { fromMs: 1_200, toMs: 1_500, count: 2 },
      { fromMs: 1_500, toMs: 2_000, count: 0 },
      { fromMs: 2_000, toMs: 2_500, count: 0 },
      { fromMs: 2_500, toMs: 3_000, count: 0 },
      { fromMs: 3_000, toMs: 4_000, count: 1 },
    ])
    const wide = addBatch(db, { type: 'wide', jobs: 4 })
    const two = claim(db, noon + minute)
    end(db, two, runJobs(db, two, noon + minute, [{ ms: 0 }, { ms: 1 }, { ms: 7 }, { ms: 12 }]))
    expect(makeSummary(db, wide.id).histogram).toEqual([
      { fromMs: 0, toMs: 1, count: 1 },
      { fromMs: 1, toMs: 2, count: 1 },
      { fromMs: 2, toMs: 5, count: 0 },
      { fromMs: 5, toMs: 10, count: 1 },
      { fromMs: 10, toMs: 20, count: 1 },
    ])
  })

  it('counts every job of a batch in exactly one bucket', () => {
    const db = temporaryDatabase()
    const times = [0, 1, 2, 5, 9, 10, 12, 15, 99, 100, 120, 999, 1_000, 1_200, 49_999, 50_000, 86_400_000]
    const batch = addBatch(db, { jobs: times.length })
    const running = claim(db, noon)
    end(
      db,
      running,
      runJobs(
        db,
        running,
        noon,
        times.map((ms) => ({ ms })),
      ),
    )
    const { histogram } = makeSummary(db, batch.id)
    for (const bucket of histogram)
      expect(times.filter((ms) => ms >= bucket.fromMs && ms < bucket.toMs)).toHaveLength(bucket.count)
    expect(histogram.reduce((sum, bucket) => sum + bucket.count, 0)).toBe(times.length)
    expect(histogram.slice(1).map((bucket) => bucket.fromMs)).toEqual(
      histogram.slice(0, -1).map((bucket) => bucket.toMs),
    )
  })
})

describe('the outputs in a summary', () => {
  it('are suspicious when empty, missing, old, or much smaller than their sisters', () => {
    const db = temporaryDatabase()
    const folder = temporaryFolder()
    const at = Date.now()
    mkdirSync(path.join(folder, 'out'))
    const batch = addBatch(db, {
      at,
      jobs: 10,
      options: { cwd: folder },
      command: (ordinal) => ({ argv: ['x'], expect: [{ file: `out/${ordinal}.json`, nonEmpty: false }] }),
    })
    for (let ordinal = 1; ordinal <= 9; ordinal += 1)
      writeFileSync(
        path.join(folder, `out/${ordinal}.json`),
        'x'.repeat(ordinal === 2 ? 0 : ordinal === 3 ? 9 : 1_000),
      )
    utimesSync(path.join(folder, 'out/4.json'), at / 1_000 - 3_600, at / 1_000 - 3_600)
    const running = claim(db, at)
    end(
      db,
      running,
      runJobs(
        db,
        running,
        at,
        Array.from({ length: 10 }, () => ({ ms: 1 })),
      ),
    )
    const { outputs } = makeSummary(db, batch.id)
    expect(outputs).toMatchObject({
      declared: 10,
      present: 9,
      bytes: 7_009,
      first: path.join(folder, 'out/1.json'),
    })
    expect(outputs.suspicious).toEqual([
      { ordinal: 2, file: 'out/2.json', why: 'is empty' },
      { ordinal: 3, file: 'out/3.json', why: expect.stringContaining('much smaller') },
      { ordinal: 4, file: 'out/4.json', why: expect.stringContaining('older than its job') },
      { ordinal: 10, file: 'out/10.json', why: 'is not there, although its job succeeded' },
    ])
  })

  it('of failed jobs are not suspicious', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db, {
      jobs: 1,
      command: () => ({ argv: ['x'], expect: [{ file: '/nowhere/at/all', nonEmpty: true }] }),
    })
    const running = claim(db, noon)
    end(db, running, runJobs(db, running, noon, [{ ms: 1, error: 'no' }]), 'failed')
    expect(makeSummary(db, batch.id).outputs).toEqual({ declared: 1, present: 0, bytes: 0, suspicious: [] })
  })

  it('are checked up to a limit, which is reported', () => {
    const db = temporaryDatabase()
    const batch = addBatch(db, {
      jobs: 4,
      command: () => ({ argv: ['x'], expect: [{ file: '/dev/null', nonEmpty: false }] }),
      hold: true,
    })
    expect(makeSummary(db, batch.id, { files: 3 }).outputs).toMatchObject({
      declared: 4,
      suspicious: [{ ordinal: 0, file: '', why: 'only the first 3 of 4 declared outputs were checked' }],
    })
    expect(makeSummary(db, batch.id, { elapsedMs: -1 }).outputs.suspicious[0]?.why).toContain(
      'only none of 4',
    )
  })
})

describe('a large batch', () => {
  it('of 30,000 jobs is summed up in seconds, not minutes', () => {
    const db = temporaryDatabase()
    const big = addBatch(db, {
      jobs: 30_000,
      command: (ordinal) => ({ argv: ['python3', 'scripts/edm.py', `data/in-${ordinal}.csv`] }),
    })
    const running = claim(db, noon)
    db.write(() => {
      const token = running.claim_token
      db.sql(
        `UPDATE jobs SET status = 'running', attempts = 1, started_at = ?, claim_token = ? WHERE batch_id = ?`,
      ).run(noon, token, big.id)
      db.sql(
        `UPDATE jobs SET status = CASE WHEN ordinal % 5 = 0 THEN 'failed' ELSE 'succeeded' END, completed_at = started_at + ordinal,
                duration_ms = 10 + (ordinal * 7919) % 5000,
                error = CASE WHEN ordinal % 5 = 0 THEN 'cannot read /data/' || ordinal || '.csv at line ' || ordinal END,
                exit_code = ordinal % 5 = 0 WHERE batch_id = ?`,
      ).run(big.id)
      db.sql(
        `INSERT INTO attempts (job_id, number, outcome, started_at, ended_at, awake_ms, user_ms, system_ms)
         SELECT id, 1, 'succeeded', ?, ?, 1, 1, 1 FROM jobs WHERE batch_id = ?`,
      ).run(noon, noon, big.id)
    })
    end(db, running, noon + 30_000, 'completed_with_errors')
    const started = performance.now()
    const summary = makeSummary(db, big.id)
    const took = performance.now() - started
    expect(summary.failures).toHaveLength(1)
    expect(summary.failures[0]?.count).toBe(6_000)
    expect(summary.attempts).toBe(30_000)
    expect(took).toBeLessThan(3_000) // measured: 150; the bound leaves room for a busy machine
  })
})
