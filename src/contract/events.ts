/**
 * Owns the change events that hosts get after a commit, with epoch and seq. A listener that sees a gap in
 * `seq`, or another `epoch`, takes a new snapshot. Several changes within a few milliseconds come as one.
 */

import type { Snapshot } from './commands.ts'
import type { Batch, DoneBy, FinalizerState, QueueState } from './entities.ts'

export type ChangeEvent = {
  epoch: string
  /** +1 for each event of this epoch. */
  seq: number
  now: number
  /** Batches as they are now (changed or new ones), active and final. */
  batches: Batch[]
  /** Ids of batches that no longer exist (an abandoned fill). */
  removed: string[]
  /** Ids of the queued batches in order, when the order changed. */
  order: string[] | null
  queue: QueueState
  running: Snapshot['running']
  doneBy: Record<string, DoneBy>
  attention: Snapshot['attention']
  unseen: number
  counts: Snapshot['counts']
  finalizer: FinalizerState
  hosts: Snapshot['hosts']
  disk: Snapshot['disk']
  /** Set when settings changed. */
  settings: Snapshot['settings'] | null
}
