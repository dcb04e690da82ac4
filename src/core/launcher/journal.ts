/**
 * Reads what launchers left behind, for the successor of a dead host: which jobs were started, which
 * ended and how. Never writes to a journal (only its launcher does); fences and removes it.
 *
 * To adopt a launcher's work exactly: fence it, then read its journal. A job that is only `starting` then may
 * still start while the launcher lives: read again until it is started, refused, or the launcher is gone.
 */
import { closeSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type ProcessIdentity, requestEnd } from '../process/processes.ts'
import {
  type JobExit,
  type LauncherHeader,
  type LauncherKind,
  parseLine,
  type Refused,
  type Started,
} from './protocol.ts'

/** One launcher's journal. Exits and refusals that its host had committed are not in it. */
export type LauncherJournal = {
  path: string
  launcherId: string
  hostId: string
  kind: LauncherKind
  launcher: ProcessIdentity
  /** About to be started, or started by a launcher that died before it could report it. */
  starting: Set<string>
  /** Including those that meanwhile exited, if their exit is not committed. */
  started: Map<string, Started>
  exits: Map<string, JobExit>
  refused: Map<string, Refused>
}

/** Where a launcher writes its journal. */
export function journalPath(runDir: string, launcherId: string): string {
  return join(runDir, `${launcherId}.journal`)
}

/** The file whose existence stops a launcher from starting anything more. */
export function fencePath(journal: string): string {
  return journal.replace(/\.journal$/, '.fence')
}

/**
 * All journals in the run folder, also those of launchers that still run. A missing folder, a journal without
 * a whole first line (its launcher can't have started anything) and torn last lines are no errors.
 */
export function readJournals(runDir: string): LauncherJournal[] {
  let names: string[]
  try {
    names = readdirSync(runDir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new Error(`the run folder ${runDir} can't be read`, { cause: error })
  }
  return names
    .filter((name) => name.endsWith('.journal'))
    .map((name) => readJournal(join(runDir, name)))
    .filter((journal) => journal !== null)
}

/** One journal, or null when it has meanwhile been removed or has no whole first line of our version. */
export function readJournal(path: string): LauncherJournal | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error(`the launcher's journal ${path} can't be read`, { cause: error })
  }
  const [first, ...rest] = text.split('\n').slice(0, -1)
  const header = parseLine(first ?? '')
  if (header?.line !== 'launcher') return null
  const journal = emptyJournal(path, header.header)
  for (const line of rest) replay(journal, line)
  return journal
}

/** Whether the attempt has begun: it may have been refused, but not because of the fence. */
export function hasBegun(journal: LauncherJournal, attempt: string): boolean {
  const { starting, started, exits, refused } = journal
  if (starting.has(attempt) || started.has(attempt) || exits.has(attempt)) return true
  const refusal = refused.get(attempt)
  return refusal !== undefined && refusal.stage !== 'fenced'
}

/** All that have begun, and when, where that is known. */
export function begunIn(journal: LauncherJournal): { attempt: string; startedAt: number | null }[] {
  const { starting, started, exits, refused } = journal
  const named = new Set([...starting, ...started.keys(), ...exits.keys(), ...refused.keys()])
  return [...named]
    .filter((attempt) => hasBegun(journal, attempt))
    .map((attempt) => ({ attempt, startedAt: started.get(attempt)?.at ?? null }))
}

/** After this the launcher starts nothing more. Idempotent; throws when the file can't be created. */
export function fenceLauncher(journal: Pick<LauncherJournal, 'path'>): void {
  closeSync(openSync(fencePath(journal.path), 'a', 0o600))
}

/** Has that launcher stop all its jobs, with their grace, and exit. Nothing happens if it is gone. */
export function stopOrphanedLauncher(journal: Pick<LauncherJournal, 'launcher'>): void {
  requestEnd(journal.launcher)
}

/** Removes journal and fence. Only for a launcher that is gone and whose exits are committed. */
export function removeJournal(journal: Pick<LauncherJournal, 'path'>): void {
  rmSync(journal.path, { force: true })
  rmSync(fencePath(journal.path), { force: true })
}

function emptyJournal(path: string, header: LauncherHeader): LauncherJournal {
  return {
    path,
    ...header,
    starting: new Set(),
    started: new Map(),
    exits: new Map(),
    refused: new Map(),
  }
}

function replay(journal: LauncherJournal, text: string): void {
  const entry = parseLine(text)
  switch (entry?.line) {
    case 'starting':
      journal.starting.add(entry.attempt)
      return
    case 'started':
      journal.starting.delete(entry.started.attempt)
      journal.started.set(entry.started.attempt, entry.started)
      return
    case 'refused':
      journal.starting.delete(entry.refused.attempt)
      journal.refused.set(entry.refused.attempt, entry.refused)
      return
    case 'exited':
      journal.exits.set(entry.exit.attempt, entry.exit)
      return
    case 'forgotten':
      for (const attempt of journal.exits.keys()) journal.started.delete(attempt)
      journal.exits.clear()
      journal.refused.clear()
      return
  }
}
