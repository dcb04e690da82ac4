/**
 * Owns what a client knows of the queue: one state made from a snapshot and updated by events. Pure; the panel and
 * the desktop app share it through follow-queue.ts. Must never hold anything that a person chose.
 */
import type { Snapshot } from './commands.ts'
import type { Batch, DoneBy } from './entities.ts'
import type { ChangeEvent } from './events.ts'
import { isActive, isFinal } from './states.ts'

/** How many finished batches stay in memory; the history requests older ones itself. */
export const keptFinished = 50

/** How many queued batches a snapshot and its events hold; `queue-page` reads those behind. */
export const queueHead = 200

export type LiveQueue = {
  epoch: string
  seq: number
  /** The core's clock minus ours, in milliseconds. */
  clockOffsetMs: number
  batches: ReadonlyMap<string, Batch>
  /** Ids of the first `queueHead` queued batches, first one next; `counts.queued` is how many there are. */
  order: readonly string[]
  /** Ids of paused and held batches, oldest number first. */
  parked: readonly string[]
  /** Ids of the latest finished batches, newest first. */
  finished: readonly string[]
  queue: Snapshot['queue']
  running: Snapshot['running']
  doneBy: Readonly<Record<string, DoneBy>>
  attention: Snapshot['attention']
  unseen: number
  counts: Snapshot['counts']
  finalizer: Snapshot['finalizer']
  hosts: Snapshot['hosts']
  disk: Snapshot['disk']
  settings: Snapshot['settings']
}

/** The state of a snapshot. `localNow` is our clock in milliseconds. */
export function fromSnapshot(snapshot: Snapshot, localNow: number): LiveQueue {
  const batches = new Map<string, Batch>()
  for (const batch of [...snapshot.recent, ...snapshot.active]) batches.set(batch.id, batch)
  return {
    epoch: snapshot.epoch,
    seq: snapshot.seq,
    clockOffsetMs: snapshot.now - localNow,
    ...arrange(batches),
    queue: snapshot.queue,
    running: snapshot.running,
    doneBy: snapshot.doneBy,
    attention: snapshot.attention,
    unseen: snapshot.unseen,
    counts: snapshot.counts,
    finalizer: snapshot.finalizer,
    hosts: snapshot.hosts,
    disk: snapshot.disk,
    settings: snapshot.settings,
  }
}

/**
 * The state after one event. An event that is older than the state changes nothing; a gap or another epoch
 * gives `undefined`: the caller takes a new snapshot.
 */
export function applyEvent(state: LiveQueue, event: ChangeEvent, localNow: number): LiveQueue | undefined {
  if (event.epoch !== state.epoch) return undefined
  if (event.seq <= state.seq) return state
  if (event.seq !== state.seq + 1) return undefined
  const touched = event.batches.length > 0 || event.removed.length > 0 || event.order !== null
  return {
    ...state,
    seq: event.seq,
    clockOffsetMs: event.now - localNow,
    ...(touched ? arrange(changedBatches(state.batches, event), state, event.order) : undefined),
    queue: event.queue,
    running: event.running,
    doneBy: event.doneBy,
    attention: kept(state.attention, event.attention),
    unseen: event.unseen,
    counts: kept(state.counts, event.counts),
    finalizer: kept(state.finalizer, event.finalizer),
    hosts: kept(state.hosts, event.hosts),
    disk: kept(state.disk, event.disk),
    settings: event.settings ?? state.settings,
  }
}

/** The previous value when it is equal, so that its component need not render again. */
function kept<T>(before: T, now: T): T {
  return JSON.stringify(before) === JSON.stringify(now) ? before : now
}

function changedBatches(before: ReadonlyMap<string, Batch>, event: ChangeEvent): Map<string, Batch> {
  const batches = new Map(before)
  for (const id of event.removed) batches.delete(id)
  for (const batch of event.batches) batches.set(batch.id, batch)
  // The order may come without its batches: moving one shifts a thousand others.
  event.order?.forEach((id, index) => {
    const batch = batches.get(id)
    if (batch && batch.status === 'queued' && batch.position !== index + 1)
      batches.set(id, { ...batch, position: index + 1 })
  })
  return batches
}

/** The queued batches, first one next. */
export function queuedBatches({ order, batches }: LiveQueue): Batch[] {
  return order.flatMap((id) => batches.get(id) ?? [])
}

/** How many batches are queued, running, paused or on hold. */
export function activeCount({ counts }: Pick<LiveQueue, 'counts'>): number {
  return counts.initiated + counts.queued + counts.running + counts.paused
}

type Arranged = Pick<LiveQueue, 'batches' | 'order' | 'parked' | 'finished'>

function arrange(
  batches: Map<string, Batch>,
  before?: Arranged,
  order: readonly string[] | null = before?.order ?? null,
): Arranged {
  const all = [...batches.values()]
  const finished = all.filter((b) => isFinal(b.status)).sort(newestFirst)
  for (const batch of finished.splice(keptFinished)) batches.delete(batch.id)
  const ids = (list: Batch[]) => list.map((b) => b.id)
  const queued = all
    .filter((b) => b.status === 'queued')
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
  const head = new Set(order ?? ids(queued))
  // Batches behind the head are read by the view that shows them: here they would grow with the queue, and get stale.
  for (const { id } of queued) if (!head.has(id)) batches.delete(id)
  const resting = all.filter((b) => isActive(b.status) && b.status !== 'queued' && b.status !== 'running')
  return {
    batches,
    order: same(
      before?.order,
      [...head].filter((id) => batches.get(id)?.status === 'queued'),
    ),
    parked: same(before?.parked, ids(resting.sort((a, b) => a.number - b.number))),
    finished: same(before?.finished, ids(finished)),
  }
}

/** The previous list when it is equal, so that its component need not render again. */
function same(before: readonly string[] | undefined, now: readonly string[]): readonly string[] {
  if (before?.length !== now.length) return now
  return before.every((id, index) => id === now[index]) ? before : now
}

function newestFirst(a: Batch, b: Batch): number {
  return (b.completedAt ?? 0) - (a.completedAt ?? 0) || b.number - a.number
}
