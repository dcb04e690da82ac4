/** A real data folder with a real database, and what a command's handler may use. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../../src/core/clock.ts'
import type { Scope } from '../../../src/core/commands/command.ts'
import { openDatabase } from '../../../src/core/db/open.ts'
import { identify } from '../../../src/core/process/processes.ts'
import { claimHead, createBatch, enqueueBatch, sealBatch } from '../../../src/core/queue/batch-store.ts'
import { saveConfiguration } from '../../../src/core/queue/configuration-store.ts'
import { registerHost, takeRole } from '../../../src/core/queue/host-store.ts'
import { claimJob, finishJob, insertJobs, pendingJobs } from '../../../src/core/queue/job-store.ts'
import type { BatchRow } from '../../../src/core/queue/rows.ts'
import { logPath } from '../../../src/core/run/batch-options.ts'
import { Finalizer } from '../../../src/core/run/finalizer.ts'
import { plainBatch } from '../../helpers/database.ts'

/** Time never moves. */
export const clock: Clock = {
  now: () => 1_800_000_000_000,
  awakeMs: () => 1_000,
  sleptMs: () => 0,
  after: () => ({ cancel() {} }),
}

/** A new data folder; closed and removed after the test. */
export function aScope(): Scope {
  const home = mkdtempSync(path.join(tmpdir(), 'slipway-test-'))
  const opened = openDatabase(home)
  if (!opened.ok) throw new Error(opened.error.message)
  const db = opened.value
  onTestFinished(() => {
    db.close()
    rmSync(home, { recursive: true })
  })
  const self = identify(process.pid)
  if (!self) throw new Error('this process is not in the process table')
  db.write(() => {
    registerHost(db, {
      id: 'here',
      kind: 'test',
      pid: self.pid,
      process_started_at: self.startedAt,
      boot_id: self.bootId,
      user: 'ann',
      version: '0.0.0',
      started_at: clock.now(),
    })
    takeRole(db, 'here')
  })
  const finalizer = new Finalizer({
    db,
    clock,
    hostId: 'here',
    makeSummary: () => {
      throw new Error('no summary is made in this test')
    },
    onClosed() {},
    onError(cause) {
      throw cause
    },
  })
  return {
    db,
    clock,
    home,
    launcherDir: path.join(home, 'no-launcher'),
    hostId: 'here',
    finalizer,
    feed: () => ({ epoch: 'test', seq: 0 }),
    version: '0.0.0',
    caller: { actor: 'ann', origin: { from: 'program', command: 'a test', folder: null } },
    context: {
      actor: 'ann',
      hostId: 'here',
      origin: { from: 'program', command: 'a test', folder: null },
      at: clock.now(),
    },
  }
}

/** A sealed batch of its own type with so many jobs, at the end of the queue. */
export function aBatch({ db, context }: Scope, jobs = 1, type = `type-${Math.random()}`): BatchRow {
  return db.write(() => {
    const paths = { specPath: '/work/flood.slipway.yaml', projectPath: '/work' }
    const configuration = saveConfiguration(db, { name: 'flood', ...paths }, context.at)
    const { id } = createBatch(db, context, plainBatch(configuration.id, type))
    insertJobs(
      db,
      id,
      Array.from({ length: jobs }, (_, index) => ({
        ordinal: index + 1,
        input: `input ${index + 1}`,
        command: { argv: ['true'] },
        commandHash: '',
      })),
    )
    sealBatch(db, context, id)
    const row = enqueueBatch(db, context, id)
    if (!row) throw new Error('the batch could not be queued')
    return row
  })
}

/** A running batch whose first job runs. */
export function aRunningBatch(scope: Scope, jobs = 1): BatchRow & { job: number } {
  const { db, context } = scope
  const batch = aBatch(scope, jobs)
  const job = db.write(() => {
    claimHead(db, context, 'token')
    const [first] = pendingJobs(db, batch.id, 1)
    return first && claimJob(db, context, first.id, 'token')
  })
  if (!job) throw new Error('the job could not be claimed')
  return { ...batch, job: job.id }
}

/** Ends the job of `aRunningBatch`. */
export function endJob({ db, context }: Scope, batch: { job: number }, logBytes: number): void {
  db.write(() =>
    finishJob(db, context, { id: batch.job, token: 'token' }, 'succeeded', {
      startedAt: context.at,
      endedAt: context.at,
      awakeMs: 5,
      exitCode: 0,
      signal: null,
      error: null,
      userMs: null,
      systemMs: null,
      maxRssKb: null,
      logBytes,
    }),
  )
}

/** Writes the log of a batch's first job's first attempt; answers its path. */
export function writeLog({ home }: Scope, batch: BatchRow, content: string | Buffer): string {
  const file = logPath(home, batch.number, 1, 1)
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, content, { mode: 0o600 })
  return file
}
