/**
 * Owns removing batches whose host died while it was filling them: they never counted, but they hold their
 * identity. Called wherever that matters: by the rescuer, the sweep and the next enqueue. Must never touch a fill
 * whose host may still be alive.
 */
import type { Db } from '../db/db.ts'
import { removeUnsealed } from '../queue/batch-store.ts'
import type { Context } from '../queue/context.ts'
import { unsealedBatches } from '../queue/queries.ts'
import { isGone } from './lease.ts'

/** Removes every unsealed batch whose host is gone; returns how many. Writes nothing where there is none. */
export function removeAbandonedFills(db: Db, context: Context): number {
  const abandoned = unsealedBatches(db).filter(
    (fill) => fill.host_id !== context.hostId && isGone(db, fill.host_id),
  )
  if (abandoned.length === 0) return 0
  db.write(() => {
    for (const fill of abandoned) removeUnsealed(db, context, fill.id, { code: 'host-died-while-filling' })
  })
  return abandoned.length
}
