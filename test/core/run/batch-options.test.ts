/** How a stored batch is run: defaults, the rule that stops it, places of logs, the jobs' environment. */
import { mkdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { reasonSentence } from '../../../src/contract/reasons.ts'
import { DiskGuard, freeBytes } from '../../../src/core/host/disk-guard.ts'
import type { BatchRow, JobRow } from '../../../src/core/queue/rows.ts'
import {
  attemptKey,
  environmentOf,
  logPath,
  runOptions,
  stopRule,
} from '../../../src/core/run/batch-options.ts'
import { earnedStatus } from '../../../src/core/run/closing.ts'
import { addBatch, noon, temporaryDatabase, temporaryFolder } from '../../helpers/database.ts'
import { stubClock } from '../../helpers/stub-clock.ts'

test('a batch that an older version stored is run with careful defaults', () => {
  expect(runOptions({ options: '{}' })).toEqual({
    parallel: 1,
    place: null,
    timeoutMs: null,
    retries: { times: 0, delayMs: 0, backoff: 1 },
    stopOnFailure: { kind: 'never' },
    logLimitBytes: 67_108_864,
    cwd: '/',
    env: {},
    searchPath: null,
    reads: null,
  })
  expect(runOptions({ options: '{"parallel":4,"cwd":"/work"}' })).toMatchObject({ parallel: 4, cwd: '/work' })
})

describe('a batch stops by its own rule', () => {
  const rule = (stopOnFailure: unknown, jobs_failed: number, jobs_total = 10) => {
    const row = { jobs_failed, jobs_total, failed_before: 0 }
    const reason = stopRule(runOptions({ options: JSON.stringify({ stopOnFailure }) }), row)
    return reason && reasonSentence(reason)
  }

  test('never, at the first failure, or at a share, and reports which', () => {
    expect(rule({ kind: 'never' }, 10)).toBeNull()
    expect(rule({ kind: 'first' }, 0)).toBeNull()
    expect(rule({ kind: 'first' }, 1)).toBe('stopped at the first failure (stop-on-failure: first)')
    const share = { kind: 'share', share: 0.2 }
    expect(rule(share, 1)).toBeNull()
    expect(rule(share, 2)).toBe('stopped after 2 of 10 jobs failed (stop-on-failure: 20%)')
    expect(rule({ kind: 'share', share: 0.125 }, 2)).toContain('12.5%')
    expect(rule({ kind: 'share', share: 0 }, 0)).toBeNull()
  })

  test('and has then failed, whatever else it did; else its failed jobs decide', () => {
    const row = addBatch(temporaryDatabase(), { options: { stopOnFailure: { kind: 'first' } } })
    expect(earnedStatus({ ...row, jobs_failed: 1 })).toEqual({
      status: 'failed',
      reason: { code: 'stopped-at-first-failure' },
    })
    expect(earnedStatus(row)).toEqual({ status: 'completed', reason: null })
    const plain = { ...row, options: '{}' }
    expect(earnedStatus({ ...plain, jobs_failed: 1 })).toEqual({
      status: 'completed_with_errors',
      reason: null,
    })
  })
})

test('logs of a large batch are spread over folders of a thousand', () => {
  expect(logPath('/h', 42, 7, 2)).toBe('/h/logs/42/0/7.2.log')
  expect(logPath('/h', 42, 999, 1)).toBe('/h/logs/42/0/999.1.log')
  expect(logPath('/h', 42, 1_000, 1)).toBe('/h/logs/42/1/1000.1.log')
  expect(attemptKey({ id: 17, attempts: 2 })).toBe('17.2')
})

test("a job's environment: the PATH of whoever added it, the batch's, its own, and who it is", () => {
  const batch = { number: 42 } as BatchRow
  const job = { ordinal: 7 } as JobRow
  const options = runOptions({ options: JSON.stringify({ searchPath: '/opt/bin', env: { A: '1', B: '1' } }) })
  expect(environmentOf(options, { argv: [], env: { B: '2', SLIPWAY_JOB: 'forged' } }, batch, job)).toEqual({
    PATH: '/opt/bin',
    A: '1',
    B: '2',
    SLIPWAY_BATCH: '42',
    SLIPWAY_JOB: '7',
  })
  expect(environmentOf(runOptions({ options: '{}' }), { argv: [] }, batch, job)).toEqual({
    SLIPWAY_BATCH: '42',
    SLIPWAY_JOB: '7',
  })
})

describe('the guard of the disk', () => {
  test('reports when less is free than was requested; 0 turns it off', () => {
    const clock = stubClock(noon)
    const guard = new DiskGuard(tmpdir(), clock)
    expect(guard.low).toBe(false)
    expect(guard.isLow(0)).toBe(false)
    expect(guard.isLow(1_000_000_000)).toBe(true)
    expect(guard.low).toBe(true)
    const freeMb = freeBytes(tmpdir()).free / 1_000_000
    expect(guard.isLow(Math.floor(freeMb / 2))).toBe(false)
    expect(guard.isLow(freeMb * 2)).toBe(true)
    expect(guard.isLow(1)).toBe(false)
    expect(guard.low).toBe(false)
  })

  test('reads the file system at most once a second', () => {
    const clock = stubClock(noon)
    const folder = `${temporaryFolder()}/disk`
    mkdirSync(folder)
    const guard = new DiskGuard(folder, clock)
    expect(guard.isLow(1)).toBe(false)
    rmdirSync(folder) // a folder that is gone can't be asked
    clock.advance(999)
    expect(guard.isLow(1)).toBe(false)
    clock.advance(1)
    expect(() => guard.isLow(1)).toThrow('ENOENT')
    // What can't be asked is no answer: it is asked again at once.
    expect(() => guard.isLow(1)).toThrow('ENOENT')
    mkdirSync(folder)
    expect(guard.isLow(1)).toBe(false)
  })

  test('knows what is free for this user, and how large the disk is', () => {
    const { free, total } = freeBytes(tmpdir())
    expect(free).toBeGreaterThan(1_000_000)
    expect(total).toBeGreaterThan(free)
  })
})
