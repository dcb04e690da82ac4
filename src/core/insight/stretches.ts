/**
 * Owns the periods in which a batch did not progress, read from the audit trail: paused (the batch or the queue),
 * slept (the machine), no-host (no host was working). Several hosts may have reported the same sleep, and a batch may
 * be paused in a paused queue: time is never counted twice.
 */
import type { Db } from '../db/db.ts'
import { findHost } from '../queue/host-store.ts'
import { firstEvent, runBegan, type StretchRow, stretchEvents } from '../queue/insight-queries.ts'
import { storedObject } from '../queue/stored.ts'

export type Stretch = { kind: 'paused' | 'slept' | 'no-host'; from: number; to: number | null }

/** Shorter gaps between two hosts are a hand-over, not a stretch. */
const shortestGapMs = 1_000

/** Stretches of a batch in order of time; an open one (`to` null) still lasts. Within a kind none overlap. */
export function stretchesOf(db: Db, batchId: string, runs: 'all runs' | 'last run' = 'last run'): Stretch[] {
  const began = runs === 'all runs' ? firstEvent(db, batchId) : runBegan(db, batchId)
  const rows = began ? lifeOf(stretchEvents(db, batchId, began.id)) : []
  return [...joined('paused', paused(rows)), ...joined('slept', slept(rows)), ...noHost(db, rows)].sort(
    (a, b) => a.from - b.from || a.kind.localeCompare(b.kind),
  )
}

/** Leaves out what the queue and the machine did after the batch had ended. */
function lifeOf(rows: StretchRow[]): StretchRow[] {
  const last = rows.findLastIndex((row) => row.to_status !== null)
  const end = rows[last]
  return end && isEnd(end) ? rows.slice(0, last + 1) : rows
}

type Span = { from: number; to: number | null }

/** What the spans cover between `from` and `to`, each moment once, in ms. */
export function covered(spans: readonly Span[], from: number, to: number): number {
  let sum = 0
  let reached = from
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const start = Math.max(span.from, reached)
    const end = Math.min(span.to ?? to, to)
    if (end > start) sum += end - start
    reached = Math.max(reached, end)
  }
  return sum
}

function paused(rows: readonly StretchRow[]): Span[] {
  const spans: Span[] = []
  const open = { batch: null as number | null, queue: null as number | null }
  let ended = false
  const close = (which: 'batch' | 'queue', at: number) => {
    const from = open[which]
    if (from !== null) spans.push({ from, to: Math.max(from, at) })
    open[which] = null
  }
  for (const row of rows) {
    if (row.to_status !== null) ended = isEnd(row)
    // The queue pauses itself at the stop mark.
    if (row.kind === 'queue_paused' || row.kind === 'stop_after_reached') {
      if (!ended) open.queue ??= row.at
    } else if (row.kind === 'queue_resumed') close('queue', row.at)
    else if (row.kind === 'batch_paused') open.batch ??= row.at
    else if (row.to_status !== null) {
      close('batch', row.at)
      // A batch that has ended can't be held up any more, whatever the queue does.
      if (ended) close('queue', row.at)
    }
  }
  for (const from of [open.batch, open.queue]) if (from !== null) spans.push({ from, to: null })
  return spans
}

function isEnd(row: StretchRow): boolean {
  return ['completed', 'completed_with_errors', 'failed', 'cancelled'].includes(row.to_status ?? '')
}

function slept(rows: readonly StretchRow[]): Span[] {
  return rows
    .filter((row) => row.kind === 'machine_slept')
    .map((row) => {
      const details = storedObject(row.details)
      const to = typeof details.until === 'number' ? details.until : row.at
      return { from: to - (typeof details.ms === 'number' ? Math.max(0, details.ms) : 0), to }
    })
    .filter((span) => span.to > span.from)
}

/** From a dead host's last heartbeat to the take-over, and from a host's leaving to the next claim. */
function noHost(db: Db, rows: readonly StretchRow[]): Stretch[] {
  const found: Stretch[] = []
  let host: string | null = null
  let claimedAt = 0
  let releasedAt: number | null = null
  let queuePaused = false
  for (const row of rows) {
    if (row.kind === 'queue_paused' || row.kind === 'stop_after_reached') queuePaused = true
    if (row.kind === 'queue_resumed') queuePaused = false
    if (row.kind === 'batch_taken_over' && host !== null) {
      const lastSeen = Math.max(findHost(db, host)?.heartbeat_at ?? row.at, claimedAt)
      if (row.at - lastSeen >= shortestGapMs) found.push({ kind: 'no-host', from: lastSeen, to: row.at })
    }
    if (row.kind === 'batch_claimed' && releasedAt !== null && row.at - releasedAt >= shortestGapMs)
      found.push({ kind: 'no-host', from: releasedAt, to: row.at })
    if (row.kind === 'batch_claimed' || row.kind === 'batch_taken_over') {
      host = row.host_id
      claimedAt = row.at
    }
    if (row.to_status !== null) releasedAt = null
    if (row.kind === 'batch_released' && !queuePaused) releasedAt = row.at
    if (row.to_status !== null && row.to_status !== 'running') host = null
  }
  if (releasedAt !== null) found.push({ kind: 'no-host', from: releasedAt, to: null })
  const last = host === null ? undefined : findHost(db, host)
  if (last && last.ended_at !== null)
    found.push({
      kind: 'no-host',
      from: Math.max(Math.min(last.heartbeat_at, last.ended_at), claimedAt),
      to: null,
    })
  return found
}

function joined(kind: Stretch['kind'], spans: readonly Span[]): Stretch[] {
  const result: Stretch[] = []
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1)
    if (last && (last.to === null || span.from <= last.to))
      last.to = last.to === null || span.to === null ? null : Math.max(last.to, span.to)
    else result.push({ kind, ...span })
  }
  return result
}
