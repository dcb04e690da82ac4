/**
 * Owns the transaction of one advance: records reported ends, closes, pauses or releases the running
 * batch if it is time, claims the next batch, and claims jobs for the free slots. Everything is decided from
 * the database as it is inside the transaction. Starts nothing: that comes after the commit.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { type Db, isRefusedByRule } from '../db/db.ts'
import { earlyFailures, failingAlike } from '../queue/attention-queries.ts'
import { endBatch } from '../queue/batch-ending.ts'
import { claimHead, pauseBatch, releaseBatch, requestPause } from '../queue/batch-store.ts'
import type { Context } from '../queue/context.ts'
import { claimJob, recordLateAttempt } from '../queue/job-store.ts'
import { batchesByIds, hasQueued, type RunningRow, runningRow } from '../queue/queries.ts'
import type { BatchRow } from '../queue/rows.ts'
import { readMark, readSetting } from '../queue/settings-store.ts'
import { quarantine, runOptions, stopRule } from './batch-options.ts'
import { type Claimed, claimJobs, jobsToHold, type Situation } from './claims.ts'
import { closeIfDone } from './closing.ts'
import { type AttemptEnd, settleApart } from './settle.ts'

/** An attempt that its launcher started by itself: the claim is to be recorded. Times are epoch ms. */
type Begun = Pick<AttemptEnd, 'job' | 'token'> & { startedAt: number }

/** What launchers reported, in order. */
export type Report = Begun | AttemptEnd

export type Step = {
  start: Claimed[]
  /** Still pending, and to be sent as held. */
  hold: Claimed[]
  /** Held jobs may stay held. */
  mayHold: boolean
  /** Batches that became final. */
  finished: BatchRow[]
  /** Something was written. */
  changed: boolean
  /** A verdict on the running batch was refused: the claim may be somebody else's. */
  refused: boolean
  /** Nothing but verdicts and claims of jobs: no batch started, ended, was paused or released, no verdict refused. */
  onlyJobs: boolean
  /** The batch that runs now, before the claims of `start`. */
  running: RunningRow | undefined
  /** Its jobs must not continue. */
  mustStop: boolean
  /** A job failed before it could start: the next step may well have something to do. */
  again: boolean
  /** The head of the queue, whose inputs have to be looked up before it can be claimed. */
  expand: string | undefined
}

type Scope = { db: Db; clock: Clock; hostId: string }

/** Whether the queue, the host and the disk allow anything to start. */
export function mayStart(
  { db }: Scope,
  situation: Situation,
  queuePaused = readMark(db, 'queue-paused'),
): boolean {
  return !situation.diskIsLow() && !situation.stopping && queuePaused === undefined
}

/** Running jobs must not continue if the queue or batch was paused with `now`, or the batch's own rule stops it. */
export function shouldStop(
  db: Db,
  running: RunningRow | undefined,
  queuePaused = readMark(db, 'queue-paused'),
): Pick<Step, 'running' | 'mustStop' | 'mayHold'> {
  const isStopped = running !== undefined && stopRule(runOptions(running), running) !== null
  return {
    running,
    mustStop: queuePaused?.now === true || (running?.pause_requested ?? 0) >= 2 || isStopped,
    mayHold:
      running?.pause_requested === 0 &&
      queuePaused === undefined &&
      !isStopped &&
      quarantine(running) === null,
  }
}

/** Whether all batches of the goal have ended. */
function isReached(db: Db, goal: readonly string[] | null): boolean {
  return goal !== null && batchesByIds(db, goal).every((batch) => batch.completedAt !== null)
}

/** Nothing runs, and nothing can start by itself. */
function isQuiet({ busy, held }: Situation): boolean {
  return busy === 0 && held.count === 0
}

/** A cheap check without a transaction, so that an advance with nothing to do writes nothing. */
export function hasWork(scope: Scope, situation: Situation): boolean {
  const { db, hostId } = scope
  const row = runningRow(db)
  if (row && row.host_id !== hostId) return false
  if (!row) {
    const may = isQuiet(situation) && !isReached(db, situation.goal) && mayStart(scope, situation)
    return may && hasQueued(db) && situation.launcherIsReady(null)
  }
  if (row.jobs_running === 0) return true
  const { parallel, place } = runOptions(row)
  const free = parallel - situation.busy
  return (
    situation.held.count === 0 &&
    free > 0 &&
    row.jobs_pending > 0 &&
    row.pause_requested === 0 &&
    mayStart(scope, situation) &&
    situation.launcherIsReady(place)
  )
}

/** The transaction; the caller holds `db.write`. */
export function takeStep(scope: Scope, reports: readonly Report[], situation: Situation): Step {
  const { db, clock, hostId } = scope
  const context: Context = { actor: 'executor', hostId, origin: null, at: clock.now() }
  const step: Step = {
    start: [],
    hold: [],
    mayHold: false,
    finished: [],
    changed: false,
    refused: false,
    onlyJobs: true,
    running: undefined,
    mustStop: false,
    again: false,
    expand: undefined,
  }
  let queuePaused = readMark(db, 'queue-paused')
  let may = false
  record(db, context, reports, situation, step)
  do {
    step.running = closeOrRelease(scope, context, situation, queuePaused !== undefined, step)
    // The batch that ended may have had the stop mark.
    if (step.finished.length > 0) queuePaused = readMark(db, 'queue-paused')
    may = mayStart(scope, situation, queuePaused)
    if (!may || step.running || !isQuiet(situation) || isReached(db, situation.goal)) break
    if (!hasQueued(db) || !situation.launcherIsReady(null)) break
    const head = claimHead(db, context, randomUUID())
    if (head?.status === 'queued') step.expand = head.id
    if (head?.status !== 'running') break
    step.running = head
    situation.delays.clear()
    step.changed = true
    step.onlyJobs = false
    // A batch that is done as soon as it is claimed must not wait for the next event.
  } while (
    step.running.jobs_pending === 0 ||
    quarantine(step.running) !== null ||
    stopRule(runOptions(step.running), step.running) !== null
  )
  Object.assign(step, shouldStop(db, step.running, queuePaused))
  // After a refusal nothing starts: the claim is checked first.
  may &&= !step.refused && step.running?.host_id === hostId
  step.mayHold &&= may
  if (may && step.running) {
    const claims = claimJobs(scope, context, step.running, situation)
    step.start = claims.start
    step.again = claims.failed > 0
    step.changed ||= claims.start.length + claims.failed > 0
  }
  if (step.mayHold && step.running) step.hold = jobsToHold(db, step.running, situation, step.start)
  return step
}

function record(
  db: Db,
  context: Context,
  reports: readonly Report[],
  { delays, ahead }: Situation,
  step: Step,
): void {
  const row = runningRow(db)
  for (const report of reports) {
    if (!('verdict' in report)) {
      recordBegun(db, context, report, row, step)
      continue
    }
    ahead.note(report)
    if (row?.id !== report.job.batch_id) continue // cancelled meanwhile: its attempt was recorded then
    const { recorded, retryInMs } = settleApart(db, context, report, runOptions(row))
    if (retryInMs !== null) delays.hold(report.job.id, retryInMs)
    if (recorded) step.changed = true
    else {
      step.refused = true
      step.onlyJobs = false
    }
  }
  if (row) pauseFailing(db, context, row)
}

/** Once, when the first jobs have all failed alike: whoever resumes it has seen that. */
function pauseFailing(db: Db, context: Context, before: RunningRow): void {
  const row = runningRow(db)
  if (row?.id !== before.id || before.jobs_failed >= earlyFailures || row.jobs_failed < earlyFailures) return
  if (row.jobs_pending === 0 || readSetting(db, 'failing-batch') === 'continue') return
  const alike = failingAlike(db, row)
  if (alike) requestPause(db, context, row.id, false, { code: 'failing-alike', ...alike })
}

/** pending → running for what a launcher started by itself; if its batch was cancelled meanwhile it counts as a late attempt. */
function recordBegun(
  db: Db,
  context: Context,
  { job, token, startedAt }: Begun,
  row: RunningRow | undefined,
  step: Step,
): void {
  step.changed = true
  const isOurs = row?.id === job.batch_id
  const recorded = unlessRefused(db, () =>
    isOurs
      ? claimJob(db, { ...context, at: startedAt }, job.id, token, job.attempts)
      : recordLateAttempt(db, context, job, startedAt),
  )
  if (recorded || !isOurs) return
  step.refused = true
  step.onlyJobs = false
}

/** What a rule of the database refuses was not done, and what else the step does stands. */
function unlessRefused<T>(db: Db, action: () => T): T | undefined {
  try {
    return db.savepoint(action)
  } catch (cause) {
    if (isRefusedByRule(cause)) return undefined
    throw cause
  }
}

/** Ends, pauses or releases the running batch if it is time and none of its jobs runs. */
function closeOrRelease(
  scope: Scope,
  context: Context,
  situation: Situation,
  queuePaused: boolean,
  step: Step,
): RunningRow | undefined {
  const { db, hostId } = scope
  const row = runningRow(db)
  if (!row || row.host_id !== hostId || row.jobs_running > 0 || !isQuiet(situation)) return row
  const ended = endIfDone(db, context, row)
  const setAside = quarantine(row)
  if (ended) step.finished.push(ended)
  else if (setAside !== null) pauseBatch(db, context, row.id, setAside)
  else if (row.pause_requested > 0) pauseBatch(db, context, row.id, null)
  else if (queuePaused) releaseBatch(db, context, row.id, { code: 'queue-paused' })
  else if (situation.stopping) releaseBatch(db, context, row.id, { code: 'host-stopped-working' })
  else return row
  step.changed = true
  step.onlyJobs = false
  return undefined
}

function endIfDone(db: Db, context: Context, row: RunningRow): BatchRow | undefined {
  if (row.jobs_pending === 0) return closeIfDone(db, context, row.id, 'event')
  const reason = stopRule(runOptions(row), row)
  if (reason === null) return undefined
  return endBatch(db, context, row.id, 'failed', { reason, kind: 'batch_failed', closedBy: 'event' })
}
