/**
 * Owns the shapes of everything that people and scripts read: batches, jobs, attempts, events, summaries,
 * conflicts. Types are inferred from the schemas. Times are integer milliseconds since 1970 UTC; durations
 * carry their unit in the name.
 */
import { z } from 'zod'
import { originSchema } from './origin.ts'
import { reasonSchema } from './reasons.ts'
import { attemptOutcomes, batchStatuses, expansions, jobStatuses } from './states.ts'
import { waitsForSchema } from './waits.ts'

export type { BatchRef, IfExists } from './references.ts'

const time = z.number().int()
const count = z.number().int().nonnegative()

/** How many jobs of a batch have each status; the five always add up to `total`. */
export const jobCountsSchema = z.object({
  total: count,
  pending: count,
  running: count,
  succeeded: count,
  failed: count,
  cancelled: count,
})
export type JobCounts = z.infer<typeof jobCountsSchema>

/** When something is expected to end: a range, with the middle guess. */
export const doneBySchema = z.object({ earliest: time, likely: time, latest: time })
export type DoneBy = z.infer<typeof doneBySchema>

export const batchSchema = z.object({
  id: z.string(),
  number: z.number().int().positive(),
  configuration: z.string(),
  type: z.string(),
  status: z.enum(batchStatuses),
  /** 0 = running, 1…n = position in the queue, null = not in the queue. */
  position: z.number().int().nonnegative().nullable(),
  priority: z.number().int(),
  /** Id of the batch that this one knowingly duplicates. */
  duplicateOf: z.string().nullable(),
  /** Inclusive. */
  range: z.object({ start: z.number().int(), end: z.number().int() }).nullable(),
  jobs: jobCountsSchema,
  createdAt: time,
  startedAt: time.nullable(),
  completedAt: time.nullable(),
  error: z.string().nullable(),
  /** A sentence: a person's own words, or made from `cause`. */
  reason: z.string().nullable(),
  /** Why, where Slipway itself decided it: a code with its values. */
  cause: reasonSchema.nullable(),
  queuedAt: time.nullable(),
  lastJobFinishedAt: time.nullable(),
  /** False while the batch is still being filled with jobs. */
  sealed: z.boolean(),
  /** When its inputs are looked up. */
  expands: z.enum(expansions),
  specPath: z.string(),
  projectPath: z.string(),
  /** Set while a running batch lets its running jobs end before it pauses. */
  pausing: z.boolean(),
  /** What a queued batch waits for besides its turn; null when it waits only for its turn. */
  waitsFor: waitsForSchema.nullable(),
  /** Batch that this one continues (made by `remaining`). */
  continues: z.string().nullable(),
  /** False for a finished batch that nobody has seen since it ended. */
  seen: z.boolean(),
  /** True on the batch after which nothing starts. */
  stopAfter: z.boolean(),
  /** The name of the place where its jobs run; absent: on this machine. */
  cluster: z.string().optional(),
})
export type Batch = z.infer<typeof batchSchema>

export const jobSchema = z.object({
  id: z.number().int(),
  /** 1-based number in the batch. */
  ordinal: z.number().int().positive(),
  status: z.enum(jobStatuses),
  input: z.string(),
  attempts: count,
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  startedAt: time.nullable(),
  completedAt: time.nullable(),
  /** Awake time of the last attempt. */
  durationMs: count.nullable(),
  error: z.string().nullable(),
  /** Number of the batch that did a cancelled job instead. */
  doneByBatch: z.number().int().nullable(),
  /** On a cluster: the machine that ran the last attempt, and how long that waited for it. */
  node: z.string().optional(),
  queuedMs: count.optional(),
})
export type Job = z.infer<typeof jobSchema>

/** One run of a job, as recorded when it ended. */
export const attemptSchema = z.object({
  jobId: z.number().int(),
  ordinal: z.number().int(),
  number: z.number().int().positive(),
  outcome: z.enum(attemptOutcomes),
  startedAt: time,
  endedAt: time,
  awakeMs: count,
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  error: z.string().nullable(),
  userMs: count.nullable(),
  systemMs: count.nullable(),
  maxRssKb: count.nullable(),
  logBytes: count,
  hostId: z.string().nullable(),
  /** The machine of a cluster on which it ran; null here. */
  node: z.string().nullable(),
  /** How long it waited in the cluster's queue. */
  queuedMs: count.nullable(),
})
export type Attempt = z.infer<typeof attemptSchema>

/** One line of the append-only audit trail. */
export const eventSchema = z.object({
  id: z.number().int(),
  at: time,
  /** Past tense: 'batch_enqueued', 'batch_claimed', 'job_failed', 'queue_paused', … */
  kind: z.string(),
  batchId: z.string().nullable(),
  batchNumber: z.number().int().nullable(),
  jobId: z.number().int().nullable(),
  jobOrdinal: z.number().int().nullable(),
  fromStatus: z.string().nullable(),
  toStatus: z.string().nullable(),
  /** Who: a user's name, or 'executor', 'finalizer', 'rescuer'. */
  actor: z.string(),
  hostId: z.string().nullable(),
  origin: originSchema.nullable(),
  reason: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  /** The event as a sentence. */
  sentence: z.string(),
})
export type Event = z.infer<typeof eventSchema>

/** One active batch that conflicts with a requested one. */
export const conflictSchema = z.object({
  /** The request. */
  requested: z.object({
    configuration: z.string(),
    type: z.string(),
    range: z.object({ start: z.number().int(), end: z.number().int() }).nullable(),
    jobs: count,
    /** Of these, what no conflicting batch has done. */
    left: count,
  }),
  existing: batchSchema,
  /** 'same identity' or 'overlapping range'. */
  kind: z.enum(['identity', 'overlap']),
  /** Inputs of the request that the existing batch has not done yet. */
  remaining: count,
  /** Commands in the request that the existing batch does not have, and the other way round. */
  differs: z.object({ added: count, removed: count }),
  /** E.g. "#12 flood-2026 / portfolio is running: 43 of 120 jobs done." */
  sentence: z.string(),
})
export type Conflict = z.infer<typeof conflictSchema>

const durationsSchema = z.object({ p50Ms: z.number(), p95Ms: z.number(), maxMs: z.number() })

/** What is known of a finished batch. */
export const summarySchema = z.object({
  batchId: z.string(),
  number: z.number().int(),
  configuration: z.string(),
  type: z.string(),
  range: z.object({ start: z.number().int(), end: z.number().int() }).nullable(),
  status: z.enum(batchStatuses),
  reason: z.string().nullable(),
  /** 1 for the first run, +1 for each retry of the batch. */
  run: z.number().int().positive(),
  jobs: jobCountsSchema,
  /** Succeeded of all jobs, 0…1. */
  successRate: z.number().min(0).max(1),
  createdAt: time,
  startedAt: time.nullable(),
  completedAt: time.nullable(),
  /** From queue to first start. */
  waitedMs: count.nullable(),
  /** From first start to finish by the wall clock. */
  wallMs: count.nullable(),
  /** The same without the time the machine slept. */
  awakeMs: count.nullable(),
  /** Time the batch was paused. */
  pausedMs: count,
  durations: durationsSchema.nullable(),
  /** Logarithmic buckets of job time; `toMs` is exclusive. */
  histogram: z.array(z.object({ fromMs: z.number(), toMs: z.number(), count })),
  /** Finished jobs per minute of awake time. */
  jobsPerMinute: z.number().nullable(),
  attempts: count,
  interrupted: count,
  failures: z.array(
    z.object({
      /** Normalised message: numbers, paths and ids replaced by placeholders. */
      message: z.string(),
      exitCode: z.number().int().nullable(),
      signal: z.string().nullable(),
      count,
      /** First line of the log (stdout and stderr) of the first of these jobs, where it differs from the message. */
      firstLine: z.string().nullable().optional(),
      /** Up to five jobs with it. */
      examples: z.array(
        z.object({
          jobId: z.number().int(),
          ordinal: z.number().int(),
          input: z.string(),
          error: z.string(),
        }),
      ),
    }),
  ),
  slowest: z.array(z.object({ ordinal: z.number().int(), input: z.string(), durationMs: count })),
  /** Declared outputs (`expect`), how many are there, and what looks odd about them. */
  outputs: z.object({
    declared: count,
    present: count,
    bytes: count,
    /** The whole path of the first one that is there. */
    first: z.string().optional(),
    suspicious: z.array(z.object({ ordinal: z.number().int(), file: z.string(), why: z.string() })),
  }),
  cpuMs: count.nullable(),
  maxRssKb: count.nullable(),
  logBytes: count,
  /** Where a cluster ran it: what each job requested, and how it was used. */
  cluster: z
    .object({
      place: z.string(),
      nodes: count,
      meanQueuedMs: count.nullable(),
      memoryMb: count.nullable(),
      /** CPU time as a share of the CPUs that were held. */
      cpuShare: z.number().nullable(),
    })
    .optional(),
  /** 'event', 'sweep' or 'demand': which layer closed the batch. */
  closedBy: z.enum(['event', 'sweep', 'demand', 'command']),
})
export type Summary = z.infer<typeof summarySchema>

/** One process that carries the core. */
export const hostSchema = z.object({
  id: z.string(),
  kind: z.enum(['cli', 'web', 'desktop', 'test']),
  pid: z.number().int(),
  startedAt: time,
  heartbeatAt: time,
  executor: z.boolean(),
  /** 'alive', 'silent' (heartbeat overdue, process there), 'stopped' (SIGSTOP), 'gone'. */
  state: z.enum(['alive', 'silent', 'stopped', 'gone']),
})
export type Host = z.infer<typeof hostSchema>

/** What the queue as a whole does, with the one-sentence answer to "why is nothing running?". */
export const queueStateSchema = z.object({
  paused: z.boolean(),
  pausedSince: time.nullable(),
  pausedBy: z.string().nullable(),
  pauseReason: z.string().nullable(),
  stopAfter: z.string().nullable(),
  executor: hostSchema.nullable(),
  sentence: z.string(),
  /** The same in parts, for clients that format times differently. */
  headline: z.object({
    /** All but the time at which the running batch will be done. */
    text: z.string(),
    /** That time, where the sentence has it. */
    doneBy: doneBySchema.nullable(),
    /** Whether the text has the number of done jobs. */
    countsJobs: z.boolean(),
  }),
})
export type QueueState = z.infer<typeof queueStateSchema>

/** The finalizer's last sweep and how often layers 2 and 3 had to rescue a batch (a defect metric). */
export const finalizerStateSchema = z.object({
  lastSweepAt: time.nullable(),
  nextSweepAt: time.nullable(),
  intervalMs: count,
  graceMs: count,
  rescues: count,
  lastRescueAt: time.nullable(),
})
export type FinalizerState = z.infer<typeof finalizerStateSchema>

/** Something the doctor checked. */
export const findingSchema = z.object({
  check: z.string(),
  level: z.enum(['ok', 'notice', 'warning', 'error']),
  message: z.string(),
  /** What the doctor did about it, when it repaired something safe. */
  repaired: z.string().nullable(),
})
export type Finding = z.infer<typeof findingSchema>
