/**
 * Owns the data of a batch's timeline: its attempts, and the periods in which it did not progress.
 */
import type { CommandOutput } from '../../contract/commands.ts'
import type { Db } from '../db/db.ts'
import { attemptsOfBatch } from '../queue/job-queries.ts'
import { stretchesOf } from './stretches.ts'

/** Attempts in the order of jobs, at most `limit` (then `truncated`), with the stretches of all its runs. */
export function makeTimeline(db: Db, batchId: string, limit: number): CommandOutput<'timeline'> {
  return db.read(() => {
    const attempts = attemptsOfBatch(db, batchId, limit + 1)
    return {
      attempts: attempts.slice(0, limit),
      stretches: stretchesOf(db, batchId, 'all runs'),
      truncated: attempts.length > limit,
    }
  })
}
