/**
 * Owns the way from one job's log to another's.
 */
import type { Batch } from '../../../contract/entities.ts'
import { act } from '../../store/act.ts'
import { go } from '../../store/panel-store.ts'

/** The next failed job after `ordinal`, going round; null when none failed, undefined when that can't be read. */
export async function nextFailure(batch: Batch, ordinal: number): Promise<number | null | undefined> {
  for (const after of [ordinal, 0]) {
    const found = await act('jobs', { batch: batch.id, status: ['failed'], after, limit: 1 })
    if (found === undefined) return undefined
    const [job] = found.jobs
    if (job) return job.ordinal
  }
  return null
}

/** Shows another job's log. */
export function showJob(job: number): void {
  go({ job }, 'replace')
}
