/**
 * Owns the verdict on a job's end, from what the launcher saw. Reads the end of the log
 * and the declared outputs; writes nothing.
 */

import { duration } from '../../contract/words.ts'
import type { JobExit, Refused } from '../launcher/protocol.ts'
import { isFinalRefusal } from '../launcher/refusal.ts'
import { lastLine } from '../logs/log-lines.ts'
import type { Ended } from '../queue/job-store.ts'
import type { JobCommand } from '../queue/stored.ts'
import { missingOutput } from './expected-files.ts'

/** How an attempt ended, as it is recorded. A failure with a retry left and an interruption send the job back to pending. */
export type Verdict = Ended & {
  kind: 'succeeded' | 'failed' | 'interrupted'
  /** A failure of the job itself; another attempt may succeed. */
  retryable: boolean
  /** Its host or launcher died. */
  hostDied: boolean
  /** Processes that the job left behind and that were stopped. */
  leftovers: number
}

/** Why we stopped a job, if we did. */
export type StopIntent = null | 'interrupt' | 'cancel'

/**
 * The verdict on an exit. A job that succeeded while it was being stopped has succeeded. `command`: null where it can't be
 * read any more. `claimedAt` (epoch ms) is certainly before the process began, which may run for a while before the
 * launcher reads the clock.
 */
export function judge(
  exit: JobExit,
  command: JobCommand | null,
  logFile: string,
  intent: StopIntent,
  claimedAt: number | null,
): Verdict {
  const measured = measuredBy(exit, claimedAt)
  const failed = (error: string): Verdict => ({ ...measured, kind: 'failed', retryable: true, error })
  if (exit.ended === 'exited' && exit.exitCode === 0) {
    if (command === null)
      return failed("exit code 0, but what it was expected to make can't be read any more")
    const missing = missingOutput(command.expect ?? [], beganAt(exit, claimedAt))
    return missing === null ? { ...measured, kind: 'succeeded' } : failed(missing)
  }
  if (exit.ended === 'stopped' && intent !== null)
    return { ...measured, kind: 'interrupted', error: 'stopped on request' }
  if (exit.ended === 'lost')
    return { ...measured, kind: 'interrupted', hostDied: true, error: lostSentence(exit) }
  if (exit.ended === 'preempted')
    return {
      ...measured,
      kind: 'interrupted',
      error: 'Slurm took its node away: preempted, or requeued by somebody',
    }
  if (exit.ended === 'unbegun')
    return { ...measured, kind: 'interrupted', error: 'the cluster dropped it before it began' }
  if (exit.ended === 'cancelled' && intent !== null)
    return { ...measured, kind: 'interrupted', error: 'stopped on request' }
  return failed(describe(exit, logFile))
}

/** A job that could not be started at all: its own fault fails it, the machine's fault returns it to pending. */
export function refusal({ stage, errno, message }: Omit<Refused, 'attempt'>, at: number): Verdict {
  const kind = isFinalRefusal(stage, errno) ? 'failed' : 'interrupted'
  return { ...nothing, kind, startedAt: at, endedAt: at, error: message }
}

/** An attempt whose host or launcher died: nobody saw its end. */
export function cutOff(startedAt: number, at: number, error: string): Verdict {
  return {
    ...nothing,
    kind: 'interrupted',
    hostDied: true,
    startedAt,
    endedAt: Math.max(at, startedAt),
    awakeMs: Math.max(0, at - startedAt),
    error,
  }
}

const nothing: Omit<Verdict, 'kind'> = {
  retryable: false,
  hostDied: false,
  leftovers: 0,
  startedAt: 0,
  endedAt: 0,
  awakeMs: 0,
  exitCode: null,
  signal: null,
  error: null,
  userMs: null,
  systemMs: null,
  maxRssKb: null,
  logBytes: 0,
}

function measuredBy(exit: JobExit, claimedAt: number | null): Omit<Verdict, 'kind'> {
  return {
    ...nothing,
    leftovers: exit.leftovers,
    startedAt: exit.startedAt,
    endedAt: Math.max(exit.startedAt, exit.endedAt),
    awakeMs: exit.awakeMs,
    exitCode: exit.exitCode,
    signal: exit.signal,
    userMs: exit.usage?.userMs ?? null,
    systemMs: exit.usage?.systemMs ?? null,
    maxRssKb: exit.usage?.maxRssKb ?? null,
    logBytes: exit.logBytes,
    ...(exit.node === undefined ? {} : onNode(exit, exit.node, claimedAt)),
  }
}

/** Where a cluster ran it, and how long it waited there; the node's clock may be behind. */
function onNode({ startedAt }: JobExit, node: string, claimedAt: number | null) {
  return { node, queuedMs: claimedAt === null ? null : Math.max(0, startedAt - claimedAt) }
}

/** By the clock at the end: one that was set back meanwhile must not make every output look old. */
function beganAt({ startedAt, endedAt, awakeMs }: JobExit, claimedAt: number | null): number {
  return Math.min(startedAt, endedAt - awakeMs, claimedAt ?? startedAt)
}

function describe(exit: JobExit, logFile: string): string {
  if (exit.ended === 'timeout') return `timed out after ${duration(exit.awakeMs)} of awake time`
  if (exit.ended === 'stopped') return 'stopped from outside'
  if (exit.ended === 'time-limit') return `ended by Slurm's time limit after ${duration(exit.awakeMs)}`
  if (exit.ended === 'out-of-memory') return 'out of memory: Slurm ended it at its memory limit'
  if (exit.ended === 'cancelled') return 'cancelled in Slurm by somebody'
  const line = lastLine(logFile)
  if (exit.signal !== null)
    return line === null ? `ended by ${exit.signal}` : `ended by ${exit.signal}: ${line}`
  return line ?? `exit code ${exit.exitCode}, and no output`
}

function lostSentence({ node }: JobExit): string {
  return node === undefined
    ? 'lost on the cluster'
    : `lost on the cluster: node ${node} gave no further sign of it`
}
