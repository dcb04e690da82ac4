/**
 * Owns the list of what can be done to selected batches: words, icon, key and when it is possible. Menus, the
 * palette, the keys and the help sheet are all made from this one list.
 */
import {
  IconArrowBarToDown,
  IconArrowBarToUp,
  IconArrowsMoveVertical,
  IconClearAll,
  IconFlag,
  IconLineDashed,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconRefreshAlert,
  IconX,
} from '@tabler/icons-react'
import type { Batch } from '../../contract/entities.ts'
import { isActive, isFinal } from '../../contract/states.ts'
import {
  clearFinished,
  moveBatches,
  pauseBatches,
  resumeBatches,
  retryBatches,
  stopAfter,
} from './batch-commands.ts'
import { openDialog } from './panel-store.ts'

export type BatchAction = {
  id: string
  words: string
  /** The key it comes with, as the hotkey library writes it. Actions with the same key are never possible together. */
  key: string | null
  Icon: typeof IconX
  group: 'order' | 'run' | 'end'
  danger?: boolean
  possible: (batches: readonly Batch[]) => boolean
  run: (batches: readonly Batch[]) => void
}

/** True for a batch that ended with jobs that have not succeeded. */
export const isRetryable = (b: Batch) => isFinal(b.status) && b.status !== 'completed'
const some = (test: (batch: Batch) => boolean) => (batches: readonly Batch[]) => batches.some(test)
const queued = some((b) => b.status === 'queued')
const one = (test: (batch: Batch) => boolean) => (batches: readonly Batch[]) =>
  batches.length === 1 && batches.some(test)
const pausable = (b: Batch) => (b.status === 'queued' || b.status === 'running') && !b.pausing
const resumable = (b: Batch) => b.status === 'paused' || b.status === 'initiated'
const first = (batches: readonly Batch[], run: (batch: Batch) => void) => {
  const [batch] = batches
  if (batch) run(batch)
}

export const batchActions: readonly BatchAction[] = [
  {
    id: 'top',
    words: 'Move to top',
    key: 'T',
    Icon: IconArrowBarToUp,
    group: 'order',
    possible: queued,
    run: (batches) => void moveBatches(batches, 'top'),
  },
  {
    id: 'bottom',
    words: 'Move to bottom',
    key: 'B',
    Icon: IconArrowBarToDown,
    group: 'order',
    possible: queued,
    run: (batches) => void moveBatches(batches, 'bottom'),
  },
  {
    id: 'move',
    words: 'Move to position…',
    key: 'M',
    Icon: IconArrowsMoveVertical,
    group: 'order',
    possible: queued,
    run: (batches) => openDialog({ kind: 'move', batches }),
  },
  {
    id: 'priority',
    words: 'Set priority…',
    key: 'Y',
    Icon: IconFlag,
    group: 'order',
    possible: some((b) => isActive(b.status)),
    run: (batches) => openDialog({ kind: 'priority', batches }),
  },
  {
    id: 'stop-after',
    words: 'Stop the queue after this batch',
    key: 'L',
    Icon: IconLineDashed,
    group: 'order',
    possible: one((b) => (b.status === 'queued' || b.status === 'running') && !b.stopAfter),
    run: (batches) => first(batches, (batch) => void stopAfter(batch)),
  },
  {
    id: 'no-stop',
    words: 'Remove stop',
    key: 'L',
    Icon: IconLineDashed,
    group: 'order',
    possible: one((b) => b.stopAfter),
    run: () => void stopAfter(null),
  },
  {
    id: 'pause',
    words: 'Pause',
    key: 'P',
    Icon: IconPlayerPause,
    group: 'run',
    possible: some(pausable),
    run: (batches) => void pauseBatches(batches.filter(pausable)),
  },
  {
    id: 'pause-now',
    words: 'Pause and stop jobs now',
    key: null,
    Icon: IconPlayerStop,
    group: 'run',
    possible: some((b) => b.status === 'running'),
    run: (batches) =>
      void pauseBatches(
        batches.filter((b) => b.status === 'running'),
        true,
      ),
  },
  {
    id: 'resume',
    words: 'Resume',
    key: 'P',
    Icon: IconPlayerPlay,
    group: 'run',
    possible: (batches) => batches.some(resumable) && !batches.some(pausable),
    run: (batches) => void resumeBatches(batches.filter(resumable)),
  },
  {
    id: 'dont-wait',
    words: 'Run without waiting',
    key: null,
    Icon: IconPlayerPlay,
    group: 'run',
    possible: some((b) => b.status === 'queued' && b.waitsFor !== null),
    run: (batches) =>
      void resumeBatches(
        batches.filter((b) => b.waitsFor !== null),
        true,
      ),
  },
  {
    id: 'retry',
    words: 'Retry failed jobs',
    key: 'R',
    Icon: IconRefreshAlert,
    group: 'run',
    possible: some(isRetryable),
    run: (batches) => void retryBatches(batches.filter(isRetryable)),
  },
  {
    id: 'retry-all',
    words: 'Run all jobs again',
    key: 'shift+R',
    Icon: IconRefresh,
    group: 'run',
    possible: one((b) => isFinal(b.status)),
    run: (batches) => first(batches, (batch) => void retryBatches([batch], { all: true })),
  },
  {
    id: 'cancel',
    words: 'Cancel…',
    key: 'Delete',
    Icon: IconX,
    group: 'end',
    danger: true,
    possible: some((b) => isActive(b.status)),
    run: (batches) => openDialog({ kind: 'cancel', batches: batches.filter((b) => isActive(b.status)) }),
  },
  {
    id: 'clear',
    words: 'Clear from history',
    key: 'C',
    Icon: IconClearAll,
    group: 'end',
    possible: some((b) => isFinal(b.status)),
    run: (batches) => void clearFinished(batches.filter((b) => isFinal(b.status))),
  },
]

/** What can be done to exactly these batches now. */
export function possibleActions(batches: readonly Batch[]): BatchAction[] {
  return batches.length === 0 ? [] : batchActions.filter((action) => action.possible(batches))
}
