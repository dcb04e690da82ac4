/**
 * Owns a batch's life as a picture needs it: its attempts, and the stretches in which it stood still.
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
