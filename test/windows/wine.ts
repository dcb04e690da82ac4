/** Runs our Windows build, under Wine from tests on Linux and on Windows as it is. Ends what it started. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findRig, wineEnvironment } from '../../scripts/windows/rig.ts'
import { root, until } from '../helpers/launcher-kit.ts'
import type { calls } from './inside/agent.ts'

const found = findRig()
/** Why nothing can be run here; undefined when it can. */
export const whyNot = 'why' in found ? found.why : undefined
if (whyNot !== undefined) process.stderr.write(`the tests of the Windows build are skipped: ${whyNot}\n`)
const rig = 'why' in found ? { wine: '', node: '', drive: '' } : found

/** Whether it is Wine that stands in for Windows; docs/platforms.md says what it can't show. */
export const isWine = process.platform !== 'win32'

/** `C:\a\b` for a path on the rig's disk, `Z:\…` for any other. */
export function windowsPath(path: string): string {
  if (!isWine) return path
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
    execFileSync(isWine ? 'x86_64-w64-mingw32-gcc' : 'gcc', [
      '-std=gnu11',
      '-O1',
      '-municode',
      '-o',
      target,
      source,
    ])
  return windowsPath(target)
}

/** Starts node.exe; its output goes into a file, as under Wine Node takes no pipe of Linux for a pipe. */
function startNode(argv: readonly string[], output: string): ChildProcess {
  const out = openSync(output, 'w')
  const [program, args] = isWine ? [rig.wine, [windowsPath(rig.node), ...argv]] : [rig.node, [...argv]]
  const env = { ...process.env, ...(isWine ? wineEnvironment : {}), NO_COLOR: '1' }
  const child = spawn(program, args, { cwd: rig.drive, env, stdio: ['ignore', out, out] })
  closeSync(out)
  return child
}

type Calls = typeof calls

/** A process under Wine that does what a test requests, see inside/agent.ts. */
export class Agent {
  readonly #child: ChildProcess
  readonly #socket: Socket
  readonly #folder: string
  readonly #open = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  #count = 0
  onEvent: (launcher: number, event: never) => void = () => {}

  private constructor(child: ChildProcess, socket: Socket, folder: string) {
    this.#child = child
    this.#folder = folder
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
    const output = join(folder, 'output')
    const agentFile = windowsPath(join(root, 'test/windows/inside/agent.ts'))
    const child = startNode([agentFile, windowsPath(portFile)], output)
    await until(() => existsSync(portFile) || child.exitCode !== null, 'the agent listens', 240_000)
    if (!existsSync(portFile)) throw new Error(`the agent ended: ${readFileSync(output, 'utf8')}`)
    const socket = connect(Number(readFileSync(portFile, 'utf8')), '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    const agent = new Agent(child, socket, folder)
    await agent.call('lookThrough', windowsPath(join(root, 'out/launcher')))
    return agent
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
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
