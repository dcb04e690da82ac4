/**
 * The protocol between host and launcher, and its wire format. `src/core/launcher/native`
 * implements the same protocol: change both, and PROTOCOL with them.
 *
 * Host to launcher (its stdin): frames of a 32-bit little-endian length and NUL-terminated fields.
 *   E NAME=VALUE…                                                            base environment, once
 *   S attempt cwd logPath logLimit timeoutMs|- graceMs argc argv… NAME=VALUE…  start a job
 *     (on Windows argv is the program and the whole command line)
 *   H width seen attempt … (as S)   hold a job: start it when fewer than `width` jobs run, unless an end that was not
 *                                   clean comes first; `seen`: how many ends the host has read
 *   D                               drop what is held
 *   T attempt graceMs                                                        stop a job
 *   F count                                                                  forget the first so many ends
 *   R launcherId attempt …                                                   go on with what a dead launcher of a cluster had
 * Launcher to host (its stdout, and before that its journal): lines of tab-separated fields, see `parseLine`.
 */
import { windowsCommandLine } from '../../contract/windows-command-line.ts'
import type { ProcessIdentity } from '../process/processes.ts'
import { type RefusalStage, refusalMessage } from './refusal.ts'

/** Raised with every change of frames or lines: a host only uses a launcher of its own version. */
export const PROTOCOL = '2'
/** Versions whose journals are understood: since 1 only frames have changed. */
const readable = ['1', PROTOCOL]

/** One job to start. Paths are absolute. */
export type StartSpec = {
  /** Unique for this data folder, such as `17.2`: letters, digits, dots, dashes, underscores. */
  attempt: string
  /** Program and arguments, never through a shell. A program without a slash is looked up in the job's PATH. */
  argv: string[]
  cwd: string
  /** On top of the base environment. */
  env: Record<string, string>
  logPath: string
  /** How many bytes at the end of the output are kept, beside the first 64 KiB. */
  logLimitBytes: number
  /** Of awake time. */
  timeoutMs: number | null
  /** Between SIGTERM and SIGKILL, for a timeout or leftover processes. */
  graceMs: number
}

/** What the kernel counted for the job's main process and the children it waited for; null where unknown. */
type Usage = { userMs: number; systemMs: number; maxRssKb: number | null } | null

/**
 * `timeout` and `stopped`: we ended it. `exited`: it ended by itself, or somebody else killed it. On a cluster also:
 * `time-limit`, `out-of-memory` and `cancelled`: Slurm ended it, for a limit of its own or because somebody cancelled it.
 * `preempted`: Slurm ended it to give its node to others, or to begin it again.
 * `lost`: it had begun, and nobody saw its end. `unbegun`: it never began, and won't.
 */
const endings = [
  'exited',
  'timeout',
  'stopped',
  'time-limit',
  'out-of-memory',
  'cancelled',
  'preempted',
  'lost',
  'unbegun',
] as const
export type Ending = (typeof endings)[number]

/** How an attempt ended. Reported when no process of the job is left. Times are epoch ms. */
export type JobExit = {
  attempt: string
  exitCode: number | null
  signal: string | null
  ended: Ending
  startedAt: number
  endedAt: number
  /** By CLOCK_MONOTONIC: doesn't count suspend. */
  awakeMs: number
  usage: Usage
  /** Processes of the job that outlived its main process and were stopped. */
  leftovers: number
  /** What the job wrote, including what was left out. */
  logBytes: number
  /** Whether something was left out of the log. */
  logCut: boolean
  /** The machine of a cluster on which it ran. */
  node?: string
}

/** Whether the next job may start by itself after this end. jobs.h decides the same. */
export function isClean(exit: JobExit): boolean {
  return exit.ended === 'exited' && exit.exitCode === 0 && exit.leftovers === 0
}

/** A job runs. `processStartedAt` is comparable with `ProcessIdentity.startedAt`. */
export type Started = { attempt: string; pid: number; processStartedAt: string; at: number }

/** A job could not be started; nothing of it runs. */
export type Refused = {
  attempt: string
  stage: RefusalStage
  errno: string
  /** A sentence for people. */
  message: string
}

const launcherKinds = ['native', 'node', 'slurm'] as const
export type LauncherKind = (typeof launcherKinds)[number]

/** What a cluster makes of the jobs that it was given; `reason` is Slurm's own code for those that wait. */
export type PlaceState = {
  running: number
  waiting: number
  reason: string | null
  nodes: number
  /** Why the cluster can't be asked or takes no jobs, in its own words. */
  trouble: string | null
}

/** The launcher's first line. */
export type LauncherHeader = {
  protocol: string
  kind: LauncherKind
  launcherId: string
  hostId: string
  launcher: ProcessIdentity
}

/**
 * One line of a journal or of a launcher's stdout. `starting` occurs in journals only (`forgotten` in those of version 1),
 * `dropped` and `place` on stdout only.
 */
export type Line =
  | { line: 'launcher'; header: LauncherHeader }
  | { line: 'starting'; attempt: string }
  | { line: 'started'; started: Started }
  | { line: 'refused'; refused: Refused }
  | { line: 'exited'; exit: JobExit }
  | { line: 'dropped'; attempt: string }
  | { line: 'place'; state: PlaceState }
  | { line: 'forgotten' }

/** One frame for the launcher's stdin. */
export function encodeFrame(fields: readonly string[]): Buffer {
  const body = Buffer.from(`${fields.join('\0')}\0`, 'utf8')
  const head = Buffer.alloc(4)
  head.writeUInt32LE(body.length)
  return Buffer.concat([head, body])
}

/** The frame that starts a job now. */
export function startFrame(spec: StartSpec): Buffer {
  return encodeFrame(['S', ...startFields(spec)])
}

/** The frame that has a job held ahead. */
export function holdFrame(spec: StartSpec, width: number, seen: number): Buffer {
  return encodeFrame(['H', String(width), String(seen), ...startFields(spec)])
}

function startFields(spec: StartSpec): string[] {
  const argv = process.platform === 'win32' ? asWindowsTakesIt(spec.argv) : spec.argv
  return [
    spec.attempt,
    spec.cwd,
    spec.logPath,
    String(Math.round(spec.logLimitBytes)),
    spec.timeoutMs === null ? '-' : String(Math.round(spec.timeoutMs)),
    String(Math.round(spec.graceMs)),
    String(argv.length),
    ...argv,
    ...Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
  ]
}

/** Windows passes a program one text, which it takes apart itself. */
function asWindowsTakesIt(argv: readonly string[]): string[] {
  return [argv[0] ?? '', windowsCommandLine(argv)]
}

/** The counterpart: the fields from the attempt on. */
export function parseStart(fields: readonly string[]): StartSpec {
  const [attempt = '', cwd = '', logPath = '', limit, timeout, grace, argc, ...rest] = fields
  return {
    attempt,
    cwd,
    logPath,
    logLimitBytes: Number(limit),
    timeoutMs: timeout === '-' ? null : Number(timeout),
    graceMs: Number(grace),
    argv: rest.slice(0, Number(argc)),
    env: Object.fromEntries(rest.slice(Number(argc)).map(splitVariable)),
  }
}

/** `NAME=VALUE` as a pair; the value may contain further equals signs. */
export function splitVariable(entry: string): [name: string, value: string] {
  const at = entry.indexOf('=')
  return [entry.slice(0, at), entry.slice(at + 1)]
}

/** The line that reports what a cluster makes of its jobs. */
export function placeLine({ running, waiting, reason, nodes, trouble }: PlaceState): string {
  return formatLine(['place', running, waiting, reason ?? '-', nodes, trouble ?? '-'])
}

/** One line with its newline. */
export function formatLine(fields: readonly (string | number)[]): string {
  return `${fields.map((f) => String(f).replace(/[\t\n]/g, ' ')).join('\t')}\n`
}

/** The line that reports an exit. */
export function exitedLine(e: JobExit): string {
  const usage =
    e.usage === null ? ['-', '-', '-'] : [e.usage.userMs, e.usage.systemMs, e.usage.maxRssKb ?? '-']
  return formatLine([
    'exited',
    e.attempt,
    e.exitCode ?? '-',
    e.signal ?? '-',
    e.ended,
    e.startedAt,
    e.endedAt,
    e.awakeMs,
    ...usage,
    e.leftovers,
    e.logBytes,
    e.logCut ? 1 : 0,
    ...(e.node === undefined ? [] : [e.node]),
  ])
}

/** Parses one line (without its newline); null for one that is torn or of another version. */
export function parseLine(text: string): Line | null {
  const [line, ...f] = text.split('\t')
  const s = (i: number) => f[i] ?? ''
  const n = (i: number) => Number(f[i])
  if (line === 'launcher' && f.length === 8 && readable.includes(s(0)) && isKind(s(1))) {
    const launcher = { pid: n(4), startedAt: s(5), bootId: s(6) }
    const kind = s(1) as LauncherKind
    return { line, header: { protocol: s(0), kind, launcherId: s(2), hostId: s(3), launcher } }
  }
  if ((line === 'starting' || line === 'dropped') && f.length === 1) return { line, attempt: s(0) }
  if (line === 'started' && f.length === 4)
    return { line, started: { attempt: s(0), pid: n(1), processStartedAt: s(2), at: n(3) } }
  if (line === 'refused' && f.length === 5) {
    const [stage, errno, hint, subject] = [s(1) as RefusalStage, s(2), s(3), s(4)]
    const message = refusalMessage(stage, errno, hint, subject)
    return { line, refused: { attempt: s(0), stage, errno, message } }
  }
  // The node is there only where it is not this machine.
  if (line === 'exited' && (f.length === 13 || f.length === 14)) return { line, exit: parseExit(s, n) }
  if (line === 'place' && f.length === 5) {
    const orNull = (text: string) => (text === '-' ? null : text)
    const state = { running: n(0), waiting: n(1), reason: orNull(s(2)), nodes: n(3), trouble: orNull(s(4)) }
    return { line, state }
  }
  if (line === 'forgotten') return { line }
  return null
}

function isKind(text: string): text is LauncherKind {
  return (launcherKinds as readonly string[]).includes(text)
}

function parseExit(s: (i: number) => string, n: (i: number) => number): JobExit {
  return {
    attempt: s(0),
    exitCode: s(1) === '-' ? null : n(1),
    signal: s(2) === '-' ? null : s(2),
    ended: s(3) as Ending,
    startedAt: n(4),
    endedAt: n(5),
    awakeMs: n(6),
    usage: s(7) === '-' ? null : { userMs: n(7), systemMs: n(8), maxRssKb: s(9) === '-' ? null : n(9) },
    leftovers: n(10),
    logBytes: n(11),
    logCut: s(12) === '1',
    ...(s(13) === '' ? {} : { node: s(13) }),
  }
}
