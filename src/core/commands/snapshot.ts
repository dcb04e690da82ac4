/**
 * `snapshot`: everything that a panel shows at a glance, read in one transaction. Of a long queue it holds the head, so
 * that its cost doesn't grow with what waits behind; `queue-page` reads the rest.
 */
import type { Snapshot } from '../../contract/commands.ts'
import type { FinalizerState, Host } from '../../contract/entities.ts'
import { ok } from '../../contract/errors.ts'
import { queueHead } from '../../contract/queue-state.ts'
import { MB } from '../../contract/words.ts'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { freeBytes } from '../host/disk-guard.ts'
import { stateOf } from '../host/lease.ts'
import { needsAttention } from '../insight/attention.ts'
import { estimateQueue } from '../insight/estimate.ts'
import { inOneSentence, pauseReason, queueHeadline } from '../insight/queue-sentence.ts'
import { executorHost, type HostRow, openHosts } from '../queue/host-store.ts'
import { runningJobsOf } from '../queue/job-queries.ts'
import { countByStatus, countUnseen, finalBatches, headOfQueue } from '../queue/queries.ts'
import { readMark, readSettings } from '../queue/settings-store.ts'
import type { Handler } from './command.ts'

export const snapshot: Handler<'snapshot'> = (scope) => ok({ ...scope.feed(), ...view(scope) })

/** The snapshot without its place in the feed; the feed's events have the same shape. */
export function view({
  db,
  clock,
  home,
}: {
  db: Db
  clock: Clock
  home: string
}): Omit<Snapshot, 'epoch' | 'seq'> {
  return db.read(() => {
    const now = clock.now()
    const settings = readSettings(db)
    const active = headOfQueue(db, queueHead)
    const running = active.find((batch) => batch.status === 'running')
    const estimate = estimateQueue(db, now, queueHead)
    const hosts = openHosts(db).map((row) => toHost(row, now, settings['lease-ms']))
    const { executor, paused, disk, room, sentence, headline } = standing(db, now, home, estimate)
    return {
      now,
      queue: {
        paused: paused !== undefined,
        pausedSince: paused?.since ?? null,
        pausedBy: paused?.by ?? null,
        pauseReason: paused === undefined ? null : pauseReason(paused),
        stopAfter: readMark(db, 'stop-after')?.batchId ?? null,
        executor,
        sentence,
        headline,
      },
      running: running
        ? {
            batch: running,
            jobsPerMinute: estimate.running?.jobsPerMinute ?? null,
            doneBy: estimate.running?.doneBy ?? null,
            jobs: runningJobsOf(db, running.id),
          }
        : null,
      active,
      doneBy: estimate.doneBy,
      recent: finalBatches(db, { cleared: false, limit: 50 }),
      counts: countByStatus(db),
      unseen: countUnseen(db),
      attention: needsAttention(db, now, room),
      finalizer: finalizerState(db),
      hosts,
      disk: { freeBytes: disk.free, totalBytes: disk.total, path: home },
      settings,
    }
  })
}

/** The state of the queue, with one sentence for it, the same wherever it is shown. */
export function standing(db: Db, now: number, home: string, estimate = estimateQueue(db, now, 0)) {
  const settings = readSettings(db)
  const paused = readMark(db, 'queue-paused')
  const row = executorHost(db)
  const executor = row ? toHost(row, now, settings['lease-ms']) : null
  const disk = freeBytes(home)
  const room = { freeBytes: disk.free, neededBytes: settings['min-free-disk-mb'] * MB }
  const doneBy = estimate.running?.doneBy ?? null
  const headline = queueHeadline(db, { executor, paused, disk: room, doneBy, now })
  return { executor, paused, disk, room, headline, sentence: inOneSentence(headline, now) }
}

/** The finalizer's marks, with its settings. */
export function finalizerState(db: Db): FinalizerState {
  const settings = readSettings(db)
  const mark = readMark(db, 'finalizer')
  return {
    lastSweepAt: mark?.lastSweepAt ?? null,
    nextSweepAt: mark?.nextSweepAt ?? null,
    intervalMs: settings['finalizer-interval-ms'],
    graceMs: settings['finalizer-grace-ms'],
    rescues: mark?.rescues ?? 0,
    lastRescueAt: mark?.lastRescueAt ?? null,
  }
}

function toHost(row: HostRow, now: number, leaseMs: number): Host {
  const found = stateOf(row, now, leaseMs)
  // Only the executor and those that stand by have a heartbeat; a host that only watches is alive while its process is.
  const state = found === 'silent' && row.executor === 0 ? 'alive' : found
  return {
    id: row.id,
    kind: row.kind,
    pid: row.pid,
    startedAt: row.started_at,
    heartbeatAt: row.heartbeat_at,
    executor: row.executor === 1,
    state,
  }
}
