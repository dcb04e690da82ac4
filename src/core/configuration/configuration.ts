/**
 * Owns the shape of a valid configuration: data only, in which each template keeps its place in the file.
 * Must never hold inputs; only where they come from.
 */
import type { JobPlace } from '../../contract/places.ts'
import type { Expansion } from '../../contract/states.ts'
import type { Place } from './problem.ts'
import type { Template } from './template.ts'

/** A configuration whose every key is valid; its identity is (`specPath`, `projectPath`). */
export type Configuration = {
  name: string
  /** The real path of the file. */
  specPath: string
  /** The folder that relative paths are relative to. */
  projectPath: string
  variables: Record<string, string>
  /** PATH that programs are looked up in; null is this process's. */
  searchPath: string | null
  batchTypes: BatchType[]
  /** The text of the file. */
  text: string
  /** 32 hex characters over the file's text and the variables. */
  digest: string
  /** 32 hex characters over the file's text alone: what a person trusts. */
  fileDigest: string
}

/** One entry of `batches`. */
export type BatchType = {
  type: string
  place: Place
  /** The program and its arguments; with `shell` the one command line. */
  run: Template[]
  over: Over
  /** Batch types that have to complete first. */
  after: Located[]
  expand: Expand
  /** Where the jobs run; null is this machine. */
  jobPlace: JobPlace | null
  parallel: number
  timeoutMs: number | null
  retries: Retries
  stopOnFailure: StopOnFailure
  logLimitBytes: number
  priority: number
  expect: { file: Template; nonEmpty: boolean; fresh: boolean }[]
  /** Files that a job reads beside its input. */
  reads: Template[]
  /** Whether missing folders of `expect` are created when the batch is filled. */
  makeFolders: boolean
  env: { name: string; value: Template }[]
  cwd: Template | null
  shell: boolean
  /** Whether two jobs with the same command are meant. */
  repeat: boolean
}

/**
 * When the inputs are looked up: before the batch exists, or when it is its turn. The default is `when-claimed` for
 * files, tables and lines of a batch with `after`, as these may be what its predecessor makes.
 */
export type Expand = Expansion

/** How often a failed attempt is repeated; the delay is multiplied by `backoff` after each. */
export type Retries = { times: number; delayMs: number; backoff: number }

/** When a batch gives up: never, at the first failed job, or above a share (0 to 1) of its jobs. */
export type StopOnFailure = { kind: 'never' } | { kind: 'first' } | { kind: 'share'; share: number }

/** A text with its variables filled in, and where it stands. */
export type Located = { text: string; place: Place }

/** Where the inputs of a batch come from. */
export type Over =
  | { kind: 'once'; place: Place }
  | { kind: 'files'; patterns: Located[]; place: Place }
  | { kind: 'table'; file: Located; place: Place }
  | { kind: 'lines'; file: Located; place: Place }
  | { kind: 'list'; values: string[]; place: Place }
  | { kind: 'range'; start: number; end: number; size: number | null; as: string | null; place: Place }

/** How a batch runs; stored as JSON with the batch. */
export type BatchOptions = {
  /** Jobs at once: 1 to 256 here, to 10,000 on a cluster. */
  parallel: number
  /** Where the jobs run; null is this machine. */
  place: JobPlace | null
  /** Of awake time, for each attempt; null is no limit. */
  timeoutMs: number | null
  retries: Retries
  stopOnFailure: StopOnFailure
  logLimitBytes: number
  priority: number
  /** Absolute. */
  cwd: string
  env: Record<string, string>
  shell: boolean
  /** Absolute: the program and its script, which every job reads. */
  reads: string[]
}
