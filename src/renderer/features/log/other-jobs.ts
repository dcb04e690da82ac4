/**
 * Owns the way from one job's log to another's.
 */
import type { Batch } from '../../../contract/entities.ts'
import { request } from '../../api/current.ts'
import { go } from '../../store/panel-store.ts'

/** The next failed job after `ordinal`, going round; null when none failed. */
export async function nextFailure(batch: Batch, ordinal: number): Promise<number | null> {
  for (const after of [ordinal, 0]) {
    const found = await request('jobs', { batch: batch.id, status: ['failed'], after, limit: 1 })
    const job = found.ok ? found.value.jobs[0] : undefined
    if (job) return job.ordinal
  }
  return null
}

/** Shows another job's log. */
export function showJob(job: number): void {
  go({ job }, 'replace')
}
