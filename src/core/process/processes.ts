/**
 * Identifies processes by pid, start time and boot together. Everything that
 * signals a process it didn't just start goes through here, so that a reused pid is never touched.
 */
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { darwinProcesses } from './darwin.ts'
import { linuxProcesses } from './linux.ts'
import type { ProcessTable } from './process-table.ts'
import { win32Processes } from './win32.ts'

/**
 * One process of one boot. `startedAt` is the platform's own time stamp and only good for comparing. On Windows it is the
 * creation time, which is unique by itself: every boot is the same there.
 */
export type ProcessIdentity = { pid: number; startedAt: string; bootId: string }

/** A process that carries the marker of a job, see `findJobProcesses`. */
export type JobProcess = { pid: number; attempt: string; startedAt: string }

const table: ProcessTable =
  process.platform === 'darwin'
    ? darwinProcesses
    : process.platform === 'win32'
      ? win32Processes
      : linuxProcesses

/** The identity of the process that has this pid now; null when none has. */
export function identify(pid: number): ProcessIdentity | null {
  const look = table.look(pid)
  return look === null ? null : { pid, startedAt: look.startedAt, bootId: table.bootId() }
}

/** Whether this very process still runs (a stopped one does, a zombie doesn't). */
export function isRunning(identity: ProcessIdentity): boolean {
  const state = stateOf(identity)
  return state === 'running' || state === 'stopped'
}

/** Has this very process, a launcher of ours, end in its own way. Nothing happens if it is gone. */
export function requestEnd(identity: ProcessIdentity): void {
  if (isRunning(identity)) table.requestEnd(identity)
}

/** Whether this very process is there but was stopped, as by SIGSTOP or a debugger. */
export function isStopped(identity: ProcessIdentity): boolean {
  return stateOf(identity) === 'stopped'
}

/**
 * Every live process of the jobs of this data folder (or of one attempt), found by the marker in its
 * environment: also those that left the job's group and session. Never lists the caller itself. A process
 * that wiped its environment, or whose environment may not be read, is not found.
 */
export function findJobProcesses(filter: { home: string; attempt?: string }): JobProcess[] {
  return findMarked(realRunDir(join(filter.home, 'run')), filter.attempt)
}

/** As `findJobProcesses`, by the marker's own value. */
export function findMarked(runDir: string, attempt?: string): JobProcess[] {
  return table
    .marked()
    .filter((p) => p.runDir === runDir && p.pid !== process.pid)
    .filter((p) => attempt === undefined || p.attempt === attempt)
    .map((p) => ({ pid: p.pid, attempt: p.attempt, startedAt: p.startedAt }))
}

/** The value of the run folder's marker: its real path, or the path as given while it doesn't exist. */
export function realRunDir(runDir: string): string {
  try {
    return realpathSync(runDir)
  } catch {
    return runDir
  }
}

/**
 * Sends these processes SIGTERM (and SIGCONT for stopped ones), waits `graceMs`, then kills those still
 * there. Resolves when each is confirmed gone. Never signals a pid that meanwhile belongs to somebody else.
 * Rejects when a process may not be signalled (another user's), because then it can't be confirmed.
 */
export async function stopProcesses(
  list: readonly { pid: number; startedAt: string }[],
  graceMs: number,
): Promise<void> {
  const deadline = performance.now() + graceMs
  let left = list.filter(isThere)
  for (const p of left) signalOrThrow(p, 'SIGTERM')
  for (const p of left) if (isThere(p)) table.signal(p.pid, 'SIGCONT')
  for (let pauseMs = 2; left.length > 0; pauseMs = Math.min(pauseMs * 2, 50)) {
    await sleep(pauseMs)
    left = left.filter(isThere)
    if (performance.now() < deadline) continue
    for (const p of left) signalOrThrow(p, 'SIGKILL')
  }
}

/**
 * Stops all processes that `findJobProcesses` finds, and repeats until it finds none, so that even a job that
 * starts new processes while it is being stopped ends. Resolves to the number stopped.
 */
export async function stopJobProcesses(
  filter: { home: string; attempt?: string },
  graceMs: number,
): Promise<number> {
  const seen = new Set<string>()
  let grace = graceMs
  for (;;) {
    const found = findJobProcesses(filter)
    if (found.length === 0) return seen.size
    for (const p of found) seen.add(`${p.pid}.${p.startedAt}`)
    await stopProcesses(found, grace)
    grace = 0
  }
}

function stateOf(identity: ProcessIdentity): 'running' | 'stopped' | 'zombie' | 'gone' {
  if (identity.bootId !== table.bootId()) return 'gone'
  const look = table.look(identity.pid)
  return look === null || look.startedAt !== identity.startedAt ? 'gone' : look.state
}

function isThere(p: { pid: number; startedAt: string }): boolean {
  const look = table.look(p.pid)
  return look !== null && look.startedAt === p.startedAt && look.state !== 'zombie'
}

function signalOrThrow(p: { pid: number; startedAt: string }, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (!isThere(p)) return
  if (table.signal(p.pid, signal) === 'forbidden')
    throw new Error(`process ${p.pid} belongs to another user and can't be stopped`)
}
