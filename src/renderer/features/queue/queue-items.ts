/**
 * Owns what the queue's list is made of: the running batch, the queued ones in order with the stop among
 * them, and those on hold. Pure, so that order and moves can be tested without a page.
 */
import type { Batch } from '../../../contract/entities.ts'
import { placeOf } from '../../store/queue-pages.ts'

export type QueueItem =
  | { kind: 'row'; id: string; sortable: boolean }
  | { kind: 'gap'; id: string; place: number }
  | { kind: 'stop'; after: string }
  | { kind: 'heading'; text: string }

/** The list from top to bottom. Ids whose batch has ended stay where they are until the list lets them go. */
export function queueItems(
  batches: ReadonlyMap<string, Batch>,
  runningId: string | null,
  order: readonly string[],
  parked: readonly string[],
): QueueItem[] {
  const items: QueueItem[] = []
  const add = (id: string, sortable: boolean) => {
    const batch = batches.get(id)
    const place = batch ? null : placeOf(id)
    if (place !== null) items.push({ kind: 'gap', id, place })
    if (!batch) return
    items.push({ kind: 'row', id, sortable: sortable && batch.status === 'queued' })
    if (batch.stopAfter) items.push({ kind: 'stop', after: id })
  }
  if (runningId !== null) add(runningId, false)
  for (const id of order) if (id !== runningId) add(id, true)
  const inOrder = new Set(order)
  const resting = parked.filter((id) => batches.has(id) && !inOrder.has(id))
  if (resting.length > 0) items.push({ kind: 'heading', text: `Paused or on hold · ${resting.length}` })
  for (const id of resting) add(id, false)
  return items
}

/**
 * The order after `moved` (kept in their own order) were dropped on `over`: behind it when they come from above,
 * before it when they come from below. `place` is the 1-based position to request from the core.
 */
export function dropOrder(
  order: readonly string[],
  moved: ReadonlySet<string>,
  active: string,
  over: string,
): { order: string[]; place: number } | null {
  if (active === over || moved.has(over)) return null
  const taken = order.filter((id) => moved.has(id))
  const rest = order.filter((id) => !moved.has(id))
  const target = rest.indexOf(over)
  if (target < 0 || taken.length === 0) return null
  const index = order.indexOf(active) < order.indexOf(over) ? target + 1 : target
  return { order: [...rest.slice(0, index), ...taken, ...rest.slice(index)], place: index + 1 }
}

/** The order after `moved` went one place up or down together; null when there is nowhere to go. */
export function nudgeOrder(
  order: readonly string[],
  moved: ReadonlySet<string>,
  by: -1 | 1,
): { order: string[]; place: number } | null {
  const taken = order.filter((id) => moved.has(id))
  const rest = order.filter((id) => !moved.has(id))
  const [first] = taken
  const last = taken.at(-1)
  if (first === undefined || last === undefined || rest.length === 0) return null
  const edge = by < 0 ? order.indexOf(first) : order.indexOf(last) - taken.length + 1
  const index = Math.max(0, Math.min(rest.length, edge + by))
  const next = [...rest.slice(0, index), ...taken, ...rest.slice(index)]
  return next.every((id, i) => id === order[i]) ? null : { order: next, place: index + 1 }
}
