/**
 * Owns the list of commands: name -> { input, output, mutates }. Every host calls these and nothing else;
 * input is validated once, in core/commands/dispatch.ts. A command's name is its file's name in core/commands.
 */
import { z } from 'zod'
import {
  attemptSchema,
  batchRefSchema,
  batchSchema,
  conflictSchema,
  doneBySchema,
  eventSchema,
  finalizerStateSchema,
  findingSchema,
  hostSchema,
  ifExistsAnswers,
  jobCountsSchema,
  jobSchema,
  queueStateSchema,
  summarySchema,
} from './entities.ts'
import { configurationProblemSchema } from './errors.ts'
import { settingsSchema } from './settings.ts'
import { batchStatuses, jobStatuses } from './states.ts'

const time = z.number().int()
const batches = z.array(batchRefSchema).min(1)
const reason = z.string().max(2_000).optional()
const page = z.number().int().min(1).max(1_000).default(100)

const rangeSchema = z.object({ start: z.number().int(), end: z.number().int() })

/** What the running batch is doing, for the strip at the top. */
export const runningSchema = z.object({
  batch: batchSchema,
  jobsPerMinute: z.number().nullable(),
  doneBy: doneBySchema.nullable(),
  /** The jobs that run now. */
  jobs: z.array(jobSchema),
})

export const snapshotSchema = z.object({
  epoch: z.string(),
  seq: z.number().int(),
  now: time,
  queue: queueStateSchema,
  running: runningSchema.nullable(),
  /** Every active batch: running, queued in order, paused, on hold. */
  active: z.array(batchSchema),
  /** Batch id -> when it is expected to be done, given the queue before it. */
  doneBy: z.record(z.string(), doneBySchema),
  /** The latest finished batches, newest first (at most 50), and how many there are by status. */
  recent: z.array(batchSchema),
  counts: z.record(z.enum(batchStatuses), z.number().int()),
  unseen: z.number().int(),
  /** Sentences about what needs a person: failed predecessors, low disk, a claim that was lost, … */
  attention: z.array(z.object({ kind: z.string(), batchId: z.string().nullable(), sentence: z.string() })),
  finalizer: finalizerStateSchema,
  hosts: z.array(hostSchema),
  disk: z.object({ freeBytes: z.number(), totalBytes: z.number(), path: z.string() }),
  settings: settingsSchema,
})
export type Snapshot = z.infer<typeof snapshotSchema>

/** What would be created, shown before anything is. */
export const previewSchema = z.object({
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
})

const enqueueInput = z.object({
  /** Absolute path of the configuration file. */
  file: z.string().min(1),
  types: z.array(z.string()).optional(),
  variables: z.record(z.string(), z.string()).optional(),
  ifExists: z.enum(ifExistsAnswers).default('fail'),
  skipDone: z.boolean().default(false),
  priority: z.number().int().min(-1_000_000).max(1_000_000).optional(),
  hold: z.boolean().default(false),
  /** Digest of the file as the person saw it in the preview; refused when the file has changed since. */
  digest: z.string().optional(),
})

const enqueueOutput = z.object({
  created: z.array(batchSchema),
  existing: z.array(batchSchema),
  /** Batches that were cancelled to make room (replace, remaining). */
  closed: z.array(batchSchema),
  /** Inputs left out because the very same command succeeded before. */
  skipped: z.array(z.object({ type: z.string(), range: rangeSchema.nullable(), jobs: z.number().int() })),
})

const changed = z.object({ batches: z.array(batchSchema) })

const define = <I extends z.ZodType, O extends z.ZodType>(mutates: boolean, input: I, output: O) => ({
  mutates,
  input,
  output,
})

export const commands = {
  enqueue: define(true, enqueueInput, enqueueOutput),
  preview: define(
    false,
    z.object({
      file: z.string().min(1),
      types: z.array(z.string()).optional(),
      variables: z.record(z.string(), z.string()).optional(),
    }),
    previewSchema,
  ),
  /** Marks the configuration as trusted as it is now. */
  trust: define(true, z.object({ file: z.string(), digest: z.string() }), z.object({ digest: z.string() })),

  /** Without `batch`: the queue. `now` stops running jobs (they will run again), else they end first. */
  pause: define(
    true,
    z.object({ batch: batchRefSchema.optional(), now: z.boolean().default(false), reason }),
    changed,
  ),
  /** Without `batch`: the queue. `ignoreAfter` drops what the batch waits for. */
  resume: define(
    true,
    z.object({ batch: batchRefSchema.optional(), ignoreAfter: z.boolean().default(false) }),
    changed,
  ),
  cancel: define(true, z.object({ batches, reason }), changed),
  /** Reopens a final batch with its unfinished jobs, with all, or with just `jobs` (ids). */
  retry: define(
    true,
    z.object({
      batch: batchRefSchema,
      all: z.boolean().default(false),
      jobs: z.array(z.number().int()).min(1).optional(),
      ifExists: z.enum(ifExistsAnswers).default('fail'),
    }),
    z.object({ batches: z.array(batchSchema), existing: z.array(batchSchema), closed: z.array(batchSchema) }),
  ),
  /** `to`: 1-based position; a number past the end means the bottom. Several keep their order. */
  move: define(
    true,
    z.object({ batches, to: z.union([z.literal('top'), z.literal('bottom'), z.number().int().min(1)]) }),
    changed,
  ),
  priority: define(
    true,
    z.object({ batches, priority: z.number().int().min(-1_000_000).max(1_000_000) }),
    changed,
  ),
  /** Nothing starts after this batch has ended; null takes the mark away. */
  'stop-after': define(
    true,
    z.object({ batch: batchRefSchema.nullable() }),
    z.object({ stopAfter: z.string().nullable() }),
  ),
  /** Marks finished batches as looked at; without `batches` all of them. */
  'mark-seen': define(
    true,
    z.object({ batches: batches.optional() }),
    z.object({ marked: z.number().int() }),
  ),
  /** Takes finished batches out of the history's first view; `undo` brings them back. Nothing is deleted. */
  clear: define(
    true,
    z.object({ batches: batches.optional(), undo: z.boolean().default(false) }),
    z.object({ batches: z.array(z.string()) }),
  ),

  snapshot: define(false, z.object({}), snapshotSchema),
  list: define(
    false,
    z.object({
      all: z.boolean().default(false),
      status: z.array(z.enum(batchStatuses)).optional(),
      /** Searched in configuration, type, inputs and errors. */
      search: z.string().max(500).optional(),
      cleared: z.boolean().default(false),
      /** Number of the last final batch of the previous page. */
      before: z.number().int().optional(),
      limit: z.number().int().min(1).max(100_000).default(100_000),
    }),
    z.object({
      batches: z.array(batchSchema),
      counts: z.record(z.enum(batchStatuses), z.number().int()),
      nextBefore: z.number().int().nullable(),
    }),
  ),
  show: define(
    false,
    z.object({ batch: batchRefSchema }),
    z.object({
      batch: batchSchema,
      after: z.array(z.object({ type: z.string(), batch: batchSchema.nullable(), satisfied: z.boolean() })),
      options: z.record(z.string(), z.unknown()),
      doneBy: doneBySchema.nullable(),
      runs: z.number().int(),
    }),
  ),
  jobs: define(
    false,
    z.object({
      batch: batchRefSchema,
      status: z.array(z.enum(jobStatuses)).optional(),
      search: z.string().max(500).optional(),
      /** Ordinal of the last job of the previous page (keyset). */
      after: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(10_000).default(100),
    }),
    z.object({
      jobs: z.array(jobSchema),
      counts: jobCountsSchema,
      matching: z.number().int(),
      next: z.number().int().nullable(),
    }),
  ),
  job: define(
    false,
    z.object({ batch: batchRefSchema, job: z.number().int() }),
    z.object({
      job: jobSchema,
      argv: z.array(z.string()),
      cwd: z.string(),
      attempts: z.array(attemptSchema),
    }),
  ),
  /** A piece of a job's log. `job` is the ordinal; `from` a byte offset, negative = from the end. */
  log: define(
    false,
    z.object({
      batch: batchRefSchema,
      job: z.number().int(),
      attempt: z.number().int().optional(),
      from: z.number().int().default(-65_536),
      length: z.number().int().min(1).max(4_194_304).default(65_536),
    }),
    z.object({
      path: z.string(),
      attempt: z.number().int(),
      from: z.number().int(),
      /** Size of the log now; a caller follows by asking again from `from + bytes`. */
      size: z.number().int(),
      bytes: z.number().int(),
      text: z.string(),
      /** Region that was left out because of the log limit, if any. */
      gap: z.object({ from: z.number().int(), to: z.number().int() }).nullable(),
      /** The attempt still runs, so more may come. */
      open: z.boolean(),
    }),
  ),
  /** Byte offsets of lines that contain `query`, from `from` on; `next` is where to go on. */
  'log-search': define(
    false,
    z.object({
      batch: batchRefSchema,
      job: z.number().int(),
      attempt: z.number().int().optional(),
      query: z.string().min(1).max(500),
      from: z.number().int().min(0).default(0),
      limit: page,
    }),
    z.object({
      matches: z.array(z.object({ offset: z.number().int(), line: z.string() })),
      next: z.number().int().nullable(),
    }),
  ),
  summary: define(
    false,
    z.object({ batch: batchRefSchema, run: z.number().int().optional() }),
    z.discriminatedUnion('state', [
      z.object({ state: z.literal('ready'), summary: summarySchema, runs: z.number().int() }),
      z.object({ state: z.literal('pending'), retryAfterSeconds: z.number().int(), sentence: z.string() }),
    ]),
  ),
  /** The summary as a file: plain text, JSON, or one self-contained HTML page. */
  report: define(
    false,
    z.object({ batch: batchRefSchema, format: z.enum(['text', 'json', 'html']).default('text') }),
    z.object({ content: z.string(), mediaType: z.string() }),
  ),
  timeline: define(
    false,
    z.object({ batch: batchRefSchema, limit: z.number().int().min(1).max(20_000).default(5_000) }),
    z.object({
      attempts: z.array(attemptSchema),
      /** Stretches in which the batch stood still: paused, or the machine slept. */
      stretches: z.array(
        z.object({ kind: z.enum(['paused', 'slept', 'no-host']), from: time, to: time.nullable() }),
      ),
      truncated: z.boolean(),
    }),
  ),
  events: define(
    false,
    z.object({
      batch: batchRefSchema.optional(),
      after: z.number().int().min(0).optional(),
      before: z.number().int().optional(),
      limit: z.number().int().min(1).max(100_000).default(1_000),
    }),
    z.object({ events: z.array(eventSchema) }),
  ),

  /** Runs the finalizer once, now. */
  sweep: define(
    true,
    z.object({}),
    z.object({ closed: z.array(batchSchema), finalizer: finalizerStateSchema }),
  ),
  doctor: define(
    true,
    z.object({ repair: z.boolean().default(true) }),
    z.object({
      findings: z.array(findingSchema),
      healthy: z.boolean(),
      versions: z.record(z.string(), z.string()),
    }),
  ),
  /** A consistent copy of the live database at `file` (absolute; must not exist). */
  backup: define(
    true,
    z.object({ file: z.string().min(1) }),
    z.object({ file: z.string(), bytes: z.number().int() }),
  ),
  settings: define(false, z.object({}), z.object({ settings: settingsSchema })),
  'set-setting': define(
    true,
    z.object({ key: z.string(), value: z.unknown() }),
    z.object({ settings: settingsSchema }),
  ),
  /** Folders and configurations on the workstation, for hosts without a native file dialog. */
  browse: define(
    false,
    z.object({ folder: z.string().optional() }),
    z.object({
      folder: z.string(),
      parent: z.string().nullable(),
      entries: z.array(
        z.object({ name: z.string(), path: z.string(), kind: z.enum(['folder', 'configuration']) }),
      ),
    }),
  ),
} as const

export type Commands = typeof commands
export type CommandName = keyof Commands
/** What a caller passes (defaults may be left out). */
export type CommandInput<N extends CommandName> = z.input<Commands[N]['input']>
/** What a handler receives (defaults filled in). */
export type ParsedInput<N extends CommandName> = z.output<Commands[N]['input']>
export type CommandOutput<N extends CommandName> = z.output<Commands[N]['output']>
export const commandNames = Object.keys(commands) as CommandName[]
