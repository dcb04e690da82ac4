/**
 * A real database in a temporary folder, and short ways to bring batches and jobs into any state through the
 * stores. The test sets the times.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import type { FinalBatchStatus } from '../../src/contract/states.ts'
import type { Db } from '../../src/core/db/db.ts'
import { openDatabase } from '../../src/core/db/open.ts'
import { linkAfter } from '../../src/core/queue/after-store.ts'
import { endBatch } from '../../src/core/queue/batch-ending.ts'
import {
  claimHead,
  createBatch,
  enqueueBatch,
  getRow,
  type NewBatch,
  sealBatch,
} from '../../src/core/queue/batch-store.ts'
import { saveConfiguration } from '../../src/core/queue/configuration-store.ts'
import type { Context } from '../../src/core/queue/context.ts'
import { recordEvent } from '../../src/core/queue/event-store.ts'
import { registerHost, takeRole } from '../../src/core/queue/host-store.ts'
import { claimJob, type Ended, finishJob, insertJobs, pendingJobs } from '../../src/core/queue/job-store.ts'
import type { BatchRow, JobRow } from '../../src/core/queue/rows.ts'
import type { JobCommand } from '../../src/core/queue/stored.ts'

/** Some moment on 21 November 2026. */
export const noon = Date.UTC(2026, 10, 21, 12, 0, 0)
export const hostId = 'host-1'

/** A new folder under the system's temporary one, removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An open database of its own for this test, by default with one host that is the executor. */
export function temporaryDatabase(options: { executor?: boolean } = {}): Db {
  const opened = openDatabase(temporaryFolder())
  if (!opened.ok) throw new Error(opened.error.message)
  const db = opened.value
  onTestFinished(() => db.close())
  if (options.executor !== false) addHost(db, hostId, noon)
  return db
}

/** Registers a host that takes the executor's role if it is free. */
export function addHost(db: Db, id: string, at: number): void {
  db.write(() => {
    registerHost(db, {
      id,
      kind: 'test',
      pid: 4_242,
      process_started_at: '1',
      boot_id: 'boot',
      user: 'ana',
      version: '0',
      started_at: at,
    })
    takeRole(db, id)
  })
}

/** Who does it in a test: ana, on the first host. */
export function by(at: number, context: Partial<Context> = {}): Context {
  return {
    actor: 'ana',
    hostId,
    origin: { from: 'command-line', command: 'slipway add flood.slipway.yaml', folder: '/work' },
    at,
    ...context,
  }
}

export type BatchPlan = {
  at?: number
  configuration?: string
  type?: string
  range?: { start: number; end: number } | null
  priority?: number
  /** Inputs, or how many. */
  jobs?: readonly string[] | number
  command?: (ordinal: number, input: string) => JobCommand
  options?: Record<string, unknown>
  after?: readonly string[]
  hold?: boolean
  duplicateOf?: string | null
}

/** The facts of a batch with nothing special about it, for `createBatch`: it stays unfilled and unsealed. */
export function plainBatch(configurationId: number, type: string): NewBatch {
  return {
    configurationId,
    type,
    range: null,
    priority: 0,
    duplicateOf: null,
    continues: null,
    options: {},
    details: {},
  }
}

/** A batch, filled, sealed and (unless `hold`) queued. */
export function addBatch(db: Db, plan: BatchPlan = {}): BatchRow {
  const at = plan.at ?? noon
  const name = plan.configuration ?? 'flood-2026'
  const inputs =
    typeof plan.jobs === 'object'
      ? plan.jobs
      : Array.from({ length: plan.jobs ?? 3 }, (_, i) => `in-${i + 1}.csv`)
  const id = db.write(() => {
    const specPath = `/work/${name}.slipway.yaml`
    const configuration = saveConfiguration(db, { name, specPath, projectPath: '/work' }, at)
    const type = plan.type ?? 'portfolio'
    const batch = createBatch(db, by(at), {
      configurationId: configuration.id,
      type,
      range: plan.range ?? null,
      priority: plan.priority ?? 0,
      duplicateOf: plan.duplicateOf ?? null,
      continues: null,
      options: { parallel: 1, cwd: '/work', ...plan.options },
      details: {},
    })
    insertJobs(
      db,
      batch.id,
      inputs.map((input, index) => ({
        ordinal: index + 1,
        input,
        command: plan.command?.(index + 1, input) ?? { argv: ['true', input] },
        commandHash: `${type}-${input}`,
      })),
    )
    if (plan.after) linkAfter(db, batch.id, configuration.id, plan.after)
    sealBatch(db, by(at), batch.id)
    if (!plan.hold) enqueueBatch(db, by(at), batch.id)
    return batch.id
  })
  return reread(db, id)
}

/** The row as it is now. */
export function reread(db: Db, id: string): BatchRow {
  const row = getRow(db, id)
  if (!row) throw new Error(`batch ${id} vanished`)
  return row
}

/** Lets the head of the queue run. */
export function claim(db: Db, at: number, token: string = randomUUID()): BatchRow {
  const row = db.write(() => claimHead(db, by(at, { actor: 'executor', origin: null }), token))
  if (!row) throw new Error('nothing to claim')
  return row
}

/** Begins the first pending job of the running batch. */
export function startJob(db: Db, batch: Pick<BatchRow, 'id' | 'claim_token'>, at: number): JobRow {
  return db.write(() => {
    const pending = pendingJobs(db, batch.id, 1)[0]
    const job =
      pending &&
      claimJob(db, by(at, { actor: 'executor', origin: null }), pending.id, batch.claim_token ?? '')
    if (!job) throw new Error('no job to start')
    return job
  })
}

/** How an attempt ended, with what a test doesn't care about filled in. */
export function ended(startedAt: number, durationMs: number, more: Partial<Ended> = {}): Ended {
  return {
    startedAt,
    endedAt: startedAt + durationMs,
    awakeMs: durationMs,
    exitCode: 0,
    signal: null,
    error: null,
    userMs: null,
    systemMs: null,
    maxRssKb: null,
    logBytes: 0,
    ...more,
  }
}

export type Outcome = { ms: number; error?: string } & Partial<Ended>

/** Runs the next jobs of a claimed batch one after the other; an outcome with an error has failed. Returns the end. */
export function runJobs(db: Db, batch: BatchRow, from: number, outcomes: readonly Outcome[]): number {
  let at = from
  for (const { ms, ...more } of outcomes) {
    const job = startJob(db, batch, at)
    const verdict = more.error === undefined ? 'succeeded' : 'failed'
    const end = ended(at, ms, { exitCode: verdict === 'failed' ? 1 : 0, ...more })
    db.write(() =>
      finishJob(db, by(end.endedAt), { id: job.id, token: batch.claim_token ?? '' }, verdict, end),
    )
    at += ms
  }
  return at
}

/** Ends the batch. */
export function end(db: Db, batch: BatchRow, at: number, status: FinalBatchStatus = 'completed'): BatchRow {
  db.write(() =>
    endBatch(db, by(at, { actor: 'executor', origin: null }), batch.id, status, {
      reason: status === 'cancelled' ? 'wrong input' : null,
      kind: `batch_${status}`,
      closedBy: status === 'cancelled' ? 'command' : 'event',
    }),
  )
  return reread(db, batch.id)
}

/** Writes an event as the core would. */
export function note(db: Db, at: number, kind: string, details: Record<string, unknown> = {}): void {
  db.write(() => recordEvent(db, by(at), { kind, details }))
}
