/**
 * Owns what is known of a batch after a run: one Summary from SQL aggregates and a bounded check of its outputs.
 * Reads only. Counts and job times are of all the batch's jobs; attempts, rate, CPU and log are of its current
 * run, as a retry leaves what had succeeded before as it is.
 */
import type { Summary } from '../../contract/entities.ts'
import type { JobPlace } from '../../contract/places.ts'
import { systemClock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import {
  type AttemptFacts,
  attemptFacts,
  type BatchFacts,
  batchFacts,
  durationFacts,
  durationSteps,
  type FailedRow,
  failedJobs,
  finishedSince,
  runBegan,
  slowestJobs,
} from '../queue/insight-queries.ts'
import { rangeOf, reasonOf } from '../queue/rows.ts'
import { storedObject } from '../queue/stored.ts'
import { clusterFailures } from './failure-cluster.ts'
import { histogramOf } from './histogram.ts'
import { inspectOutputs, type OutputLimits } from './outputs.ts'
import { covered, stretchesOf } from './stretches.ts'

const slowestCount = 10

/**
 * The summary of a batch as it stands. `pausedMs` is the time between its start and its end in which it or the
 * queue was paused; what it was paused before its start is part of `waitedMs`. Throws when there is no such batch.
 */
export function makeSummary(
  db: Db,
  batchId: string,
  limits: Partial<OutputLimits> = {},
  firstLineOf: (batchNumber: number, job: FailedRow) => string | null = () => null,
): Summary {
  return db.read(() => {
    const batch = batchFacts(db, batchId)
    if (!batch) throw new Error(`batch ${batchId} vanished`)
    // A first run has all attempts; a later one those since the retry, whatever the clock did before.
    const began = batch.run > 1 ? (runBegan(db, batchId)?.at ?? 0) : 0
    const times = timesOf(db, batch)
    const durations = durationFacts(db, batchId)
    const used = attemptFacts(db, batchId, began)
    return {
      batchId,
      number: batch.number,
      configuration: batch.configuration_name,
      type: batch.batch_type,
      range: rangeOf(batch),
      status: batch.status,
      reason: reasonOf(batch) ?? batch.error,
      run: batch.run,
      jobs: {
        total: batch.jobs_total,
        pending: batch.jobs_pending,
        running: batch.jobs_running,
        succeeded: batch.jobs_succeeded,
        failed: batch.jobs_failed,
        cancelled: batch.jobs_cancelled,
      },
      successRate: successRate(batch),
      createdAt: batch.created_at,
      startedAt: batch.started_at,
      completedAt: batch.completed_at,
      ...times,
      durations:
        durations.p50 === null || durations.p95 === null || durations.longest === null
          ? null
          : { p50Ms: durations.p50, p95Ms: durations.p95, maxMs: durations.longest },
      histogram: histogramOf(durationSteps(db, batchId)),
      jobsPerMinute: times.awakeMs ? finishedSince(db, batchId, began) / (times.awakeMs / 60_000) : null,
      attempts: used.attempts,
      interrupted: used.interrupted,
      failures: clusterFailures(failedJobs(db, batchId), (job) => firstLineOf(batch.number, job)),
      slowest: slowestJobs(db, batchId, slowestCount).map((job) => ({
        ordinal: job.ordinal,
        input: job.input,
        durationMs: job.duration_ms,
      })),
      outputs: inspectOutputs(db, batchId, folderOf(batch), systemClock.awakeMs, limits),
      cpuMs: used.cpu_ms,
      maxRssKb: used.max_rss_kb,
      logBytes: used.log_bytes,
      ...clusterOf(batch, used),
      closedBy: closedBy(batch.closed_by),
    }
  })
}

type Times = Pick<Summary, 'waitedMs' | 'wallMs' | 'awakeMs' | 'pausedMs'>

function timesOf(db: Db, batch: BatchFacts): Times {
  const { queued_at: queued, started_at: started, completed_at: completed } = batch
  const waitedMs = queued === null || started === null ? null : Math.max(0, started - queued)
  if (started === null || completed === null) return { waitedMs, wallMs: null, awakeMs: null, pausedMs: 0 }
  const stretches = stretchesOf(db, batch.id)
  const within = (kind: 'slept' | 'paused') =>
    covered(
      stretches.filter((stretch) => stretch.kind === kind),
      started,
      completed,
    )
  const wallMs = Math.max(0, completed - started)
  return { waitedMs, wallMs, awakeMs: Math.max(0, wallMs - within('slept')), pausedMs: within('paused') }
}

function successRate(batch: BatchFacts): number {
  if (batch.jobs_total === 0) return batch.status === 'completed' ? 1 : 0
  return batch.jobs_succeeded / batch.jobs_total
}

function folderOf(batch: BatchFacts): string {
  const options = storedObject(batch.options)
  return typeof options.cwd === 'string' ? options.cwd : ''
}

/** Nothing for a batch that ran on this machine. */
function clusterOf(batch: BatchFacts, used: AttemptFacts): Pick<Summary, 'cluster'> {
  const { place } = JSON.parse(batch.options) as { place?: JobPlace | null }
  if (!place) return {}
  const heldMs = (used.awake_ms ?? 0) * (place.slurm.cpus ?? 1)
  return {
    cluster: {
      place: place.name,
      nodes: used.nodes,
      meanQueuedMs: used.queued_ms,
      memoryMb: place.slurm.memoryMb,
      cpuShare: used.cpu_ms === null || heldMs === 0 ? null : used.cpu_ms / heldMs,
    },
  }
}

function closedBy(layer: string | null): Summary['closedBy'] {
  return layer === 'sweep' || layer === 'demand' || layer === 'command' ? layer : 'event'
}
