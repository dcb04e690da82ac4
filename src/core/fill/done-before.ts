/** Owns what of a plan was done before, and is left out. Reads only. */
import type { BatchPlan } from '../configuration/plan.ts'
import type { Db } from '../db/db.ts'
import { doneHashes, doneInChain } from '../queue/job-queries.ts'
import type { BatchRow } from '../queue/rows.ts'
import type { BatchSource } from '../queue/source-store.ts'

/** Command hashes of the jobs that need not run again. */
export async function doneBefore(
  db: Db,
  batch: Pick<BatchRow, 'configuration_id' | 'batch_type' | 'continues'>,
  _plan: BatchPlan,
  skipDone: BatchSource['skipDone'],
): Promise<{ leaveOut: ReadonlySet<string> }> {
  const leaveOut = new Set(batch.continues === null ? [] : doneInChain(db, batch.continues))
  if (skipDone !== null)
    for (const hash of doneHashes(db, batch.configuration_id, batch.batch_type)) leaveOut.add(hash)
  return { leaveOut }
}
