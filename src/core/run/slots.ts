/**
 * Owns the jobs that run under this host: which attempt, under which claim, started by whose launcher. In
 * memory only; what must survive is in the database and in the launchers' journals.
 */

import type { LauncherJournal } from '../launcher/journal.ts'
import type { JobRow } from '../queue/rows.ts'
import type { JobCommand } from '../queue/stored.ts'
import { attemptKey } from './batch-options.ts'
import type { StopIntent } from './verdict.ts'

export type Slot = {
  key: string
  job: JobRow
  /** Null: it can't be read any more, as somebody changed it while the job ran. */
  command: JobCommand | null
  token: string
  logFile: string
  /** Why we are stopping it, if we are. */
  intent: StopIntent
  /** The journal of the orphaned launcher that watches this job; null: our own launcher does. */
  adoptedFrom: LauncherJournal | null
}

/** A slot for a job that was just claimed or adopted. */
export function slotFor(
  job: JobRow,
  command: JobCommand | null,
  token: string,
  logFile: string,
  adoptedFrom: LauncherJournal | null,
): Slot {
  return {
    key: attemptKey(job),
    job,
    command,
    token,
    logFile,
    intent: null,
    adoptedFrom,
  }
}
