/**
 * Owns the output of every command: name -> schema. Separate from the inputs, because hosts validate inputs, while
 * outputs are validated by tests and by clients that want to; a short-lived host should not build these schemas at
 * every start. Import the types from commands.ts.
 */
import { z } from 'zod'
import {
  attemptSchema,
  batchSchema,
  conflictSchema,
  doneBySchema,
  eventSchema,
  finalizerStateSchema,
  findingSchema,
  hostSchema,
  jobCountsSchema,
  jobSchema,
  queueStateSchema,
  summarySchema,
} from './entities.ts'
import { configurationProblemSchema, refusedSchema } from './error-schemas.ts'
import { tokenScopes, undoableCommands } from './references.ts'
import { settingsSchema } from './settings.ts'
import { batchStatuses, expansions } from './states.ts'

const tokenSchema = z.object({ name: z.string(), scope: z.enum(tokenScopes), createdAt: z.number().int() })
const time = z.number().int()
const rangeSchema = z.object({ start: z.number().int(), end: z.number().int() })

/** What the running batch is doing, for the strip at the top. */
const runningSchema = z.object({
  batch: batchSchema,
  jobsPerMinute: z.number().nullable(),
  doneBy: doneBySchema.nullable(),
  /** The jobs that run now. */
  jobs: z.array(jobSchema),
})

const snapshotSchema = z.object({
  epoch: z.string(),
  seq: z.number().int(),
  now: time,
  queue: queueStateSchema,
  running: runningSchema.nullable(),
  /** Running, the first `queueHead` queued in order, and as many paused or on hold. `counts` has how many there are. */
  active: z.array(batchSchema),
  /** Batch id -> when it is expected to be done, given the queue before it; for batches in `active`. */
  doneBy: z.record(z.string(), doneBySchema),
  /** The latest finished batches, newest first (at most 50), and how many there are by status. */
  recent: z.array(batchSchema),
  counts: z.record(z.enum(batchStatuses), z.number().int()),
  unseen: z.number().int(),
  /** Sentences about what needs a person: failed predecessors, low disk, … */
  attention: z.array(z.object({ kind: z.string(), batchId: z.string().nullable(), sentence: z.string() })),
  finalizer: finalizerStateSchema,
  hosts: z.array(hostSchema),
  disk: z.object({ freeBytes: z.number(), totalBytes: z.number(), path: z.string() }),
  settings: settingsSchema,
})
export type Snapshot = z.infer<typeof snapshotSchema>

/** Why jobs of a batch are left out, or not; `since`: the latest batch that did one of the unchanged ones. */
const doneCountsSchema = z.object({
  unchanged: z.number().int(),
  changed: z.number().int(),
  outputsMissing: z.number().int(),
  new: z.number().int(),
  since: z.number().int().nullable(),
})
export type DoneCounts = z.infer<typeof doneCountsSchema>

/** What would be created, shown before anything is. */
const previewSchema = z.object({
  configuration: z.string(),
  specPath: z.string(),
  projectPath: z.string(),
  /** 'known': trusted as it is; 'new': first use; 'changed': it differs from what was trusted. */
  trust: z.enum(['known', 'new', 'changed']),
  digest: z.string(),
  variables: z.record(z.string(), z.string()),
  types: z.array(
    z.object({
      type: z.string(),
      selected: z.boolean(),
      after: z.array(z.string()),
      batches: z.array(
        z.object({
          range: rangeSchema.nullable(),
          jobs: z.number().int(),
          /** With 'when-claimed' jobs and commands are an estimate: what would be there now. */
          expands: z.enum(expansions),
          /** With `skipDone`: what of it would be left out, and why the rest would not. */
          done: doneCountsSchema.nullable(),
          /** First and last few commands as they will run. */
          commands: z.array(
            z.object({ ordinal: z.number().int(), input: z.string(), argv: z.array(z.string()) }),
          ),
        }),
      ),
    }),
  ),
  problems: z.array(configurationProblemSchema),
  conflicts: z.array(conflictSchema),
  /** The latest batches of the same types, and of overlapping ranges, that have ended and ran: at most 20 of each type. */
  earlier: z.array(batchSchema),
})

const succession = {
  /** Open jobs of closed batches that lie outside of the new ranges: they are in no batch any more. */
  outside: z.array(
    z.object({
      id: z.string(),
      number: z.number().int(),
      type: z.string(),
      ranges: z.array(rangeSchema),
      jobs: z.number().int(),
    }),
  ),
  /** Batches that took the position and priority of a closed one, by its number. */
  placed: z.array(
    z.object({
      id: z.string(),
      number: z.number().int(),
      of: z.number().int(),
      position: z.number().int().nullable(),
      priority: z.number().int(),
    }),
  ),
}

const enqueueOutput = z.object({
  created: z.array(batchSchema),
  existing: z.array(batchSchema),
  /** Batches that were cancelled to make room (replace, remaining). */
  closed: z.array(batchSchema),
  ...succession,
  /** Jobs left out because they were done before; `done` with `skipDone`. */
  skipped: z.array(
    z.object({
      type: z.string(),
      range: rangeSchema.nullable(),
      jobs: z.number().int(),
      done: doneCountsSchema.optional(),
    }),
  ),
})

const refused = z.array(refusedSchema)
/** Number of the action for `undo`; null when nothing undoable was changed. */
const undo = z.number().int().nullable()
const changed = z.object({
  batches: z.array(batchSchema),
  /** With `partial`: the batches that were left as they are, each with the reason. */
  refused,
  undo,
})

export const outputs = {
  enqueue: enqueueOutput,
  preview: previewSchema,
  trust: z.object({ digest: z.string() }),
  pause: changed,
  resume: changed,
  cancel: changed,
  retry: changed.extend({ existing: z.array(batchSchema), closed: z.array(batchSchema), ...succession }),
  move: changed,
  priority: changed,
  undo: z.object({
    /** What was undone, and the batches as they are now. */
    command: z.enum(undoableCommands),
    batches: z.array(batchSchema),
    refused,
    /** What the next `undo` of this caller would undo. */
    next: z.object({ action: z.number().int(), command: z.enum(undoableCommands), at: time }).nullable(),
  }),
  'stop-after': z.object({ stopAfter: z.string().nullable(), undo }),
  'mark-seen': z.object({ marked: z.number().int() }),
  clear: z.object({ batches: z.array(z.string()), undo }),
  snapshot: snapshotSchema,
  'queue-page': z.object({
    batches: z.array(batchSchema),
    doneBy: z.record(z.string(), doneBySchema),
    /** How many batches are queued. */
    length: z.number().int(),
  }),
  list: z.object({
    batches: z.array(batchSchema),
    counts: z.record(z.enum(batchStatuses), z.number().int()),
    nextBefore: z.number().int().nullable(),
    /** What runs, or why nothing does. */
    sentence: z.string(),
  }),
  show: z.object({
    batch: batchSchema,
    after: z.array(z.object({ type: z.string(), batch: batchSchema.nullable(), satisfied: z.boolean() })),
    options: z.record(z.string(), z.unknown()),
    doneBy: doneBySchema.nullable(),
    runs: z.number().int(),
  }),
  jobs: z.object({
    jobs: z.array(jobSchema),
    counts: jobCountsSchema,
    matching: z.number().int(),
    next: z.number().int().nullable(),
  }),
  job: z.object({
    job: jobSchema,
    argv: z.array(z.string()),
    cwd: z.string(),
    attempts: z.array(attemptSchema),
  }),
  log: z.object({
    path: z.string(),
    attempt: z.number().int(),
    from: z.number().int(),
    /** Size of the log now; a caller follows by requesting again from `from + bytes`. */
    size: z.number().int(),
    bytes: z.number().int(),
    text: z.string(),
    /** Region that was left out because of the log limit, if any. */
    gap: z.object({ from: z.number().int(), to: z.number().int() }).nullable(),
    /** The attempt still runs, so more may come. */
    open: z.boolean(),
  }),
  'log-search': z.object({
    matches: z.array(z.object({ offset: z.number().int(), line: z.string() })),
    next: z.number().int().nullable(),
  }),
  summary: z.discriminatedUnion('state', [
    z.object({ state: z.literal('ready'), summary: summarySchema, runs: z.number().int() }),
    z.object({
      state: z.literal('pending'),
      retryAfterSeconds: z.number().int(),
      sentence: z.string(),
      /** Jobs that have not ended; if there is none, the summary takes seconds. */
      jobsLeft: z.number().int(),
    }),
  ]),
  report: z.object({ content: z.string(), mediaType: z.string() }),
  timeline: z.object({
    attempts: z.array(attemptSchema),
    /** Periods in which the batch did not progress: paused, no host, or the machine slept. */
    stretches: z.array(
      z.object({ kind: z.enum(['paused', 'slept', 'no-host']), from: time, to: time.nullable() }),
    ),
    truncated: z.boolean(),
  }),
  events: z.object({ events: z.array(eventSchema) }),
  sweep: z.object({ closed: z.array(batchSchema), finalizer: finalizerStateSchema }),
  doctor: z.object({
    findings: z.array(findingSchema),
    healthy: z.boolean(),
    versions: z.record(z.string(), z.string()),
  }),
  backup: z.object({ file: z.string(), bytes: z.number().int() }),
  settings: z.object({ settings: settingsSchema }),
  'set-setting': z.object({ settings: settingsSchema }),
  'token-add': tokenSchema.extend({ token: z.string() }),
  'token-list': z.object({ tokens: z.array(tokenSchema) }),
  'token-remove': z.object({ name: z.string() }),
  browse: z.object({
    folder: z.string(),
    parent: z.string().nullable(),
    entries: z.array(
      z.object({ name: z.string(), path: z.string(), kind: z.enum(['folder', 'configuration']) }),
    ),
  }),
} as const
export type Outputs = typeof outputs
