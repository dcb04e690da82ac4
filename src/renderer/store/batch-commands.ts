/**
 * Owns what a person can do to batches and the queue: one function for each action, one command for all its batches.
 * Success is reported only after the core's ok.
 */
import type { Batch, Conflict } from '../../contract/entities.ts'
import { placedSentences } from '../../contract/succession-words.ts'
import { batchNames, countOf } from '../../contract/words.ts'
import { act, showError, tryCommand } from './act.ts'
import {
  confirmDuplicates,
  settlePendingOrder,
  shownOrder,
  showPendingOrder,
  usePanel,
} from './panel-store.ts'
import { type Done, reportDone } from './undo.tsx'
import { warnOutside } from './warnings.ts'

const ids = (batches: readonly Batch[]) => batches.map((b) => b.id)

/** All of them in one transaction; those that have changed since are left as they are and named in the answer. */
const several = (batches: readonly Batch[]) => ({ batches: ids(batches), partial: true })

function reportChanged(
  verb: string,
  done: (Done & { batches: readonly Batch[] }) | undefined,
  rest = '',
): void {
  if (done) reportDone(`${verb} ${batchNames(done.batches)}${rest}`, done)
}

/**
 * Moves batches in the queue; they keep their order among themselves. The order that the queue will have shows at once:
 * `order`, where the caller knows it.
 */
export async function moveBatches(
  batches: readonly Batch[],
  to: number | 'top' | 'bottom',
  order?: readonly string[],
): Promise<void> {
  const queued = batches.filter((batch) => batch.status === 'queued')
  if (queued.length === 0) return
  const expected = order ?? expectedOrder(new Set(ids(queued)), to)
  if (expected) showPendingOrder(expected)
  const done = await act('move', { ...several(queued), to })
  if (expected && done) settlePendingOrder(expected)
  else if (expected) showPendingOrder(null)
  const place = typeof to === 'number' ? `position ${to}` : `the ${to}`
  reportChanged('Moved', done, ` to ${place}`)
}

/** The order after a move; undefined where only the head of the queue is known. */
function expectedOrder(moved: ReadonlySet<string>, to: number | 'top' | 'bottom'): string[] | undefined {
  const state = usePanel.getState()
  const shown = shownOrder(state)
  if ((state.server?.counts.queued ?? 0) !== shown.length) return undefined
  const taken = shown.filter((id) => moved.has(id))
  const rest = shown.filter((id) => !moved.has(id))
  const index = to === 'top' ? 0 : to === 'bottom' ? rest.length : Math.min(rest.length, to - 1)
  return [...rest.slice(0, index), ...taken, ...rest.slice(index)]
}

/** Cancels batches; their running jobs are stopped. */
export async function cancelBatches(batches: readonly Batch[], reason: string): Promise<void> {
  reportChanged('Cancelled', await act('cancel', { ...several(batches), ...(reason ? { reason } : {}) }))
}

/** Pauses batches; `now` stops their running jobs, which will run again. */
export async function pauseBatches(batches: readonly Batch[], now = false): Promise<void> {
  reportChanged('Paused', await act('pause', { ...several(batches), now }))
}

/** Puts paused or held batches back into the queue. */
export async function resumeBatches(batches: readonly Batch[], ignoreAfter = false): Promise<void> {
  reportChanged('Resumed', await act('resume', { ...several(batches), ignoreAfter }))
}

/** Pauses the whole queue, or resumes it. */
export async function pauseQueue(pause: boolean, now = false): Promise<void> {
  const done = pause ? await act('pause', { now }) : await act('resume', {})
  if (done) reportDone(pause ? 'Queue paused' : 'Queue resumed', done)
}

/**
 * Reopens final batches with their unfinished, all, or the given jobs; a question opens for those that would collide.
 * True when any was reopened.
 */
export async function retryBatches(
  batches: readonly Batch[],
  which: { all?: boolean; jobs?: number[] } = {},
): Promise<boolean> {
  const first = await tryCommand('retry', { ...several(batches), ...which })
  const refused = first.ok ? first.value.refused : (first.error.refused ?? [])
  const isDuplicate = (each: { code: string }) => each.code === 'duplicate'
  if (first.ok) reportChanged('Retrying', { ...first.value, refused: refused.filter((r) => !isDuplicate(r)) })
  else if (!isDuplicate(first.error)) {
    showError(first.error)
    return false
  }
  const inTheWay = refused.filter(isDuplicate)
  const conflicts = first.ok ? inTheWay.flatMap((each) => each.conflicts ?? []) : first.error.conflicts
  if (!conflicts?.length) return first.ok
  const left = inTheWay.length > 0 ? inTheWay.map(({ id }) => id) : ids(batches)
  const choice = await confirmDuplicates(
    `Retry ${batchNames(batches.filter(({ id }) => left.includes(id)))}?`,
    conflicts as readonly Conflict[],
  )
  if (choice === null) return first.ok
  const done = await act('retry', { batches: left, partial: true, ...which, ...choice })
  if (done) warnOutside(done)
  if (done && done.batches.length > 0)
    reportChanged(
      'Retrying',
      done,
      placedSentences(done)
        .map((each) => `; ${each}`)
        .join(''),
    )
  return first.ok || done !== undefined
}

/** Sets the priority; higher goes first. */
export async function setPriority(batches: readonly Batch[], priority: number): Promise<void> {
  reportChanged(
    'Set priority of',
    await act('priority', { ...several(batches), priority }),
    ` to ${priority}`,
  )
}

/** Marks the batch after which nothing starts, or removes the mark. */
export async function stopAfter(batch: Batch | null): Promise<void> {
  const done = await act('stop-after', { batch: batch?.id ?? null })
  if (done) reportDone(batch ? `The queue stops after ${batchNames([batch])}` : 'Removed the stop', done)
}

/** Takes finished batches out of the first view of the history; nothing is deleted. */
export async function clearFinished(batches?: readonly Batch[]): Promise<void> {
  const done = await act('clear', batches ? { batches: ids(batches) } : {})
  if (!done || done.batches.length === 0) return
  reportDone(`Cleared ${countOf(done.batches.length, 'batch')} from history`, { undo: done.undo })
}

/** Marks finished batches as seen; without an argument all of them. */
export async function markSeen(batches?: readonly Batch[]): Promise<void> {
  await act('mark-seen', batches ? { batches: ids(batches) } : {})
}
