/**
 * Owns putting batches back where they were in the queue: behind the batch that was in front of them. The queue has
 * moved on, so the old position number means little.
 */
import type { Batch } from '../../contract/entities.ts'
import { recordEvent } from '../queue/event-store.ts'
import { arrangeAll, moveTo, queueLength } from '../queue/order.ts'
import { findBatch } from '../queue/queries.ts'
import { type BatchState, batchState, type Step } from '../queue/undo-store.ts'
import type { Scope } from './command.ts'

type Place = NonNullable<BatchState['place']>
type Moved = { batch: Batch; place: Place; justMoved: boolean }

/** Moves those that are queued again to their old places; they keep their order among themselves. */
export function restorePlaces({ db, context }: Scope, steps: readonly Step[]): void {
  const moved = steps
    .flatMap(({ batch, before }) => {
      const now = before.place ? findBatch(db, batch) : undefined
      const justMoved = before.status === undefined
      return before.place && now?.status === 'queued' ? [{ batch: now, place: before.place, justMoved }] : []
    })
    .sort((a, b) => a.place.position - b.place.position)
  if (moved.length === 0) return
  // One that kept its place behind another of them goes back with that one.
  const followers = new Map(steps.flatMap((step) => followerOf(db, step)))
  for (let index = 0; index < moved.length; index += 1) {
    const follower = followers.get(moved[index]?.batch.id ?? '')
    if (follower) moved.splice(index + 1, 0, follower)
  }
  arrangeAll(db) // what follows counts places
  // From the bottom, so that each finds those in front of it where they are to stay.
  moveTo(
    db,
    moved.map(({ batch }) => batch.id),
    queueLength(db),
  )
  // Those that stood one behind the other go together.
  let block: string[] = []
  for (const [index, { batch, place }] of moved.entries()) {
    block.push(batch.id)
    const next = moved[index + 1]
    if (next?.place.behind === batch.id) continue
    const first = moved[index + 1 - block.length]?.place ?? place
    moveTo(db, block, target(db, first))
    block = []
  }
  for (const { batch, justMoved } of moved) {
    const details = { from: batch.position, to: findBatch(db, batch.id)?.position ?? null }
    if (justMoved) recordEvent(db, context, { kind: 'batch_moved', batchId: batch.id, details })
  }
}

/** A batch whose place the action did not change, by the id of the one in front of it. */
function followerOf(db: Scope['db'], { batch, before }: Step): [string, Moved][] {
  const place =
    before.place === undefined && before.status === undefined ? batchState(db, batch)?.place : null
  const now = place?.behind ? findBatch(db, batch) : undefined
  return place?.behind && now?.status === 'queued'
    ? [[place.behind, { batch: now, place, justMoved: false }]]
    : []
}

function target(db: Scope['db'], { position, behind }: Place): number {
  if (behind === null) return 1
  const front = findBatch(db, behind)
  if (front && front.position !== null) return front.position + 1
  // Where the batch in front has run, so have all before it.
  return front?.startedAt === null ? Math.max(1, position) : 1
}
