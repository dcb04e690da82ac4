/**
 * Owns which jobs of the running batch are next: those that are claimed for its free slots, and those that a launcher
 * holds ahead. Called inside the transaction of a step; starts nothing.
 */
import type { JobPlace } from '../../contract/places.ts'
import type { Reason } from '../../contract/reasons.ts'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { Context } from '../queue/context.ts'
import { claimJob, latestAttempt, pendingAfter, pendingJobs } from '../queue/job-store.ts'
import type { RunningRow } from '../queue/queries.ts'
import type { JobRow } from '../queue/rows.ts'
import { readSetting } from '../queue/settings-store.ts'
import { type JobCommand, readCommand } from '../queue/stored.ts'
import type { Ahead } from './ahead.ts'
import { quarantine, type RunOptions, runOptions, stopRule } from './batch-options.ts'
import type { RetryDelays } from './retry-delays.ts'
import { failUnreadable } from './settle.ts'

/** A job to start after its claim, or to hold; a held one has its row as it will be. */
export type Claimed = {
  job: JobRow
  command: JobCommand
  batch: RunningRow
  options: RunOptions
  token: string
  /** Between SIGTERM and SIGKILL, should it have to be stopped. */
  graceMs: number
}

/** What the executor knows that the database doesn't. */
export type Situation = {
  /** Jobs whose processes are not confirmed gone. */
  busy: number
  /** Jobs that a launcher holds, and the last of them in order. */
  held: { count: number; lastOrdinal: number }
  ahead: Ahead
  /** All running jobs are this host's own, and their exit codes alone are their verdicts. */
  mayFollow: boolean
  /** The host is about to stop working. */
  stopping: boolean
  /** Called inside the transaction, where reading a setting costs a third. */
  diskIsLow: () => boolean
  /** Ids of the batches after whose end this host claims nothing more; null: no limit. */
  goal: readonly string[] | null
  delays: RetryDelays
  /**
   * Nothing is claimed before its launcher, and with it the journal, exists: a fence after the claim then finds it.
   * If there is none, one is spawned, which wakes the executor.
   */
  launcherIsReady: (place: JobPlace | null) => boolean
}

type Claims = {
  start: Claimed[]
  /** So many failed before they could start, as their rows can't be understood. */
  failed: number
}

/** pending → running for the free slots, in order; a lone job that waits for its retry keeps its turn. */
export function claimJobs(
  { db, clock }: { db: Db; clock: Clock },
  context: Context,
  row: RunningRow,
  situation: Situation,
): Claims {
  const claims: Claims = { start: [], failed: 0 }
  const options = runOptions(row)
  const token = row.claim_token
  let free = options.parallel - situation.busy
  if (
    free <= 0 ||
    situation.held.count > 0 ||
    token === null ||
    row.pause_requested > 0 ||
    quarantine(row) !== null ||
    stopRule(options, row) !== null
  )
    return claims
  const graceMs = readSetting(db, 'kill-grace-ms')
  for (const job of pendingJobs(db, row.id, free + situation.delays.size)) {
    if (free === 0) break
    if (situation.delays.mustWait(job, options)) {
      if (options.parallel === 1) break
      continue
    }
    if (!situation.launcherIsReady(options.place)) break
    const claimed = claimJob(db, { ...context, at: clock.now() }, job.id, token)
    if (!claimed) continue
    situation.delays.forget(job.id)
    free -= 1
    const command = commandOf(db, claimed)
    if ('argv' in command) claims.start.push({ job: claimed, command, batch: row, options, token, graceMs })
    else {
      failUnreadable(db, context, { job: claimed, token }, command)
      claims.failed += 1
    }
  }
  return claims
}

/** What the job runs in the attempt that it counts, or why that can't be: no number of an attempt is used twice. */
function commandOf(db: Db, job: JobRow): JobCommand | Extract<Reason, { code: 'unreadable' }> {
  const latest = latestAttempt(db, job.id)
  if (latest >= job.attempts)
    return { code: 'unreadable', part: 'attempts', problem: `attempt ${latest} has its verdict already` }
  const read = readCommand(job)
  return read.ok ? read.value : { code: 'unreadable', part: 'command', problem: read.problem }
}

/**
 * The next jobs for a launcher to hold, as they will be once started. Only while the exit code alone decides what follows:
 * no job waits for a retry, and none expects a file.
 */
export function jobsToHold(
  db: Db,
  row: RunningRow,
  situation: Situation,
  start: readonly Claimed[],
): Claimed[] {
  const { held, ahead, delays, busy, mayFollow } = situation
  const options = runOptions(row)
  const token = row.claim_token
  if (
    token === null ||
    options.place !== null ||
    !mayFollow ||
    delays.size > 0 ||
    busy + start.length < options.parallel
  )
    return []
  const more = ahead.wanted(token, options.parallel) - held.count
  if (more <= 0 || start.some(({ command }) => command.expect !== undefined)) return []
  const graceMs = readSetting(db, 'kill-grace-ms')
  const next: Claimed[] = []
  for (const job of pendingAfter(db, row.id, held.lastOrdinal, more)) {
    if (job.not_before !== null) break
    const begun = { ...job, attempts: job.attempts + 1, claim_token: token }
    const command = commandOf(db, begun)
    if (!('argv' in command) || command.expect !== undefined) break
    next.push({ job: begun, command, batch: row, options, token, graceMs })
  }
  return next
}
