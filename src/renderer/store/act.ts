/**
 * Owns what a person can do to batches and the queue: one function for each action, with its words, its undo and
 * what is shown when it is refused. Must never change the server slice: the core's event does that.
 */
import { notifications } from '@mantine/notifications'
import type { CommandInput, CommandName, CommandOutput } from '../../contract/commands.ts'
import type { Batch, Conflict } from '../../contract/entities.ts'
import type { SlipwayError } from '../../contract/errors.ts'
import { batchName, countOf } from '../../contract/words.ts'
import { request } from '../api/current.ts'
import {
  announce,
  confirmDuplicates,
  settlePendingOrder,
  shownOrder,
  showPendingOrder,
  usePanel,
} from './panel-store.ts'
import { offerUndo, underWay } from './undo.tsx'

/** Shows why something was refused, and what to do next. */
export function showError(error: SlipwayError): void {
  notifications.show({
    color: 'red',
    title: error.message,
    message: error.hint ?? '',
    autoClose: 10_000,
    withBorder: true,
  })
  announce(error.message)
}

/** Runs a command; a refusal is shown and gives `undefined`. */
export function act<N extends CommandName>(
  name: N,
  input: CommandInput<N>,
): Promise<CommandOutput<N> | undefined> {
  const answer = request(name, input).then((result) => {
    if (result.ok) return result.value
    showError(result.error)
    return undefined
  })
  underWay.add(answer)
  void answer.finally(() => underWay.delete(answer))
  return answer
}

function named(batches: readonly Batch[]): string {
  const [only] = batches
  return only && batches.length === 1 ? batchName(only) : countOf(batches.length, 'batch')
}

const ids = (batches: readonly Batch[]) => batches.map((b) => b.id)

/** The queued ones in order, at the places that are shown: while a move is under way the core's are older. */
function queuedAsShown(batches: readonly Batch[]): (Batch & { position: number })[] {
  const wanted = new Map(batches.map((batch) => [batch.id, batch]))
  return shownOrder(usePanel.getState()).flatMap((id, index) => {
    const batch = wanted.get(id)
    return batch ? [{ ...batch, position: index + 1 }] : []
  })
}

/**
 * Moves batches in the queue; they keep their order among themselves. Can be undone. `order` is what the queue will
 * be then, where the caller knows it: it shows at once.
 */
export async function moveBatches(
  batches: readonly Batch[],
  to: number | 'top' | 'bottom',
  order?: readonly string[],
): Promise<void> {
  const before = queuedAsShown(batches)
  if (before.length === 0) return
  if (order) showPendingOrder(order)
  const done = await act('move', { batches: ids(before), to })
  if (!done) {
    showPendingOrder(null)
    return
  }
  if (order) settlePendingOrder(order)
  const place = to === 'top' ? 'to the top' : to === 'bottom' ? 'to the bottom' : `to position ${to}`
  offerUndo(`Moved ${named(before)} ${place}`, async () => {
    // One place after the other is right only from the end for those that go down, and from the front for the rest.
    const places = new Map(done.batches.map((b) => [b.id, b.position ?? 0]))
    const goesDown = (b: (typeof before)[number]) => b.position > (places.get(b.id) ?? 0)
    const back = [...before.filter(goesDown).reverse(), ...before.filter((b) => !goesDown(b))]
    for (const { id, position } of back) await act('move', { batches: [id], to: position })
  })
}

/** Cancels batches. Those that had not started can be brought back. */
export async function cancelBatches(batches: readonly Batch[], reason: string): Promise<void> {
  const waiting = batches.filter((b) => b.startedAt === null)
  const queued = queuedAsShown(waiting)
  const done = await act('cancel', { batches: ids(batches), ...(reason ? { reason } : {}) })
  if (!done) return
  const sentence = `Cancelled ${named(batches)}`
  if (waiting.length === 0) {
    announce(sentence)
    return
  }
  offerUndo(sentence, async () => {
    // From the front, so that none is pushed on by one that comes later; what was paused must not begin.
    for (const { id, position } of queued) {
      const retried = await act('retry', { batch: id })
      if (retried) await act('move', { batches: [id], to: position })
    }
    const back = new Set(ids(queued))
    for (const { id, status } of waiting)
      if (!back.has(id)) await act('retry', { batch: id, paused: status === 'paused' })
  })
}

/** Pauses batches; `now` stops their running jobs, which will run again. */
export async function pauseBatches(batches: readonly Batch[], now = false): Promise<void> {
  for (const batch of batches) await act('pause', { batch: batch.id, now })
  announce(`Paused ${named(batches)}`)
}

/** Puts paused or held batches back into the queue. */
export async function resumeBatches(batches: readonly Batch[], ignoreAfter = false): Promise<void> {
  for (const batch of batches) await act('resume', { batch: batch.id, ignoreAfter })
  announce(`Resumed ${named(batches)}`)
}

/** Pauses the whole queue, or lets it go on. */
export async function pauseQueue(pause: boolean, now = false): Promise<void> {
  const done = pause ? await act('pause', { now }) : await act('resume', {})
  if (done) announce(pause ? 'Queue paused.' : 'Queue resumed.')
}

/** Reopens a final batch with its failed, all, or the given jobs; opens a question when that would collide. */
export async function retryBatch(
  batch: Batch,
  which: { all?: boolean; jobs?: number[] } = {},
): Promise<boolean> {
  const first = await request('retry', { batch: batch.id, ...which })
  if (first.ok) {
    announce(`Retrying ${batchName(batch)}`)
    return true
  }
  if (first.error.code !== 'duplicate' || !first.error.conflicts?.length) {
    showError(first.error)
    return false
  }
  const choice = await confirmDuplicates(
    `Retry ${batchName(batch)}?`,
    first.error.conflicts as readonly Conflict[],
  )
  if (choice === null) return false
  const done = await act('retry', { batch: batch.id, ...which, ifExists: choice })
  return done !== undefined
}

/** Retries several batches, one after the other. */
export async function retryBatches(batches: readonly Batch[]): Promise<void> {
  for (const batch of batches) await retryBatch(batch)
}

/** Sets the priority; higher goes first. */
export async function setPriority(batches: readonly Batch[], priority: number): Promise<void> {
  const done = await act('priority', { batches: ids(batches), priority })
  if (done) announce(`Priority of ${named(batches)} is ${priority}`)
}

/** Marks the batch after which nothing starts, or takes the mark away. */
export async function stopAfter(batch: Batch | null): Promise<void> {
  const before = usePanel.getState().server?.queue.stopAfter ?? null
  const done = await act('stop-after', { batch: batch?.id ?? null })
  if (!done) return
  offerUndo(batch ? `The queue stops after ${batchName(batch)}` : 'Removed the stop', async () => {
    await act('stop-after', { batch: before })
  })
}

/** Takes finished batches out of the first view of the history; nothing is deleted. Can be undone. */
export async function clearFinished(batches?: readonly Batch[]): Promise<void> {
  const done = await act('clear', batches ? { batches: ids(batches) } : {})
  if (!done || done.batches.length === 0) return
  offerUndo(`Cleared ${countOf(done.batches.length, 'batch')} from history`, async () => {
    await act('clear', { batches: done.batches, undo: true })
  })
}

/** Marks finished batches as seen; without an argument all of them. */
export async function markSeen(batches?: readonly Batch[]): Promise<void> {
  await act('mark-seen', batches ? { batches: ids(batches) } : {})
}
