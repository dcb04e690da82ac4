/**
 * Owns the folder of one slice: the tasks that are handed to Slurm under one name, and every file through which launcher
 * and wrapper (wrapper.sh) speak. Runs no command of Slurm. A folder is there whole, or not at all.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobPlace } from '../../../contract/places.ts'
import type { StartSpec } from '../protocol.ts'
import { parseEnd, type TaskEnd } from './task-end.ts'

/** One job of a slice, by its index in the array. */
export type Task = {
  index: number
  attempt: string
  logPath: string
  logLimitBytes: number
  graceMs: number
  /** Where the node writes the log, if not to `logPath`. */
  nodeLog: string | null
}

/** A part of the array that Slurm has taken. */
export type Submitted = { jobId: string; from: number; to: number }

export class Slice {
  readonly folder: string
  /** The name under which Slurm knows its jobs; no two slices of a user have the same. */
  readonly name: string
  readonly tasks: readonly Task[]
  readonly submitted: Submitted[]

  private constructor(folder: string, name: string, tasks: readonly Task[], submitted: Submitted[]) {
    this.folder = folder
    this.name = name
    this.tasks = tasks
    this.submitted = submitted
  }

  /** Writes everything that the tasks need. `environment` is what lies below each job's own. */
  static create(
    parent: string,
    name: string,
    specs: readonly StartSpec[],
    environment: Record<string, string>,
    beatSeconds: number,
    ownLogs: boolean,
  ): Slice {
    const folder = join(parent, name)
    const next = `${folder}.new`
    rmSync(next, { recursive: true, force: true })
    for (const part of ['cmd', 'lock', 'begin', 'end', 'beat', 'stop', 'log'])
      mkdirSync(join(next, part), { recursive: true, mode: 0o700 })
    const tasks = specs.map((spec, index) => {
      const nodeLog = ownLogs ? join(folder, 'log', String(index)) : null
      const onNode = { ...spec, logPath: nodeLog ?? spec.logPath }
      writeFileSync(
        join(next, 'cmd', String(index)),
        commandOf(onNode, folder, index, environment, beatSeconds),
      )
      return taskOf(spec, index, nodeLog)
    })
    writeFileSync(join(next, 'tasks'), tasks.map((task) => `${JSON.stringify(task)}\n`).join(''))
    renameSync(next, folder)
    return new Slice(folder, name, tasks, [])
  }

  /** The slices that a launcher has left in its folder. */
  static readAll(parent: string): Slice[] {
    return list(parent)
      .filter((name) => !name.endsWith('.new') && list(join(parent, name)).includes('tasks'))
      .map((name) => {
        const folder = join(parent, name)
        const tasks = linesOf(join(folder, 'tasks')).map((line) => JSON.parse(line) as Task)
        const submitted = linesOf(join(folder, 'submitted')).map((line) => JSON.parse(line) as Submitted)
        return new Slice(folder, name, tasks, submitted)
      })
  }

  /** Slurm has taken this part of the array. */
  noteSubmitted(part: Submitted): void {
    this.submitted.push(part)
    writeFileSync(join(this.folder, 'submitted'), `${JSON.stringify(part)}\n`, { flag: 'a' })
  }

  /** Indexes of the tasks whose end is there. */
  ended(): number[] {
    return list(join(this.folder, 'end'))
      .filter((name) => !name.startsWith('.'))
      .map(Number)
  }

  end(index: number): TaskEnd | null {
    return parseEnd(read(join(this.folder, 'end', String(index))))
  }

  /** When and where the wrapper began the task; null while it has not. */
  begun(index: number): { at: number; node: string } | null {
    const [at, node] = read(join(this.folder, 'begin', String(index)))
      .trim()
      .split(' ')
    return at === undefined || node === undefined ? null : { at: Number(at), node }
  }

  /** What changes while the task may live; empty before the first time. */
  beat(index: number): string {
    return read(join(this.folder, 'beat', String(index)))
  }

  /**
   * Takes the task away from Slurm for good: it will not begin, whatever Slurm does. False: a wrapper was there first. This
   * is what makes a second attempt safe.
   */
  revoke(index: number): boolean {
    const lock = join(this.folder, 'lock', String(index))
    try {
      mkdirSync(lock, { mode: 0o700 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      return read(join(lock, 'by')) === REVOKED
    }
    writeFileSync(join(lock, 'by'), REVOKED)
    return true
  }

  /** Asks the wrapper of a task that has begun to end it. */
  askToStop(index: number, graceMs: number): void {
    const file = join(this.folder, 'stop', String(index))
    writeFileSync(`${file}.new`, `${Math.round(graceMs)}\n`)
    renameSync(`${file}.new`, file)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Where a launcher with this id sent its jobs, as it wrote it down; null where nothing is left of it. */
export function placeOf(runDir: string, launcherId: string): JobPlace | null {
  const text = read(join(runDir, 'slurm', launcherId, 'place.json'))
  return text === '' ? null : (JSON.parse(text) as JobPlace)
}

/** Removes what is left of a launcher that has no slice any more. */
export function removeIfDone(parent: string): void {
  if (list(parent).every((name) => name === 'place.json')) rmSync(parent, { recursive: true, force: true })
}

const REVOKED = 'launcher\n'

function taskOf(
  { attempt, logPath, logLimitBytes, graceMs }: StartSpec,
  index: number,
  nodeLog: string | null,
): Task {
  return { index, attempt, logPath, logLimitBytes, graceMs, nodeLog }
}

/** The fields that wrapper.sh takes as its arguments, each ended by NUL. */
function commandOf(
  spec: StartSpec,
  folder: string,
  index: number,
  environment: Record<string, string>,
  beatSeconds: number,
): string {
  const { argv, cwd, logPath, timeoutMs, graceMs, attempt } = spec
  const env = { ...environment, ...spec.env, SLIPWAY_ATTEMPT: attempt }
  const fields = [
    `${folder}/${index}`,
    cwd,
    logPath,
    timeoutMs === null ? '-' : String(timeoutMs / 1_000),
    String(Math.round(graceMs)),
    String(beatSeconds),
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    // env would take a program with "=" in its name for a variable.
    ...(argv[0]?.includes('=') ? ['sh', '-c', 'exec "$0" "$@"'] : []),
    ...argv,
  ]
  return fields.map((field) => `${field}\0`).join('')
}

/** Names in a folder; reading it anew is also what makes a network file system look again. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESTALE') return ''
    throw error
  }
}

const linesOf = (file: string) =>
  read(file)
    .split('\n')
    .filter((line) => line !== '')
