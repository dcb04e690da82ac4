/**
 * Owns the meaning of a job's end: from what the launcher saw to a verdict in words. Reads the end of the log
 * and the declared outputs; writes nothing.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import type { JobExit } from '../launcher/protocol.ts'
import type { Ended, JobCommand } from '../queue/job-store.ts'
import { missingOutput } from './expected-files.ts'

/** What is to be recorded; `retry` and `interrupted` send the job back to pending. */
export type Verdict = { kind: 'succeeded' | 'failed' | 'interrupted'; ended: Ended; retryable: boolean }

/** Why we asked a job to stop, if we did. */
export type StopIntent = null | 'interrupt' | 'cancel'

/**
 * Judges an exit. A job that ended well although it was asked to stop has ended well. `claimedAt` (epoch ms): surely
 * before the process began, which can be running for a while before the launcher looks at the clock.
 */
export function judge(
  exit: JobExit,
  command: JobCommand,
  logFile: string,
  intent: StopIntent,
  claimedAt: number | null,
): Verdict {
  const base = endedOf(exit)
  if (exit.ended === 'exited' && exit.exitCode === 0) {
    const missing = missingOutput(command.expect ?? [], beganAt(exit, claimedAt))
    if (missing === null) return { kind: 'succeeded', ended: base, retryable: false }
    return { kind: 'failed', ended: { ...base, error: missing }, retryable: true }
  }
  if (exit.ended === 'stopped' && intent !== null) {
    return { kind: 'interrupted', ended: { ...base, error: 'stopped on request' }, retryable: false }
  }
  return { kind: 'failed', ended: { ...base, error: describe(exit, logFile) }, retryable: true }
}

/** A job that could not be started at all. */
export function refusal(message: string, at: number): Ended {
  return { ...nothing, startedAt: at, endedAt: at, error: message }
}

/** An attempt that was cut off: nobody saw its end. */
export function cutOff(startedAt: number, at: number, error: string): Ended {
  return {
    ...nothing,
    startedAt,
    endedAt: Math.max(at, startedAt),
    awakeMs: Math.max(0, at - startedAt),
    error,
  }
}

const nothing: Ended = {
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

function endedOf(exit: JobExit): Ended {
  return {
    startedAt: exit.startedAt,
    endedAt: Math.max(exit.startedAt, exit.endedAt),
    awakeMs: exit.awakeMs,
    exitCode: exit.exitCode,
    signal: exit.signal,
    error: null,
    userMs: exit.usage?.userMs ?? null,
    systemMs: exit.usage?.systemMs ?? null,
    maxRssKb: exit.usage?.maxRssKb ?? null,
    logBytes: exit.logBytes,
  }
}

/** By the clock as it was at the end: one that was set back meanwhile must not make every output look old. */
function beganAt({ startedAt, endedAt, awakeMs }: JobExit, claimedAt: number | null): number {
  return Math.min(startedAt, endedAt - awakeMs, claimedAt ?? startedAt)
}

function describe(exit: JobExit, logFile: string): string {
  if (exit.ended === 'timeout')
    return `timed out after ${Math.round(exit.awakeMs / 100) / 10} s of awake time`
  if (exit.ended === 'stopped') return 'stopped from outside'
  const line = lastLine(logFile)
  if (exit.signal !== null)
    return line === null ? `ended by ${exit.signal}` : `ended by ${exit.signal}: ${line}`
  return line ?? `exit code ${exit.exitCode}, and no output`
}

/** The last line of output with something in it: what most programs say when they give up. */
export function lastLine(file: string): string | null {
  let fd: number
  try {
    // What a job has put in place of its log must not lead elsewhere, nor make us wait.
    fd = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch {
    return null // a job without output has no log
  }
  try {
    const look = fstatSync(fd)
    if (!look.isFile()) return null
    const { size } = look
    const buffer = Buffer.alloc(Math.min(size, 4_096))
    readSync(fd, buffer, 0, buffer.length, size - buffer.length)
    const lines = stripVTControlCharacters(buffer.toString('utf8'))
      .split(/[\r\n]+/)
      .map((line) => line.trim())
    return lines.findLast((line) => line !== '')?.slice(0, 500) ?? null
  } finally {
    closeSync(fd)
  }
}
