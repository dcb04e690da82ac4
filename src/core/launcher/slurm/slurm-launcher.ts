/**
 * The launcher for a Slurm cluster: speaks the protocol of the others and writes the same journal, but hands its jobs to
 * Slurm. Usage: slurm-launcher RUN_DIR LAUNCHER_ID HOST_ID PLACE, frames on stdin; PLACE is a JobPlace as JSON.
 *
 * `started` means here: handed over for good. The slice's folder is written by then, so that whoever comes next finds it.
 */
import { chmodSync, closeSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JobPlace } from '../../../contract/places.ts'
import { identify } from '../../process/processes.ts'
import { journalPath } from '../journal.ts'
import { openLog } from '../node/job.ts'
import { JournalWriter } from '../node/journal-writer.ts'
import {
  exitedLine,
  formatLine,
  PROTOCOL,
  parseStart,
  placeLine,
  type StartSpec,
  splitVariable,
} from '../protocol.ts'
import { readFrames } from '../read-frames.ts'
import type { RefusalStage } from '../refusal.ts'
import { Cluster } from './cluster.ts'
import { removeIfDone } from './slice.ts'
import { slurmHere } from './slurm-command.ts'

const [, , runDir = '', launcherId = '', hostId = '', placeText = ''] = process.argv
const place = (JSON.parse(placeText) as JobPlace).slurm
const self = identify(process.pid) ?? { pid: process.pid, startedAt: '', bootId: '' }
const identity = [self.pid, self.startedAt, self.bootId]
const header = formatLine(['launcher', PROTOCOL, 'slurm', launcherId, hostId, ...identity, Date.now()])
const path = journalPath(runDir, launcherId)
const journal = new JournalWriter(path, header)
/** What says where to look, for whoever comes next; the slices are where the nodes see them. */
const note = join(runDir, 'slurm', launcherId)
const shared = place.folder ?? join(runDir, 'slurm')
const folder = join(shared, launcherId)
const wrapper = join(shared, `wrapper-${PROTOCOL}.sh`)
let environment: Record<string, string> = {}
let run = slurmHere(process.env)
let hostGone = false
let ending = false
let closed = false
let lastState = ''

for (const one of [note, folder]) mkdirSync(one, { recursive: true, mode: 0o700 })
writeFileSync(join(note, 'place.json'), placeText)
copyFileSync(fileURLToPath(new URL('./wrapper.sh', import.meta.url)), wrapper)
chmodSync(wrapper, 0o700)

const cluster = new Cluster({
  place,
  run: (program, args) => run(program, args),
  folder,
  launcherId,
  wrapper,
  environment: () => environment,
  onStarted: (attempt) => journal.started(attempt, formatLine(['started', attempt, 0, '-', Date.now()])),
  onRefused: refuse,
  onExited: (exit) => journal.exited(exit.attempt, exitedLine(exit)),
  onState(state) {
    const line = placeLine(state)
    if (line !== lastState) journal.toHost(line)
    lastState = line
  },
  onIdle: endIfDone,
})

process.chdir('/')
process.on('SIGINT', () => {})
process.on('SIGHUP', () => {})
process.on('SIGTERM', () => {
  ending = true
  cluster.stopAll()
  endIfDone()
})
readFrames(process.stdin, handle, () => {
  hostGone = true
  endIfDone()
})

function handle([letter, ...fields]: string[]): void {
  if (letter === 'E') {
    environment = Object.fromEntries(fields.map(splitVariable))
    run = slurmHere(environment)
  }
  if (letter === 'S') start(parseStart(fields))
  // Nothing is held: Slurm has a queue of its own.
  if (letter === 'H') journal.dropped(fields[2] ?? '')
  if (letter === 'T') cluster.stop(fields[0] ?? '', Number(fields[1]))
  if (letter === 'F') journal.forget(Number(fields[0]))
  if (letter === 'R') resume(fields[0] ?? '', fields.slice(1))
}

function start(spec: StartSpec): void {
  const { attempt, logPath } = spec
  // The order is what makes a fence exact: announce, look for the fence, start.
  if (!journal.starting(attempt)) return refuse(attempt, 'log', journal.trouble, path)
  if (ending || journal.fenced) return refuse(attempt, 'fenced', '-', '-')
  try {
    closeSync(openLog(logPath))
  } catch (error) {
    return refuse(attempt, 'log', (error as NodeJS.ErrnoException).code ?? 'EIO', logPath)
  }
  cluster.add(spec)
}

function resume(id: string, attempts: readonly string[]): void {
  for (const attempt of attempts) journal.starting(attempt)
  cluster.resume(id, new Set(attempts))
}

function refuse(attempt: string, stage: RefusalStage, errno: string, subject: string): void {
  journal.refused(formatLine(['refused', attempt, stage, errno, '-', subject]))
  endIfDone()
}

/** Ends when there is nobody to work for and nothing to watch; a full disk only delays it. */
function endIfDone(): void {
  if (closed || !cluster.isIdle || !(hostGone || ending)) return
  if (!journal.settle()) {
    setTimeout(endIfDone, 1_000)
    return
  }
  closed = true
  for (const one of [note, folder]) removeIfDone(one)
  journal.close(() => process.exit(0))
}
