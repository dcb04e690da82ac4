/**
 * Owns the one-sentence answer to "what runs?" and "why is nothing running?". Reads only.
 */
import type { Batch, DoneBy, Host, QueueState } from '../../contract/entities.ts'
import { doneByWords, moment } from '../../contract/moments.ts'
import { pendingReason } from '../../contract/places.ts'
import { isWorking } from '../../contract/states.ts'
import { waitSentence } from '../../contract/waits.ts'
import { amount, batchName, brief, bytes, countOf, listed } from '../../contract/words.ts'
import type { Db } from '../db/db.ts'
import { headOfLine, nextRetry, type QueueCounts, queueCounts } from '../queue/attention-queries.ts'
import { batchById, runningRow } from '../queue/queries.ts'
import { type Marks, readMark } from '../queue/settings-store.ts'

export type Disk = { freeBytes: number; neededBytes: number }

export type Headline = QueueState['headline']

export type QueueNow = {
  /** The host that has the executor's role, with what is known of its process. */
  executor: Host | null
  paused: Marks['queue-paused'] | undefined
  /** Room on the data folder's disk, and how much there must be before anything starts. */
  disk?: Disk
  /** When the running batch will be done, where that is known. */
  doneBy?: DoneBy | null
  /** Epoch ms; times are shown in the local time zone. */
  now: number
}

/** One sentence without a full stop; always answers. */
export function queueSentence(db: Db, state: QueueNow): string {
  return inOneSentence(queueHeadline(db, state), state.now)
}

/** A headline with its time on the clock here. */
export function inOneSentence({ text, doneBy }: Headline, now: number): string {
  return doneBy === null ? text : `${text}, ${doneByWords(doneBy, now)}`
}

/** What runs, or why nothing runs. */
export function queueHeadline(db: Db, state: QueueNow): Headline {
  return db.read(() => {
    const running = runningRow(db)
    if (!running) return { text: whileIdle(db, state), doneBy: null, countsJobs: false }
    const { text, expected } = whileRunning(db, batchById(db, running.id), state)
    return { text, doneBy: expected, countsJobs: true }
  })
}

function whileIdle(db: Db, state: QueueNow): string {
  const counts = queueCounts(db)
  if (state.paused) return `${pauseSentence(state.paused, state.now)}${waitingToo(counts)}`
  if (counts.queued === 0) return `Nothing is queued${setAside(counts)}`
  const { first, claimable } = headOfLine(db)
  if (!isWorking(state.executor)) {
    // A host would change nothing for batches that all wait for others, so what they wait for is named first.
    const waits = claimable || !first ? undefined : whyHeadWaits(batchById(db, first), counts)
    return waits === undefined
      ? `${queuedBatches(counts)}, but ${whoIsMissing(state.executor)}`
      : `${waits}, and no host is working`
  }
  if (isFull(state.disk)) return `${queuedBatches(counts)}, but ${diskSentence(state.disk)}`
  if (claimable) return `${batchName(batchById(db, claimable))} is about to start`
  return first ? whyHeadWaits(batchById(db, first), counts) : 'Nothing is queued'
}

/** Why nothing starts, since when and by whom: 'The queue has been paused since 18:02 by ana: lunch'. */
export function pauseSentence(mark: Marks['queue-paused'], now: number): string {
  const since = `The queue has been paused since ${moment(mark.since, now)}`
  const words = pauseReason(mark)
  const reason = words === null ? '' : `: ${brief(words)}`
  if (mark.kind === 'disk') return `${since}${reason || ': the disk is nearly full'}`
  if (mark.kind === 'stop-after')
    return `${since}: ${words === null ? 'the stop mark' : brief(words)} was reached`
  return `${since} by ${mark.by}${reason}`
}

/** Why somebody paused the queue, in their own words, or that it stopped after a batch. */
export function pauseReason({ reason, batch }: Marks['queue-paused']): string | null {
  return reason ?? (batch === undefined ? null : `stop after #${batch}`)
}

/** True when too little room is left for anything to start. */
export function isFull(disk: Disk | undefined): disk is Disk {
  return disk !== undefined && disk.freeBytes < disk.neededBytes
}

/** 'nothing starts until the disk has 200 MB free; now it has 80 MB'. */
export function diskSentence(disk: Disk): string {
  return `nothing starts until the disk has ${bytes(disk.neededBytes)} free; now it has ${bytes(disk.freeBytes)}`
}

function whileRunning(db: Db, batch: Batch, state: QueueNow): { text: string; expected: DoneBy | null } {
  const exception = whyNotAsUsual(db, batch, state)
  if (exception !== null) return { text: exception, expected: null }
  const { total, pending, running } = batch.jobs
  const expected = state.doneBy ?? null
  const done = amount(total - pending - running)
  const progress = expected ? `${done} of ${amount(total)}` : `${done} of ${countOf(total, 'job')} done`
  return { text: `Running ${batchName(batch)}: ${progress}`, expected }
}

/** Why the running batch is stalled, or is about to pause; null while it runs. */
function whyNotAsUsual(db: Db, batch: Batch, { executor, paused, disk, now }: QueueNow): string | null {
  const name = batchName(batch)
  const { total, pending, running } = batch.jobs
  const done = `${amount(total - pending - running)} of ${countOf(total, 'job')} done`
  if (!executor || executor.state === 'gone')
    return `${name} is stalled at ${done}, as its host is gone: start \`slipway work\` or the app to continue`
  if (!isWorking(executor)) return `${name} is stalled at ${done}: ${whoIsMissing(executor)}`
  const ending =
    running === 0 ? '' : `, until ${countOf(running, 'running job')} ${running === 1 ? 'has' : 'have'} ended`
  if (paused) return `${pauseSentence(paused, now)}; ${name} still runs${ending} (${done})`
  if (batch.pausing) return `${name} is about to pause${ending} (${done})`
  if (!batch.sealed && pending + running === 0)
    return `${name} has run ${done} and waits to be sealed by whoever adds its jobs`
  if (isFull(disk) && running === 0) return `${name} is stalled at ${done}: ${diskSentence(disk)}`
  const onCluster = readMark(db, 'place')
  if (onCluster?.batchId === batch.id && running > 0) {
    const waits = whyClusterWaits(onCluster, name)
    if (waits !== null) return `${waits} (${done})`
  }
  const retry = running === 0 ? nextRetry(db, batch.id, now) : undefined
  return retry === undefined
    ? null
    : `${name} waits until ${moment(retry.at, now)} to try job ${retry.ordinal} again (${done})`
}

/** Why nothing of the batch runs on its cluster; null while something does. */
function whyClusterWaits(
  { running, waiting, reason, trouble }: NonNullable<Marks['place']>,
  name: string,
): string | null {
  if (trouble !== null) return `${name} waits for Slurm: ${brief(trouble)}`
  if (running > 0 || waiting === 0 || reason === null) return null
  return `${name} waits in Slurm's queue with ${countOf(waiting, 'job')}: ${pendingReason(reason)}`
}

function whoIsMissing(executor: Host | null): string {
  if (executor?.state === 'stopped')
    return `the host that should work (process ${executor.pid}) has been stopped by somebody`
  return 'no host is working: start `slipway work` or the app'
}

function whyHeadWaits(batch: Batch, counts: QueueCounts): string {
  const others = counts.queued - 1
  const rest =
    others === 0
      ? 'nothing else is queued'
      : others === 1
        ? 'the other queued batch waits too'
        : `the other ${amount(others)} queued batches wait too`
  return `#${batch.number} ${batch.waitsFor === null ? 'waits' : waitSentence(batch.waitsFor)}; ${rest}`
}

function queuedBatches(counts: QueueCounts): string {
  return `${countOf(counts.queued, 'batch')} ${counts.queued === 1 ? 'is' : 'are'} queued`
}

function waitingToo(counts: QueueCounts): string {
  return counts.queued === 0
    ? ''
    : `; ${countOf(counts.queued, 'batch')} ${counts.queued === 1 ? 'waits' : 'wait'}`
}

function setAside(counts: QueueCounts): string {
  const parts = [
    ...(counts.paused > 0 ? [countOf(counts.paused, 'paused batch')] : []),
    ...(counts.held > 0 ? [`${countOf(counts.held, 'batch')} on hold`] : []),
  ]
  return parts.length === 0 ? '' : `; set aside: ${listed(parts)}`
}
