/**
 * Owns one data folder under torture: its configurations, the trace that its jobs write, the side log of what
 * was acknowledged (outside of the database, synced line by line), and the processes of the built command line
 * that work on it. Kills only what it started itself.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readJournals } from '../../src/core/launcher/journal.ts'

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const entry = here('../../out/cli/index.js')

export type Ended = { code: number | null; signal: NodeJS.Signals | null; out: string; err: string }
export type Host = {
  child: ChildProcess
  pid: number
  armed: string | null
  ended: Promise<Ended>
  over: boolean
  err(): string
}

/** Something that a command line confirmed: exit 0 and its answer; `by` names the command in the events. */
export type Fact = { by: string; args: string[]; answer: unknown }

export class Ground {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-torture-'))
  readonly home = join(this.folder, 'home')
  readonly project = join(this.folder, 'project')
  readonly trace = join(this.folder, 'trace')
  readonly hosts = new Set<Host>()
  readonly facts: Fact[] = []
  readonly #sideLog: number
  #deeds = 0

  readonly #env: NodeJS.ProcessEnv

  /** `env`: more for the environment of every process of the command line. */
  constructor(stamp: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#env = env
    mkdirSync(join(this.project, 'by'), { recursive: true })
    this.#sideLog = openSync(join(this.folder, 'acknowledged.jsonl'), 'a', 0o600)
    for (const name of configurations) writeFileSync(this.file(name), configuration(stamp, this.trace))
  }

  file(name: string): string {
    return join(this.project, `${name}.slipway.yaml`)
  }

  /** Starts a process of the command line that works until it is killed or signalled. */
  host(armed: string | null): Host {
    const host = this.#start(['work'], armed, this.project)
    this.hosts.add(host)
    void host.ended.then(() => this.hosts.delete(host))
    return host
  }

  /**
   * Runs one command in a folder of its own, whose name the events keep as their origin. What it confirms goes
   * to the side log before anything else happens. `killAfterMs`: it may be killed at that moment.
   */
  async deed(
    args: string[],
    how: { armed?: string; killAfterMs?: number } = {},
  ): Promise<Ended & { by: string }> {
    this.#deeds += 1
    const by = join(this.project, 'by', String(this.#deeds))
    mkdirSync(by)
    const host = this.#start([...args, '--json'], how.armed ?? null, by)
    const timer =
      how.killAfterMs === undefined ? null : setTimeout(() => host.child.kill('SIGKILL'), how.killAfterMs)
    const ended = await host.ended
    if (timer) clearTimeout(timer)
    if (ended.code === 0) this.#acknowledge({ by, args, answer: JSON.parse(ended.out) as unknown })
    return { ...ended, by }
  }

  #acknowledge(fact: Fact): void {
    writeSync(this.#sideLog, `${JSON.stringify(fact)}\n`)
    fsyncSync(this.#sideLog)
    this.facts.push(fact)
  }

  #start(args: string[], armed: string | null, cwd: string): Host {
    const env: NodeJS.ProcessEnv = { ...process.env, ...this.#env, SLIPWAY_HOME: this.home, NO_COLOR: '1' }
    if (armed !== null) env.SLIPWAY_FAILPOINT = armed
    const child = spawn(process.execPath, [entry, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    const host: Host = {
      child,
      pid: child.pid ?? 0,
      armed,
      over: false,
      err: () => out + err,
      ended: new Promise((resolve, reject) => {
        child.on('error', reject)
        child.on('close', (code, signal) => {
          host.over = true
          resolve({ code, signal, out, err })
        })
      }),
    }
    return host
  }

  /** Pids of the launchers that serve this folder now, from their journals. */
  launchers(): number[] {
    return existsSync(join(this.home, 'run'))
      ? readJournals(join(this.home, 'run')).map((one) => one.launcher.pid)
      : []
  }

  /** What the jobs wrote so far. */
  traceLines(): string[] {
    if (!existsSync(this.trace)) return []
    return readFileSync(this.trace, 'utf8').split('\n').slice(0, -1)
  }

  /** Ends every host of ours and waits for them. */
  async close(): Promise<void> {
    for (const host of this.hosts) host.child.kill('SIGKILL')
    await Promise.all([...this.hosts].map((host) => host.ended))
    closeSync(this.#sideLog)
  }
}

/** Four configurations with three batch types each: twelve identities that can collide. */
export const configurations = ['ant', 'bee', 'cat', 'dog'] as const
export const types = ['plain', 'brief', 'shaky', 'loose'] as const

const configuration = (stamp: readonly string[], trace: string) => {
  const run = (ms: number, kind: string) =>
    JSON.stringify([...stamp, trace, String(ms), kind, '{value}'].slice(0, -1))
  return `batches:
  - type: plain
    run: ${run(15, 'ok')}
    over: { range: 1..4 }
    repeat: true
  - type: brief
    run: ${run(0, 'ok')}
    over: { range: 1..40 }
    repeat: true
  - type: shaky
    run: ${run(10, 'shaky')}
    over: { range: 1..3 }
    repeat: true
    parallel: 2
    retries: { times: 1, delay: 20ms }
  - type: loose
    run: ${run(10, 'daemon')}
    over: { range: 1..2 }
    repeat: true
`
}

/** The command that jobs run: compiled where there is a compiler, else the same in JavaScript. */
export function buildStamp(folder: string): string[] {
  const program = join(folder, 'stamp')
  try {
    execFileSync('cc', ['-O1', '-o', program, here('stamp.c')], { stdio: 'ignore' })
    return [program]
  } catch {
    return [process.execPath, here('stamp.mjs')]
  }
}
