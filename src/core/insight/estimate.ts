/**
 * Owns estimates of when batches will be done, as a range: the queue is simulated in the order in which the executor
 * would claim it, with the pace of jobs taken from the running batch itself, from earlier batches of the same
 * configuration and type, else from the type anywhere. Reads only.
 *
 * What can't be known is not guessed. A batch whose type never ran has no estimate, nor has any batch behind it;
 * a batch that waits for one that won't complete by itself has none, but doesn't hold up the others; nothing has
 * one while the queue is paused, behind the stop mark, or while no host is working. Ranges add up from batch to
 * batch, so they widen: a machine that is slow today is slow for each of them. Sleep and failures that stop a batch
 * early are not predicted.
 */
import type { DoneBy } from '../../contract/entities.ts'
import type { Db } from '../db/db.ts'
import { everyPlace } from '../queue/attention-queries.ts'
import {
  batchesOfTypeAnywhere,
  batchesToLearnFrom,
  lastFinished,
  latestEnd,
  openLinks,
  type QueueRow,
  queueForEstimate,
  runningSince,
  type SampleBatch,
} from '../queue/estimate-queries.ts'
import { executorHost } from '../queue/host-store.ts'
import { readMark } from '../queue/settings-store.ts'
import { learnPace, type Pace, type Range, type Sample } from './pace.ts'

export type QueueEstimate = {
  /** Null when nothing runs. */
  running: { jobsPerMinute: number | null; doneBy: DoneBy | null } | null
  /** Batch id -> when it will be done, for the running and queued batches that have an estimate. */
  doneBy: Record<string, DoneBy>
}

const earlierBatches = 8
const jobsOfEarlier = 128
const jobsOfRunning = 256
/** This many finished jobs of the running batch count for more than all earlier batches. */
const ownEvidence = 20
const rememberedPaces = 256

/** When the running batch and each of the first `places` queued ones will be done; `now` in epoch ms. */
export function estimateQueue(db: Db, now: number, places = everyPlace): QueueEstimate {
  return db.read(() => {
    const queue = queueForEstimate(db, places)
    const head = queue[0]?.position === 0 ? queue[0] : undefined
    const paces = new Paces(db, head)
    const own = head ? paces.own(head) : undefined
    const rate = head && own ? perMinute(own, head) : null
    const still: QueueEstimate = { running: head ? { jobsPerMinute: rate, doneBy: null } : null, doneBy: {} }
    if (queue.length === 0 || readMark(db, 'queue-paused') || !executorHost(db)) return still
    const doneBy = simulate(db, queue, openLinks(db, places), paces, now)
    const first = head && !pausing(head) ? (doneBy[head.id] ?? null) : null
    return { running: head ? { jobsPerMinute: rate, doneBy: first } : null, doneBy }
  })
}

function perMinute(pace: Pace, batch: QueueRow): number | null {
  const { mid } = pace.total(1_000, slots(batch))
  return mid > 0 ? 60_000 / (mid / 1_000) : null
}

function slots(batch: QueueRow): number {
  return Math.max(1, batch.parallel ?? 1)
}

function pausing(batch: QueueRow): boolean {
  return batch.position === 0 && batch.pause_requested > 0
}

/** Simulates the queue, batch after batch, until one with an unknown pace or the stop mark. */
function simulate(
  db: Db,
  queue: readonly QueueRow[],
  links: ReturnType<typeof openLinks>,
  paces: Paces,
  now: number,
): Record<string, DoneBy> {
  const doneBy: Record<string, DoneBy> = {}
  const stopAfter = readMark(db, 'stop-after')?.batchId
  let reached: Range = { low: now, mid: now, high: now }
  for (const batch of inOrderOfClaims(queue, links)) {
    const takes = batch.position === 0 ? timeLeft(db, batch, paces, now) : timeOf(batch, paces)
    if (!takes) break
    reached = {
      low: reached.low + takes.low,
      mid: reached.mid + takes.mid,
      high: reached.high + takes.high,
    }
    if (!pausing(batch))
      doneBy[batch.id] = {
        earliest: Math.round(reached.low),
        likely: Math.round(reached.mid),
        latest: Math.round(reached.high),
      }
    if (batch.id === stopAfter) break
  }
  return doneBy
}

function timeOf(batch: QueueRow, paces: Paces): Range | undefined {
  if (batch.open === null) return undefined
  if (batch.open === 0) return { low: 0, mid: 0, high: 0 }
  return paces.of(batch)?.total(batch.open, slots(batch))
}

/** What is left of the running batch: its open jobs, less what its running ones have done of theirs. */
function timeLeft(db: Db, batch: QueueRow, paces: Paces, now: number): Range | undefined {
  if (!batch.open) return { low: 0, mid: 0, high: 0 }
  const pace = paces.of(batch)
  if (!pace) return undefined
  const elapsed = runningSince(db, batch.id).map((at) => Math.max(0, now - at))
  // A batch that pauses only sees its running jobs to their ends.
  const whole = pace.total(pausing(batch) ? elapsed.length : batch.open, slots(batch))
  const done = (each: number) => elapsed.reduce((sum, ms) => sum + Math.min(ms, each), 0) / slots(batch)
  // A job that has run longer than such jobs do may well run for as long again.
  const overdue = Math.max(0, ...elapsed.filter((ms) => ms > pace.one.high))
  const low = Math.max(0, whole.low - done(pace.one.low))
  const mid = Math.max(low, whole.mid - done(pace.one.mid), overdue / 4)
  return { low, mid, high: Math.max(mid, whole.high - done(pace.one.mid)) + overdue }
}

/**
 * The order in which batches will be claimed: by position, but one that waits lets others pass until its last
 * predecessor is done. Those whose predecessors are not in the queue are never claimed.
 */
function* inOrderOfClaims(
  queue: readonly QueueRow[],
  links: readonly { batch_id: string; predecessor_id: string }[],
): Generator<QueueRow> {
  const waiting = new Map<string, number>()
  const successors = new Map<string, QueueRow[]>()
  const byId = links.length === 0 ? undefined : new Map(queue.map((batch) => [batch.id, batch]))
  for (const link of links) {
    const batch = byId?.get(link.batch_id)
    if (!batch) continue
    waiting.set(batch.id, (waiting.get(batch.id) ?? 0) + 1)
    const list = successors.get(link.predecessor_id)
    if (list) list.push(batch)
    else successors.set(link.predecessor_id, [batch])
  }
  const freed: QueueRow[] = []
  let next = 0
  for (;;) {
    while (waiting.has(queue[next]?.id ?? '')) next += 1
    const queued = queue[next]
    const free = freed[0]
    const batch = free && (!queued || free.position < queued.position) ? freed.shift() : queued
    if (!batch) return
    if (batch === queued) next += 1
    yield batch
    if (pausing(batch)) continue // it won't be completed, so its successors stay where they are
    for (const successor of successors.get(batch.id) ?? []) {
      const left = (waiting.get(successor.id) ?? 0) - 1
      if (left > 0) waiting.set(successor.id, left)
      else if (waiting.delete(successor.id) && successor.position <= (queue[next - 1]?.position ?? 0)) {
        freed.push(successor)
        freed.sort((a, b) => a.position - b.position)
      }
    }
  }
}

type Remembered = { stamp: string; pace: Pace | undefined; samples: readonly Sample[] }
const remembered = new WeakMap<Db, Map<string, Remembered>>()

/** Paces by type, cached until a batch ends or another one runs; of the running batch until a job ends. */
class Paces {
  readonly #db: Db
  readonly #head: QueueRow | undefined
  readonly #stamp: string
  readonly #known: Map<string, Remembered>

  constructor(db: Db, head: QueueRow | undefined) {
    this.#db = db
    this.#head = head
    this.#stamp = `${latestEnd(db)}/${head?.id ?? ''}`
    const known = remembered.get(db) ?? new Map<string, Remembered>()
    remembered.set(db, known)
    this.#known = known
  }

  /** From the running batch's own jobs alone. */
  own(batch: QueueRow): Pace | undefined {
    return this.#ownEntry(batch).pace
  }

  /** The best known pace for this batch's kind. */
  of(batch: QueueRow): Pace | undefined {
    const head = this.#head
    const kin =
      head && head.configuration_id === batch.configuration_id && head.batch_type === batch.batch_type
    if (!head || !kin || head.finished === 0) return this.#earlier(batch).pace
    const own = this.#ownEntry(head)
    if ((own.pace?.jobs ?? 0) >= ownEvidence) return own.pace
    return this.#recall('both', `${this.#stamp}/${head.finished}`, () => [
      ...own.samples,
      ...this.#earlier(batch).samples,
    ]).pace
  }

  /** One entry for whichever batch runs: an earlier one's own pace is never needed again. */
  #ownEntry(batch: QueueRow): Remembered {
    return this.#recall('own', `${batch.id}/${batch.finished}`, () => [
      { parallel: slots(batch), jobs: lastFinished(this.#db, batch.id, jobsOfRunning) },
    ])
  }

  #earlier(batch: QueueRow): Remembered {
    const { configuration_id: configuration, batch_type: type } = batch
    return this.#recall(`type/${configuration}/${type}`, this.#stamp, () => {
      const kin = this.#samples(batchesToLearnFrom(this.#db, configuration, type, earlierBatches + 1))
      return kin.length > 0 ? kin : this.#samples(batchesOfTypeAnywhere(this.#db, type, earlierBatches + 1))
    })
  }

  #samples(batches: readonly SampleBatch[]): Sample[] {
    return batches
      .filter((batch) => batch.id !== this.#head?.id)
      .slice(0, earlierBatches)
      .map((batch) => ({
        parallel: Math.max(1, batch.parallel ?? 1),
        jobs: lastFinished(this.#db, batch.id, jobsOfEarlier),
      }))
  }

  #recall(key: string, stamp: string, learn: () => Sample[]): Remembered {
    const known = this.#known.get(key)
    if (known?.stamp === stamp) return known
    const samples = learn()
    const entry = { stamp, pace: learnPace(samples), samples }
    this.#known.delete(key)
    this.#known.set(key, entry)
    const oldest = this.#known.keys().next().value
    if (this.#known.size > rememberedPaces && oldest !== undefined) this.#known.delete(oldest)
    return entry
  }
}
