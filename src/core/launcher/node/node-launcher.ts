/**
 * The launcher for machines without the native one: a small Node process that starts jobs, watches them to their
 * end and records it, even after its host is gone. Imports only node modules and source files that do the
 * same, so that it starts fast. Usage: node-launcher RUN_DIR LAUNCHER_ID HOST_ID, frames on stdin.
 */
import { identify } from '../../process/processes.ts'
import { journalPath } from '../journal.ts'
import {
  exitedLine,
  formatLine,
  isClean,
  type JobExit,
  PROTOCOL,
  parseStart,
  type Started,
  type StartSpec,
  splitVariable,
} from '../protocol.ts'
import { readFrames } from '../read-frames.ts'
import { NodeJob } from './job.ts'
import { JournalWriter } from './journal-writer.ts'
import type { Refusal } from './program.ts'

const [, , runDir = '', launcherId = '', hostId = ''] = process.argv
const self = identify(process.pid) ?? { pid: process.pid, startedAt: '', bootId: '' }
const header = [
  'launcher',
  PROTOCOL,
  'node',
  launcherId,
  hostId,
  self.pid,
  self.startedAt,
  self.bootId,
  Date.now(),
]
const path = journalPath(runDir, launcherId)
const journal = new JournalWriter(path, formatLine(header))
const jobs = new Map<string, NodeJob>()
/** Jobs held ahead, in the order they came. */
let held: { spec: StartSpec; width: number }[] = []
/** Number of the last end after which nothing may start by itself. */
let unclean = 0
let base: Record<string, string> = {}
let hostGone = false
let ending = false
let closed = false

process.chdir('/')
process.on('SIGINT', () => {})
process.on('SIGHUP', () => {})
process.on('SIGTERM', () => {
  ending = true
  dropHeld()
  for (const job of jobs.values()) job.stopWithOwnGrace()
  endIfDone()
})
readFrames(process.stdin, handle, loseHost)

function handle([letter, ...fields]: string[]): void {
  if (letter === 'E') base = Object.fromEntries(fields.map(splitVariable))
  if (letter === 'S') start(parseStart(fields))
  if (letter === 'H') hold(Number(fields[0]), Number(fields[1]), parseStart(fields.slice(2)))
  if (letter === 'D') dropHeld()
  if (letter === 'T') jobs.get(fields[0] ?? '')?.stop('stopped', Number(fields[1]))
  if (letter === 'F') journal.forget(Number(fields[0]))
}

/** If there was an end after which nothing may start by itself, and the host had not read it yet, the job is dropped. */
function hold(width: number, seen: number, spec: StartSpec): void {
  held.push({ spec, width })
  if (ending || unclean > seen) dropHeld()
  else startHeld()
}

function startHeld(): void {
  for (let next = held[0]; next && jobs.size < next.width; next = held[0]) {
    held.shift()
    start(next.spec)
  }
}

function dropHeld(): void {
  for (const { spec } of held) journal.dropped(spec.attempt)
  held = []
}

function afterEnd(isCleanEnd: boolean): void {
  if (!isCleanEnd) {
    unclean = journal.ends
    dropHeld()
  }
  startHeld()
  endIfDone()
}

function start(spec: StartSpec): void {
  const { attempt } = spec
  const refused = (r: Refusal) => {
    jobs.delete(attempt)
    journal.refused(formatLine(['refused', attempt, r.stage, r.errno, r.hint, r.subject]))
    afterEnd(false)
  }
  const exited = (exit: JobExit) => {
    jobs.delete(attempt)
    journal.exited(attempt, exitedLine(exit))
    afterEnd(isClean(exit))
  }
  const started = (s: Started) =>
    journal.started(attempt, formatLine(['started', attempt, s.pid, s.processStartedAt, s.at]))
  // The order is what makes a fence exact: announce, look for the fence, start.
  if (!journal.starting(attempt)) refused({ stage: 'log', errno: journal.trouble, hint: '-', subject: path })
  else if (ending || journal.fenced) refused({ stage: 'fenced', errno: '-', hint: '-', subject: '-' })
  else {
    const job = new NodeJob(spec, runDir, { started, refused, exited })
    jobs.set(attempt, job)
    job.start(base)
  }
}

function loseHost(): void {
  hostGone = true
  dropHeld()
  endIfDone()
}

/** Exits when its host is gone and no job is left; a full disk only delays it. */
function endIfDone(): void {
  if (closed || jobs.size > 0 || !(hostGone || ending)) return
  if (!journal.settle()) {
    setTimeout(endIfDone, 1000)
    return
  }
  closed = true
  journal.close(() => process.exit(0))
}
