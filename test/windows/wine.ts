/** Runs our Windows build under Wine, from tests on Linux. Ends what it started. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { findRig, wineEnvironment } from '../../scripts/windows/rig.ts'
import { root, until } from '../helpers/launcher-kit.ts'
import type { calls } from './inside/agent.ts'

const found = findRig()
/** Why nothing can be run here; undefined when it can. */
export const whyNot = 'why' in found ? found.why : undefined
const rig = 'why' in found ? { wine: '', node: '', drive: '' } : found

/** `C:\a\b` for a path on the rig's disk, `Z:\…` for any other. */
export function windowsPath(path: string): string {
  const isOnDisk = path.startsWith(`${rig.drive}/`)
  const rest = (isOnDisk ? path.slice(rig.drive.length) : path).replaceAll('/', '\\')
  return `${isOnDisk ? 'C:' : 'Z:'}${rest}`
}

/** A new folder on the rig's disk (a path of Linux). */
export function folderOnDisk(name = 'slipway-'): string {
  mkdirSync(join(rig.drive, 't'), { recursive: true })
  return mkdtempSync(join(rig.drive, 't', name))
}

/** Node's own build for Windows (a path of Linux). */
export const nodeFile = () => rig.node

/** The job's program of the tests, compiled when it has changed. */
export function probe(): string {
  const source = join(root, 'test/windows/inside/probe.c')
  const target = join(rig.drive, 'probe.exe')
  if (!existsSync(target) || statSync(target).mtimeMs < statSync(source).mtimeMs)
    execFileSync('x86_64-w64-mingw32-gcc', ['-std=gnu11', '-O1', '-municode', '-o', target, source])
  return windowsPath(target)
}

/** Starts node.exe; its output goes into files, as Node takes no pipe of Linux for a pipe. */
function startNode(
  argv: readonly string[],
  { env = {}, cwd = rig.drive }: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
) {
  const folder = folderOnDisk('run-')
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      'o=$1; shift; exec "$@" >"$o/out" 2>"$o/err" </dev/null',
      'sh',
      folder,
      rig.wine,
      windowsPath(rig.node),
      ...argv,
    ],
    { cwd, env: { ...cleanEnvironment(), ...wineEnvironment, ...env }, stdio: 'ignore' },
  )
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  return {
    child,
    output: () => ({ stdout: read('out'), stderr: read('err') }),
    async result() {
      const code = await ended
      const output = { code, stdout: read('out'), stderr: read('err') }
      rmSync(folder, { recursive: true, force: true })
      return output
    },
  }
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'USER', 'TMPDIR', 'LANG', 'XDG_CACHE_HOME']
  const entries = Object.entries(process.env).filter(([name]) => kept.includes(name))
  return { ...Object.fromEntries(entries), LANG: 'C.UTF-8', NO_COLOR: '1' }
}

type Calls = typeof calls

/** A process under Wine that does what a test requests, see inside/agent.ts. */
export class Agent {
  readonly #child: ChildProcess
  readonly #socket: Socket
  readonly #open = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  #count = 0
  onEvent: (launcher: number, event: never) => void = () => {}

  private constructor(child: ChildProcess, socket: Socket) {
    this.#child = child
    this.#socket = socket
    createInterface({ input: socket }).on('line', (line) => this.#take(JSON.parse(line)))
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const { reject } of this.#open.values()) reject(new Error('the agent is gone'))
    })
  }

  static async start(): Promise<Agent> {
    const folder = folderOnDisk('agent-')
    const portFile = join(folder, 'port')
    const program = startNode([
      windowsPath(join(root, 'test/windows/inside/agent.ts')),
      windowsPath(portFile),
    ])
    await until(() => existsSync(portFile) || program.child.exitCode !== null, 'the agent listens', 60_000)
    if (!existsSync(portFile)) throw new Error(`the agent ended: ${program.output().stderr}`)
    const socket = connect(Number(readFileSync(portFile, 'utf8')), '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    rmSync(dirname(portFile), { recursive: true, force: true })
    return new Agent(program.child, socket)
  }

  call<K extends keyof Calls>(
    call: K,
    ...args: Parameters<Calls[K]>
  ): Promise<Awaited<ReturnType<Calls[K]>>> {
    this.#count += 1
    const id = this.#count
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject })
      this.#socket.write(`${JSON.stringify({ id, call, args })}\n`)
    })
  }

  #take(message: { id?: number; value?: never; error?: string; launcher?: number; event?: never }): void {
    if (message.launcher !== undefined && message.event !== undefined)
      this.onEvent(message.launcher, message.event)
    const open = message.id === undefined ? undefined : this.#open.get(message.id)
    if (open === undefined || message.id === undefined) return
    this.#open.delete(message.id)
    if (message.error === undefined) open.resolve(message.value as never)
    else open.reject(new Error(message.error))
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#socket.destroy()
    if (this.#child.exitCode === null) await ended
  }
}
