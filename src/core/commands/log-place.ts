/** Owns finding a log by batch, job and attempt. Shared by `log` and `log-search`. */

import type { BatchRef } from '../../contract/entities.ts'
import { fail, ok, type Result } from '../../contract/errors.ts'
import { countOf } from '../../contract/words.ts'
import { type LogView, viewLog } from '../logs/log-file.ts'
import { attemptsOfJob, jobByOrdinal } from '../queue/job-queries.ts'
import { logPath } from '../run/batch-options.ts'
import { resolveBatch, type Scope } from './command.ts'

export type LogPlace = {
  path: string
  /** 0 while the job has not begun. */
  attempt: number
  /** The attempt still runs, so more may come. */
  open: boolean
  /** Reads the sizes again: a running job's log grows, and its gap too. */
  look(): Result<LogView>
}

/** The log of the requested attempt, or of the latest. Errors: `not-found`. */
export function findLog(
  { db, home }: Pick<Scope, 'db' | 'home'>,
  input: { batch: BatchRef; job: number; attempt?: number | undefined },
): Result<LogPlace> {
  const batch = resolveBatch(db, input.batch)
  if (!batch.ok) return batch
  const { id, number, jobs } = batch.value
  const job = jobByOrdinal(db, id, input.job)
  if (!job) {
    const there = jobs.total === 0 ? 'it has no jobs' : `its jobs are 1 to ${jobs.total}`
    return fail('not-found', `#${number} has no job ${input.job}: ${there}.`)
  }
  const attempt = input.attempt ?? job.attempts
  if (attempt > job.attempts || attempt < (job.attempts === 0 ? 0 : 1)) {
    const begun = job.attempts === 0 ? 'it has not begun' : `it was tried ${countOf(job.attempts, 'time')}`
    return fail('not-found', `Job ${input.job} of #${number} has no attempt ${attempt}: ${begun}.`)
  }
  const path = logPath(home, number, job.ordinal, attempt)
  const ended = attemptsOfJob(db, job.id).find((one) => one.number === attempt)
  return ok({
    path,
    attempt,
    open: job.status === 'running' && attempt === job.attempts && ended === undefined,
    look: () => viewLog(home, path, ended?.logBytes ?? null),
  })
}
