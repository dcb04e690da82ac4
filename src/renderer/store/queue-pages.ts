/**
 * Owns the queue behind its head, as far as a person has scrolled to it: pages by place, merged into the state that is
 * shown. Places that are not loaded have ids of their own, so that rows keep their places. Pure.
 */
import type { Batch } from '../../contract/entities.ts'
import type { LiveQueue } from '../../contract/queue-state.ts'

export const pageSize = 200

/** Page number -> its batches, as they were when they were read. */
export type QueuePages = ReadonlyMap<number, readonly Batch[]>

const placeholders: string[] = []

/** The id that stands for the batch at a 1-based place until it is loaded. */
export function placeholderAt(place: number): string {
  for (let next = placeholders.length + 1; next <= place; next += 1) placeholders.push(`place:${next}`)
  return placeholders[place - 1] ?? ''
}

/** The place of a placeholder; null for the id of a batch. */
export function placeOf(id: string): number | null {
  return id.startsWith('place:') ? Number(id.slice(6)) : null
}

/** The state with every queued batch in `order`: the head, then what was loaded, else a placeholder. */
export function withPages(live: LiveQueue, pages: QueuePages, before: LiveQueue | null): LiveQueue {
  const length = live.counts.queued
  if (length <= live.order.length) return live
  const head = new Set(live.order)
  const order = [...live.order]
  const batches = new Map(live.batches)
  for (let index = order.length; index < length; index += 1) {
    const batch = pages.get(Math.floor(index / pageSize))?.[index % pageSize]
    // A page may be a moment old: what has moved to the head, or has left the queue, is elsewhere now.
    if (!batch || head.has(batch.id) || live.batches.has(batch.id)) order.push(placeholderAt(index + 1))
    else {
      order.push(batch.id)
      batches.set(batch.id, batch.position === index + 1 ? batch : { ...batch, position: index + 1 })
    }
  }
  const same = before?.order.length === length && before.order.every((id, index) => id === order[index])
  return { ...live, batches, order: same ? before.order : order }
}
