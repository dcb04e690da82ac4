/**
 * Owns the list of commands: name -> { input, mutates }, and what each returns (outputs.ts). Every host calls
 * these and nothing else; input is validated once, in core/commands/dispatch.ts, which also names each handler.
 */
import { z } from 'zod'
import type { Outputs } from './outputs.ts'
import { batchRefSchema, ifExistsAnswers, places, skipDoneModes, tokenScopes } from './references.ts'
import { batchStatuses, jobStatuses } from './states.ts'

// A process uses a schema only a few times: compiling it costs more than it saves, and a strict CSP forbids it.
z.config({ jitless: true })

export type { Snapshot } from './outputs.ts'

const batches = z.array(batchRefSchema).min(1)
/**
 * Input shared by commands on several batches: one transaction changes all of them, or none. With `partial` it changes
 * those it can, and the answer lists the rest. `batch` is short for `batches` with one element.
 */
const several = {
  batch: batchRefSchema.optional(),
  batches: batches.optional(),
  partial: z.boolean().optional(),
}
const place = z.enum(places).default('keep')
const reason = z.string().max(2_000).optional()
const page = z.number().int().min(1).max(1_000).default(100)

/** What is to be added: a file, or a configuration without one. Exactly one of the two. */
const configuration = {
  /** Absolute path of the configuration file. */
  file: z.string().min(1).optional(),
  /**
   * Its text, or the document that the text would be; relative paths are relative to `folder` (absolute). What it is
   * known by again is the folder and the batch type.
   */
  adHoc: z
    .union([
      z.object({ folder: z.string().min(1), document: z.record(z.string(), z.unknown()) }),
      z.object({ folder: z.string().min(1), text: z.string() }),
    ])
    .optional(),
}

/** What decides which batches a configuration becomes. */
const asAdded = {
  ...configuration,
  types: z.array(z.string()).optional(),
  variables: z.record(z.string(), z.string()).optional(),
  /** The name of the place where all batches run, whatever the file says. */
  on: z.string().min(1).max(64).optional(),
  /** true: as 'changed'. */
  skipDone: z.union([z.boolean(), z.enum(skipDoneModes)]).default(false),
}

/** The schema of an input is built when the command is first called: most hosts call few. */
const define = <I extends z.ZodType>(mutates: boolean, makeInput: () => I) => {
  let made: I | undefined
  return {
    mutates,
    get input(): I {
      made ??= makeInput()
      return made
    },
  }
}

export const commands = {
  enqueue: define(true, () =>
    z.object({
      ...asAdded,
      ifExists: z.enum(ifExistsAnswers).default('fail'),
      priority: z.number().int().min(-1_000_000).max(1_000_000).optional(),
      /** Where `replace` and `remaining` put what they create: at the closed batch's position, with its priority, or last. */
      place,
      hold: z.boolean().default(false),
      /** Digest of the file as the person saw it in the preview; refused when the file has changed since. */
      digest: z.string().optional(),
    }),
  ),
  preview: define(false, () =>
    z.object({
      ...asAdded,
    }),
  ),
  /** Marks the configuration as trusted as it is now. */
  trust: define(true, () => z.object({ file: z.string(), digest: z.string() })),

  /** Without batches: the queue. `now` stops running jobs (they will run again), else they end first. */
  pause: define(true, () => z.object({ ...several, now: z.boolean().default(false), reason })),
  /** Without batches: the queue. `ignoreAfter` drops what the batches wait for. */
  resume: define(true, () => z.object({ ...several, ignoreAfter: z.boolean().default(false) })),
  cancel: define(true, () => z.object({ ...several, reason })),
  /** Reopens final batches with their unfinished jobs, with all, or with just `jobs` (ids); `paused`: not queued. */
  retry: define(true, () =>
    z.object({
      ...several,
      all: z.boolean().default(false),
      jobs: z.array(z.number().int()).min(1).optional(),
      ifExists: z.enum(ifExistsAnswers).default('fail'),
      /** As for `enqueue`. */
      place,
      paused: z.boolean().default(false),
    }),
  ),
  /** `to`: 1-based position; a number past the end means the bottom. Several keep their order. */
  move: define(true, () =>
    z.object({
      ...several,
      to: z.union([z.literal('top'), z.literal('bottom'), z.number().int().min(1)]),
    }),
  ),
  priority: define(true, () =>
    z.object({ ...several, priority: z.number().int().min(-1_000_000).max(1_000_000) }),
  ),
  /**
   * Undoes a pause, resume, cancel, retry, move, priority, stop-after or clear: the one with this number (the `undo`
   * of its answer), or the caller's latest. Called again it undoes the one before.
   */
  undo: define(true, () => z.object({ action: z.number().int().positive().optional() })),
  /** Nothing starts after this batch has ended; null removes the mark. */
  'stop-after': define(true, () => z.object({ batch: batchRefSchema.nullable() })),
  /** Marks finished batches as seen; without `batches` all of them. */
  'mark-seen': define(true, () => z.object({ batches: batches.optional() })),
  /** Hides finished batches from the history's first view; `undo` brings them back. Nothing is deleted. */
  clear: define(true, () => z.object({ batches: batches.optional(), undo: z.boolean().default(false) })),

  snapshot: define(false, () => z.object({})),
  /** Queued batches in order, without the first `skip`. */
  'queue-page': define(false, () => z.object({ skip: z.number().int().min(0), limit: page })),
  list: define(false, () =>
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
  ),
  show: define(false, () => z.object({ batch: batchRefSchema })),
  jobs: define(false, () =>
    z.object({
      batch: batchRefSchema,
      status: z.array(z.enum(jobStatuses)).optional(),
      search: z.string().max(500).optional(),
      /** Ordinal of the last job of the previous page (keyset). */
      after: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(10_000).default(100),
    }),
  ),
  job: define(false, () => z.object({ batch: batchRefSchema, job: z.number().int() })),
  /** A piece of a job's log. `job` is the ordinal; `from` a byte offset, negative = from the end. */
  log: define(false, () =>
    z.object({
      batch: batchRefSchema,
      job: z.number().int(),
      attempt: z.number().int().optional(),
      from: z.number().int().default(-65_536),
      length: z.number().int().min(1).max(4_194_304).default(65_536),
    }),
  ),
  /** Byte offsets of lines that contain `query`, from `from` on; `next` is where to continue. */
  'log-search': define(false, () =>
    z.object({
      batch: batchRefSchema,
      job: z.number().int(),
      attempt: z.number().int().optional(),
      query: z.string().min(1).max(500),
      from: z.number().int().min(0).default(0),
      limit: page,
    }),
  ),
  summary: define(false, () => z.object({ batch: batchRefSchema, run: z.number().int().optional() })),
  /** The summary as a file: plain text, JSON, or one self-contained HTML page. */
  report: define(false, () =>
    z.object({
      batch: batchRefSchema,
      run: z.number().int().optional(),
      format: z.enum(['text', 'json', 'html']).default('text'),
    }),
  ),
  timeline: define(false, () =>
    z.object({ batch: batchRefSchema, limit: z.number().int().min(1).max(20_000).default(5_000) }),
  ),
  events: define(false, () =>
    z.object({
      batch: batchRefSchema.optional(),
      after: z.number().int().min(0).optional(),
      before: z.number().int().optional(),
      limit: z.number().int().min(1).max(100_000).default(1_000),
    }),
  ),

  /** Runs the finalizer once, now. */
  sweep: define(true, () => z.object({})),
  doctor: define(true, () => z.object({ repair: z.boolean().default(true) })),
  /** A consistent copy of the live database at `file` (absolute; must not exist). */
  backup: define(true, () => z.object({ file: z.string().min(1) })),
  settings: define(false, () => z.object({})),
  'set-setting': define(true, () => z.object({ key: z.string(), value: z.unknown() })),
  /** A token for a program that calls the web host: to watch, or to steer. It is shown in this answer only. */
  'token-add': define(true, () =>
    z.object({ name: z.string().min(1).max(100), scope: z.enum(tokenScopes).default('watch') }),
  ),
  'token-list': define(false, () => z.object({})),
  'token-remove': define(true, () => z.object({ name: z.string() })),
  /** Folders and configurations on the workstation, for hosts without a native file dialog. */
  browse: define(false, () => z.object({ folder: z.string().optional() })),
} as const

type Commands = typeof commands
export type CommandName = keyof Commands
/** What a caller passes (defaults may be left out). */
export type CommandInput<N extends CommandName> = z.input<Commands[N]['input']>
/** What a handler receives (defaults filled in). */
export type ParsedInput<N extends CommandName> = z.output<Commands[N]['input']>
export type CommandOutput<N extends CommandName> = z.output<Outputs[N]>
